-- One load of the retail sample into existing tables: the first one, or a later one on top. What is random comes from
-- hash(row number, purpose, seed), so that the same variables make the same rows, whatever the number of threads.
--
-- Variables set before: seed (of this load), tag (in the ids of this load), wanted_rows, load_from and load_to
-- (TIMESTAMP, UTC; from inclusive, to exclusive), first_load, max_stores.

-- A large span arrives a day at a time, a short one an hour at a time.
SET VARIABLE from_us = epoch_us(getvariable('load_from'));
SET VARIABLE span_us = epoch_us(getvariable('load_to')) - getvariable('from_us');
SET VARIABLE chunk_us = CASE WHEN getvariable('span_us') >= 172800000000 THEN 86400000000 ELSE 3600000000 END;
SET VARIABLE chunks = (getvariable('span_us') + getvariable('chunk_us') - 1) // getvariable('chunk_us');

-- A later load is about the same shops.
SET VARIABLE stores = coalesce((SELECT max(store_id) FROM fact_receipts), getvariable('max_stores'));

-- A number from 0 to n - 1 for row k. Hashed twice: the low bits of a hash of several values keep what they share, and
-- two purposes would go hand in hand.
CREATE OR REPLACE TEMP MACRO pick(k, purpose, n) AS
  CAST(hash(hash(k, purpose, getvariable('seed'))) % CAST(n AS UBIGINT) AS BIGINT);

