package io.factstream.statistics;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/** The samples of the last minutes, in memory. Thread-safe. */
final class History {

    private final Duration kept;
    private final Deque<Sample> samples = new ArrayDeque<>();

    History(Duration kept) {
        this.kept = kept;
    }

    /** Adds a sample, which is newer than all before, and forgets those that are too old. */
    synchronized void add(Sample sample) {
        samples.addLast(sample);
        while (sample.at().since(samples.getFirst().at()).compareTo(kept) > 0) {
            samples.removeFirst();
        }
    }

    /** All samples, the oldest first. */
    synchronized List<Sample> samples() {
        return List.copyOf(samples);
    }

    /**
     * Events a second over a time that ends now: from the newest sample that is at least that old, or the oldest there
     * is. 0 when there is none, or none before now.
     *
     * @param now with the counts of now
     */
    synchronized double rate(Sample now, Duration over) {
        Sample from = null;
        for (Iterator<Sample> newestFirst = samples.descendingIterator(); newestFirst.hasNext(); ) {
            from = newestFirst.next();
            if (now.at().since(from.at()).compareTo(over) >= 0) {
                break;
            }
        }
        return from == null ? 0 : perSecond(from, now);
    }

    private static double perSecond(Sample from, Sample to) {
        long millis = to.at().since(from.at()).toMillis();
        return millis <= 0 ? 0 : Math.max(0, (to.eventsSent() - from.eventsSent()) * 1000.0 / millis);
    }
}
