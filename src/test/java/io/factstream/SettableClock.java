package io.factstream;

import io.factstream.time.Moment;
import io.factstream.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock on the wall that stands still until a test moves it, or sets it. Thread-safe. */
public final class SettableClock extends Clock {

    private volatile Instant now;
    private volatile Moment moment = new Moment(0);

    public SettableClock(Instant start) {
        now = start;
    }

    /** Time passes. */
    public synchronized void advance(Duration by) {
        now = now.plus(by);
        moment = moment.plus(by);
    }

    /** Somebody sets it, forwards or backwards, while no time passes. */
    public synchronized void step(Duration by) {
        now = now.plus(by);
    }

    /** The time that passes, whatever the clock is set to. */
    public Ticker ticker() {
        return () -> moment;
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("UTC only");
    }
}
