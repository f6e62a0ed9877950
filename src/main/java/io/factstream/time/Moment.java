package io.factstream.time;

import java.time.Duration;

/**
 * A moment of one {@link Ticker}; it means nothing beside those of another, or in another process.
 *
 * @param nanos nanoseconds since an arbitrary moment, which may overflow
 */
public record Moment(long nanos) {

    /** So much later: at most 290 years. */
    public Moment plus(Duration time) {
        return new Moment(nanos + time.toNanos());
    }

    /** Whether the other comes later. */
    public boolean isBefore(Moment other) {
        return nanos - other.nanos < 0;
    }

    /** How much later than another it is; negative when it comes before. */
    public Duration since(Moment other) {
        return Duration.ofNanos(nanos - other.nanos);
    }
}
