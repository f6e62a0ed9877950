-- fact_marketing: one event an advertisement shown.
-- Watermark: event_ts.
-- An impression belongs to no store: there is no partition key.
SELECT
  event_ts AS _watermark,
  impression_id_ext AS _trace_id,
  channel,
  campaign_id,
  creative_id,
  customer_ad_id,
  impression_id_ext AS impression_id,
  -- Impressions can cost a fraction of a cent: four digits, so that nothing is rounded away.
  CAST(nullif(trim(cost), '') AS DECIMAL(18, 4)) AS cost,
  device AS device_type
FROM fact_marketing
