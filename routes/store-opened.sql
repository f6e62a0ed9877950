-- fact_store_ops, operation_type opened: one event a store that opened.
-- Watermark: operation_time; the table has no event_ts.
SELECT
  operation_time AS _watermark,
  trace_id AS _trace_id,
  store_id AS _partition_key,
  CAST(store_id AS BIGINT) AS store_id,
  operation_time,
  operation_type
FROM fact_store_ops
WHERE operation_type = 'opened'
