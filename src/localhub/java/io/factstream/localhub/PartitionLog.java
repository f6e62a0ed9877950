package io.factstream.localhub;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The events of one partition, in the order in which they were accepted. Safe for all threads. */
final class PartitionLog {

    /**
     * A batch with its place in the partition.
     *
     * @param firstSequenceNumber of its first event; the others follow without gaps
     * @param firstOffset the offset of its first byte
     */
    record Entry(EventBatch batch, long firstSequenceNumber, long firstOffset, long enqueuedMillis) {

        long endSequenceNumber() {
            return firstSequenceNumber + batch.count();
        }

        long offset(int event) {
            return firstOffset + batch.start(event);
        }
    }

    /**
     * What a partition holds at one moment.
     *
     * @param lastSequenceNumber -1 when no event was accepted
     * @param lastOffset -1 when no event was accepted
     * @param lastEnqueuedMillis since 1970; meaningless when no event was accepted
     */
    record Summary(long lastSequenceNumber, long lastOffset, long lastEnqueuedMillis) {

        boolean isEmpty() {
            return lastSequenceNumber < 0;
        }
    }

    private static final Summary EMPTY = new Summary(-1, -1, Long.MIN_VALUE);

    private final Retention retention;
    private final BodyChecksum checksum;
    private final Clock clock;
    private final Set<Runnable> listeners = new CopyOnWriteArraySet<>();

    private final List<Entry> entries = new ArrayList<>();
    private Summary summary = EMPTY;
    private long nextOffset;
    private Tally tally = Tally.NONE;

    PartitionLog(Retention retention, BodyChecksum checksum, Clock clock) {
        this.retention = retention;
        this.checksum = checksum;
        this.clock = clock;
    }

    /** Accepts a batch of at least one event: all of it. The batch may be reused by its owner in {@code COUNT_ONLY}. */
    void append(EventBatch batch) throws MalformedMessageException {
        synchronized (this) {
            if (retention == Retention.COUNT_ONLY) {
                tally = batch.addTo(tally, checksum);
            }
            long millis = Math.max(clock.millis(), summary.lastEnqueuedMillis());
            Entry entry = new Entry(batch, summary.lastSequenceNumber() + 1, nextOffset, millis);
            if (retention == Retention.ALL) {
                entries.add(entry);
            }
            int last = batch.count() - 1;
            nextOffset = entry.firstOffset() + batch.end(last);
            summary = new Summary(entry.endSequenceNumber() - 1, entry.offset(last), millis);
        }
        listeners.forEach(Runnable::run);
    }

    /** Calls the listener after each {@link #append}, on the thread that appends. */
    void addListener(Runnable listener) {
        listeners.add(listener);
    }

    void removeListener(Runnable listener) {
        listeners.remove(listener);
    }

    synchronized Summary summary() {
        return summary;
    }

    /** Every batch so far, the oldest first. */
    synchronized List<Entry> entries() {
        if (retention == Retention.COUNT_ONLY) {
            throw new IllegalStateException("These hubs keep counts only; ask for their tallies");
        }
        return List.copyOf(entries);
    }

    /** What was accepted so far. */
    Tally tally() {
        if (retention == Retention.COUNT_ONLY) {
            synchronized (this) {
                return tally;
            }
        }
        Tally sum = Tally.NONE;
        try {
            for (Entry entry : entries()) {
                sum = entry.batch().addTo(sum, checksum);
            }
        } catch (MalformedMessageException impossible) {
            throw new IllegalStateException("A stored batch is not what it was when accepted", impossible);
        }
        return sum;
    }

    /** Drops the oldest batches, as far as all of their events are older than that sequence number. */
    synchronized void forget(long olderThan) {
        entries.removeIf(entry -> entry.endSequenceNumber() <= olderThan);
    }

    /** The sequence number of the oldest event that is kept; of the next one when none is. */
    synchronized long beginSequenceNumber() {
        return retention == Retention.COUNT_ONLY
                ? 0
                : entries.isEmpty() ? next() : entries.get(0).firstSequenceNumber();
    }

    /** The batch that holds an event, or the oldest one when that event is gone; null when it is still to come. */
    synchronized @Nullable Entry holding(long sequenceNumber) {
        int at = firstEntryWhere(entry -> entry.endSequenceNumber() > sequenceNumber);
        return at == entries.size() ? null : entries.get(at);
    }

    /** The sequence number with which a consumer starts that asks for that position. */
    synchronized long resolve(StartPosition position) {
        if (position instanceof StartPosition.AtSequenceNumber at) {
            return Math.max(beginSequenceNumber(), at.inclusive() ? at.number() : at.number() + 1);
        }
        if (position instanceof StartPosition.AtTime at) {
            long from = at.inclusive() ? at.epochMillis() : at.epochMillis() + 1;
            int entry = firstEntryWhere(candidate -> candidate.enqueuedMillis() >= from);
            return entry == entries.size() ? next() : entries.get(entry).firstSequenceNumber();
        }
        if (position instanceof StartPosition.AtOffset at) {
            return resolve(at);
        }
        return position instanceof StartPosition.Latest ? next() : beginSequenceNumber();
    }

    private long resolve(StartPosition.AtOffset at) {
        long from = at.inclusive() ? at.offset() : at.offset() + 1;
        int found = firstEntryWhere(entry -> entry.offset(entry.batch().count() - 1) >= from);
        if (found == entries.size()) {
            return next();
        }
        Entry entry = entries.get(found);
        int event = 0;
        while (entry.offset(event) < from) {
            event++;
        }
        return entry.firstSequenceNumber() + event;
    }

    private long next() {
        return summary.lastSequenceNumber() + 1;
    }

    /** The first entry for which the test holds, given that it holds for all later ones too; their number when none. */
    private int firstEntryWhere(Predicate<Entry> test) {
        int low = 0;
        int high = entries.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (test.test(entries.get(middle))) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
