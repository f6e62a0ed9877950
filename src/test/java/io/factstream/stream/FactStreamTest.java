package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.factstream.CapturedLog;
import io.factstream.SettableClock;
import io.factstream.config.ConfigurationException;
import io.factstream.config.NonFinite;
import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.deadletter.DeliveryFailure;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Severity;
import io.factstream.eventhubs.BatchLimit;
import io.factstream.eventhubs.HubLayout;
import io.factstream.eventhubs.Hubs;
import io.factstream.eventhubs.OutageException;
import io.factstream.eventhubs.ThrottledException;
import io.factstream.session.StreamCounts;
import io.factstream.source.DuckDbSource;
import io.factstream.source.FileStamp;
import io.factstream.source.LoaderProcess;
import io.factstream.state.SqliteState;
import io.factstream.watermark.QueryChangedException;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.Watermark;
import io.factstream.watermark.WatermarkConflictException;
import io.factstream.watermark.WatermarkStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class FactStreamTest {

    private static final String QUERY = "SELECT w AS _watermark, p FROM t";
    /** Never started: exchanges only need one to belong to. */
    private static final CamelContext CAMEL = new DefaultCamelContext();

    private static final Duration BUSY_RETRY = Duration.ofSeconds(2);
    private static final Duration FIRST_HOLD = Duration.ofSeconds(1);
    private static final Duration LONGEST_HOLD = Duration.ofSeconds(10);
    private static final Duration THROTTLED_HOLD = Duration.ofSeconds(4);
    private static final int MANY_ROWS = 50_000;
    private static final long MANY_BYTES = 1L << 24;

    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-02T00:00:00Z"));
    private final FakeHubs hubs = new FakeHubs();
    private final List<String> delivered = new ArrayList<>();
    /** Those of the events delivered. */
    private final List<String> ids = new ArrayList<>();

    private String lastPayload = "";

    private long pageBytes = MANY_BYTES;
    private long keptBytes = MANY_BYTES;
    private PageMemory memory = new PageMemory(1, 1);
    private FactTable table;
    private SqliteState state;

    /** One hub of two partitions, which may be away, and counts how often it is asked: once before each look. */
    private static final class FakeHubs implements Hubs {
        private int asked;
        private boolean away;
        private boolean cut;

        @Override
        public HubLayout layout(String hub) {
            asked++;
            if (away) {
                throw new OutageException(
                        new DeliveryFailure(ErrorCategory.NETWORK, Severity.TRANSIENT, "hub is away"), null);
            }
            return new HubLayout(List.of("0", "1"), new BatchLimit(500, 1_048_576));
        }

        @Override
        public Optional<OutageException> cut(String hub) {
            return cut ? Optional.of(outage()) : Optional.empty();
        }
    }

    @BeforeEach
    void open(@TempDir Path folder) {
        table = new FactTable(folder.resolve("facts.duckdb"));
        state = SqliteState.open(folder.resolve("state.db"), new DeadLetterLimit(10, "limit"), clock);
    }

    @AfterEach
    void close() {
        state.close();
    }

    @Test
    void polls_deliver_every_row_once_and_leave_the_stream_drained() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x // 10 AS w, x AS p FROM range(2500) r(x)");
        FactStream stream = stream(QUERY);

        drain(stream);

        assertThat(delivered).containsExactlyInAnyOrderElementsOf(numbers(2500));
        assertThat(position()).isEqualTo(Watermark.of("BIGINT", "249"));
        assertThat(stream.status().drained()).isTrue();
        assertThat(stream.status().lastEventTime()).isEqualTo("249");
        assertThat(stream.status().watermark()).isEqualTo(position());
        assertThat(stream.status().backlog()).contains(new Backlog(0, OptionalLong.empty(), 0, null, null, 0));
        assertThat(stream.counts().rowsRead()).isEqualTo(2500);
        assertThat(stream.counts().eventsSent()).isEqualTo(2500);
    }

    @Test
    void the_lag_falls_with_every_page_although_the_source_is_not_looked_at_again() throws SQLException {
        table.write("CREATE TABLE t AS SELECT TIMESTAMP '2026-01-01' + INTERVAL (x // 10) SECOND AS w, x AS p"
                + " FROM range(2500) r(x)");
        FactStream stream = stream(QUERY, 100, MANY_BYTES);

        long left = 2500;
        for (Page page = poll(stream); page != null; page = poll(stream)) {
            left -= page.rows();
            assertThat(stream.status().lagRows()).isEqualTo(left);
            assertThat(stream.status().lagSeconds()).isEqualTo(249 - (2500 - left) / 10 + 1);
        }
        assertThat(stream.status().lagRows()).isZero();
    }

    @Test
    void the_lag_is_right_within_a_value_that_is_read_in_slices() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x // 500 AS w, x AS p FROM range(1000) r(x)");
        FactStream stream = stream(QUERY, 100, MANY_BYTES);

        long left = 1000;
        for (Page page = poll(stream); page != null; page = poll(stream)) {
            left -= page.rows();
            clock.advance(Duration.ofSeconds(20));
            assertThat(stream.status().lagRows()).isEqualTo(left);
        }
        assertThat(delivered).hasSize(1000);
    }

    @Test
    void batches_that_were_sent_or_dead_lettered_are_counted() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x AS w, x AS p FROM range(3) r(x)");
        FactStream stream = stream(QUERY);
        Exchange exchange = exchange();
        EventBatch batch = read(stream, exchange).partitions().get(0).batches().get(0);
        List<EventBatch> lanes = lanes(batch, 2);

        stream.sent(lanes.get(0));
        stream.deadLettered(lanes.get(1), ErrorCategory.VALIDATION);

        assertThat(stream.counts())
                .isEqualTo(new StreamCounts(3, 2, 1, 1, lanes.get(0).wireBytes()));
    }

    /** A batch of events without keys in equal parts. */
    private static List<EventBatch> lanes(EventBatch batch, int number) {
        return batch.lanes(number, 0).stream().map(lane -> lane.pieces().get(0)).toList();
    }

    @Test
    void a_page_of_too_many_bytes_ends_with_its_last_whole_value() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x // 3 AS w, x AS p, repeat('x', 1000) AS y FROM range(30) r(x)");
        FactStream stream = stream("SELECT w AS _watermark, p, y FROM t", MANY_ROWS, 10_000);

        Page page = Objects.requireNonNull(poll(stream));

        assertThat(page.rows()).isEqualTo(9);
        assertThat(page.more()).isTrue();
        assertThat(position()).isEqualTo(Watermark.of("BIGINT", "2"));
        drain(stream);
        assertThat(delivered).containsExactlyInAnyOrderElementsOf(numbers(30));
    }

    @Test
    void a_loader_that_keeps_the_source_for_long_is_soon_left_alone_for_a_poll_interval()
            throws SQLException, IOException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 1 AS p");
        FactStream stream = stream(QUERY);
        int soon = 0;
        try (LoaderProcess loader = LoaderProcess.holding(table.file())) {
            for (int polls = 0; polls < 20; polls++) {
                poll(stream);
                assertThat(stream.status().lastError()).contains("process " + loader.pid());
                soon += stream.loaderWait() > 0 ? 1 : 0;
                clock.advance(BUSY_RETRY.multipliedBy(2));
            }
        }
        assertThat(soon).isEqualTo(10);
        assertThat(stream.loaderWait()).isZero();

        drain(stream);
        try (LoaderProcess loader = LoaderProcess.holding(table.file())) {
            clock.advance(Duration.ofMinutes(1));
            poll(stream);
            assertThat(stream.status().lastError()).contains("process " + loader.pid());
        }
        assertThat(stream.loaderWait()).isBetween(BUSY_RETRY.toMillis() / 16, BUSY_RETRY.toMillis() * 3 / 16);
    }

    @Test
    void pages_have_no_more_rows_than_are_worth_while_where_the_table_is_in_order() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x AS w FROM range(10_000_000) r(x)");

        assertThat(largestOfFirstPages(stream("SELECT w AS _watermark, w AS p FROM t")))
                .isBetween(10_000, 20_000);
    }

    @Test
    void pages_are_larger_where_each_of_them_goes_through_the_whole_table() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x AS w FROM range(10_000_000) r(x)");

        // DuckDB cannot tell from the column which part of the table holds such values.
        assertThat(largestOfFirstPages(stream("SELECT abs(w) AS _watermark, w AS p FROM t")))
                .isGreaterThan(20_000);
    }

    private int largestOfFirstPages(FactStream stream) {
        int largest = 0;
        for (int page = 0; page < 5; page++) {
            largest = Math.max(largest, Objects.requireNonNull(poll(stream)).rows());
        }
        return largest;
    }

    @Test
    void a_value_of_too_many_bytes_is_planned_again_in_slices() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, x AS p, repeat('x', 1000) AS y FROM range(100) r(x)");
        FactStream stream = stream("SELECT w AS _watermark, p, y FROM t", MANY_ROWS, 20_000);

        Page page = poll(stream);

        assertThat(page).isNull();
        assertThat(state.watermarks().find("sales")).isEmpty();
        assertThat(stream.status().state()).isEqualTo(StreamState.RUNNING);
        drain(stream);
        assertThat(delivered).containsExactlyInAnyOrderElementsOf(numbers(100));
        assertThat(position()).isEqualTo(Watermark.of("INTEGER", "1"));
    }

    @Test
    void a_tie_with_small_pages_takes_about_as_many_reads_as_pages_would_hold_it() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, x AS p, repeat('x', (100 + hash(x) % 400)::INTEGER) AS y"
                + " FROM range(1765) r(x)");
        FactStream stream = stream("SELECT w AS _watermark, p, y FROM t", MANY_ROWS, 10_000);

        int reads = 0;
        while (delivered.size() < 1765) {
            poll(stream);
            reads++;
        }

        assertThat(delivered).containsExactlyInAnyOrderElementsOf(numbers(1765));
        // About 320 bytes a row, and three quarters of a page are aimed at.
        assertThat(reads).isLessThan(1765 * 320 / 10_000 * 3 / 2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE t ADD COLUMN q INTEGER DEFAULT 7",
                "CREATE OR REPLACE TABLE t AS SELECT y, p, w FROM t",
                "CREATE OR REPLACE TABLE t AS SELECT 7 AS q, y, p, w FROM t"
            })
    void columns_that_change_within_a_value_that_is_read_in_parts_lose_no_row(String change) throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, x AS p, x % 3 AS y FROM range(1000) r(x)");
        String sql = "SELECT w AS _watermark, * FROM t";
        FactStream stream = stream(sql, 100, MANY_BYTES);
        poll(stream);
        poll(stream);

        table.write(change);
        poll(stream);
        // Another runtime, that knows what was saved.
        drain(stream(sql, 60, MANY_BYTES));

        assertThat(delivered).containsExactlyInAnyOrderElementsOf(numbers(1000));
    }

    @Test
    void a_row_larger_than_a_page_is_delivered_alone() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x AS w, x AS p, repeat('x', 5000) AS y FROM range(3) r(x)");
        FactStream stream = stream("SELECT w AS _watermark, p, y FROM t", MANY_ROWS, 1_000);

        drain(stream);

        assertThat(delivered).containsExactlyElementsOf(numbers(3));
    }

    @Test
    void a_page_that_does_not_fit_into_duckdb_is_tried_again_at_once_with_fewer_rows() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x AS w, x AS p FROM range(100) r(x)");
        FactStream stream = stream(QUERY, 64, MANY_BYTES);

        for (int rows = 64; rows > 1; rows /= 4) {
            Exchange exchange = exchange();
            plan(stream, exchange);
            fail(stream, exchange, new SQLException("Out of Memory Error: failed to allocate"));

            assertThat(exchange.getProperty(Exchange.SCHEDULER_POLLED_MESSAGES)).isEqualTo(true);
            assertThat(stream.status().state()).isEqualTo(StreamState.RUNNING);
        }
        Page page = Objects.requireNonNull(poll(stream));

        assertThat(page.rows()).isEqualTo(1);
    }

    @Test
    void one_row_that_does_not_fit_into_duckdb_is_a_failure_that_names_the_row_and_the_setting() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 1 AS p");
        FactStream stream = stream(QUERY, 1, MANY_BYTES);
        // The first time its rows are not measured before JSON is made of them.
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThat(stream.status().state()).isEqualTo(StreamState.RUNNING);
            Exchange exchange = exchange();
            plan(stream, exchange);

            fail(
                    stream,
                    exchange,
                    new RuntimeCamelException(new SQLException("Out of Memory Error: failed to allocate")));
        }

        assertThat(stream.status().state()).isEqualTo(StreamState.FAILING);
        assertThat(stream.status().lastError())
                .contains("factstream.source.memory-limit")
                .contains("_watermark = 1");
    }

    @ParameterizedTest
    @ValueSource(longs = {-2, 2})
    void waits_end_after_their_time_whatever_the_clock_is_set_to(long hours) throws SQLException, IOException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 1 AS p");
        FactStream stream = stream(QUERY);
        try (LoaderProcess loader = LoaderProcess.holding(table.file())) {
            poll(stream);
            assertThat(stream.status().lastError()).contains("process " + loader.pid());
        }

        clock.step(Duration.ofHours(hours));
        poll(stream);
        assertThat(stream.status().state()).isEqualTo(StreamState.BUSY);
        clock.advance(BUSY_RETRY.multipliedBy(2));
        drain(stream);

        assertThat(delivered).hasSize(1);
        FileStamp idle = table.source().stamp();
        try (Connection writer = DriverManager.getConnection("jdbc:duckdb:" + table.file())) {
            assertThat(writer.isClosed()).isFalse();
            assertThat(table.source().stamp()).isEqualTo(idle);
            clock.step(Duration.ofHours(-hours));
            poll(stream);
            assertThat(stream.status().state()).isEqualTo(StreamState.RUNNING);
            clock.advance(Duration.ofSeconds(31));
            poll(stream);
            assertThat(stream.status().state()).isEqualTo(StreamState.FAILING);
        }
    }

    @Test
    void an_idle_file_is_left_alone_while_it_is_unchanged() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 1 AS p");
        FactStream stream = stream(QUERY);
        drain(stream);
        FileStamp idle = table.source().stamp();

        // While this process has it open for writing, the source cannot be opened.
        try (Connection writer = DriverManager.getConnection("jdbc:duckdb:" + table.file())) {
            assertThat(writer.isClosed()).isFalse();
            assertThat(table.source().stamp()).isEqualTo(idle);
            clock.advance(Duration.ofSeconds(29));
            poll(stream);
            assertThat(stream.status().state()).isEqualTo(StreamState.RUNNING);

            clock.advance(Duration.ofSeconds(2));
            poll(stream);
            assertThat(stream.status().state()).isEqualTo(StreamState.FAILING);
        }
    }

    @Test
    void a_file_that_changed_is_looked_at_in_the_next_poll() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 1 AS p");
        FactStream stream = stream(QUERY);
        drain(stream);

        table.write("INSERT INTO t VALUES (2, 2)");
        poll(stream);

        assertThat(delivered).containsExactly("1", "2");
    }

    @Test
    void a_moved_watermark_is_followed_at_once_although_the_file_is_unchanged() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x AS w, x AS p FROM range(3) r(x)");
        FactStream stream = stream(QUERY, 1, MANY_BYTES);
        drain(stream);
        state.watermarks().set("sales", position(), null, "somebody", "again");
        poll(stream);
        assertThat(delivered).hasSize(3);

        stream.lookAgain();
        poll(stream);
        drain(stream);

        assertThat(delivered).containsExactly("0", "1", "2", "0", "1", "2");
    }

    @Test
    void rows_that_settle_are_found_although_the_file_is_unchanged() throws SQLException {
        table.write("CREATE TABLE t AS SELECT TIMESTAMP '2026-01-02 00:00:03' AS w, 1 AS p");
        FactStream stream = stream(QUERY);
        drain(stream);
        assertThat(stream.status().rowsUnsettled()).isEqualTo(1);

        clock.advance(Duration.ofSeconds(3));
        poll(stream);

        assertThat(delivered).containsExactly("1");
    }

    @Test
    void the_source_is_closed_before_a_page_is_sent() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 1 AS p");
        FactStream stream = stream(QUERY);
        Exchange exchange = exchange();
        plan(stream, exchange);
        assertThatThrownBy(() -> table.write("INSERT INTO t VALUES (2, 2)")).isInstanceOf(SQLException.class);

        Page page = Objects.requireNonNull(stream.read(rows(exchange), exchange));

        table.write("INSERT INTO t VALUES (2, 2)");
        deliver(stream, page);
        stream.commit(page, exchange);
        drain(stream);
        assertThat(delivered).containsExactly("1", "2");
    }

    @Test
    void the_source_is_closed_when_a_poll_ends_without_reading() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 1 AS p");
        Exchange exchange = exchange();
        plan(stream(QUERY), exchange);

        exchange.getExchangeExtension().handoverCompletions().forEach(end -> end.onFailure(exchange));

        table.write("INSERT INTO t VALUES (2, 2)");
    }

    @Test
    void a_changed_query_is_refused_with_the_ways_on_and_nothing_moves() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 1 AS p");
        drain(stream(QUERY));
        table.write("INSERT INTO t VALUES (2, 2)");
        FactStream changed = stream(QUERY + " WHERE p > 0");

        poll(changed);

        assertThat(changed.status().state()).isEqualTo(StreamState.FAILING);
        assertThat(changed.status().lastError())
                .isEqualTo(new QueryChangedException(
                                "sales",
                                FactTable.stream(QUERY).fingerprint(),
                                changed.definition().fingerprint())
                        .getMessage())
                .contains("accept the new query", "rewind", "new stream");
        assertThat(delivered).containsExactly("1");
        assertThat(position()).isEqualTo(Watermark.of("INTEGER", "1"));
    }

    @Test
    void a_query_with_other_comments_goes_on_where_the_old_one_stood() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 1 AS p");
        drain(stream(QUERY));
        table.write("INSERT INTO t VALUES (2, 2)");

        drain(stream("-- sales\nSELECT w AS _watermark,\n  p\nFROM t;"));

        assertThat(delivered).containsExactly("1", "2");
    }

    @Test
    void another_event_type_or_watermark_column_is_another_query() {
        assertThat(FactTable.stream(QUERY).fingerprint())
                .isNotEqualTo(
                        new StreamDefinition("sales", "refund", Path.of("q"), QUERY, "_watermark", "hub", Duration.ZERO)
                                .fingerprint())
                .isNotEqualTo(new StreamDefinition("sales", "sale", Path.of("q"), QUERY, "p", "hub", Duration.ZERO)
                        .fingerprint());
    }

    /** The file of the source tells when a loader changed its columns; another file that the query reads does not. */
    @Test
    void columns_of_another_file_are_asked_for_again_within_seconds() throws SQLException, IOException {
        Path other = table.file().resolveSibling("other.csv");
        Files.writeString(other, "p\n1\n");
        table.write("CREATE TABLE t AS SELECT x AS w FROM range(100) r(x)");
        Files.setLastModifiedTime(table.file(), FileTime.from(clock.instant().minus(Duration.ofDays(1))));
        FactStream stream = stream("SELECT w AS _watermark, o.* FROM t, read_csv('" + other + "') o", 10, MANY_BYTES);
        assertThat(poll(stream)).isNotNull();
        assertThat(lastPayload).isEqualTo("{\"p\":1}");

        Files.writeString(other, "p,q\n1,2\n");
        clock.advance(Duration.ofSeconds(2));
        drain(stream);

        assertThat(lastPayload).isEqualTo("{\"p\":1,\"q\":2}");
    }

    @Test
    void a_watermark_of_another_type_is_refused_with_the_mend() throws SQLException {
        table.write("CREATE TABLE t AS SELECT DATE '2026-01-01' AS w, 1 AS p");
        FactStream stream = stream(QUERY);
        drain(stream);
        table.write("CREATE OR REPLACE TABLE t AS SELECT TIMESTAMP '2026-01-01' AS w, 1 AS p");

        poll(stream);

        assertThat(stream.status().state()).isEqualTo(StreamState.FAILING);
        assertThat(stream.status().lastError())
                .isEqualTo(new ConfigurationException(
                                "sales.sql",
                                "the watermark column _watermark was a DATE and is now a TIMESTAMP",
                                "Cast it back to DATE, or set the watermark of stream sales anew")
                        .getMessage());
        assertThat(position()).isEqualTo(Watermark.of("DATE", "2026-01-01"));
    }

    @Test
    void a_failed_query_is_shown_with_its_file_and_line() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 1 AS p");
        FactStream stream = stream("SELECT w AS _watermark, nothing FROM t");

        poll(stream);

        assertThat(stream.status().state()).isEqualTo(StreamState.FAILING);
        assertThat(stream.status().lastError()).startsWith("sales.sql:1: ").contains("nothing");
        assertThat(stream.status().pagesFailed()).isEqualTo(1);
    }

    @Test
    void a_paused_stream_reads_nothing_until_it_is_resumed() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 1 AS p");
        FactStream stream = stream(QUERY);

        stream.pause();
        poll(stream);

        assertThat(delivered).isEmpty();
        assertThat(hubs.asked).isZero();
        assertThat(stream.status().state()).isEqualTo(StreamState.PAUSED);
        stream.resume();
        poll(stream);
        assertThat(delivered).containsExactly("1");
        assertThat(stream.status().state()).isEqualTo(StreamState.RUNNING);
    }

    @Test
    void a_page_under_way_when_a_stream_is_paused_is_finished() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 1 AS p");
        FactStream stream = stream(QUERY);
        Exchange exchange = exchange();
        Page page = read(stream, exchange);

        stream.pause();
        deliver(stream, page);
        stream.commit(page, exchange);

        assertThat(position()).isEqualTo(Watermark.of("INTEGER", "1"));
        assertThat(stream.status().state()).isEqualTo(StreamState.PAUSED);
    }

    @Test
    void a_stream_that_fails_while_it_is_paused_still_says_that_it_is_paused() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 1 AS p");
        FactStream stream = stream(QUERY);
        Exchange exchange = exchange();
        plan(stream, exchange);
        stream.pause();

        fail(stream, exchange, outage());

        assertThat(stream.status().state()).isEqualTo(StreamState.PAUSED);
        assertThat(stream.status().lastError()).isEqualTo("hub is away");
    }

    @Test
    void failures_are_tried_again_after_holds_that_grow_to_a_limit() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 1 AS p");
        FactStream stream = stream(QUERY);
        hubs.away = true;

        poll(stream);
        for (Duration hold : List.of(
                FIRST_HOLD,
                FIRST_HOLD.multipliedBy(2),
                FIRST_HOLD.multipliedBy(4),
                FIRST_HOLD.multipliedBy(8),
                LONGEST_HOLD,
                LONGEST_HOLD)) {
            assertHolds(stream, hold);
        }

        assertThat(stream.status().consecutiveFailures()).isEqualTo(7);
        assertThat(stream.status().pagesFailed()).isEqualTo(7);
        assertThat(stream.status().lastError()).isEqualTo("hub is away");
    }

    @Test
    void a_page_that_succeeds_ends_the_failures_and_makes_the_next_hold_short_again() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 1 AS p");
        FactStream stream = stream(QUERY);
        hubs.away = true;
        poll(stream);
        assertHolds(stream, FIRST_HOLD);
        clock.advance(LONGEST_HOLD);

        hubs.away = false;
        drain(stream);

        assertThat(stream.status().state()).isEqualTo(StreamState.RUNNING);
        assertThat(stream.status().consecutiveFailures()).isZero();
        assertThat(stream.status().lastError()).isNull();
        assertThat(stream.status().pagesFailed()).isEqualTo(2);
        table.write("INSERT INTO t VALUES (2, 2)");
        hubs.away = true;
        poll(stream);
        assertHolds(stream, FIRST_HOLD);
    }

    @Test
    void a_source_that_a_loader_holds_is_waited_for_and_is_no_failure() throws SQLException, IOException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 1 AS p");
        FactStream stream = stream(QUERY);
        try (LoaderProcess loader = LoaderProcess.holding(table.file())) {
            // The first waits are shorter.
            for (int i = 0; i < 3; i++) {
                poll(stream);
                clock.advance(BUSY_RETRY.multipliedBy(2));
            }
            for (int i = 0; i < 5; i++) {
                poll(stream);
                assertThat(stream.status().lastError()).contains("process " + loader.pid());
                assertHolds(stream, BUSY_RETRY);
            }
            assertThat(stream.status().state()).isEqualTo(StreamState.BUSY);
            assertThat(stream.status().consecutiveFailures()).isZero();
            assertThat(stream.status().pagesFailed()).isZero();
        }

        clock.advance(BUSY_RETRY.multipliedBy(2));
        drain(stream);

        assertThat(delivered).containsExactly("1");
        assertThat(stream.status().state()).isEqualTo(StreamState.RUNNING);
        assertThat(stream.status().lastError()).isNull();
    }

    @Test
    void a_watermark_that_a_person_moves_is_gone_on_from() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x AS w, x AS p FROM range(3) r(x)");
        FactStream stream = stream(QUERY);
        drain(stream);
        Watermark end = position();

        state.watermarks().set("sales", end, Watermark.of("BIGINT", "0"), "operator", "send again");
        clock.advance(Duration.ofSeconds(31));
        drain(stream);

        assertThat(delivered).containsExactly("0", "1", "2", "1", "2");
        assertThat(position()).isEqualTo(end);
    }

    @Test
    void after_an_outage_only_what_is_missing_of_the_page_is_sent_and_nothing_is_read_again() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x AS w, x AS p FROM range(40) r(x)");
        FactStream stream = stream(QUERY);
        Exchange exchange = exchange();
        Page page = read(stream, exchange);
        EventBatch batch = page.partitions().get(0).batches().get(0);
        deliver(stream, lanes(batch, 2).get(1));
        fail(stream, exchange, outage());
        table.write("UPDATE t SET p = 1000");
        clock.advance(LONGEST_HOLD);

        drain(stream);

        assertThat(delivered).containsExactlyInAnyOrderElementsOf(numbers(40));
        assertThat(position()).isEqualTo(Watermark.of("BIGINT", "39"));
        assertThat(stream.counts().rowsRead()).isEqualTo(40);
    }

    @Test
    void the_next_pages_are_read_while_one_is_sent_and_sent_by_the_next_polls() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x AS w, x AS p FROM range(60) r(x)");
        FactStream stream = stream(QUERY, 10, MANY_BYTES);
        poll(stream);
        int asked = hubs.asked;
        table.write("DROP TABLE t");

        poll(stream);
        int afterTwo = delivered.size();
        poll(stream);

        assertThat(afterTwo).isGreaterThan(10);
        assertThat(delivered)
                .hasSizeGreaterThan(afterTwo)
                .containsExactlyInAnyOrderElementsOf(numbers(delivered.size()));
        assertThat(stream.counts().rowsRead()).isEqualTo(delivered.size());
        // Each of the two is held against the partitions that the hub has when its turn comes.
        assertThat(hubs.asked).isEqualTo(asked + 2);
    }

    @Test
    void a_page_read_ahead_is_not_sent_when_somebody_has_moved_the_watermark() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x AS w, x AS p FROM range(40) r(x)");
        FactStream stream = stream(QUERY, 10, MANY_BYTES);
        poll(stream);
        state.watermarks().set("sales", position(), Watermark.of("BIGINT", "37"), "operator", "skip");

        drain(stream);

        assertThat(delivered.subList(10, delivered.size())).containsExactlyInAnyOrder("38", "39");
        assertThat(stream.counts().rowsRead()).isEqualTo(12);
    }

    @Test
    void a_page_that_cannot_be_read_ahead_is_read_in_its_turn() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x AS w, x AS p FROM range(40) r(x)");
        FactStream stream = stream(QUERY, 10, MANY_BYTES);
        Exchange exchange = exchange();
        plan(stream, exchange);
        Page page = Objects.requireNonNull(stream.read(rows(exchange), exchange));
        assertThat(stream.readsAhead(page, exchange)).isTrue();
        exchange.getProperty("FactStreamAhead", PageAhead.class).onDone(exchange());
        deliver(stream, page);
        stream.commit(page, exchange);

        drain(stream);

        assertThat(delivered).containsExactlyInAnyOrderElementsOf(numbers(40));
        assertThat(new HashSet<>(ids)).hasSize(40);
    }

    @Test
    void pages_read_ahead_give_their_memory_back_when_the_watermark_turns_out_to_be_of_another_query()
            throws SQLException {
        table.write("CREATE TABLE t AS SELECT x AS w, x AS p FROM range(60) r(x)");
        FactStream stream = stream(QUERY, 10, MANY_BYTES);
        poll(stream);
        state.watermarks().accept("sales", stream.definition().fingerprint(), "of another query", "operator");

        poll(stream);
        assertThat(stream.status().lastError()).contains("its query changed");
        // It waits now, and holds nothing meanwhile.
        poll(stream);

        assertThat(memory.enterIfFree(pageBytes)).isNotNull();
    }

    /** Its file may have been deleted: then no poll of it comes any more. */
    @Test
    void a_stream_at_rest_holds_no_page_although_one_was_being_read_when_it_finished()
            throws SQLException, InterruptedException {
        table.write("CREATE TABLE t AS SELECT x AS w, x AS p FROM range(60) r(x)");
        FactStream stream = stream(QUERY, 10, MANY_BYTES);
        Exchange exchange = exchange();
        Page page = read(stream, exchange);
        assertThat(stream.readsAhead(page, exchange)).isTrue();
        Exchange reading = exchange();
        exchange.getProperties().forEach(reading::setProperty);
        deliver(stream, page);
        stream.commit(page, exchange);
        exchange.getExchangeExtension().handoverCompletions().forEach(end -> end.onComplete(exchange));
        stream.finish();
        poll(stream);
        assertThat(stream.awaitRest(Duration.ZERO)).isFalse();

        assertThat(readAhead(stream, reading)).isFalse();

        assertThat(stream.awaitRest(Duration.ZERO)).isTrue();
        assertThat(memory.enterIfFree(pageBytes)).isNotNull();
    }

    @Test
    void nothing_is_read_ahead_when_there_is_no_memory_for_it() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x AS w, x AS p FROM range(40) r(x)");
        pageBytes = 1;
        FactStream stream = stream(QUERY, 10, MANY_BYTES);
        Exchange exchange = exchange();
        plan(stream, exchange);
        Page page = Objects.requireNonNull(stream.read(rows(exchange), exchange));

        assertThat(stream.readsAhead(page, exchange)).isFalse();
    }

    @Test
    void a_page_for_which_there_is_no_memory_is_read_again() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x AS w, x AS p FROM range(40) r(x)");
        keptBytes = 10;
        FactStream stream = stream(QUERY);
        Exchange exchange = exchange();
        read(stream, exchange);
        fail(stream, exchange, outage());
        clock.advance(LONGEST_HOLD);

        drain(stream);

        assertThat(delivered).containsExactlyInAnyOrderElementsOf(numbers(40));
        assertThat(stream.counts().rowsRead()).isEqualTo(80);
    }

    @Test
    void a_kept_page_is_let_go_when_somebody_moves_the_watermark() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x AS w, x AS p FROM range(40) r(x)");
        FactStream stream = stream(QUERY);
        Exchange exchange = exchange();
        read(stream, exchange);
        fail(stream, exchange, outage());
        state.watermarks().set("sales", null, Watermark.of("BIGINT", "37"), "operator", "skip");
        clock.advance(LONGEST_HOLD);

        drain(stream);

        assertThat(delivered).containsExactlyInAnyOrder("38", "39");
    }

    @Test
    void a_page_is_not_saved_while_an_event_of_it_is_neither_sent_nor_stored() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x AS w, x AS p FROM range(40) r(x)");
        FactStream stream = stream(QUERY);
        Exchange exchange = exchange();
        Page page = read(stream, exchange);
        deliver(stream, lanes(page.partitions().get(0).batches().get(0), 2).get(0));

        assertThatThrownBy(() -> stream.commit(page, exchange))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("neither acknowledged by the hub nor stored")
                .hasMessageContaining("direct:send-batch");

        assertThat(state.watermarks().find("sales")).isEmpty();
    }

    @Test
    void a_stream_whose_hub_asks_to_slow_down_waits_as_long_as_it_advises_and_that_is_no_failure() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 1 AS p");
        FactStream stream = stream(QUERY);
        Exchange exchange = exchange();
        read(stream, exchange);

        fail(stream, exchange, throttled(Duration.ofSeconds(20)));

        assertThat(stream.status().state()).isEqualTo(StreamState.THROTTLED);
        assertThat(stream.status().throttles()).isEqualTo(1);
        assertThat(stream.status().pagesFailed()).isZero();
        clock.advance(Duration.ofSeconds(20).minusMillis(1));
        assertThat(poll(stream)).isNull();
        clock.advance(Duration.ofSeconds(11));
        assertThat(poll(stream)).isNotNull();
        assertThat(stream.status().state()).isEqualTo(StreamState.RUNNING);
    }

    @Test
    void while_the_hub_is_cut_off_nothing_is_read_and_when_it_is_worth_trying_the_wait_ends() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 1 AS p");
        FactStream stream = stream(QUERY);
        hubs.cut = true;
        poll(stream);
        assertThat(stream.status().state()).isEqualTo(StreamState.FAILING);
        assertThat(stream.status().lastError()).isEqualTo("hub is away");
        assertThat(hubs.asked).isZero();
        Exchange exchange = exchange();
        hubs.cut = false;
        read(stream, exchange);
        fail(stream, exchange, outage());
        assertThat(poll(stream)).isNull();

        stream.hubIsWorthTrying();

        assertThat(poll(stream)).isNotNull();
        assertThat(stream.status().state()).isEqualTo(StreamState.RUNNING);
    }

    @Test
    void a_watermark_that_moves_while_a_page_is_sent_is_not_overwritten() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x AS w, x AS p FROM range(3) r(x)");
        FactStream stream = stream(QUERY);
        Exchange exchange = exchange();
        Page page = read(stream, exchange);
        Watermark elsewhere = Watermark.of("BIGINT", "1");
        state.watermarks().set("sales", null, elsewhere, "operator", "skip");
        deliver(stream, page);

        assertThatThrownBy(() -> stream.commit(page, exchange)).isInstanceOf(WatermarkConflictException.class);

        assertThat(position()).isEqualTo(elsewhere);
    }

    @Test
    void a_row_that_is_committed_out_of_order_within_settle_is_read_in_its_place() throws SQLException {
        table.write("CREATE TABLE t AS SELECT TIMESTAMP '2026-01-02 00:00:08' AS w, 8 AS p");
        FactStream stream = stream(FactTable.stream(QUERY, Duration.ofSeconds(10)), MANY_ROWS, MANY_BYTES);
        clock.advance(Duration.ofSeconds(10));
        poll(stream);
        assertThat(delivered).isEmpty();
        assertThat(stream.status().rowsUnsettled()).isEqualTo(1);

        table.write("INSERT INTO t VALUES ('2026-01-02 00:00:05', 5)");
        clock.advance(Duration.ofSeconds(8));
        drain(stream);

        assertThat(delivered).containsExactly("5", "8");
        assertThat(stream.status().lateRows()).isEqualTo(LateRows.NONE);
    }

    @Test
    void a_row_that_is_committed_after_settle_is_counted_late_and_a_backfill_sends_it() throws SQLException {
        table.write("CREATE TABLE t AS SELECT TIMESTAMP '2026-01-02 00:00:08' AS w, 8 AS p");
        StreamDefinition definition = FactTable.stream(QUERY, Duration.ofSeconds(10));
        FactStream stream = stream(definition, MANY_ROWS, MANY_BYTES);
        clock.advance(Duration.ofSeconds(20));
        drain(stream);

        table.write("INSERT INTO t VALUES ('2026-01-02 00:00:05', 5)");
        drain(stream);

        assertThat(delivered).containsExactly("8");
        assertThat(stream.status().lateRows()).isEqualTo(new LateRows(1, 0, List.of("2026-01-02 00")));
        Backfill backfill = Backfill.of(definition, table.source(), state.watermarks(), null, null);
        drain(stream(backfill.narrowed(definition), backfill.positions(), MANY_ROWS, MANY_BYTES));
        assertThat(backfill.settle()).isTrue();
        assertThat(delivered).containsExactly("8", "5", "8");
        assertThat(new HashSet<>(ids)).hasSize(2);
        clock.advance(Duration.ofSeconds(31));
        drain(stream);
        assertThat(stream.status().lateRows()).isEqualTo(LateRows.NONE);
    }

    @Test
    void late_rows_that_stay_are_told_once_however_often_they_are_counted() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 8 AS w, 8 AS p");
        FactStream stream = stream(QUERY);
        drain(stream);
        try (CapturedLog log = CapturedLog.warnings()) {
            table.write("INSERT INTO t VALUES (5, 5)");
            drain(stream);
            for (int look = 0; look < 3; look++) {
                clock.advance(Duration.ofMinutes(2));
                table.write("INSERT INTO t VALUES (9 + " + look + ", 9)");
                drain(stream);
            }

            assertThat(stream.status().lateRows().rows()).isEqualTo(1);
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("lateRows=1"))
                    .hasSize(1);
        }
    }

    private FactStream stream(String query) {
        return stream(query, MANY_ROWS, MANY_BYTES);
    }

    private FactStream stream(String query, int maxRows, long maxBytes) {
        return stream(FactTable.stream(query), maxRows, maxBytes);
    }

    private FactStream stream(StreamDefinition definition, int maxRows, long maxBytes) {
        return stream(definition, state.watermarks(), maxRows, maxBytes);
    }

    private FactStream stream(StreamDefinition definition, WatermarkStore watermarks, int maxRows, long maxBytes) {
        StreamServices.Pages pages = new StreamServices.Pages(
                "shop",
                "1.0",
                "session-1",
                NonFinite.STRING,
                maxRows,
                maxBytes,
                1 << 20,
                BUSY_RETRY,
                FIRST_HOLD,
                LONGEST_HOLD,
                2.0,
                THROTTLED_HOLD);
        memory = new PageMemory(pageBytes, keptBytes);
        return new FactStream(
                definition,
                new StreamServices(table.source(), hubs, watermarks, memory, pages, clock, clock, clock.ticker()));
    }

    private Watermark position() {
        return state.watermarks().find("sales").map(SavedWatermark::position).orElseThrow();
    }

    /** Polls until the stream finds nothing more; fails when it fails. */
    private void drain(FactStream stream) {
        for (int polls = 0; polls == 0 || !stream.status().drained(); polls++) {
            poll(stream);
            assertThat(stream.status().lastError()).isNull();
            assertThat(polls).as("polls").isLessThan(1_000);
        }
    }

    /** One poll as the flow does it, with batches that all arrive; the page, or null where there was none. */
    private @Nullable Page poll(FactStream stream) {
        Exchange exchange = exchange();
        try {
            plan(stream, exchange);
            if (exchange.getMessage().getBody() == null) {
                return null;
            }
            Page page = exchange.getMessage().getBody() instanceof Page waiting
                    ? waiting
                    : stream.read(rows(exchange), exchange);
            if (page != null) {
                readAhead(stream, page, exchange);
                deliver(stream, page);
                stream.commit(page, exchange);
            }
            return page;
        } catch (RuntimeException e) {
            fail(stream, exchange, e);
            return null;
        }
    }

    /** The first half of a poll: the page of which nothing is sent yet. */
    private Page read(FactStream stream, Exchange exchange) {
        plan(stream, exchange);
        return Objects.requireNonNull(stream.read(rows(exchange), exchange));
    }

    /** The first steps of the flow, up to the SQL of a page or a page that waits. */
    private static void plan(FactStream stream, Exchange exchange) {
        try {
            stream.begin(exchange);
            if (FactStream.READ.equals(exchange.getMessage().getBody())) {
                stream.plan(exchange);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the flow does beside the sending of a page. */
    private void readAhead(FactStream stream, Page page, Exchange exchange) {
        boolean reads = stream.readsAhead(page, exchange);
        Exchange last = exchange;
        while (reads) {
            Exchange copy = exchange();
            last.getProperties().forEach(copy::setProperty);
            reads = readAhead(stream, copy);
            last = copy;
        }
    }

    /** Reads one page ahead; returns whether another is to follow. */
    private boolean readAhead(FactStream stream, Exchange exchange) {
        PageAhead page = exchange.getProperty("FactStreamAhead", PageAhead.class);
        boolean reads = false;
        try {
            stream.plan(exchange);
            if (exchange.getMessage().getBody() != null) {
                exchange.getMessage().setBody(stream.read(rows(exchange), exchange));
                reads = stream.readsOn(exchange);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (RuntimeException e) {
            exchange.getProperty("FactStreamLease", Lease.class).close();
            exchange.setException(e);
        }
        page.onDone(exchange);
        return reads;
    }

    private static void fail(FactStream stream, Exchange exchange, Exception failure) {
        Lease lease = exchange.getProperty("FactStreamLease", Lease.class);
        if (lease != null) {
            lease.onDone(exchange);
        }
        exchange.setProperty(Exchange.EXCEPTION_CAUGHT, failure);
        stream.hold(exchange);
    }

    private static OutageException outage() {
        return new OutageException(new DeliveryFailure(ErrorCategory.NETWORK, Severity.TRANSIENT, "hub is away"), null);
    }

    private static ThrottledException throttled(Duration advice) {
        return new ThrottledException(
                new DeliveryFailure(ErrorCategory.THROTTLING, Severity.TRANSIENT, "hub is busy"), advice, null);
    }

    private void deliver(FactStream stream, Page page) {
        page.partitions().stream()
                .flatMap(partition -> partition.batches().stream())
                .forEach(batch -> deliver(stream, batch));
    }

    private void deliver(FactStream stream, EventBatch batch) {
        for (Event event : batch.events()) {
            ids.add(event.traceId());
            JsonNode payload = Json.parse(batch.envelope().json(event)).path("payload");
            delivered.add(payload.path("p").asText());
            lastPayload = payload.toString();
        }
        stream.sent(batch);
    }

    /** What the jdbc endpoint gives for the page query. */
    private java.util.Iterator<Map<String, Object>> rows(Exchange exchange) {
        List<Map<String, Object>> rows = new ArrayList<>();
        DuckDbSource source = table.source();
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(exchange.getMessage().getBody(String.class))) {
            while (result.next()) {
                rows.add(Map.of("event", result.getBytes("event")));
            }
        } catch (SQLException e) {
            throw source.failure(e);
        }
        return rows.iterator();
    }

    /** That the stream looks again neither before half of the hold is over nor after one and a half of it. */
    private void assertHolds(FactStream stream, Duration hold) {
        int looks = hubs.asked;
        clock.advance(hold.dividedBy(2).minusMillis(1));
        poll(stream);
        assertThat(hubs.asked).as("looks within half of %s", hold).isEqualTo(looks);
        clock.advance(hold.plusMillis(1));
        poll(stream);
        assertThat(hubs.asked).as("looks after one and a half of %s", hold).isEqualTo(looks + 1);
    }

    private static Exchange exchange() {
        return new DefaultExchange(CAMEL);
    }

    private static List<String> numbers(int count) {
        return Arrays.asList(IntStream.range(0, count).mapToObj(String::valueOf).toArray(String[]::new));
    }
}
