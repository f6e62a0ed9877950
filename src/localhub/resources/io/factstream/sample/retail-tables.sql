-- The tables of the retail sample, as the loader of a chain of shops leaves them: no keys on the facts, money as
-- decimal text beside cents, times in UTC without a zone, and column names in more than one style.

-- Till receipts and what belongs to them.
CREATE TABLE fact_receipts (
  event_ts TIMESTAMP,
  receipt_id_ext VARCHAR,
  store_id BIGINT,
  customer_id BIGINT,
  receipt_type VARCHAR,
  return_for_receipt_id_ext VARCHAR,
  "Subtotal" VARCHAR,
  discount_amount VARCHAR,
  tax_amount VARCHAR,
  total_amount VARCHAR,
  subtotal_cents BIGINT,
  tax_cents BIGINT,
  total_cents BIGINT,
  payment_method VARCHAR
);

CREATE TABLE fact_receipt_lines (
  receipt_id_ext VARCHAR,
  event_ts TIMESTAMP,
  product_id BIGINT,
  line_num INTEGER,
  quantity INTEGER,
  unit_price VARCHAR,
  ext_price VARCHAR,
  unit_cents BIGINT,
  ext_cents BIGINT,
  promo_code VARCHAR
);

CREATE TABLE fact_promotions (
  event_ts TIMESTAMP,
  receipt_id_ext VARCHAR,
  promo_code VARCHAR,
  discount_amount VARCHAR,
  discount_cents BIGINT,
  discount_type VARCHAR,
  product_count BIGINT,
  product_ids VARCHAR,
  store_id BIGINT,
  customer_id BIGINT
);

-- Payments of receipts (then without an order) and of online orders (then without a receipt and a store).
CREATE TABLE fact_payments (
  event_ts TIMESTAMP,
  receipt_id_ext VARCHAR,
  order_id_ext VARCHAR,
  payment_method VARCHAR,
  amount_cents BIGINT,
  amount VARCHAR,
  transaction_id VARCHAR,
  processing_time_ms BIGINT,
  status VARCHAR,
  decline_reason VARCHAR,
  store_id BIGINT,
  customer_id BIGINT
);

-- Stock and its movements.
CREATE TABLE fact_store_inventory_txn (
  event_ts TIMESTAMP,
  store_id BIGINT,
  product_id BIGINT,
  quantity BIGINT,
  txn_type VARCHAR,
  source VARCHAR,
  balance BIGINT
);

CREATE TABLE fact_dc_inventory_txn (
  event_ts TIMESTAMP,
  dc_id BIGINT,
  product_id BIGINT,
  quantity BIGINT,
  txn_type VARCHAR,
  "Source" VARCHAR,
  balance BIGINT
);

CREATE TABLE fact_stockouts (
  event_ts TIMESTAMP,
  store_id BIGINT,
  dc_id BIGINT,
  product_id BIGINT,
  last_known_quantity BIGINT,
  detection_time TIMESTAMP
);

CREATE TABLE fact_reorders (
  event_ts TIMESTAMP,
  store_id BIGINT,
  dc_id BIGINT,
  product_id BIGINT,
  current_quantity BIGINT,
  reorder_quantity BIGINT,
  reorder_point BIGINT,
  priority VARCHAR
);

CREATE TABLE fact_truck_moves (
  event_ts TIMESTAMP,
  truck_id VARCHAR,
  dc_id BIGINT,
  store_id BIGINT,
  shipment_id VARCHAR,
  status VARCHAR,
  eta TIMESTAMP,
  etd TIMESTAMP,
  departure_time TIMESTAMP,
  actual_unload_duration BIGINT
);

-- What happens in and around a shop.
CREATE TABLE fact_store_ops (
  trace_id VARCHAR,
  operation_time TIMESTAMP,
  store_id INTEGER,
  operation_type VARCHAR
);

