-- fact_truck_moves, status ARRIVED: one event a truck's arrival. COMPLETED is the stream truck-departed; the other
-- statuses are internal and no events.
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
  eta AS arrival_time,
  -- whole seconds; an hour when either end is not known
  coalesce(date_sub('second', eta, etd), 3600) AS estimated_unload_duration
FROM fact_truck_moves
WHERE status = 'ARRIVED'
