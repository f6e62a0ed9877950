-- fact_online_order_headers: one event an order.
-- Watermark: event_ts.
-- Correlation: the order, as in its payments and its lines' way to the customer.
-- Where it is fulfilled is what its first line says (the lowest line_num); an order without lines goes from DC 1. Only
-- columns that stay as they are while a line is updated in place are read here, and lines that come after their order
-- are not counted: load lines before or with their header.
--
-- The lines are read through the same orders once more, joined by time as well: so the window on the watermark reaches
-- both sides. receipt-created.sql says more.
SELECT
  h.event_ts AS _watermark,
  h.order_id_ext AS _trace_id,
  h.order_id_ext AS _correlation_id,
  h.order_id_ext AS order_id,
  h.customer_id,
  coalesce(ordered.first_line.fulfillment_mode, 'SHIP_FROM_DC') AS fulfillment_mode,
  coalesce(ordered.first_line.node_type, 'DC') AS node_type,
  coalesce(ordered.first_line.node_id, 1) AS node_id,
  coalesce(ordered.lines, 1) AS item_count,
  CAST(nullif(trim(h.subtotal_amount), '') AS DECIMAL(18, 2)) AS subtotal,
  CAST(nullif(trim(h.tax_amount), '') AS DECIMAL(18, 2)) AS tax,
  CAST(nullif(trim(h.total_amount), '') AS DECIMAL(18, 2)) AS total,
  h.payment_method AS tender_type
FROM fact_online_order_headers h
LEFT JOIN (
  SELECT
    p.event_ts,
    p.order_id_ext,
    count(*) AS lines,
    -- the smallest line_num; among equal ones the smallest node, so that the choice is always the same
    min({
      line_num: l.line_num,
      node_type: l.node_type,
      node_id: l.node_id,
      fulfillment_mode: l.fulfillment_mode
    }) AS first_line
  FROM (SELECT DISTINCT event_ts, order_id_ext FROM fact_online_order_headers) p
  JOIN fact_online_order_lines l ON l.order_id_ext = p.order_id_ext
  GROUP BY p.event_ts, p.order_id_ext
) ordered ON ordered.event_ts = h.event_ts AND ordered.order_id_ext = h.order_id_ext
