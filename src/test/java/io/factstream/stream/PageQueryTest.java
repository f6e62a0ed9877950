package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.factstream.config.ConfigurationException;
import io.factstream.config.NonFinite;
import io.factstream.watermark.Watermark;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageQueryTest {

    private static final Instant FUTURE = Instant.parse("2026-01-03T00:00:00Z");
    private static final Instant NOW = Instant.parse("2026-01-02T12:00:00.7007Z");
    private static final String QUERY = "SELECT w AS _watermark, p FROM t";

    private FactTable table;

    @BeforeEach
    void place(@TempDir Path folder) {
        table = new FactTable(folder.resolve("facts.duckdb"));
    }

    @Test
    void a_page_ends_before_the_value_that_would_not_fit_whole() throws SQLException {
        table.write("CREATE TABLE t AS SELECT (x // 3)::BIGINT AS w, x AS p FROM range(9) r(x)");

        Window window = next(null, 7).orElseThrow();

        assertThat(window.to()).isEqualTo(Watermark.of("BIGINT", "1"));
        assertThat(window.more()).isTrue();
        assertThat(read(window)).hasSize(6);
    }

    @Test
    void a_page_that_reaches_the_end_knows_of_nothing_more() throws SQLException {
        table.write("CREATE TABLE t AS SELECT (x // 3)::BIGINT AS w, x AS p FROM range(9) r(x)");

        Window window = next(Watermark.of("BIGINT", "0"), 6).orElseThrow();

        assertThat(window.to()).isEqualTo(Watermark.of("BIGINT", "2"));
        assertThat(window.more()).isFalse();
        assertThat(next(window.to(), 6)).isEmpty();
    }

    @Test
    void a_value_with_more_rows_than_a_page_is_cut_into_slices() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 7::BIGINT AS w, x AS p FROM range(1000) r(x)");
        List<Integer> sizes = new ArrayList<>();

        Watermark at = null;
        for (Optional<Window> window = next(at, 300); window.isPresent(); window = next(at, 300)) {
            sizes.add(read(window.get()).size());
            at = window.get().to();
        }

        assertThat(at).isEqualTo(Watermark.of("BIGINT", "7"));
        assertThat(sizes).hasSize(4).allSatisfy(size -> assertThat(size).isBetween(50, 300));
        assertThat(sizes.stream().mapToInt(size -> size).sum()).isEqualTo(1000);
    }

    @Test
    void slices_become_finer_midway_only_where_one_alone_holds_too_many_rows() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 7::BIGINT AS w, x AS p FROM range(1000) r(x)");
        Watermark half = Watermark.of("BIGINT", "7", 1, 2);

        Window asCoarse = next(half, 600).orElseThrow();
        Window finer = next(half, 200).orElseThrow();
        Window asFine = next(finer.to(), 50).orElseThrow();

        assertThat(asCoarse.to()).isEqualTo(Watermark.of("BIGINT", "7"));
        assertThat(Objects.requireNonNull(finer.to().slices()).of()).isEqualTo(64);
        assertThat(read(finer)).hasSizeBetween(150, 200);
        assertThat(Objects.requireNonNull(asFine.to().slices()).of()).isEqualTo(64);
        assertThat(read(asFine)).hasSizeBetween(25, 50);
    }

    @ParameterizedTest
    @CsvSource({"30, 30", "30, 7", "7, 30", "1, 400"})
    void every_row_of_a_tie_comes_once_however_the_size_of_pages_changes_and_after_any_restart(int first, int then)
            throws SQLException {
        table.write("CREATE TABLE t AS SELECT 7::BIGINT AS w, x // 2 AS p FROM range(400) r(x)");
        List<String> read = new ArrayList<>();

        Watermark at = null;
        int pages = 0;
        for (Optional<Window> window = next(at, first); window.isPresent(); pages++) {
            read.addAll(read(window.get()));
            at = window.get().to();
            window = next(at, pages % 3 == 0 ? then : first);
        }

        List<String> all =
                IntStream.range(0, 400).mapToObj(x -> "{\"p\":" + x / 2 + "}").toList();
        assertThat(read).containsExactlyInAnyOrderElementsOf(all);
        assertThat(at).isEqualTo(Watermark.of("BIGINT", "7"));
    }

    @Test
    void a_tie_is_gone_through_once_a_page_and_not_once_a_slice() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 7::BIGINT AS w, x AS p FROM range(1765) r(x)");
        List<String> scans = new ArrayList<>();
        int rows = 0;
        int pages = 0;
        try (Connection connection = table.source().open()) {
            PageQuery query = PageQuery.prepare(FactTable.stream(QUERY), connection, NonFinite.STRING);
            Connection noting = noting(connection, scans);
            Watermark at = null;
            for (Optional<Window> window = query.next(noting, at, NOW, 35); window.isPresent(); pages++) {
                rows += read(window.get()).size();
                at = window.get().to();
                window = query.next(noting, at, NOW, 35);
            }
        }

        assertThat(rows).isEqualTo(1765);
        assertThat(pages).isLessThan(1765 / 35 * 12 / 10);
        // How many rows there are, how many in each slice, and at the end whether there are more.
        assertThat(scans).hasSizeLessThanOrEqualTo(4);
    }

    /** A connection whose queries are noted. */
    private static Connection noting(Connection connection, List<String> queries) {
        return (Connection) Proxy.newProxyInstance(
                PageQueryTest.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    Statement statement = (Statement) method.invoke(connection, arguments);
                    return Proxy.newProxyInstance(
                            PageQueryTest.class.getClassLoader(),
                            new Class<?>[] {Statement.class},
                            (inner, called, texts) -> {
                                if (called.getName().equals("executeQuery")) {
                                    queries.add((String) texts[0]);
                                }
                                return called.invoke(statement, texts);
                            });
                });
    }

    @Test
    void a_column_named_like_an_alias_does_not_keep_a_value_from_being_cut() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 7::BIGINT AS w, x AS p, 1 AS q, 1 AS t, 1 AS e0 FROM range(1000) r(x)");

        Window window = next("SELECT w AS _watermark, p, q, t, e0 FROM t", null, Duration.ZERO, 600)
                .orElseThrow();

        assertThat(read("SELECT w AS _watermark, p, q, t, e0 FROM t", window).size())
                .isBetween(450, 600);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'key': 'calibration', 'value': 99} AS e0", "4.5 AS e0", "1 AS k", "1 AS \"K\""})
    void columns_named_as_what_the_sql_around_a_query_has_change_nothing(String column) throws SQLException {
        table.write("CREATE TABLE t AS SELECT 7::BIGINT AS w, MAP {'left': 1, 'right': 2} AS sensors, " + column);
        String sql = "SELECT w AS _watermark, * EXCLUDE (w) FROM t";

        Window window = next(sql, null, Duration.ZERO, 10).orElseThrow();

        try (Connection connection = table.source().open()) {
            PageQuery query = PageQuery.prepare(FactTable.stream(sql), connection, NonFinite.STRING);
            assertThat(query.buckets(connection, window.to(), WatermarkCondition.ALWAYS))
                    .containsExactly(new PageQuery.BucketRows("0", 1, 1, "7", "7"));
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(query.pageSql(window, RowLimit.of(RowLimit.LEAST)))) {
                row.next();
                assertThat(new String(row.getBytes(1), StandardCharsets.UTF_8))
                        .contains(",\"sensors\":{\"left\":1,\"right\":2}");
            }
        }
    }

    /** Those of streams that were cut by an earlier release in the middle of a value go on. */
    @Test
    void slices_are_what_they_were_in_earlier_releases() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 7::BIGINT AS w, x AS p, 'it''s' AS q FROM range(64) r(x)");
        String sql = "SELECT w AS _watermark, p, q FROM t";
        Window window = next(sql, null, Duration.ZERO, 20).orElseThrow();
        int slices = Objects.requireNonNull(window.to().slices()).of();

        try (Connection connection = table.source().open();
                Statement statement = connection.createStatement();
                ResultSet before = statement.executeQuery("SELECT count(*) FROM (" + sql
                        + ") AS _row WHERE (md5_number_lower(CAST(_row AS VARCHAR)) >> "
                        + (Long.SIZE - Integer.numberOfTrailingZeros(slices)) + ") < "
                        + Objects.requireNonNull(window.to().slices()).done())) {
            before.next();

            assertThat(slices).isGreaterThan(1);
            assertThat(read(sql, window)).hasSize(before.getInt(1));
            assertThat(window.condition()).contains("md5_number");
        }
    }

    @Test
    void the_largest_page_that_can_be_configured_is_one_that_duckdb_can_find() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x::BIGINT AS w, x AS p FROM range(10) r(x)");

        assertThat(next(null, 1_000_000).orElseThrow().to()).isEqualTo(Watermark.of("BIGINT", "9"));
    }

    @ParameterizedTest
    @CsvSource({
        "TIMESTAMP,    2026-01-02 11:59:50.700700,   2026-01-02 11:59:50.700701",
        "TIMESTAMP_NS, 2026-01-02 11:59:50.700700,   2026-01-02 11:59:50.700700001",
        "TIMESTAMP_MS, 2026-01-02 11:59:50.699,      2026-01-02 11:59:50.700",
        "TIMESTAMP_S,  2026-01-02 11:59:49,          2026-01-02 11:59:50",
        "TIMESTAMPTZ_NS, 2026-01-02 13:59:50.7007+02, 2026-01-02 13:59:50.700700001+02",
        "TIMESTAMPTZ,  2026-01-02 13:59:50.7007+02,  2026-01-02 13:59:50.700701+02"
    })
    void rows_younger_than_settle_wait(String type, String old, String young) throws SQLException {
        table.write(
                "CREATE TABLE t (w " + type + ", p INTEGER)",
                "INSERT INTO t VALUES ('" + old + "', 1), ('" + young + "', 2), ('infinity', 3)");

        Window window = next(QUERY, null, Duration.ofSeconds(10), 10).orElseThrow();

        assertThat(read(window)).containsExactly("{\"p\":1}");
        assertThat(next(QUERY, window.to(), Duration.ofSeconds(10), 10)).isEmpty();
        assertThat(backlog(window.to(), Duration.ofSeconds(10)).unsettled()).isEqualTo(2);
    }

    @Test
    void a_date_waits_until_its_day_is_over_and_settled() throws SQLException {
        table.write("CREATE TABLE t AS SELECT unnest([DATE '2026-01-01', '2026-01-02']) AS w, 1 AS p");

        assertThat(next(null, 10).orElseThrow().to()).isEqualTo(Watermark.of("DATE", "2026-01-01"));
        assertThat(next(QUERY, null, Duration.ofHours(13), 10)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "TIMESTAMP_S,  2026-01-02 12:00:00,     2026-01-02T12:00:01Z",
        "TIMESTAMP_S,  1969-12-31 23:59:58,     1969-12-31T23:59:59Z",
        "TIMESTAMP_MS, 2026-01-02 12:00:00.700, 2026-01-02T12:00:00.701Z",
        "TIMESTAMP_MS, 1969-12-31 23:59:58.999, 1969-12-31T23:59:59Z",
        "DATE,         2026-01-02,              2026-01-03T00:00:00Z",
        "DATE,         1969-12-30,              1969-12-31T00:00:00Z"
    })
    void what_is_coarser_than_a_microsecond_waits_until_its_unit_is_over(String type, String value, Instant over)
            throws SQLException {
        table.write("CREATE TABLE t (w " + type + ", p INTEGER)", "INSERT INTO t VALUES ('" + value + "', 1)");

        assertThat(next(over.minusNanos(1_000), Duration.ZERO)).isEmpty();
        assertThat(next(over, Duration.ZERO)).isPresent();
        assertThat(next(over.plusSeconds(5).minusNanos(1_000), Duration.ofSeconds(5)))
                .isEmpty();
        assertThat(next(over.plusSeconds(5), Duration.ofSeconds(5))).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "TIMESTAMP,      DAY,         DAYS",
        "TIMESTAMP,      MINUTE,      MINUTES",
        "TIMESTAMP,      SECOND,      SECONDS",
        "TIMESTAMPTZ,    MILLISECOND, MILLIS",
        "TIMESTAMP,      MICROSECOND,",
        "TIMESTAMP_S,    HOUR,        HOURS",
        "TIMESTAMP_S,    SECOND,",
        "TIMESTAMP_MS,   SECOND,      SECONDS",
        "TIMESTAMP_MS,   MILLISECOND,",
        "TIMESTAMP_NS,   SECOND,      SECONDS",
        "DATE,           DAY,",
        "BIGINT,         DAY,"
    })
    void times_that_a_loader_cuts_off_are_seen(String type, String unit, @Nullable ChronoUnit whole)
            throws SQLException {
        String times = "SELECT TIMESTAMP '1969-12-31' + i * INTERVAL 1 " + unit + " AS t FROM range(7) r(i)";
        table.write(
                "CREATE TABLE t AS SELECT " + (type.equals("BIGINT") ? "epoch_us(t)" : "t::" + type)
                        + " AS w, 1 AS p FROM (" + times + ")",
                "INSERT INTO t VALUES (NULL, 2)",
                type.equals("BIGINT") ? "SELECT 1" : "INSERT INTO t VALUES ('infinity', 3), ('-infinity', 4)");

        try (Connection connection = table.source().open()) {
            assertThat(PageQuery.prepare(FactTable.stream(QUERY), connection, NonFinite.STRING)
                            .wholeUnit(connection))
                    .isEqualTo(Optional.ofNullable(whole));
        }
    }

    @Test
    void rows_of_the_future_wait_even_without_settle() throws SQLException {
        table.write("CREATE TABLE t AS SELECT TIMESTAMP '2026-01-02 12:00:00.700701' AS w, 1 AS p");

        assertThat(next(null, 10)).isEmpty();
    }

    @Test
    void the_backlog_counts_what_waits_what_is_young_and_what_can_never_be_read() throws SQLException {
        table.write(
                "CREATE TABLE t (w TIMESTAMP, p INTEGER)",
                "INSERT INTO t VALUES ('2026-01-02 11:00:00', 1), ('2026-01-02 11:00:30', 2),"
                        + " ('2026-01-02 11:01:00.9', 3), ('2026-01-03 00:00:00', 4), (NULL, 5), (NULL, 6)");

        Backlog all = backlog(null, Duration.ZERO);
        Backlog rest = backlog(Watermark.of("TIMESTAMP", "2026-01-02 11:00:30"), Duration.ZERO);
        Backlog none = backlog(Watermark.of("TIMESTAMP", "2026-01-02 11:01:00.9"), Duration.ZERO);

        assertThat(all).isEqualTo(new Backlog(3, OptionalLong.of(60), 1, FUTURE, FUTURE, 2));
        assertThat(rest).isEqualTo(new Backlog(1, OptionalLong.of(30), 1, FUTURE, FUTURE, 2));
        assertThat(none).isEqualTo(new Backlog(0, OptionalLong.of(0), 1, FUTURE, FUTURE, 2));
    }

    @Test
    void an_integer_watermark_tells_no_time() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x AS w, x AS p FROM range(5) r(x)");

        assertThat(backlog(null, Duration.ZERO)).isEqualTo(new Backlog(5, OptionalLong.empty(), 0, null, null, 0));
    }

    @Test
    void an_empty_table_has_no_page_and_no_backlog() throws SQLException {
        table.write("CREATE TABLE t (w DATE, p INTEGER)");

        assertThat(next(null, 10)).isEmpty();
        assertThat(backlog(null, Duration.ZERO)).isEqualTo(new Backlog(0, OptionalLong.empty(), 0, null, null, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"p", "P"})
    void two_columns_of_one_name_are_refused(String second) throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 2 AS p");

        assertThatThrownBy(() ->
                        next("SELECT w AS _watermark, p, p + 1 AS " + second + " FROM t", null, Duration.ZERO, 10))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("sales.sql:1: two columns are named " + second + ". Give one of them another name with AS");
    }

    @Test
    void a_query_without_the_watermark_column_is_refused_with_what_it_has() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 2 AS p");

        assertThatThrownBy(() -> next("SELECT w, p FROM t", null, Duration.ZERO, 10))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("sales.sql: the query has no column _watermark; it has w, p."
                        + " Select the time or number that the stream advances by AS _watermark");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "VARCHAR | VARCHAR",
                "DOUBLE | DOUBLE",
                "TIME | TIME",
                "'DECIMAL(9,0)' | 'DECIMAL(9,0)'",
                "DATE[] | DATE[]"
            })
    void a_watermark_of_a_type_without_a_calendar_or_count_is_refused(String type, String shown) throws SQLException {
        table.write("CREATE TABLE t (w " + type + ", p INTEGER)");

        assertThatThrownBy(() -> next(null, 10))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(
                        "sales.sql:1: the watermark _watermark is a " + shown + ". Use one of TIMESTAMP, ");
    }

    @Test
    void an_unknown_column_with_an_underscore_is_refused_with_the_known_ones() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 2 AS p");

        assertThatThrownBy(() -> next("SELECT w AS _watermark, p AS _weighting FROM t", null, Duration.ZERO, 10))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("sales.sql:1: the column _weighting begins with an underscore")
                .hasMessageContaining("_watermark, _event_time, _trace_id, _partition_key")
                .hasMessageEndingWith("Rename it; names with an underscore first are kept for the envelope");
    }

    @Test
    void an_event_time_that_is_no_time_is_refused() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 2 AS p");
        String query = "SELECT w AS _watermark, p AS _event_time FROM t";

        assertThatThrownBy(
                        () -> read(query, next(query, null, Duration.ZERO, 10).orElseThrow()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("sales.sql:1: the column _event_time is a INTEGER. Make it a TIMESTAMP, or leave it out");
    }

    private Optional<Window> next(@Nullable Watermark after, int maxRows) throws SQLException {
        return next(QUERY, after, Duration.ZERO, maxRows);
    }

    private Optional<Window> next(String query, @Nullable Watermark after, Duration settle, int maxRows)
            throws SQLException {
        try (Connection connection = table.source().open()) {
            return PageQuery.prepare(FactTable.stream(query, settle), connection, NonFinite.STRING)
                    .next(connection, after, NOW, maxRows);
        }
    }

    private Optional<Window> next(Instant now, Duration settle) throws SQLException {
        try (Connection connection = table.source().open()) {
            return PageQuery.prepare(FactTable.stream(QUERY, settle), connection, NonFinite.STRING)
                    .next(connection, null, now, 10);
        }
    }

    private Backlog backlog(@Nullable Watermark after, Duration settle) throws SQLException {
        try (Connection connection = table.source().open()) {
            return PageQuery.prepare(FactTable.stream(QUERY, settle), connection, NonFinite.STRING)
                    .look(connection, after, NOW)
                    .backlog();
        }
    }

    private List<String> read(Window window) throws SQLException {
        return read(QUERY, window);
    }

    /** The payloads of a window's rows. */
    private List<String> read(String query, Window window) throws SQLException {
        List<String> payloads = new ArrayList<>();
        try (Connection connection = table.source().open();
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(PageQuery.prepare(FactTable.stream(query), connection, NonFinite.STRING)
                                .pageSql(window, RowLimit.of(RowLimit.LEAST)))) {
            while (rows.next()) {
                String row = new String(rows.getBytes(1), StandardCharsets.UTF_8);
                String members = row.substring(row.lastIndexOf(Event.SEPARATOR) + 1);
                payloads.add("{" + (members.isEmpty() ? "" : members.substring(1)) + "}");
            }
        }
        return payloads;
    }
}
