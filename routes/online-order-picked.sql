-- fact_online_order_lines with picked_ts: one event a line of an online order that was picked.
-- Watermark: picked_ts. The table has no event_ts, and a line is updated in place when it moves on: its time appears
-- some day and then stays. One that is written with a time before what was already sent is a late row; where the writer
-- lags behind its own times, give the stream a settle.
-- Correlation: the order.
SELECT
  picked_ts AS _watermark,
  order_id_ext || '-' || line_num || '-picked' AS _trace_id,
  order_id_ext AS _correlation_id,
  order_id_ext AS order_id,
  node_type,
  node_id,
  fulfillment_mode,
  picked_ts AS picked_time
FROM fact_online_order_lines
WHERE picked_ts IS NOT NULL
