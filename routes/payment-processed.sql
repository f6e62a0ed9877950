-- fact_payments: one event an attempt to pay a receipt or an online order, refused attempts included.
-- Watermark: event_ts.
-- Correlation: the receipt or the order that is paid. Payments of online orders have no store, so no partition key.
SELECT
  event_ts AS _watermark,
  coalesce(receipt_id_ext, order_id_ext) AS _correlation_id,
  store_id AS _partition_key,
  receipt_id_ext AS receipt_id,
  order_id_ext AS order_id,
  payment_method,
  CAST(nullif(trim(amount), '') AS DECIMAL(18, 2)) AS amount,
  amount_cents,
  transaction_id,
  event_ts AS processing_time,
  processing_time_ms,
  status,
  decline_reason,
  store_id,
  customer_id
FROM fact_payments
