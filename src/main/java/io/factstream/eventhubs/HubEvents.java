package io.factstream.eventhubs;

import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.messaging.eventhubs.EventHubClientBuilder;
import com.azure.messaging.eventhubs.EventHubConsumerAsyncClient;
import com.azure.messaging.eventhubs.PartitionProperties;
import com.azure.messaging.eventhubs.models.EventPosition;
import com.azure.messaging.eventhubs.models.PartitionEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What a hub holds, read with the SDK's consumer: what is really there, not what a sender says. It needs the right to
 * listen, and takes part in no consumer group's progress. For one thread.
 */
public final class HubEvents implements AutoCloseable {

    /** Partitions read side by side, and events of each on their way: together they bound the memory. */
    private static final int SIDE_BY_SIDE = 4;

    private static final int MOST_PREFETCHED = 500;
    private static final int FEWEST_PREFETCHED = 8;

    /** What the events on their way may take together, as far as those looked at first tell of the others. */
    private static final int MOST_BYTES = 16 << 20;

    /** A person reads no faster. */
    private static final int PREFETCHED_TO_SHOW = 100;

    private static final int QUEUE = 4096;
    /** Reading is long, and a connection may break off in the middle: unlike sends, nobody else tries again. */
    private static final int RETRIES = 5;

    private static final Comparator<Extent> BY_PARTITION = Comparator.comparingInt(
                    (Extent extent) -> extent.partition().length())
            .thenComparing(Extent::partition);

    /**
     * What a partition holds at one moment.
     *
     * @param partition its id
     * @param first the sequence number of its oldest event
     * @param last the sequence number of its newest event; less than {@code first} when it holds none
     * @param lastEnqueued when that one arrived
     */
    public record Extent(String partition, long first, long last, Instant lastEnqueued) {

        /** Whether it holds no event. */
        public boolean isEmpty() {
            return last < first;
        }

        /** Whether it once held older events, which the hub has dropped since. */
        public boolean hasLostItsBeginning() {
            return first > 0;
        }
    }

    /**
     * One event of a stream, without its body.
     *
     * @param partition the id of its partition
     * @param sequenceNumber its position there
     * @param enqueued when it arrived
     * @param traceId its property {@code trace_id}; empty where it has none, which no event of FactStream's has
     */
    public record Arrival(String partition, long sequenceNumber, Instant enqueued, String traceId) {}

    private final String hub;
    private final Duration deadline;
    private final Duration patience;
    private final EventHubClientBuilder builder;
    private final EventHubConsumerAsyncClient client;

    /**
     * Connects at the first question.
     *
     * @param consumerGroup an existing one; nothing is saved in it
     * @param deadline how long to wait for an answer to a question
     * @param patience how long the hub may send nothing while it is read
     */
    public HubEvents(HubAccess access, String hub, String consumerGroup, Duration deadline, Duration patience) {
        this.hub = hub;
        this.deadline = deadline;
        this.patience = patience;
        builder = new EventHubClientBuilder()
                .transportType(access.transport())
                .retryOptions(access.retryOptions().setMaxRetries(Math.max(RETRIES, access.maxRetries())))
                .consumerGroup(consumerGroup)
                .prefetchCount(FEWEST_PREFETCHED);
        String connectionString = access.connectionString(hub);
        if (connectionString == null) {
            builder.credential(
                    access.namespace() + ".servicebus.windows.net", hub, new DefaultAzureCredentialBuilder().build());
        } else {
            builder.connectionString(connectionString);
        }
        client = builder.buildAsyncConsumerClient();
    }

    /**
     * What each partition holds now, by partition.
     *
     * @throws HubUnreadableException when the hub does not say
     */
    public List<Extent> extents() {
        return looked(client.getPartitionIds()
                        .flatMap(client::getPartitionProperties)
                        .collectList())
                .stream()
                .map(HubEvents::extent)
                .sorted(BY_PARTITION)
                .toList();
    }

    private <T> T looked(Mono<T> question) {
        try {
            return question.blockOptional(deadline).orElseThrow();
        } catch (RuntimeException e) {
            throw unreadable(e);
        }
    }

    private static Extent extent(PartitionProperties properties) {
        long first = Math.max(0, properties.getBeginningSequenceNumber());
        return new Extent(
                properties.getId(),
                first,
                properties.isEmpty() ? first - 1 : properties.getLastEnqueuedSequenceNumber(),
                properties.getLastEnqueuedTime());
    }

    /**
     * Reads the events of some partitions to the ends that were found before, partitions in no order among each other.
     *
     * @param from skips what arrived before; null to begin with the oldest event
     * @param stream only events with this property {@code stream} are handed on
     * @param taker called by the calling thread
     * @throws HubUnreadableException when an end is not reached, because the hub failed or said nothing for too long
     */
    public void read(List<Extent> extents, @Nullable Instant from, String stream, Consumer<Arrival> taker)
            throws InterruptedException {
        List<Extent> open = extents.stream()
                .filter(extent -> !extent.isEmpty()
                        && (from == null || !extent.lastEnqueued().isBefore(from)))
                .toList();
        // The service's filter is for events after a time, in milliseconds.
        EventPosition position =
                from == null ? EventPosition.earliest() : EventPosition.fromEnqueuedTime(from.minusMillis(1));
        try (EventHubConsumerAsyncClient reader =
                builder.prefetchCount(prefetch(open, position)).buildAsyncConsumerClient()) {
            read(reader, open, position, stream, taker);
        }
    }

