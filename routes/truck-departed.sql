-- fact_truck_moves, status COMPLETED: one event a truck that was unloaded and has left. ARRIVED is the stream
-- truck-arrived, planned departures are planned-truck-departed; the other statuses are internal and no events.
-- Watermark: event_ts.
-- Correlation: the shipment.
-- The table has no key: identical rows are separate moves, and each is an event.
SELECT
  event_ts AS _watermark,
  shipment_id AS _correlation_id,
  coalesce(store_id, dc_id) AS _partition_key,
  truck_id,
  dc_id,
  store_id,
  shipment_id,
  departure_time,
  -- in seconds; an hour when it is not known
  coalesce(actual_unload_duration, 3600) AS actual_unload_duration
FROM fact_truck_moves
WHERE status = 'COMPLETED'
