package io.factstream.cli;

import com.azure.messaging.eventhubs.EventData;
import com.azure.messaging.eventhubs.EventHubClientBuilder;
import com.azure.messaging.eventhubs.EventHubConsumerAsyncClient;
import com.azure.messaging.eventhubs.PartitionProperties;
import com.azure.messaging.eventhubs.models.EventPosition;
import com.azure.messaging.eventhubs.models.PartitionEvent;
import com.dynatrace.hash4j.hashing.Hashing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** Counts what arrives in a hub, with the SDK's consumer: what is really there, not what a sender says. */
final class HubReader implements AutoCloseable {

    /**
     * What the hub holds.
     *
     * @param events how many events
     * @param repeated how many of them repeat the stream and trace id of another
     * @param byType how many of each event type
     * @param samples the first event of some types, as JSON
     * @param firstArrivalNanos when the first event was received, on the clock of {@link System#nanoTime}
     */
    record Count(long events, long repeated, Map<String, Long> byType, List<String> samples, long firstArrivalNanos) {}

    private final EventHubConsumerAsyncClient client;
    private final Disposable receiving;
    private final int shown;

    private final Map<String, Long> next = new HashMap<>();
    private final Map<String, Long> byType = new TreeMap<>();
    private final Map<String, String> samples = new TreeMap<>();
    /** 64-bit hashes: for a count of repetitions, a collision in some millions of events is unlikely enough. */
    private final Set<Long> ids = new HashSet<>();

    private long events;
    private long firstArrivalNanos;

    HubReader(String connectionString, int shown) {
        this.shown = shown;
        client = new EventHubClientBuilder()
                .connectionString(connectionString)
                .consumerGroup(EventHubClientBuilder.DEFAULT_CONSUMER_GROUP_NAME)
                .prefetchCount(2000)
                .buildAsyncConsumerClient();
        List<String> partitions =
                client.getPartitionIds().collectList().blockOptional().orElseThrow();
        receiving = Flux.fromIterable(partitions)
                .flatMap(
                        partition -> client.receiveFromPartition(partition, EventPosition.earliest()),
                        partitions.size())
                .subscribe(this::count);
    }

    private synchronized void count(PartitionEvent received) {
        if (events++ == 0) {
            firstArrivalNanos = System.nanoTime();
        }
        EventData event = received.getData();
        String type = String.valueOf(event.getProperties().get("event_type"));
        byType.merge(type, 1L, Long::sum);
        if (samples.size() < shown) {
            samples.computeIfAbsent(type, unseen -> event.getBodyAsString());
        }
        String id = event.getProperties().get("stream") + "/"
                + event.getProperties().get("trace_id");
        ids.add(Hashing.xxh3_64().hashCharsToLong(id));
        next.put(received.getPartitionContext().getPartitionId(), event.getSequenceNumber() + 1);
        notifyAll();
    }

    /**
     * Waits until everything that is in the hub now has been received.
     *
     * @throws IllegalStateException when that takes longer than {@code patience}
     */
    Count awaitEnd(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        // Asked for outside of the lock, which the thread that brings the answer may be waiting for.
        List<PartitionProperties> ends = client.getPartitionIds()
                .flatMap(client::getPartitionProperties)
                .collectList()
                .blockOptional(patience)
                .orElseThrow();
        synchronized (this) {
            for (PartitionProperties end : ends) {
                awaitEnd(end, deadline);
            }
            return new Count(
                    events,
                    events - ids.size(),
                    new TreeMap<>(byType),
                    new ArrayList<>(samples.values()),
                    firstArrivalNanos);
        }
    }

    private synchronized void awaitEnd(PartitionProperties end, long deadline) throws InterruptedException {
        while (!end.isEmpty() && next.getOrDefault(end.getId(), 0L) <= end.getLastEnqueuedSequenceNumber()) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new IllegalStateException("partition " + end.getId() + " was not read to its end in time");
            }
            wait(left);
        }
    }

    @Override
    public void close() {
        receiving.dispose();
        client.close();
    }
}
