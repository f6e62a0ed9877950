package io.factstream.statistics;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** How many events a second go to one partition: a mean in which what is a minute old hardly counts. Thread-safe. */
final class PartitionRate {

    private static final double MINUTE = 60;

    private final LongAdder events = new LongAdder();
    private long sampled;
    private double rate;

    void add(int more) {
        events.add(more);
    }

    /** Takes what came since the last sample, which was so long ago. */
    synchronized void sample(Duration since) {
        long now = events.sum();
        double seconds = since.toMillis() / 1000.0;
        double share = Math.min(1, 3 * seconds / MINUTE);
        rate += ((now - sampled) / seconds - rate) * share;
        sampled = now;
    }

    synchronized double perSecond() {
        return rate;
    }
}
