package io.factstream.statistics;

import io.factstream.time.Moment;
import io.factstream.time.Ticker;
import io.micrometer.core.instrument.Clock;

/**
 * The clock of the meters: the time at which it was made and what has passed since. By the clock on the wall, set back,
 * Micrometer would show the percentiles of before until that time comes again.
 */
final class SteadyClock implements Clock {

    private final Ticker ticker;
    private final long begun;
    private final Moment begunAt;

    SteadyClock(java.time.Clock wall, Ticker ticker) {
        this.ticker = ticker;
        begun = wall.millis();
        begunAt = ticker.now();
    }

    @Override
    public long wallTime() {
        return begun + ticker.now().since(begunAt).toMillis();
    }

    @Override
    public long monotonicTime() {
        return ticker.now().nanos();
    }
}
