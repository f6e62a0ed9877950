-- fact_customer_zone_changes: one event a walk of a customer's device from one zone of a store to another. Who has just
-- come in has no from_zone.
-- Watermark: event_ts.
SELECT
  event_ts AS _watermark,
  store_id AS _partition_key,
  store_id,
  customer_ble_id,
  from_zone,
  to_zone,
  event_ts AS "timestamp"
FROM fact_customer_zone_changes
