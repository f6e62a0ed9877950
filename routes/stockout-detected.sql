-- fact_stockouts: one event a product found to be out of stock, in a store or a distribution center.
-- Watermark: event_ts. detection_time may differ from it.
SELECT
  event_ts AS _watermark,
  coalesce(store_id, dc_id) AS _partition_key,
  store_id,
  dc_id,
  product_id,
  last_known_quantity,
  detection_time
FROM fact_stockouts
