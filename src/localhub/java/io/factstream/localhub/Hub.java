package io.factstream.localhub;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One hub: its partitions, and who reads them. Safe for all threads. */
final class Hub {

    private final String name;
    private final Instant createdAt;
    private final List<PartitionLog> partitions;
    private final AtomicLong turns = new AtomicLong();
    private final Map<String, Readers> readers = new ConcurrentHashMap<>();

    Hub(String name, Instant createdAt, List<PartitionLog> partitions) {
        this.name = name;
        this.createdAt = createdAt;
        this.partitions = List.copyOf(partitions);
    }

    /** With more partitions; what is in those that are there stays. */
    Hub grown(List<PartitionLog> more) {
        return new Hub(
                name,
                createdAt,
                Stream.concat(partitions.stream(), more.stream()).toList());
    }

    String name() {
        return name;
    }

    Instant createdAt() {
        return createdAt;
    }

    int partitionCount() {
        return partitions.size();
    }

    /**
     * The log of one partition.
     *
     * @throws IllegalArgumentException when there is no such partition
     */
    PartitionLog partition(int partition) {
        if (partition < 0 || partition >= partitions.size()) {
            throw new IllegalArgumentException(
                    "Hub " + name + " has partitions 0 to " + (partitions.size() - 1) + ", not " + partition);
        }
        return partitions.get(partition);
    }

    Stream<PartitionLog> partitions() {
        return partitions.stream();
    }

    /** The partition for a batch that names none: by its key, else the next in turn. */
    int partitionFor(EventBatch batch) {
        String key = batch.partitionKey();
        return key != null
                ? PartitionHash.partitionOf(key, partitions.size())
                : (int) (turns.getAndIncrement() % partitions.size());
    }

    /** The readers of a partition in a consumer group; groups come into being by being used. */
    Readers readers(String consumerGroup, int partition) {
        return readers.computeIfAbsent(
                consumerGroup.toLowerCase(Locale.ROOT) + "/" + partition, unused -> new Readers());
    }

    /** The events of one partition, the oldest first. */
    List<StoredEvent> events(int partition) {
        List<StoredEvent> events = new ArrayList<>();
        try {
            for (PartitionLog.Entry entry : partition(partition).entries()) {
                EventBatch batch = entry.batch();
                for (int event = 0; event < batch.count(); event++) {
                    events.add(new StoredEvent(
                            name,
                            partition,
                            entry.firstSequenceNumber() + event,
                            Long.toString(entry.offset(event)),
                            Instant.ofEpochMilli(entry.enqueuedMillis()),
                            batch.partitionKey(),
                            batch.decoded(event)));
                }
            }
        } catch (MalformedMessageException notAnEvent) {
            throw new IllegalStateException("An event of " + name + "/" + partition + " cannot be decoded", notAnEvent);
        }
        return events;
    }

    /** The events of all partitions, partition by partition. */
    List<StoredEvent> events() {
        return IntStream.range(0, partitions.size())
                .mapToObj(this::events)
                .flatMap(List::stream)
                .toList();
    }
}
