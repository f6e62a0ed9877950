-- fact_dc_inventory_txn: one event a movement of a product's stock in a distribution center.
-- Watermark: event_ts.
-- The table has no key: identical rows are separate movements, and each is an event.
-- The column is "Source" and the payload's field is source, which consumers read. Tables of older loads may lack the
-- column: there, write  'SYSTEM' AS source
SELECT
  event_ts AS _watermark,
  dc_id AS _partition_key,
  dc_id,
  product_id,
  quantity AS quantity_delta,
  txn_type AS reason,
  coalesce(nullif(trim("Source"), ''), 'SYSTEM') AS source
FROM fact_dc_inventory_txn
