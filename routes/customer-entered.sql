-- fact_foot_traffic: one event a count of a sensor.
-- Watermark: event_ts. All rows of an hour carry the same one, so a page holds whole hours, whatever its size.
-- The table has no key: identical rows are separate counts, and each is an event.
SELECT
  event_ts AS _watermark,
  store_id AS _partition_key,
  store_id,
  sensor_id,
  zone,
  "count" AS customer_count,
  dwell_seconds AS dwell_time
FROM fact_foot_traffic
