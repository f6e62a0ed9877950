package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.factstream.sample.RetailSample;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The retail streams in routes/: their files, and their queries against the contract. */
class RetailQueriesTest {

    private static final Path ROUTES = Path.of("routes");
    private static final Set<String> ENVELOPE =
            Set.of("_watermark", "_event_time", "_trace_id", "_correlation_id", "_partition_key", "_parent_event_id");
    private static final Instant END = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static Connection sample;

    @BeforeAll
    static void openSample() throws SQLException {
        Path file = folder.resolve("retail.duckdb");
        RetailSample.create(file, 20_000, 7, END);
        RetailSample.append(file, 500, 7, END, END.plusSeconds(3600));
        sample = DriverManager.getConnection("jdbc:duckdb:" + file);
    }

    @AfterAll
    static void closeSample() throws SQLException {
        sample.close();
    }

    static List<RetailContract> contracts() {
        return RetailContract.all();
    }

    @Test
    void every_stream_of_the_contract_has_a_route_and_a_query() throws IOException {
        List<String> streams = contracts().stream().map(RetailContract::stream).toList();

        assertThat(filesEndingIn(".sql"))
                .extracting(RetailQueriesTest::stem)
                .containsExactlyInAnyOrderElementsOf(streams);
        assertThat(streams).allSatisfy(stream -> assertThat(ROUTES.resolve(stream + ".camel.yaml"))
                .exists());
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void a_stream_file_reads_its_own_query_and_hands_it_to_the_sender(RetailContract contract) throws IOException {
        Map<?, ?> route = route(contract.stream());

        Map<?, ?> from = map(route, "from");
        assertThat(route.get("id")).isEqualTo(contract.stream());
        assertThat(from.get("uri")).isEqualTo("kamelet:fact-stream");
        assertThat(from.get("parameters"))
                .isEqualTo(Map.of(
                        "stream", contract.stream(),
                        "eventType", contract.eventType(),
                        "query", contract.stream() + ".sql"));
        Map<?, ?> to = map((Map<?, ?>) ((List<?>) Objects.requireNonNull(from.get("steps"))).get(0), "to");
        assertThat(to.get("uri")).isEqualTo("direct:send-batch");
        assertThat(List.of(route, from, to)).allSatisfy(part -> {
            assertThat(part.get("id")).asString().matches("[a-z]+(-[a-z]+)*");
            assertThat(part.get("description")).asString().matches("[A-Z].*\\.");
        });
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void a_query_begins_with_a_comment_on_its_table_and_its_watermark(RetailContract contract) {
        String comment =
                query(contract).lines().takeWhile(line -> line.startsWith("--")).collect(Collectors.joining("\n"));

        assertThat(comment).startsWith("-- " + contract.table()).contains("Watermark: " + contract.watermark());
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void columns_are_the_envelope_and_exactly_the_fields_of_the_contract(RetailContract contract) throws Exception {
        Map<String, String> columns = new LinkedHashMap<>();
        for (List<@Nullable Object> column : rows(sample, "DESCRIBE " + query(contract))) {
            columns.put(String.valueOf(column.get(0)), String.valueOf(column.get(1)));
        }

        assertThat(columns).containsEntry("_watermark", "TIMESTAMP");
        Map<String, String> payload = new LinkedHashMap<>(columns);
        payload.keySet().removeIf(name -> name.startsWith("_"));
        assertThat(payload.keySet())
                .containsExactlyInAnyOrderElementsOf(contract.payload().keySet());
        assertThat(payload).allSatisfy((field, type) -> assertThat(type)
                .as(field)
                .matches(Objects.requireNonNull(contract.payload().get(field))::isMadeFrom));
        columns.keySet().removeAll(payload.keySet());
        assertThat(ENVELOPE).containsAll(columns.keySet());
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void every_row_that_is_an_event_is_there_once_with_the_envelope_of_the_contract(RetailContract contract)
            throws Exception {
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("_watermark", contract.watermark());
        expected.put("_event_time", contract.eventTime());
        expected.put("_trace_id", String.valueOf(contract.traceId()));
        expected.put("_correlation_id", String.valueOf(contract.correlation()));
        expected.put("_partition_key", String.valueOf(contract.partition()));
        String source = "SELECT " + String.join(", ", expected.values()) + " FROM " + contract.table() + " WHERE "
                + contract.rows();
        // A column that the query leaves out reads as its default.
        String events = "SELECT _watermark, " + column(contract, "_event_time", "_watermark") + ", "
                + column(contract, "_trace_id", "NULL") + ", " + column(contract, "_correlation_id", "NULL") + ", "
                + column(contract, "_partition_key", "NULL") + " FROM (" + query(contract) + ")";

        assertThat(number("SELECT count(*) FROM (" + query(contract) + ")"))
                .isPositive()
                .isEqualTo(number("SELECT count(*) FROM " + contract.table() + " WHERE " + contract.rows()));
        assertThat(number("SELECT count(*) FROM (" + events + " EXCEPT ALL " + source + ")"))
                .isZero();
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void a_page_holds_the_rows_that_the_whole_holds_in_its_window(RetailContract contract) throws Exception {
        String window = " WHERE _watermark > '2026-02-25' AND _watermark <= '2026-03-01 12:30:00'";
        String page = "SELECT * FROM (" + query(contract) + ")" + window;
        // OFFSET 0 keeps the window out of the query below it.
        String whole = "SELECT * FROM (SELECT * FROM (" + query(contract) + ") OFFSET 0)" + window;

        assertThat(number("SELECT count(*) FROM (" + page + ")"))
                .isPositive()
                .isEqualTo(number("SELECT count(*) FROM (" + whole + ")"));
        assertThat(number("SELECT count(*) FROM (" + page + " EXCEPT ALL " + whole + ")"))
                .isZero();
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void an_aggregate_of_the_watermark_reads_no_other_table(RetailContract contract) throws Exception {
        String plan = plan("SELECT list_last(min(_watermark, 1000)), count(*) FROM (" + query(contract)
                + ") WHERE _watermark > '2026-02-25'");

        assertThat(plan).contains(contract.table()).doesNotContainIgnoringCase("join");
    }

    @ParameterizedTest
    @ValueSource(strings = {"receipt-created", "online-order-created"})
    void the_window_of_a_page_reaches_both_sides_of_a_join(String stream) throws Exception {
        RetailContract contract = RetailContract.of(stream);

        String plan = plan("SELECT * FROM (" + query(contract)
                + ") WHERE _watermark > '2026-02-25 00:00:01' AND _watermark <= '2026-02-25 01:00:02'");

        assertThat(plan.split("> '2026-02-25 00:00:01'", -1))
                .as("the window stands at two scans of %s", contract.table())
                .hasSize(3);
    }

    @Test
    void a_receipt_falls_back_to_cents_and_then_to_its_total() throws Exception {
        try (Connection tables = emptyTables()) {
            run(tables, """
                    INSERT INTO fact_receipts (event_ts, receipt_id_ext, "Subtotal", tax_amount, total_amount, subtotal_cents)
                    VALUES ('2026-01-01', 'A', '12.99', '1.07', '14.06', 1), ('2026-01-01', 'B', NULL, NULL, '10.00', 905),
                      ('2026-01-01', 'C', ' ', '', '-7.50', NULL), ('2026-01-01', 'D', NULL, NULL, NULL, NULL)""");

            assertThat(rows(
                            tables,
                            "SELECT receipt_id, subtotal::VARCHAR, tax::VARCHAR, total::VARCHAR FROM ("
                                    + query("receipt-created") + ") ORDER BY receipt_id"))
                    .containsExactly(
                            row("A", "12.99", "1.07", "14.06"),
                            row("B", "9.05", "0.00", "10.00"),
                            row("C", "-7.50", "0.00", "-7.50"),
                            row("D", null, "0.00", null));
        }
    }

    @Test
    void a_receipt_counts_its_lines_whatever_their_time_and_even_when_it_is_there_twice() throws Exception {
        try (Connection tables = emptyTables()) {
            run(tables, """
                    INSERT INTO fact_receipts (event_ts, receipt_id_ext) VALUES
                      ('2026-01-01', 'two'), ('2026-01-01', 'two'), ('2026-01-02', 'two'), ('2026-01-01', 'none'), ('2026-01-01', NULL);
                    INSERT INTO fact_receipt_lines (event_ts, receipt_id_ext, line_num) VALUES
                      ('2025-12-31', 'two', 1), ('2026-01-03', 'two', 2), ('2026-01-01', NULL, 1), ('2026-01-01', NULL, 2)""");

            assertThat(rows(
                            tables,
                            "SELECT receipt_id, item_count FROM (" + query("receipt-created")
                                    + ") ORDER BY receipt_id NULLS LAST"))
                    .containsExactly(row("none", 1L), row("two", 2L), row("two", 2L), row("two", 2L), row(null, 1L));
        }
    }

    @Test
    void a_price_that_is_no_number_fails_instead_of_being_lost() throws Exception {
        try (Connection tables = emptyTables()) {
            run(tables, "INSERT INTO fact_receipt_lines (event_ts, unit_price) VALUES ('2026-01-01', '12,99')");

            assertThatThrownBy(() -> rows(tables, query("receipt-line-added")))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("12,99");
        }
    }

    @Test
    void an_impression_keeps_fractions_of_a_cent() throws Exception {
        try (Connection tables = emptyTables()) {
            run(tables, "INSERT INTO fact_marketing (event_ts, cost) VALUES ('2026-01-01', '0.0042')");

            assertThat(rows(tables, "SELECT cost::VARCHAR FROM (" + query("ad-impression") + ")"))
                    .containsExactly(row("0.0042"));
        }
    }

    @Test
    void product_ids_become_an_array_of_numbers() throws Exception {
        try (Connection tables = emptyTables()) {
            run(tables, """
                    INSERT INTO fact_promotions (event_ts, receipt_id_ext, promo_code, product_ids) VALUES
                      ('2026-01-01', 'R', 'A', '12, 15,7,'), ('2026-01-01', 'R', 'B', ''), ('2026-01-01', 'R', 'C', NULL)""");

            assertThat(rows(
                            tables,
                            "SELECT _trace_id, to_json(product_ids)::VARCHAR FROM (" + query("promotion-applied")
                                    + ") ORDER BY 1"))
                    .containsExactly(row("R-A", "[12,15,7]"), row("R-B", "[]"), row("R-C", null));
        }
    }

    @Test
    void stock_without_a_source_says_system() throws Exception {
        try (Connection tables = emptyTables()) {
            run(tables, """
                    INSERT INTO fact_store_inventory_txn (event_ts, source) VALUES ('2026-01-01', NULL), ('2026-01-01', 'POS');
                    INSERT INTO fact_dc_inventory_txn (event_ts, "Source") VALUES ('2026-01-01', NULL), ('2026-01-01', 'DOCK')""");

            assertThat(rows(tables, "SELECT source FROM (" + query("store-inventory-updated") + ") ORDER BY 1"))
                    .containsExactly(row("POS"), row("SYSTEM"));
            assertThat(rows(tables, "SELECT source FROM (" + query("dc-inventory-updated") + ") ORDER BY 1"))
                    .containsExactly(row("DOCK"), row("SYSTEM"));
        }
    }

    @Test
    void unloading_takes_an_hour_when_nobody_knows() throws Exception {
        try (Connection tables = emptyTables()) {
            run(tables, """
                    INSERT INTO fact_truck_moves (event_ts, truck_id, status, eta, etd, actual_unload_duration) VALUES
                      ('2026-01-01', 'a', 'ARRIVED', '2026-01-01 08:00:00.9', '2026-01-01 08:30:01', NULL),
                      ('2026-01-01', 'b', 'ARRIVED', '2026-01-01 08:00:00', NULL, NULL),
                      ('2026-01-01', 'c', 'COMPLETED', NULL, NULL, 900), ('2026-01-01', 'd', 'COMPLETED', NULL, NULL, NULL),
                      ('2026-01-01', 'e', 'UNLOADING', NULL, NULL, 900)""");

            assertThat(rows(
                            tables,
                            "SELECT truck_id, estimated_unload_duration FROM (" + query("truck-arrived")
                                    + ") ORDER BY 1"))
                    .containsExactly(row("a", 1800L), row("b", 3600L));
            assertThat(rows(
                            tables,
                            "SELECT truck_id, actual_unload_duration FROM (" + query("truck-departed")
                                    + ") ORDER BY 1"))
                    .containsExactly(row("c", 900L), row("d", 3600L));
        }
    }

    @Test
    void a_planned_shipment_waits_for_its_departure_and_keeps_its_event_time() throws Exception {
        try (Connection tables = emptyTables()) {
            run(tables, """
                    INSERT INTO _staging_pending_shipments (staging_id, event_ts, departure_time, trace_id) VALUES
                      (1, '2026-01-01 06:00:00', '2026-01-01 09:00:00', 'T'), (2, NULL, '2026-01-01 10:00:00', ' ')""");

            assertThat(rows(
                            tables,
                            "SELECT _watermark::VARCHAR, _event_time::VARCHAR, _trace_id FROM ("
                                    + query("planned-truck-departed") + ") ORDER BY 1"))
                    .containsExactly(
                            row("2026-01-01 09:00:00", "2026-01-01 06:00:00", "T"),
                            row("2026-01-01 10:00:00", "2026-01-01 10:00:00", null));
        }
    }

    @Test
    void an_order_says_where_its_first_line_is_fulfilled() throws Exception {
        try (Connection tables = emptyTables()) {
            run(tables, ORDERS);

            assertThat(rows(tables, ORDERS_CREATED))
                    .containsExactly(
                            row("empty", "SHIP_FROM_DC", "DC", 1L, 1L), row("full", "BOPIS", "STORE", 12L, 2L));
        }
    }

    @Test
    void an_order_stays_as_it_is_while_its_lines_move_on() throws Exception {
        try (Connection tables = emptyTables()) {
            run(tables, ORDERS);
            List<List<@Nullable Object>> before = rows(tables, ORDERS_CREATED);

            run(tables, "UPDATE fact_online_order_lines SET picked_ts = '2026-01-02', fulfillment_status = 'PICKED'");

            assertThat(rows(tables, ORDERS_CREATED)).isEqualTo(before);
            assertThat(rows(tables, "SELECT _trace_id FROM (" + query("online-order-picked") + ") ORDER BY 1"))
                    .containsExactly(row("full-1-picked"), row("full-2-picked"));
        }
    }

    private static final String ORDERS = """
            INSERT INTO fact_online_order_headers (event_ts, order_id_ext) VALUES ('2026-01-01', 'full'), ('2026-01-01', 'empty');
            INSERT INTO fact_online_order_lines (order_id_ext, line_num, fulfillment_status, fulfillment_mode, node_type, node_id)
            VALUES ('full', 2, 'PENDING', 'SHIP_FROM_DC', 'DC', 3), ('full', 1, 'PENDING', 'BOPIS', 'STORE', 12)""";

    private static final String ORDERS_CREATED =
            "SELECT order_id, fulfillment_mode, node_type, node_id, item_count FROM (" + query("online-order-created")
                    + ") ORDER BY order_id";

    private static String query(RetailContract contract) {
        return query(contract.stream());
    }

    private static String query(String stream) {
        try {
            return Files.readString(ROUTES.resolve(stream + ".sql"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String column(RetailContract contract, String name, String otherwise) throws SQLException {
        return rows(sample, "DESCRIBE " + query(contract)).stream().anyMatch(column -> name.equals(column.get(0)))
                ? name
                : otherwise;
    }

    private static Map<?, ?> route(String stream) throws IOException {
        try (InputStream in = Files.newInputStream(ROUTES.resolve(stream + ".camel.yaml"))) {
            List<?> routes = (List<?>) new Load(LoadSettings.builder().build()).loadFromInputStream(in);
            assertThat(routes).hasSize(1);
            return map((Map<?, ?>) routes.get(0), "route");
        }
    }

    private static Map<?, ?> map(Map<?, ?> parent, String key) {
        return (Map<?, ?>) Objects.requireNonNull(parent.get(key), key);
    }

    private static List<Path> filesEndingIn(String end) throws IOException {
        try (Stream<Path> files = Files.list(ROUTES)) {
            return files.filter(file -> file.toString().endsWith(end)).sorted().toList();
        }
    }

    private static String stem(Path file) {
        return file.getFileName().toString().replaceFirst("\\..*", "");
    }

    private static Connection emptyTables() throws Exception {
        Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        try (InputStream in = Objects.requireNonNull(RetailSample.class.getResourceAsStream("retail-tables.sql"))) {
            run(connection, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        return connection;
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String plan(String sql) throws SQLException {
        return String.valueOf(rows(sample, "EXPLAIN " + sql).get(0).get(1));
    }

    private static long number(String sql) throws SQLException {
        return ((Number) Objects.requireNonNull(rows(sample, sql).get(0).get(0))).longValue();
    }

    private static List<@Nullable Object> row(@Nullable Object... values) {
        return new ArrayList<>(Arrays.asList(values));
    }

    private static List<List<@Nullable Object>> rows(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            int columns = result.getMetaData().getColumnCount();
            List<List<@Nullable Object>> rows = new ArrayList<>();
            while (result.next()) {
                List<@Nullable Object> row = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    row.add(result.getObject(i));
                }
                rows.add(row);
            }
            return rows;
        }
    }
}
