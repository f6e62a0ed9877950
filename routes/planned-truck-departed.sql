-- _staging_pending_shipments: one event a planned shipment, once its departure_time has passed, whatever its status.
-- Watermark: departure_time, not event_ts: the runtime does not read beyond now, so a row waits here until it is due.
-- A shipment that is planned with a departure before one already sent is a late row.
-- Event time: event_ts, as in truck-departed; departure_time where a row has none.
-- Trace id: the row's own; the runtime makes one where it has none.
-- Correlation: the shipment.
SELECT
  departure_time AS _watermark,
  coalesce(event_ts, departure_time) AS _event_time,
  nullif(trim(trace_id), '') AS _trace_id,
  shipment_id AS _correlation_id,
  coalesce(store_id, dc_id) AS _partition_key,
  truck_id,
  CAST(dc_id AS BIGINT) AS dc_id,
  CAST(store_id AS BIGINT) AS store_id,
  shipment_id,
  departure_time,
  -- in seconds; an hour when it is not known
  CAST(coalesce(actual_unload_duration, 3600) AS BIGINT) AS actual_unload_duration
FROM _staging_pending_shipments
