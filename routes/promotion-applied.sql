-- fact_promotions: one event a promotion on a receipt.
-- Watermark: event_ts.
-- Correlation: the receipt.
SELECT
  event_ts AS _watermark,
  receipt_id_ext || '-' || promo_code AS _trace_id,
  receipt_id_ext AS _correlation_id,
  store_id AS _partition_key,
  receipt_id_ext AS receipt_id,
  promo_code,
  CAST(nullif(trim(discount_amount), '') AS DECIMAL(18, 2)) AS discount_amount,
  discount_cents,
  discount_type,
  product_count,
  -- '12, 15' becomes [12, 15]; what is no number stops the stream
  [CAST(trim(id) AS BIGINT) FOR id IN string_split(product_ids, ',') IF trim(id) <> ''] AS product_ids,
  store_id,
  customer_id
FROM fact_promotions
