-- fact_ble_pings: one event a ping of a customer's device, heard by a beacon.
-- Watermark: event_ts.
-- The table has no key: identical rows are separate pings, and each is an event.
SELECT
  event_ts AS _watermark,
  store_id AS _partition_key,
  store_id,
  beacon_id,
  customer_ble_id,
  rssi,
  zone
FROM fact_ble_pings
