-- fact_receipt_lines: one event a line of a receipt.
-- Watermark: event_ts.
-- Correlation: the receipt. The table has no store_id, so there is no partition key.
SELECT
  event_ts AS _watermark,
  receipt_id_ext || '-' || line_num AS _trace_id,
  receipt_id_ext AS _correlation_id,
  receipt_id_ext AS receipt_id,
  CAST(line_num AS BIGINT) AS line_number,
  product_id,
  CAST(quantity AS BIGINT) AS quantity,
  CAST(nullif(trim(unit_price), '') AS DECIMAL(18, 2)) AS unit_price,
  CAST(nullif(trim(ext_price), '') AS DECIMAL(18, 2)) AS extended_price,
  promo_code
FROM fact_receipt_lines
