package io.factstream.stream;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** When a stream last delivered something, or found that there was nothing to deliver. Thread-safe. */
final class Activity {

    /** So long a stream may deliver nothing before anybody is told. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final LongSupplier nanos;
    private final Clock clock;
    private volatile Moment last;

    private record Moment(long nanos, Instant at) {}

    /** @param nanos a clock that nobody sets, such as {@link System#nanoTime} */
    Activity(LongSupplier nanos, Clock clock) {
        this.nanos = nanos;
        this.clock = clock;
        last = new Moment(nanos.getAsLong(), clock.instant());
    }

    /** It did one of these just now. */
    void now() {
        last = new Moment(nanos.getAsLong(), clock.instant());
    }

    /** For how long it did none of these. */
    Duration quiet() {
        return Duration.ofNanos(nanos.getAsLong() - last.nanos());
    }

    /**
     * Whether the stream stands still; null while it does not.
     *
     * @param polls whether a poll is under way
     * @param lagRows rows that wait; null where that is not known
     */
    @Nullable
    Standstill standstill(StreamState state, boolean polls, @Nullable Long lagRows, @Nullable String lastError) {
        boolean mayStand = state != StreamState.PAUSED && (state != StreamState.RUNNING || polls);
        boolean nothingWaits = lagRows != null && lagRows == 0;
        if (!mayStand || nothingWaits || quiet().compareTo(PATIENCE) < 0) {
            return null;
        }
        Instant since = last.at().truncatedTo(ChronoUnit.SECONDS);
        String rows = lagRows == null
                ? "nothing was read since " + since + ", and it is not known whether rows wait"
                : String.format(Locale.ROOT, "nothing was delivered since %s although %,d rows wait", since, lagRows);
        String why = lastError != null
                ? lastError
                : "its page has been read or sent for as long; factstream_step_seconds and the log tell which step is slow";
        return new Standstill(last.at(), rows + ": " + why, lagRows != null);
    }
}