CREATE TABLE fact_foot_traffic (
  event_ts TIMESTAMP,
  store_id BIGINT,
  sensor_id VARCHAR,
  zone VARCHAR,
  dwell_seconds BIGINT,
  count BIGINT
);

CREATE TABLE fact_ble_pings (
  event_ts TIMESTAMP,
  store_id BIGINT,
  beacon_id VARCHAR,
  customer_ble_id VARCHAR,
  "CustomerId" BIGINT,
  rssi BIGINT,
  zone VARCHAR
);

CREATE TABLE fact_customer_zone_changes (
  event_ts TIMESTAMP,
  store_id BIGINT,
  customer_ble_id VARCHAR,
  from_zone VARCHAR,
  to_zone VARCHAR
);

CREATE TABLE fact_marketing (
  event_ts TIMESTAMP,
  channel VARCHAR,
  campaign_id VARCHAR,
  creative_id VARCHAR,
  customer_ad_id VARCHAR,
  "CustomerId" BIGINT,
  impression_id_ext VARCHAR,
  cost VARCHAR,
  "CostCents" BIGINT,
  device VARCHAR
);

-- Online orders. A line has no event time of its own: it is updated in place on its way to the customer.
CREATE TABLE fact_online_order_headers (
  event_ts TIMESTAMP,
  completed_ts TIMESTAMP,
  order_id_ext VARCHAR,
  customer_id BIGINT,
  subtotal_amount VARCHAR,
  tax_amount VARCHAR,
  total_amount VARCHAR,
  subtotal_cents BIGINT,
  tax_cents BIGINT,
  total_cents BIGINT,
  payment_method VARCHAR
);

CREATE TABLE fact_online_order_lines (
  order_id_ext VARCHAR,
  product_id BIGINT,
  line_num INTEGER,
  quantity INTEGER,
  unit_price VARCHAR,
  ext_price VARCHAR,
  unit_cents BIGINT,
  ext_cents BIGINT,
  promo_code VARCHAR,
  picked_ts TIMESTAMP,
  shipped_ts TIMESTAMP,
  delivered_ts TIMESTAMP,
  fulfillment_status VARCHAR,
  fulfillment_mode VARCHAR,
  node_type VARCHAR,
  node_id BIGINT
);

-- Shipments planned for later than the loaded time; each is due once its departure_time has passed.
CREATE TABLE _staging_pending_shipments (
  staging_id BIGINT PRIMARY KEY,
  event_ts TIMESTAMP,
  truck_id VARCHAR,
  dc_id INTEGER,
  store_id INTEGER,
  shipment_id VARCHAR,
  status VARCHAR,
  eta TIMESTAMP,
  etd TIMESTAMP,
  departure_time TIMESTAMP,
  actual_unload_duration INTEGER,
  trace_id VARCHAR,
  generation_end_date TIMESTAMP,
  created_at TIMESTAMP,
  shipment_info_json VARCHAR
);

-- The loader's own outbox, and the positions of the streamer that went before. The sample leaves both empty.
CREATE TABLE streaming_outbox (
  outbox_id BIGINT PRIMARY KEY,
  event_ts TIMESTAMP,
  message_type VARCHAR,
  payload VARCHAR,
  status VARCHAR DEFAULT 'pending',
  attempts INTEGER DEFAULT 0,
  last_attempt_ts TIMESTAMP,
  sent_ts TIMESTAMP,
  partition_key VARCHAR,
  trace_id VARCHAR,
  correlation_id VARCHAR,
  schema_version VARCHAR DEFAULT '1.0',
  source VARCHAR DEFAULT 'retail-datagen'
);

CREATE TABLE fact_data_watermarks (
  id BIGINT PRIMARY KEY,
  fact_table_name VARCHAR NOT NULL UNIQUE,
  earliest_unpublished_ts TIMESTAMP,
  latest_published_ts TIMESTAMP,
  last_purge_ts TIMESTAMP,
  created_at TIMESTAMP,
  updated_at TIMESTAMP
);
