-- fact_store_inventory_txn: one event a movement of a product's stock in a store.
-- Watermark: event_ts.
-- The table has no key: identical rows are separate movements, and each is an event.
-- Tables of older loads may lack source: there, write  'SYSTEM' AS source
SELECT
  event_ts AS _watermark,
  store_id AS _partition_key,
  store_id,
  product_id,
  quantity AS quantity_delta,
  txn_type AS reason,
  coalesce(nullif(trim(source), ''), 'SYSTEM') AS source
FROM fact_store_inventory_txn
