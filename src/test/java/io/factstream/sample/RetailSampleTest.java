package io.factstream.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetailSampleTest {

    private static final Instant END = Instant.parse("2026-03-01T12:00:00Z");
    private static final long ROWS = 20_000;
    private static final List<String> WITHOUT_ROWS = List.of("streaming_outbox", "fact_data_watermarks");

    /** Of each table with events, the column that says when they happened. */
    private static final Map<String, String> EVENT_TIMES = Map.ofEntries(
            Map.entry("fact_receipts", "event_ts"),
            Map.entry("fact_receipt_lines", "event_ts"),
            Map.entry("fact_promotions", "event_ts"),
            Map.entry("fact_payments", "event_ts"),
            Map.entry("fact_store_inventory_txn", "event_ts"),
            Map.entry("fact_dc_inventory_txn", "event_ts"),
            Map.entry("fact_stockouts", "event_ts"),
            Map.entry("fact_reorders", "event_ts"),
            Map.entry("fact_truck_moves", "event_ts"),
            Map.entry("fact_store_ops", "operation_time"),
            Map.entry("fact_foot_traffic", "event_ts"),
            Map.entry("fact_ble_pings", "event_ts"),
            Map.entry("fact_customer_zone_changes", "event_ts"),
            Map.entry("fact_marketing", "event_ts"),
            Map.entry("fact_online_order_headers", "event_ts"),
            Map.entry("fact_online_order_lines", "picked_ts"));

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path shared;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private static Path sample;

    @BeforeAll
    static void createSample() throws SQLException {
        sample = shared.resolve("sample.duckdb");
        RetailSample.create(sample, ROWS, 7, END);
    }

    @Test
    void a_sample_has_about_as_many_rows_as_asked_for_and_some_in_every_table() throws SQLException {
        Map<String, Long> counts = counts(sample);

        assertThat(sum(counts)).isCloseTo(ROWS, Percentage.withPercentage(5));
        assertThat(counts).hasSize(EVENT_TIMES.size() + 1 + WITHOUT_ROWS.size());
        assertThat(counts)
                .allSatisfy((table, count) -> assertThat(count > 0).as(table).isEqualTo(!WITHOUT_ROWS.contains(table)));
    }

    @Test
    void a_tiny_sample_is_possible() throws SQLException {
        Path file = folder.resolve("tiny.duckdb");

        RetailSample.create(file, 1, 7, END);

        assertThat(counts(file)).containsEntry("fact_receipts", 1L).containsEntry("fact_ble_pings", 1L);
    }

    @Test
    void the_same_seed_makes_the_same_rows_in_the_same_order_and_another_seed_does_not() throws SQLException {
        Path again = folder.resolve("again.duckdb");
        Path other = folder.resolve("other.duckdb");

        RetailSample.create(again, ROWS, 7, END);
        RetailSample.create(other, ROWS, 8, END);

        assertThat(fingerprints(again)).isEqualTo(fingerprints(sample));
        assertThat(fingerprints(other)).isNotEqualTo(fingerprints(sample));
    }

    @Test
    void event_times_lie_in_the_fourteen_days_before_the_end() throws SQLException {
        for (Map.Entry<String, String> table : EVENT_TIMES.entrySet()) {
            assertThat(number(
                            sample,
                            "SELECT count(*) FROM %1$s WHERE %2$s < '2026-02-15 12:00:00' OR %2$s >= '2026-03-01 12:00:00'"
                                    .formatted(table.getKey(), table.getValue())))
                    .as(table.getKey())
                    .isZero();
        }
    }

    @Test
    void loads_come_day_after_day_and_are_unsorted_inside() throws SQLException {
        String days = """
                SELECT count(*) FILTER (day < before), count(*) FILTER (event_ts < earlier) FROM (
                  SELECT event_ts, lag(event_ts) OVER (ORDER BY rowid) AS earlier,
                    date_trunc('day', event_ts - INTERVAL 12 HOUR) AS day, lag(day) OVER (ORDER BY rowid) AS before
                  FROM fact_receipts)""";

        assertThat(numbers(sample, days)).satisfies(outOfOrder -> {
            assertThat(outOfOrder.get(0)).as("days before the day before them").isZero();
            assertThat(outOfOrder.get(1)).as("rows before the row before them").isGreaterThan(500);
        });
    }

    @Test
    void all_foot_traffic_of_an_hour_shares_one_event_time() throws SQLException {
        assertThat(number(
                        sample,
                        "SELECT count(*) FROM fact_foot_traffic WHERE event_ts <> date_trunc('hour', event_ts)"))
                .isZero();
        assertThat(number(
                        sample,
                        "SELECT max(rows) FROM (SELECT count(*) AS rows FROM fact_foot_traffic GROUP BY event_ts)"))
                .isGreaterThan(10);
    }

    @Test
    void tables_without_a_key_hold_identical_rows() throws SQLException {
        for (String table : List.of(
                "fact_foot_traffic",
                "fact_ble_pings",
                "fact_store_inventory_txn",
                "fact_dc_inventory_txn",
                "fact_truck_moves")) {
            assertThat(number(
                            sample,
                            "SELECT count(*) - (SELECT count(*) FROM (SELECT DISTINCT * FROM %1$s)) FROM %1$s"
                                    .formatted(table)))
                    .as(table)
                    .isPositive();
        }
    }

    @Test
    void receipts_add_up() throws SQLException {
        assertThat(number(sample, """
                        SELECT count(*) FROM fact_receipts r
                        JOIN (SELECT receipt_id_ext, sum(ext_cents) AS lines, sum(CAST(ext_price AS DECIMAL(18, 2))) AS price
                              FROM fact_receipt_lines GROUP BY 1) l USING (receipt_id_ext)
                        WHERE l.lines <> coalesce(subtotal_cents, l.lines)
                          OR l.price <> coalesce(CAST("Subtotal" AS DECIMAL(18, 2)), l.price)
                          OR CAST(total_amount AS DECIMAL(18, 2)) <> total_cents * 0.01
                          OR total_cents <> l.lines - coalesce(CAST(CAST(discount_amount AS DECIMAL(18, 2)) * 100 AS BIGINT), 0)
                            + tax_cents""")).isZero();
        assertThat(number(
                        sample,
                        "SELECT count(*) FROM fact_receipts ANTI JOIN fact_receipt_lines USING (receipt_id_ext)"))
                .isZero();
    }

    @Test
    void values_are_missing_where_that_is_believable() throws SQLException {
        assertThat(numbers(sample, """
                        SELECT (SELECT count(*) FROM fact_receipts WHERE "Subtotal" IS NULL AND subtotal_cents IS NOT NULL),
                          (SELECT count(*) FROM fact_receipts WHERE "Subtotal" IS NULL AND subtotal_cents IS NULL),
                          (SELECT count(*) FROM fact_receipts WHERE tax_amount = ''),
                          (SELECT count(*) FROM fact_receipts WHERE customer_id IS NULL),
                          (SELECT count(*) FROM fact_receipt_lines WHERE promo_code IS NULL),
                          (SELECT count(*) FROM fact_payments WHERE store_id IS NULL AND order_id_ext IS NOT NULL),
                          (SELECT count(*) FROM fact_payments WHERE decline_reason IS NULL),
                          (SELECT count(*) FROM fact_payments WHERE decline_reason IS NOT NULL),
                          (SELECT count(*) FROM fact_store_inventory_txn WHERE source IS NULL),
                          (SELECT count(*) FROM fact_dc_inventory_txn WHERE "Source" IS NULL),
                          (SELECT count(*) FROM fact_online_order_headers ANTI JOIN fact_online_order_lines USING (order_id_ext))""")).allSatisfy(count -> assertThat(count).isPositive());
    }

    @Test
    void text_goes_beyond_ascii_and_holds_quotes() throws SQLException {
        assertThat(numbers(sample, """
                        SELECT (SELECT count(*) FROM fact_foot_traffic WHERE zone = '生鮮'),
                          (SELECT count(*) FROM fact_marketing WHERE creative_id LIKE '%"%'),
                          (SELECT count(*) FROM fact_marketing WHERE creative_id LIKE '%🛒%'),
                          (SELECT count(*) FROM fact_marketing WHERE contains(creative_id, chr(10))),
                          (SELECT count(*) FROM fact_dc_inventory_txn WHERE "Source" LIKE '%''%')""")).allSatisfy(count -> assertThat(count).isPositive());
    }

    @Test
    void trucks_go_through_statuses_that_are_no_events_too() throws SQLException {
        assertThat(number(sample, "SELECT count(DISTINCT status) FROM fact_truck_moves"))
                .isEqualTo(6);
    }

    @Test
    void some_planned_shipments_are_due_and_some_are_not() throws SQLException {
        assertThat(numbers(sample, """
                        SELECT count(*) FILTER (departure_time < '2026-03-01 12:00:00'),
                          count(*) FILTER (departure_time > '2026-03-01 12:00:00') FROM _staging_pending_shipments""")).allSatisfy(count -> assertThat(count).isPositive());
    }

    @Test
    void a_later_load_adds_rows_in_its_own_time_only() throws SQLException {
        Path file = copyOfSample();
        Map<String, Long> before = counts(file);
        Instant to = END.plus(Duration.ofHours(3)).plusSeconds(90);

        RetailSample.append(file, 2_000, 7, END, to);

        Map<String, Long> after = counts(file);
        assertThat(sum(after) - sum(before)).isCloseTo(2_000, within(200L));
        for (Map.Entry<String, String> table : EVENT_TIMES.entrySet()) {
            long added = number(
                    file,
                    "SELECT count(*) FROM %1$s WHERE %2$s >= '2026-03-01 12:00:00' AND %2$s < '2026-03-01 15:01:30'"
                            .formatted(table.getKey(), table.getValue()));
            // Order lines have no time of their own until they are picked.
            if (!table.getKey().equals("fact_online_order_lines")) {
                assertThat(added)
                        .as(table.getKey())
                        .isEqualTo(after.getOrDefault(table.getKey(), 0L) - before.getOrDefault(table.getKey(), 0L));
            }
        }
    }

    @Test
    void a_later_load_keeps_ids_unique() throws SQLException {
        Path file = copyOfSample();

        RetailSample.append(file, 2_000, 7, END, END.plus(Duration.ofHours(1)));
        RetailSample.append(file, 2_000, 7, END.plus(Duration.ofHours(1)), END.plus(Duration.ofHours(2)));

        assertThat(numbers(file, """
                        SELECT (SELECT count(*) - count(DISTINCT receipt_id_ext) FROM fact_receipts),
                          (SELECT count(*) - count(DISTINCT order_id_ext) FROM fact_online_order_headers),
                          (SELECT count(*) - count(DISTINCT impression_id_ext) FROM fact_marketing),
                          (SELECT count(*) - count(DISTINCT transaction_id) FROM fact_payments),
                          (SELECT count(*) - count(DISTINCT trace_id) FROM fact_store_ops)""")).containsOnly(0L);
    }

    @Test
    void a_later_load_moves_order_lines_on_in_place_at_times_of_its_own() throws SQLException {
        Path file = copyOfSample();
        String moved = """
                SELECT count(*) FILTER (picked_ts >= '2026-03-01 12:00:00' AND shipped_ts IS NULL),
                  count(*) FILTER (shipped_ts >= '2026-03-01 12:00:00' AND picked_ts < '2026-03-01 12:00:00'),
                  count(*) FILTER (delivered_ts >= '2026-03-01 12:00:00' AND picked_ts < '2026-03-01 12:00:00')
                FROM fact_online_order_lines""";
        assertThat(numbers(file, moved)).containsOnly(0L);

        RetailSample.append(file, 200, 7, END, END.plus(Duration.ofMinutes(10)));

        assertThat(numbers(file, moved)).allSatisfy(count -> assertThat(count).isPositive());
        assertThat(
                        number(
                                file,
                                "SELECT count(*) FROM fact_online_order_lines WHERE picked_ts > shipped_ts OR shipped_ts > delivered_ts"))
                .isZero();
    }

    @Test
    void a_later_load_that_fails_leaves_the_file_as_it_was() throws SQLException {
        Path file = copyOfSample();
        run(file, "DROP TABLE fact_marketing");
        Map<String, Long> before = fingerprints(file);

        assertThatThrownBy(() -> RetailSample.append(file, 200, 7, END, END.plusSeconds(60)))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("fact_marketing");

        assertThat(fingerprints(file)).isEqualTo(before);
    }

    @Test
    void arguments_that_make_no_sense_are_refused() {
        Path missing = folder.resolve("missing.duckdb");

        assertThatThrownBy(() -> RetailSample.create(sample, 100, 7, END))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("already there");
        assertThatThrownBy(() -> RetailSample.create(missing, 0, 7, END))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rows");
        assertThatThrownBy(() -> RetailSample.append(missing, 100, 7, END, END.plusSeconds(60)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> RetailSample.append(sample, 100, 7, END, END))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not after");
        assertThat(missing).doesNotExist();
    }

    private Path copyOfSample() {
        Path copy = folder.resolve("copy.duckdb");
        try {
            return Files.copy(sample, copy);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    private static Map<String, Long> counts(Path file) throws SQLException {
        return ofEachTable(file, "SELECT count(*) FROM %s");
    }

    /** Of each table, a number that differs when a value or the place of a row differs. */
    private static Map<String, Long> fingerprints(Path file) throws SQLException {
        return ofEachTable(file, "SELECT CAST(coalesce(bit_xor(hash(hash(t, rowid))), 0) >> 1 AS BIGINT) FROM %s t");
    }

    private static Map<String, Long> ofEachTable(Path file, String query) throws SQLException {
        Map<String, Long> numbers = new TreeMap<>();
        try (Connection connection = open(file);
                Statement names = connection.createStatement();
                ResultSet table = names.executeQuery("SELECT table_name FROM duckdb_tables() WHERE NOT temporary")) {
            while (table.next()) {
                try (Statement statement = connection.createStatement();
                        ResultSet number = statement.executeQuery(query.formatted(table.getString(1)))) {
                    number.next();
                    numbers.put(table.getString(1), number.getLong(1));
                }
            }
        }
        return numbers;
    }

    private static long number(Path file, String sql) throws SQLException {
        return numbers(file, sql).get(0);
    }

    private static List<Long> numbers(Path file, String sql) throws SQLException {
        try (Connection connection = open(file);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            Long[] numbers = new Long[result.getMetaData().getColumnCount()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = result.getLong(i + 1);
            }
            return List.of(numbers);
        }
    }

    private static void run(Path file, String sql) throws SQLException {
        try (Connection connection = open(file);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Connection open(Path file) throws SQLException {
        return DriverManager.getConnection("jdbc:duckdb:" + file);
    }
}
