package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.CapturedLog;
import io.factstream.SettableClock;
import io.factstream.config.NonFinite;
import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.eventhubs.HubLayout;
import io.factstream.eventhubs.Hubs;
import io.factstream.eventhubs.OutageException;
import io.factstream.source.DuckDbSource;
import io.factstream.source.LoaderProcess;
import io.factstream.state.SqliteState;
import io.factstream.watermark.Watermark;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LagTest {

    private static final String QUERY = "SELECT w AS _watermark, p FROM t";
    private static final Instant NOW = Instant.parse("2026-01-02T12:00:00Z");

    private final SettableClock clock = new SettableClock(NOW);
    private long nanos;
    private FactTable table;
    private DuckDbSource source;
    private SqliteState state;

    /** Looking at a lag needs none. */
    private static final class NoHubs implements Hubs {
        @Override
        public HubLayout layout(String hub) {
            throw new IllegalStateException("no hub is asked");
        }

        @Override
        public Optional<OutageException> cut(String hub) {
            return Optional.empty();
        }
    }

    @BeforeEach
    void open(@TempDir Path folder) {
        table = new FactTable(folder.resolve("facts.duckdb"));
        source = table.source();
        state = SqliteState.open(folder.resolve("state.db"), new DeadLetterLimit(10, "limit"), clock);
    }

    @AfterEach
    void close() {
        state.close();
    }

    private Lag lag() {
        StreamServices.Pages pages = new StreamServices.Pages(
                "shop",
                "1.0",
                "session-1",
                NonFinite.STRING,
                1_000,
                1 << 20,
                1 << 20,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                2.0,
                Duration.ofSeconds(1));
        StreamServices services = new StreamServices(
                source, new NoHubs(), state.watermarks(), new PageMemory(1, 1), pages, clock, clock, clock.ticker());
        return new Lag(FactTable.stream(QUERY), services, () -> nanos);
    }

    private void later(long seconds) {
        nanos += TimeUnit.SECONDS.toNanos(seconds);
        clock.advance(Duration.ofSeconds(seconds));
    }

    @Test
    void a_lag_is_not_known_before_the_first_look() {
        assertThat(lag().backlog()).isEmpty();
        assertThat(lag().lookedAt()).isNull();
    }

    @Test
    void rows_beyond_the_saved_watermark_are_counted_without_a_poll() throws SQLException {
        table.write(
                "CREATE TABLE t AS SELECT TIMESTAMP '2026-01-02' + INTERVAL (x) SECOND AS w, x AS p FROM range(100) r(x)");
        state.watermarks()
                .set("sales", null, Watermark.of("TIMESTAMP", "2026-01-02 00:00:39"), "a test", "it stands there");
        Lag lag = lag();

        lag.lookIfDue();

        assertThat(lag.backlog()).contains(new Backlog(60, OptionalLong.of(60), 0, null, null, 0));
        assertThat(lag.lookedAt()).isEqualTo(NOW);
    }

    @Test
    void the_source_is_opened_only_when_it_may_have_changed() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 1 AS w, 1 AS p");
        Lag lag = lag();
        lag.lookIfDue();
        long opened = source.opening();

        later(9);
        lag.lookIfDue();
        later(2);
        lag.lookIfDue();
        assertThat(source.opening()).isEqualTo(opened);
        assertThat(lag.lookedAt()).isEqualTo(NOW.plusSeconds(11));

        table.write("INSERT INTO t VALUES (2, 2)");
        later(9);
        lag.lookIfDue();
        assertThat(source.opening()).isEqualTo(opened);
        later(2);
        lag.lookIfDue();
        assertThat(source.opening()).isEqualTo(opened + 1);
        assertThat(lag.backlog()).map(Backlog::rows).contains(2L);
    }

    @Test
    void a_lag_that_cannot_be_looked_at_is_shown_with_its_age_for_a_minute_and_then_as_unknown()
            throws SQLException, IOException {
        table.write("CREATE TABLE t AS SELECT x AS w, x AS p FROM range(5) r(x)");
        Lag lag = lag();
        lag.lookIfDue();

        try (LoaderProcess loader = LoaderProcess.holding(table.file())) {
            assertThat(loader.pid()).isPositive();
            later(60);
            lag.lookIfDue();
            assertThat(lag.backlog()).map(Backlog::rows).contains(5L);
            assertThat(lag.lookedAt()).isEqualTo(NOW);
            later(15);
            lag.lookIfDue();
            assertThat(lag.backlog()).isEmpty();
            assertThat(lag.lookedAt()).isNull();
        }
        lag.lookIfDue();
        assertThat(lag.backlog()).map(Backlog::rows).contains(5L);
    }

    @Test
    void a_watermark_that_somebody_moved_makes_the_lag_unknown_until_the_next_look() throws SQLException {
        table.write("CREATE TABLE t AS SELECT x AS w, x AS p FROM range(5) r(x)");
        Lag lag = lag();
        lag.lookIfDue();

        state.watermarks().set("sales", null, Watermark.of("BIGINT", "3"), "a test", "it stands there");
        lag.stands(Watermark.of("BIGINT", "3"));
        assertThat(lag.backlog()).isEmpty();
        lag.lookIfDue();
        assertThat(lag.backlog()).map(Backlog::rows).contains(1L);
    }

    @Test
    void rows_of_a_loader_that_stores_local_time_are_told_once_with_until_when_they_wait() throws SQLException {
        table.write("CREATE TABLE t AS SELECT TIMESTAMP '2026-01-02 13:50:00' + INTERVAL (x) MINUTE AS w, x AS p"
                + " FROM range(10) r(x)");
        Lag lag = lag();
        try (CapturedLog log = CapturedLog.warnings()) {
            lag.lookIfDue();
            later(31);
            lag.lookIfDue();

            String words =
                    "10 rows wait, the first until 2026-01-02T13:50:00Z, the last until 2026-01-02T13:59:00Z: the"
                            + " newest _watermark lies 1 h 59 min in the future, as where a loader stores the local time of a zone"
                            + " 2 h ahead of UTC";
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("rows wait"))
                    .hasSize(1)
                    .first()
                    .asString()
                    .contains(words);
        }
        assertThat(lag.waiting()).contains("10 rows wait");
        assertThat(lag.backlog()).map(Backlog::rows).contains(0L);

        later(TimeUnit.HOURS.toSeconds(2));
        lag.lookIfDue();
        assertThat(lag.waiting()).isNull();
        assertThat(lag.backlog()).map(Backlog::rows).contains(10L);
    }

    @Test
    void rows_that_settle_soon_are_nothing_to_tell() throws SQLException {
        table.write("CREATE TABLE t AS SELECT TIMESTAMP '2026-01-02 12:00:59' AS w, 1 AS p");
        Lag lag = lag();

        lag.lookIfDue();

        assertThat(lag.waiting()).isNull();
        assertThat(lag.backlog()).map(Backlog::unsettled).contains(1L);
    }
}
