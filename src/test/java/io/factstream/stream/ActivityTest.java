package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.SettableClock;
import io.factstream.session.StreamCounts;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ActivityTest {

    private static final Instant NOW = Instant.parse("2026-01-02T12:00:00Z");
    private static final String SLOW_DOWN = "the hub asks to slow down";

    private final SettableClock clock = new SettableClock(NOW);
    private long nanos = 7;
    private final Activity activity = new Activity(() -> nanos, clock);

    private void later(long seconds) {
        nanos += TimeUnit.SECONDS.toNanos(seconds);
        clock.advance(Duration.ofSeconds(seconds));
    }

    @Test
    void a_stream_that_delivers_nothing_for_a_minute_although_rows_wait_has_a_problem_that_says_since_when_and_why() {
        later(59);
        assertThat(status(StreamState.THROTTLED, 3_540L, SLOW_DOWN).problems()).isEmpty();
        later(1);

        StreamStatus status = status(StreamState.THROTTLED, 3_540L, SLOW_DOWN);

        assertThat(status.problems())
                .containsExactly(
                        "stream sales: nothing was delivered since 2026-01-02T12:00:00Z although 3,540 rows wait: "
                                + SLOW_DOWN);
        assertThat(status.warnings()).isEmpty();
        activity.now();
        assertThat(status(StreamState.THROTTLED, 3_540L, SLOW_DOWN).problems()).isEmpty();
    }

    @Test
    void where_it_is_not_known_whether_rows_wait_it_is_a_warning() {
        later(75);

        StreamStatus status = status(StreamState.BUSY, null, "source facts.duckdb is held by process 12");

        assertThat(status.problems()).isEmpty();
        assertThat(status.warnings())
                .containsExactly(
                        "nothing was read since 2026-01-02T12:00:00Z, and it is not known whether rows wait: source"
                                + " facts.duckdb is held by process 12");
    }

    @Test
    void a_page_that_takes_long_is_told_too() {
        later(75);

        assertThat(status(StreamState.RUNNING, 5L, null).problems()).hasSize(1);
        assertThat(activity.standstill(StreamState.RUNNING, false, 5L, null))
                .as("between two polls")
                .isNull();
    }

    @Test
    void a_stream_for_which_nothing_waits_or_which_a_person_paused_does_not_stand_still() {
        later(3_600);

        assertThat(activity.standstill(StreamState.BUSY, true, 0L, "held")).isNull();
        assertThat(activity.standstill(StreamState.PAUSED, true, 5L, null)).isNull();
    }

    @Test
    void a_clock_that_is_set_back_changes_nothing() {
        later(61);
        clock.advance(Duration.ofHours(-2));

        assertThat(activity.standstill(StreamState.THROTTLED, true, 5L, SLOW_DOWN))
                .isNotNull();
    }

    @Test
    void rows_without_a_watermark_and_a_refused_change_are_told_for_as_long_as_they_are_there() {
        StreamVersion refused = new StreamVersion(1, NOW, null, null).refused("facts.sql:3: no such column", NOW);
        StreamStatus status =
                status(StreamState.RUNNING, new Backlog(0, OptionalLong.empty(), 0, null, null, 3), refused);

        assertThat(status.warnings())
                .containsExactly(
                        "the newest change of its files was refused at 2026-01-02T12:00:00Z, and the version before runs on:"
                                + " facts.sql:3: no such column",
                        "3 rows have no watermark and can never be sent; give them one, or exclude them in the query");
    }

    private StreamStatus status(StreamState state, @Nullable Long rows, @Nullable String error) {
        Backlog backlog = rows == null ? null : new Backlog(rows, OptionalLong.empty(), 0, null, null, 0);
        return status(state, backlog, new StreamVersion(1, NOW, null, null), error);
    }

    private StreamStatus status(StreamState state, Backlog backlog, StreamVersion version) {
        return status(state, backlog, version, null);
    }

    private StreamStatus status(
            StreamState state, @Nullable Backlog backlog, StreamVersion version, @Nullable String error) {
        return new StreamStatus(
                "sales",
                state,
                null,
                StreamCounts.ZERO,
                Optional.ofNullable(backlog),
                null,
                null,
                activity.standstill(state, true, backlog == null ? null : backlog.rows(), error),
                version,
                LateRows.NONE,
                null,
                false,
                null,
                error,
                0,
                0,
                0,
                NOW);
    }
}
