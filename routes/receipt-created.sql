-- fact_receipts: one event a receipt (sales and returns; a return has amounts below zero).
-- Watermark: event_ts.
-- Correlation: the receipt, as in its lines, payments and promotions.
-- item_count counts the lines that are there when the receipt is read; load lines before or with their receipt.
--
-- The lines are counted through the same receipts once more, joined by time as well: so the window on the watermark
-- reaches both sides, and only lines of the page's receipts are counted. A plain join with a GROUP BY over all lines
-- counts them all for each page, and a correlated subquery does not let the window through.
--
-- When fact_receipts gets a campaign_id, add it below item_count:  r.campaign_id
SELECT
  r.event_ts AS _watermark,
  r.receipt_id_ext AS _trace_id,
  r.receipt_id_ext AS _correlation_id,
  r.store_id AS _partition_key,
  r.store_id,
  r.customer_id,
  r.receipt_id_ext AS receipt_id,
  -- Older loads have no "Subtotal", the oldest no subtotal_cents either.
  coalesce(
    CAST(nullif(trim(r."Subtotal"), '') AS DECIMAL(18, 2)),
    CAST(r.subtotal_cents * 0.01 AS DECIMAL(18, 2)),
    CAST(nullif(trim(r.total_amount), '') AS DECIMAL(18, 2))
  ) AS subtotal,
  coalesce(CAST(nullif(trim(r.tax_amount), '') AS DECIMAL(18, 2)), 0) AS tax,
  CAST(nullif(trim(r.total_amount), '') AS DECIMAL(18, 2)) AS total,
  r.payment_method AS tender_type,
  coalesce(counted.lines, 1) AS item_count
FROM fact_receipts r
LEFT JOIN (
  SELECT p.event_ts, p.receipt_id_ext, count(*) AS lines
  FROM (SELECT DISTINCT event_ts, receipt_id_ext FROM fact_receipts) p
  JOIN fact_receipt_lines l ON l.receipt_id_ext = p.receipt_id_ext
  GROUP BY p.event_ts, p.receipt_id_ext
) counted ON counted.event_ts = r.event_ts AND counted.receipt_id_ext = r.receipt_id_ext
