-- fact_reorders: one event a reorder of a product, for a store or a distribution center.
-- Watermark: event_ts.
SELECT
  event_ts AS _watermark,
  coalesce(store_id, dc_id) AS _partition_key,
  store_id,
  dc_id,
  product_id,
  current_quantity,
  reorder_quantity,
  reorder_point,
  priority
FROM fact_reorders
