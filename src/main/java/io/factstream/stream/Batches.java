package io.factstream.stream;

import io.factstream.config.NonFinite;
import io.factstream.eventhubs.BatchLimit;
import io.factstream.eventhubs.HubLayout;
import io.factstream.eventhubs.PartitionHash;
import io.factstream.eventhubs.UndeliverableEventException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Groups the events of a page by the partition they go to, and each partition's events into batches.
 *
 * <p>Events with a partition key go to the partition of that key. Grouping by partition, not by key, keeps batches full
 * however many keys there are, and keeps the events of a key in order: the batches of one partition are sent one after
 * the other. Events without a key are dealt out in runs, whole pages in turn where a page is small.
 */
final class Batches {

    /** A smaller run of keyless events is not worth a send of its own. */
    private static final int SMALLEST_RUN = 500;

    private static final int KEYLESS = -1;
    /** In place of the size of an event whose row was too large to be read. */
    private static final int NOT_READ = -1;

    private final BatchLimit limit;
    private final List<String> partitions;
    private final Envelope envelope;
    private final NonFinite nonFinite;

    Batches(HubLayout hub, Envelope envelope, NonFinite nonFinite) {
        this.limit = hub.limit();
        this.partitions = hub.partitions();
        this.envelope = envelope;
        this.nonFinite = nonFinite;
    }

    /**
     * Sorts the events of a page into batches.
     *
     * @param events the events of a page, in order
     * @param turn a number that rises from page to page, so that small keyless pages take turns among the partitions
     * @return for each partition that has events its batches, in order
     */
    List<PartitionBatches> of(StreamDefinition stream, List<Event> events, long turn) {
        // Each event is looked into once: a page has tens of thousands.
        int[] keyed = new int[events.size()];
        int[] sizes = new int[events.size()];
        int keyless = 0;
        for (int i = 0; i < keyed.length; i++) {
            Event event = events.get(i);
            Event.Parts parts = event.parts();
            String key = parts.partitionKey();
            keyed[i] = key == null ? KEYLESS : PartitionHash.partition(key, partitions.size());
            keyless += key == null ? 1 : 0;
            sizes[i] = parts.isTooLarge() ? NOT_READ : event.wireBytes(envelope, parts);
        }
        int run = Math.max(SMALLEST_RUN, -Math.floorDiv(-keyless, partitions.size()));
        List<@Nullable Filler> fillers = new ArrayList<>();
        partitions.forEach(partition -> fillers.add(null));
        int withoutKey = 0;
        for (int i = 0; i < keyed.length; i++) {
            int index = keyed[i] == KEYLESS ? (int) ((turn + withoutKey++ / run) % partitions.size()) : keyed[i];
            Filler filler = fillers.get(index);
            if (filler == null) {
                filler = new Filler(stream, partitions.get(index));
                fillers.set(index, filler);
            }
            filler.add(events.get(i), sizes[i]);
        }
        List<PartitionBatches> all = new ArrayList<>();
        for (Filler filler : fillers) {
            if (filler != null) {
                all.add(filler.finish());
            }
        }
        return all;
    }

    /** Fills one batch of a partition after the other. */
    private final class Filler {
        private final StreamDefinition stream;
        private final String partition;
        private final List<EventBatch> batches = new ArrayList<>();
        private List<Event> events = new ArrayList<>();
        private int bytes;

        private Filler(StreamDefinition stream, String partition) {
            this.stream = stream;
            this.partition = partition;
        }

        /** An event that can never be sent gets a batch of its own, which fails alone when its turn comes. */
        private void add(Event event, int size) {
            UndeliverableEventException fault = fault(event, size);
            if (fault != null) {
                close();
                batches.add(new EventBatch(stream, partition, List.of(event), Math.max(size, 0), envelope, fault));
                return;
            }
            if (bytes + size > limit.capacity() || events.size() == limit.maxEvents()) {
                close();
            }
            events.add(event);
            bytes += size;
        }

        private @Nullable UndeliverableEventException fault(Event event, int size) {
            if (size == NOT_READ) {
                return UndeliverableEventException.rowTooLarge(event.largeBytes(), limit.capacity());
            }
            if (size > limit.capacity()) {
                return UndeliverableEventException.tooLarge(size, limit.capacity());
            }
            return nonFinite == NonFinite.DEAD_LETTER && !event.isSendable()
                    ? UndeliverableEventException.notFinite()
                    : null;
        }

        private void close() {
            if (!events.isEmpty()) {
                batches.add(new EventBatch(stream, partition, events, bytes, envelope, null));
                events = new ArrayList<>();
                bytes = 0;
            }
        }

        private PartitionBatches finish() {
            close();
            return new PartitionBatches(partition, batches);
        }
    }
}