-- The time of row k of n: rows come chunk after chunk, and inside a chunk in no order.
CREATE OR REPLACE TEMP MACRO moment(k, purpose, n) AS
  make_timestamp(getvariable('from_us') + (k * getvariable('chunks') // n) * getvariable('chunk_us')
    + pick(k, purpose, least(getvariable('chunk_us'),
        getvariable('span_us') - (k * getvariable('chunks') // n) * getvariable('chunk_us'))));

-- The chunk that holds a time, to order rows that were not made in the order of the chunks.
CREATE OR REPLACE TEMP MACRO chunk_of(t) AS (epoch_us(t) - getvariable('from_us')) // getvariable('chunk_us');

-- A time a while later, yet still inside the load.
CREATE OR REPLACE TEMP MACRO soon_after(t, k, purpose, seconds) AS
  least(t + to_seconds(1 + pick(k, purpose, seconds)), getvariable('load_to') - INTERVAL 1 MICROSECOND);

-- Every 97th row repeats the row before it in full: the fact is that two identical things happened.
CREATE OR REPLACE TEMP MACRO twin(k) AS k - CASE WHEN k % 97 = 96 THEN 1 ELSE 0 END;

CREATE OR REPLACE TEMP MACRO money(cents) AS CAST(CAST(cents * 0.01 AS DECIMAL(18, 2)) AS VARCHAR);
CREATE OR REPLACE TEMP MACRO receipt_id(k) AS printf('RCP-%s-%08d', getvariable('tag'), k);
CREATE OR REPLACE TEMP MACRO unit_cents_of(product) AS CAST(99 + hash(product) % 9900 AS BIGINT);
CREATE OR REPLACE TEMP MACRO percent_off(promo_code) AS
  CASE promo_code WHEN 'SAVE10' THEN 10 WHEN 'BOGO' THEN 50 WHEN 'ÉTÉ-15' THEN 15 WHEN '夏祭り' THEN 20 ELSE 0 END;
CREATE OR REPLACE TEMP MACRO promo_for(k) AS
  CASE WHEN pick(k, 'promo', 10) = 0 THEN ['SAVE10', 'BOGO', 'ÉTÉ-15', '夏祭り'][1 + pick(k, 'code', 4)] END;
CREATE OR REPLACE TEMP MACRO zone_for(k, purpose) AS
  ['ENTRANCE', 'GROCERY', 'ELECTRONICS', 'CLOTHING', 'CHECKOUT', 'Café', '生鮮'][1 + pick(k, purpose, 7)];

-- Shops open and close once a day; these rows count towards the wanted ones.
CREATE OR REPLACE TEMP TABLE sample_operation AS
  SELECT printf('OPS-%04d-%s-%s', store, strftime(day, '%Y%m%d'), kind) AS trace_id,
    day + to_seconds(hour * 3600 + 60 * (CAST(hash(store, kind, day) % 25 AS BIGINT))) AS operation_time,
    CAST(store AS INTEGER) AS store_id, kind AS operation_type
  FROM generate_series(date_trunc('day', getvariable('load_from')), getvariable('load_to'), INTERVAL 1 DAY)
      AS days(day),
    range(1, getvariable('stores') + 1) AS stores(store),
    (VALUES ('opened', 8), ('closed', 21)) AS kinds(kind, hour)
  WHERE operation_time >= getvariable('load_from') AND operation_time < getvariable('load_to');

INSERT INTO fact_store_ops
  SELECT * FROM sample_operation ORDER BY chunk_of(operation_time), hash(trace_id);

SET VARIABLE facts = greatest(1, getvariable('wanted_rows') - (SELECT count(*) FROM sample_operation));
CREATE OR REPLACE TEMP MACRO share(part) AS CAST(ceil(getvariable('facts') * part) AS BIGINT);

-- Receipts, with lines whose prices add up to the totals. A few are returns, with amounts below zero.
CREATE OR REPLACE TEMP TABLE sample_receipt AS
  SELECT k, moment(k, 'receipt', share(0.1)) AS event_ts, receipt_id(k) AS id,
    1 + pick(k, 'store', getvariable('stores')) AS store_id,
    CASE WHEN pick(k, 'known', 8) > 0 THEN 100000 + pick(k, 'customer', 50000) END AS customer_id,
    k > 0 AND pick(k, 'return', 100) < 3 AS is_return,
    pick(k, 'exempt', 100) < 3 AS is_tax_exempt,
    ['CREDIT_CARD', 'DEBIT_CARD', 'CASH', 'MOBILE_PAY', 'GIFT_CARD'][1 + pick(k, 'tender', 5)] AS payment_method,
    1 + pick(k, 'lines', 5) AS line_count
  FROM range(share(0.1)) AS numbers(k);

CREATE OR REPLACE TEMP TABLE sample_line AS
  SELECT k, id, event_ts, line_num, 1 + pick(k * 8 + line_num, 'product', 5000) AS product_id,
    (CASE WHEN is_return THEN -1 ELSE 1 END)
      * (1 + greatest(0, pick(k * 8 + line_num, 'quantity', 10) - 6)) AS quantity,
    unit_cents_of(product_id) AS unit_cents, quantity * unit_cents AS ext_cents,
    promo_for(k * 8 + line_num) AS promo_code, ext_cents * percent_off(promo_code) // 100 AS discount_cents
  FROM (SELECT *, unnest(range(1, line_count + 1)) AS line_num FROM sample_receipt);

INSERT INTO fact_receipt_lines
  SELECT id, event_ts, product_id, line_num, quantity, money(unit_cents), money(ext_cents), unit_cents, ext_cents,
    promo_code
  FROM sample_line;

CREATE OR REPLACE TEMP TABLE sample_total AS
  SELECT r.*, t.subtotal, t.discount, t.tax, t.subtotal - t.discount + t.tax AS total
  FROM sample_receipt r
  JOIN (
    SELECT l.k, CAST(sum(l.ext_cents) AS BIGINT) AS subtotal, CAST(sum(l.discount_cents) AS BIGINT) AS discount,
      CASE WHEN any_value(s.is_tax_exempt) THEN 0 ELSE CAST(round((subtotal - discount) * 0.0825) AS BIGINT) END AS tax
    FROM sample_line l JOIN sample_receipt s USING (k)
    GROUP BY l.k
  ) t USING (k);

-- "Subtotal" came with newer loads: the oldest tenth of the first load lacks it, and every other one of those lacks the
-- cents too.
INSERT INTO fact_receipts
  SELECT event_ts, id, store_id, customer_id, CASE WHEN is_return THEN 'RETURN' ELSE 'SALE' END,
    CASE WHEN is_return THEN receipt_id(k - 1 - pick(k, 'returned', least(k, 500))) END,
    CASE WHEN NOT is_old THEN money(subtotal) END, CASE WHEN discount <> 0 THEN money(discount) END,
    CASE WHEN NOT is_tax_exempt THEN money(tax) WHEN k % 2 = 0 THEN '' END, money(total),
    CASE WHEN NOT is_old OR k % 2 = 0 THEN subtotal END, tax, total, payment_method
  FROM (SELECT *, getvariable('first_load') AND k * 10 < share(0.1) AS is_old FROM sample_total)
  ORDER BY k;

INSERT INTO fact_promotions
  SELECT r.event_ts, r.id, l.promo_code, money(sum(l.discount_cents)), sum(l.discount_cents),
    CASE WHEN l.promo_code = 'BOGO' THEN 'BOGO' ELSE 'PERCENTAGE' END, count(*),
    replace(string_agg(l.product_id, ',' ORDER BY l.line_num), ',', CASE WHEN l.k % 2 = 0 THEN ',' ELSE ', ' END),
    r.store_id, r.customer_id
  FROM sample_line l JOIN sample_receipt r USING (k)
  WHERE l.promo_code IS NOT NULL
  GROUP BY l.k, l.promo_code, r.event_ts, r.id, r.store_id, r.customer_id
  ORDER BY l.k, l.promo_code;

-- Online orders: what is on its way when a load begins moves one step, in place, with a time inside this load.
CREATE OR REPLACE TEMP MACRO step_due(order_id, line_num, step, n) AS
  pick(order_id || '/' || line_num, step, n) = 0;
CREATE OR REPLACE TEMP MACRO step_time(order_id, line_num, step) AS
  make_timestamp(getvariable('from_us') + pick(order_id || '/' || line_num, step, getvariable('span_us')));

UPDATE fact_online_order_lines
  SET delivered_ts = step_time(order_id_ext, line_num, 'deliver'), fulfillment_status = 'DELIVERED'
  WHERE delivered_ts IS NULL AND (shipped_ts IS NOT NULL OR (picked_ts IS NOT NULL AND fulfillment_mode = 'BOPIS'))
    AND step_due(order_id_ext, line_num, 'delivered', 2);
UPDATE fact_online_order_lines
  SET shipped_ts = step_time(order_id_ext, line_num, 'ship'), fulfillment_status = 'SHIPPED'
  WHERE fulfillment_status = 'PICKED' AND fulfillment_mode <> 'BOPIS'
    AND step_due(order_id_ext, line_num, 'shipped', 2);
UPDATE fact_online_order_lines
  SET picked_ts = step_time(order_id_ext, line_num, 'pick'), fulfillment_status = 'PICKED'
  WHERE fulfillment_status = 'PENDING' AND step_due(order_id_ext, line_num, 'picked', 2);

-- Every 50th order has no lines yet.
CREATE OR REPLACE TEMP TABLE sample_order AS
  SELECT k, moment(k, 'order', share(0.02)) AS event_ts, printf('ORD-%s-%08d', getvariable('tag'), k) AS id,
    100000 + pick(k, 'order customer', 50000) AS customer_id,
    ['SHIP_FROM_DC', 'SHIP_FROM_DC', 'SHIP_FROM_STORE', 'BOPIS'][1 + pick(k, 'mode', 4)] AS mode,
    ['CREDIT_CARD', 'PAYPAL', 'GIFT_CARD'][1 + pick(k, 'order tender', 3)] AS payment_method,
    CASE WHEN k % 50 = 49 THEN 0 ELSE 1 + pick(k, 'order lines', 3) END AS line_count
  FROM range(share(0.02)) AS numbers(k);

CREATE OR REPLACE TEMP TABLE sample_order_line AS
  SELECT k, id, line_num, mode, 1 + pick(k * 8 + line_num, 'ordered', 5000) AS product_id,
    1 + pick(k * 8 + line_num, 'order quantity', 3) AS quantity,
    unit_cents_of(product_id) AS unit_cents, quantity * unit_cents AS ext_cents,
    promo_for(-1 - k * 8 - line_num) AS promo_code,
    event_ts + to_seconds(1200 + pick(k * 8 + line_num, 'picking', 28800)) AS picked,
    CASE WHEN mode <> 'BOPIS' THEN picked + to_seconds(3600 + pick(k * 8 + line_num, 'shipping', 86400)) END AS shipped,
    coalesce(shipped, picked) + to_seconds(7200 + pick(k * 8 + line_num, 'delivering', 172800)) AS delivered,
    -- one line in five comes from another place than the first
    1 + pick(CASE WHEN line_num > 1 AND pick(k * 8 + line_num, 'elsewhere', 5) = 0 THEN k * 8 + line_num ELSE k * 8 END,
      'node', CASE WHEN mode = 'SHIP_FROM_DC' THEN 4 ELSE getvariable('stores') END) AS node_id
  FROM (SELECT *, unnest(range(1, line_count + 1)) AS line_num FROM sample_order);

INSERT INTO fact_online_order_lines
  SELECT id, product_id, line_num, quantity, money(unit_cents), money(ext_cents), unit_cents, ext_cents, promo_code,
    CASE WHEN picked < getvariable('load_to') THEN picked END,
    CASE WHEN shipped < getvariable('load_to') THEN shipped END,
    CASE WHEN delivered < getvariable('load_to') THEN delivered END,
    CASE WHEN delivered < getvariable('load_to') THEN 'DELIVERED' WHEN shipped < getvariable('load_to') THEN 'SHIPPED'
      WHEN picked < getvariable('load_to') THEN 'PICKED' ELSE 'PENDING' END,
    mode, CASE WHEN mode = 'SHIP_FROM_DC' THEN 'DC' ELSE 'STORE' END, node_id
  FROM sample_order_line;

CREATE OR REPLACE TEMP TABLE sample_order_total AS
  SELECT o.*, coalesce(t.subtotal, 0) AS subtotal, CAST(round(coalesce(t.subtotal, 0) * 0.0825) AS BIGINT) AS tax
  FROM sample_order o
  LEFT JOIN (SELECT k, CAST(sum(ext_cents) AS BIGINT) AS subtotal FROM sample_order_line GROUP BY k) t USING (k);

INSERT INTO fact_online_order_headers
  SELECT event_ts, NULL, id, customer_id, money(subtotal), money(tax), money(subtotal + tax), subtotal, tax,
    subtotal + tax, payment_method
  FROM sample_order_total
  ORDER BY k;

UPDATE fact_online_order_headers
  SET completed_ts = done.happened
  FROM (
    SELECT order_id_ext AS id, max(delivered_ts) AS happened
    FROM fact_online_order_lines
    GROUP BY order_id_ext
    HAVING count(delivered_ts) = count(*)
  ) done
  WHERE order_id_ext = done.id AND completed_ts IS NULL;

-- A payment for each receipt and each order, and now and then a refused attempt before it.
INSERT INTO fact_payments
  SELECT happened, receipt, orders, method, cents, money(cents),
    printf('TXN-%016x', CAST(hash(coalesce(receipt, orders), attempt) >> 1 AS BIGINT)),
    CASE WHEN method <> 'CASH' THEN 40 + pick(k, 'duration', 2500) END,
    CASE WHEN attempt = 1 THEN 'DECLINED' WHEN cents < 0 THEN 'REFUNDED' ELSE 'APPROVED' END,
    CASE WHEN attempt = 1
      THEN ['INSUFFICIENT_FUNDS', 'EXPIRED_CARD', 'Refusé par la banque'][1 + pick(k, 'reason', 3)] END,
    store_id, customer_id
  FROM (
    SELECT k, soon_after(event_ts, k, 'paid', 90) AS happened, id AS receipt, NULL AS orders, payment_method AS method,
      total AS cents, store_id, customer_id, 2 AS attempt
    FROM sample_total
    UNION ALL
    SELECT k, event_ts, id, NULL, payment_method, total, store_id, customer_id, 1
    FROM sample_total
    WHERE payment_method <> 'CASH' AND NOT is_return AND pick(k, 'declined', 25) = 0
    UNION ALL
    SELECT k * 5, soon_after(event_ts, k, 'order paid', 30), NULL, id, payment_method, subtotal + tax, NULL,
      customer_id, 2
    FROM sample_order_total
    UNION ALL
    SELECT k * 5, event_ts, NULL, id, payment_method, subtotal + tax, NULL, customer_id, 1
    FROM sample_order_total
    WHERE pick(k, 'order declined', 20) = 0
  )
  ORDER BY k, coalesce(receipt, orders), attempt;

-- Stock: older loads do not say what a movement came from, nor what remained.
INSERT INTO fact_store_inventory_txn
  SELECT moment(k, 'store stock', share(0.09)), 1 + pick(k, 'stock store', getvariable('stores')),
    1 + pick(k, 'stock product', 5000), pick(k, 'delta', 120) - 30,
    ['SALE', 'INBOUND_SHIPMENT', 'ADJUSTMENT', 'RETURN', 'TRANSFER'][1 + pick(k, 'movement', 5)],
    CASE WHEN NOT is_old AND pick(k, 'sourced', 4) > 0 THEN printf('TRUCK-%04d', pick(k, 'stock truck', 300)) END,
    CASE WHEN NOT is_old THEN pick(k, 'balance', 900) END
  FROM (SELECT twin(n) AS k, getvariable('first_load') AND n * 5 < share(0.09) AS is_old
        FROM range(share(0.09)) AS numbers(n));

INSERT INTO fact_dc_inventory_txn
  SELECT moment(k, 'dc stock', share(0.04)), 1 + pick(k, 'stock dc', 4), 1 + pick(k, 'dc product', 5000),
    pick(k, 'dc delta', 2000) - 800,
    ['INBOUND_SHIPMENT', 'OUTBOUND_SHIPMENT', 'ADJUSTMENT'][1 + pick(k, 'dc movement', 3)],
    CASE WHEN NOT is_old AND pick(k, 'dc sourced', 4) > 0
      THEN ['SUPPLIER', 'Großhandel Müller', 'O''Brien & Sons'][1 + pick(k, 'supplier', 3)] END,
    CASE WHEN NOT is_old THEN pick(k, 'dc balance', 20000) END
  FROM (SELECT twin(n) AS k, getvariable('first_load') AND n * 5 < share(0.04) AS is_old
        FROM range(share(0.04)) AS numbers(n));

INSERT INTO fact_stockouts
  SELECT moment(k, 'stockout', share(0.005)) AS happened,
    CASE WHEN k % 5 > 0 THEN 1 + pick(k, 'stockout store', getvariable('stores')) END,
    CASE WHEN k % 5 = 0 THEN 1 + pick(k, 'stockout dc', 4) END, 1 + pick(k, 'stockout product', 5000),
    CASE WHEN pick(k, 'counted', 10) > 0 THEN pick(k, 'last known', 6) END, soon_after(happened, k, 'detection', 600)
  FROM range(share(0.005)) AS numbers(k);

INSERT INTO fact_reorders
  SELECT moment(k, 'reorder', share(0.007)),
    CASE WHEN k % 4 > 0 THEN 1 + pick(k, 'reorder store', getvariable('stores')) END,
    CASE WHEN k % 4 = 0 THEN 1 + pick(k, 'reorder dc', 4) END, 1 + pick(k, 'reorder product', 5000),
    pick(k, 'current', 20), 24 + 12 * pick(k, 'reorder quantity', 20), 20 + pick(k, 'reorder point', 30),
    ['LOW', 'NORMAL', 'HIGH', 'URGENT', NULL][1 + pick(k, 'priority', 5)]
  FROM range(share(0.007)) AS numbers(k);

-- Shipments go through six statuses, of which two are events. What would lie after the load has not happened yet.
INSERT INTO fact_truck_moves
  WITH shipment AS (
    SELECT k, moment(k, 'shipment', share(0.0025)) AS start,
      CAST(least(3600000000, getvariable('span_us') // 12) AS BIGINT) AS step_us,
      CASE WHEN pick(k, 'estimated', 10) > 0 THEN to_seconds(1200 + pick(k, 'unload', 4200)) END AS unload
    FROM range(share(0.0025)) AS numbers(k)
  ), move AS (
    SELECT *, unnest([0, 1, 2, 3, 4, 5]) AS step FROM shipment
  ), seen AS (
    SELECT *, start + to_microseconds(step * step_us + pick(k * 8 + step, 'move', step_us)) AS happened FROM move
  )
  SELECT happened, printf('TRUCK-%04d', pick(k, 'truck', 300)), 1 + pick(k, 'truck dc', 4),
    1 + pick(k, 'truck store', getvariable('stores')), printf('SHIP-%s-%08d', getvariable('tag'), k),
    ['SCHEDULED', 'LOADING', 'IN_TRANSIT', 'ARRIVED', 'UNLOADING', 'COMPLETED'][1 + step],
    start + to_microseconds(3 * step_us), start + to_microseconds(3 * step_us) + unload,
    CASE WHEN step = 5 THEN happened END, CASE WHEN step = 5 AND k % 10 > 0 THEN 1200 + pick(k, 'unloaded', 4200) END
  FROM (SELECT *, unnest(range(CASE WHEN k % 31 = 30 THEN 2 ELSE 1 END)) AS copy FROM seen)
  WHERE happened < getvariable('load_to')
  ORDER BY chunk_of(happened), hash(k, step), copy;

-- A quarter of the plan has become due in the last day of the load; the rest follows within three days after it.
INSERT INTO _staging_pending_shipments
  SELECT (SELECT coalesce(max(staging_id), 0) FROM _staging_pending_shipments) + 1 + k, departure - INTERVAL 90 MINUTE,
    printf('TRUCK-%04d', pick(k, 'planned truck', 300)), 1 + pick(k, 'planned dc', 4),
    1 + pick(k, 'planned store', getvariable('stores')), printf('PLAN-%s-%08d', getvariable('tag'), k), 'SCHEDULED',
    departure - INTERVAL 60 MINUTE, CASE WHEN k % 7 > 0 THEN departure END, departure,
    CASE WHEN k % 5 > 0 THEN 1200 + pick(k, 'planned unload', 4200) END,
    CASE WHEN k % 11 > 0 THEN printf('PLAN-%s-%08d-departed', getvariable('tag'), k) END,
    getvariable('load_to'), getvariable('load_to'),
    to_json({pallets: 1 + pick(k, 'pallets', 30),
      carrier: ['Hürlimann "Express"', 'Nordwind', '佐川'][1 + pick(k, 'carrier', 3)]})
  FROM (
    SELECT k, CASE WHEN k % 4 = 0
        THEN getvariable('load_to')
          - to_microseconds(1 + pick(k, 'due', least(getvariable('span_us'), 86400000000)))
        ELSE getvariable('load_to') + to_microseconds(60000000 + pick(k, 'planned', 259200000000)) END AS departure
    FROM range(greatest(8, share(0.001))) AS numbers(k)
  );

-- Sensors count by the hour: all rows of an hour carry one time.
INSERT INTO fact_foot_traffic
  SELECT greatest(getvariable('load_from'), date_trunc('hour', moment(k, 'foot', share(0.08)))),
    1 + pick(k, 'foot store', getvariable('stores')) AS store, printf('SENSOR-%04d-%d', store, pick(k, 'sensor', 6)),
    zone_for(k, 'foot zone'), CASE WHEN pick(k, 'timed', 12) > 0 THEN 15 + pick(k, 'dwell', 900) END,
    1 + pick(k, 'people', 40)
  FROM (SELECT twin(n) AS k FROM range(share(0.08)) AS numbers(n));

INSERT INTO fact_ble_pings
  SELECT moment(k, 'ping', share(0.063)), 1 + pick(k, 'ping store', getvariable('stores')) AS store,
    printf('BEACON-%04d-%02d', store, pick(k, 'beacon', 20)), printf('BLE-%06x', pick(k, 'device', 40000)),
    CASE WHEN pick(k, 'member', 3) = 0 THEN 100000 + pick(k, 'ping customer', 50000) END, -30 - pick(k, 'rssi', 65),
    zone_for(k, 'ping zone')
  FROM (SELECT twin(n) AS k FROM range(share(0.063)) AS numbers(n));

INSERT INTO fact_customer_zone_changes
  SELECT moment(k, 'zone', share(0.04)), 1 + pick(k, 'zone store', getvariable('stores')),
    printf('BLE-%06x', pick(k, 'zone device', 40000)),
    CASE WHEN pick(k, 'entering', 6) > 0 THEN zone_for(k, 'from zone') END, zone_for(k, 'to zone')
  FROM range(share(0.04)) AS numbers(k);

INSERT INTO fact_marketing
  SELECT moment(k, 'impression', share(0.05)),
    ['SOCIAL', 'SEARCH', 'DISPLAY', 'VIDEO', 'EMAIL'][1 + pick(k, 'channel', 5)],
    ['CAMP-SPRING', 'CAMP-ÉTÉ', 'CAMP-夏祭り', 'CAMP-LOYALTY'][1 + pick(k, 'campaign', 4)],
    ['banner-1', 'He said "50% off"', 'back\slash', 'sparkle ✨🛒', 'two' || chr(10) || 'lines']
      [1 + pick(k, 'creative', 5)],
    CASE WHEN pick(k, 'tracked', 5) > 0 THEN printf('AD-%08x', pick(k, 'ad id', 4000000000)) END,
    CASE WHEN pick(k, 'recognized', 5) = 0 THEN 100000 + pick(k, 'ad customer', 50000) END,
    printf('IMP-%s-%08d', getvariable('tag'), k), money(cents), cents,
    ['mobile', 'desktop', 'tablet', NULL][1 + pick(k, 'device type', 4)]
  FROM (SELECT k, 1 + pick(k, 'cost', 300) AS cents FROM range(share(0.05)) AS numbers(k));