    /**
     * Shows the events of some partitions from a place on, to the ends that were found before or for ever, partitions in
     * no order among each other.
     *
     * @param follow whether to go on with what arrives later
     * @param taker called by the calling thread; returns false when it has enough
     * @throws HubUnreadableException when the hub fails, or says nothing for too long before an end is reached
     */
    public void tail(List<Extent> extents, TailStart start, boolean follow, Predicate<HubEvent> taker)
            throws InterruptedException {
        List<Extent> open =
                follow ? extents : extents.stream().filter(start::isWithin).toList();
        if (open.isEmpty()) {
            return;
        }
        Reading reading = new Reading(open.size());
        try (EventHubConsumerAsyncClient reader =
                builder.prefetchCount(PREFETCHED_TO_SHOW).buildAsyncConsumerClient()) {
            Disposable subscription = Flux.fromIterable(open)
                    .flatMap(
                            extent -> reader.receiveFromPartition(extent.partition(), start.in(extent))
                                    .doOnNext(event -> reading.progress.incrementAndGet())
                                    .takeUntil(
                                            event -> !follow && event.getData().getSequenceNumber() >= extent.last())
                                    .doOnNext(event -> reading.put(() -> {
                                        if (!taker.test(HubEvent.of(event))) {
                                            reading.partitionsLeft = 0;
                                        }
                                    }))
                                    .doOnComplete(() -> reading.put(() -> reading.partitionsLeft--)),
                            open.size())
                    .subscribe(
                            event -> {},
                            failure -> reading.put(() -> {
                                throw unreadable(failure);
                            }));
            try {
                while (reading.partitionsLeft > 0) {
                    (follow ? reading.queue.take() : reading.next(patience)).run();
                }
            } finally {
                subscription.dispose();
            }
        }
    }

    /** So many events a partition that events of the size of its first ones need no more memory than is meant. */
    private int prefetch(List<Extent> extents, EventPosition position) {
        double bytes = looked(Flux.fromIterable(extents)
                .flatMap(
                        extent -> client.receiveFromPartition(extent.partition(), position)
                                .take(Math.min(FEWEST_PREFETCHED, extent.last() - extent.first() + 1))
                                .takeUntil(event -> event.getData().getSequenceNumber() >= extent.last()),
                        SIDE_BY_SIDE)
                .collect(Collectors.averagingInt(event -> event.getData().getBody().length)));
        return (int)
                Math.max(FEWEST_PREFETCHED, Math.min(MOST_PREFETCHED, MOST_BYTES / SIDE_BY_SIDE / Math.max(1, bytes)));
    }

    private void read(
            EventHubConsumerAsyncClient reader,
            List<Extent> extents,
            EventPosition position,
            String stream,
            Consumer<Arrival> taker)
            throws InterruptedException {
        Reading reading = new Reading(extents.size());
        Disposable subscription = Flux.fromIterable(extents)
                .flatMap(
                        extent -> reader.receiveFromPartition(extent.partition(), position)
                                .doOnNext(event -> reading.progress.incrementAndGet())
                                .takeUntil(event -> event.getData().getSequenceNumber() >= extent.last())
                                .filter(event -> event.getData().getSequenceNumber() <= extent.last()
                                        && stream.equals(
                                                event.getData().getProperties().get("stream")))
                                .map(HubEvents::arrival)
                                .doOnNext(arrival -> reading.put(() -> taker.accept(arrival)))
                                .doOnComplete(() -> reading.put(() -> reading.partitionsLeft--)),
                        SIDE_BY_SIDE)
                .subscribe(
                        arrival -> {},
                        failure -> reading.put(() -> {
                            throw unreadable(failure);
                        }));
        try {
            while (reading.partitionsLeft > 0) {
                reading.next(patience).run();
            }
        } finally {
            subscription.dispose();
        }
    }

    /** What the SDK's threads hand to the one that reads; it is bounded, so that they wait for it. */
    private final class Reading {
        private final BlockingQueue<Runnable> queue = new ArrayBlockingQueue<>(QUEUE);
        private final AtomicLong progress = new AtomicLong();
        private int partitionsLeft;

        private Reading(int partitions) {
            partitionsLeft = partitions;
        }

        private void put(Runnable step) {
            try {
                queue.put(step);
            } catch (InterruptedException e) {
                // The reader has gone.
                Thread.currentThread().interrupt();
            }
        }

        private Runnable next(Duration patience) throws InterruptedException {
            while (true) {
                long before = progress.get();
                Runnable step = queue.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
                if (step != null) {
                    return step;
                }
                if (progress.get() == before) {
                    throw new HubUnreadableException("hub " + hub + " sent nothing for " + patience.toSeconds()
                            + " s, and " + partitionsLeft + " partitions are not read to their ends");
                }
            }
        }
    }

    private static Arrival arrival(PartitionEvent event) {
        return new Arrival(
                event.getPartitionContext().getPartitionId(),
                event.getData().getSequenceNumber(),
                event.getData().getEnqueuedTime(),
                event.getData().getProperties().getOrDefault("trace_id", "").toString());
    }

    private HubUnreadableException unreadable(Throwable thrown) {
        return new HubUnreadableException(
                "hub " + hub + " cannot be read; check that the connection string or identity has the right to listen,"
                        + " and that the consumer group exists: "
                        + SendFailures.of(thrown).failure().error(),
                thrown);
    }

    @Override
    public void close() {
        client.close();
    }
}
