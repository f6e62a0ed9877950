package io.factstream.stream;

import io.factstream.deadletter.DeadLetter;
import io.factstream.deadletter.DeadLetterStore;
import io.factstream.eventhubs.DeliveryException;
import io.factstream.stream.StreamObserver.Step;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of the flow {@code send-batch} that YAML cannot say. Thread-safe.
 *
 * <p>Routes ask this one object what a page or batch holds, never the page or batch itself: Camel remembers each object
 * that an expression calls a method of, up to a thousand of them, and the heap would fill with batches long sent.
 */
public final class Delivery {

    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

    /** When its messages were ready, by {@link System#nanoTime}. */
    private static final String MARSHALLED = "FactStreamMarshalled";

    private final Streams streams;
    private final DeadLetterStore deadLetters;
    private final String sessionId;
    private final Clock clock;

    public Delivery(Streams streams, DeadLetterStore deadLetters, String sessionId, Clock clock) {
        this.streams = streams;
        this.deadLetters = deadLetters;
        this.sessionId = sessionId;
        this.clock = clock;
    }

    /** What a page has still to be sent, partition by partition. */
    public List<PartitionBatches> partitions(Page page) {
        return page.partitions();
    }

    /** The batches for one partition, in order. */
    public List<EventBatch> batches(PartitionBatches partition) {
        return partition.batches();
    }

    /** The id of the partition that a batch goes to. */
    public String partition(EventBatch batch) {
        return batch.partition();
    }

    /** The hub that a batch goes to. */
    public String hub(EventBatch batch) {
        return batch.hub();
    }

    /** A rejected batch in lanes, which may be sent side by side, for finding the events that the hub rejects. */
    public List<Lane> lanes(EventBatch batch) {
        return streams.lanes(batch);
    }

    /** The batches of a lane, in order. */
    public List<EventBatch> pieces(Lane lane) {
        return lane.pieces();
    }

    /**
     * The batch's events as JSON, each a message whose headers are its application properties; not when the runtime is to
     * stop: a batch is asked about it before each of its parts.
     */
    public List<Message> marshal(EventBatch batch, Exchange exchange) {
        streams.requireGoing(batch);
        long begun = System.nanoTime();
        List<Message> messages = batch.messages(exchange);
        long marshalled = System.nanoTime();
        streams.took(batch, Step.MARSHAL, marshalled - begun);
        exchange.setProperty(MARSHALLED, marshalled);
        return messages;
    }

    /** Counts a batch that the hub acknowledged: the one that the exchange remembers. */
    public void sent(@ExchangeProperty("batch") EventBatch batch, Exchange exchange) {
        streams.sent(batch);
        streams.took(batch, Step.SEND, System.nanoTime() - exchange.getProperty(MARSHALLED, Long.class));
    }

    /**
     * Takes away what Camel's error handler notes on an exchange whose failure it has dealt with: the note would make
     * every route that the exchange comes back to skip its further steps. An exception that is still there stays.
     */
    public void forgetFailure(Exchange exchange) {
        exchange.getExchangeExtension().setErrorHandlerHandled(null);
        exchange.getExchangeExtension().setFailureHandled(false);
    }

    /**
     * Stores the events of a batch that can never be delivered; when this returns they are durable.
     *
     * <p>It throws what the store throws: the batch then counts as failed, and the watermark stays.
     */
    public void deadLetter(EventBatch batch, Exchange exchange) {
        DeliveryException why = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, DeliveryException.class);
        int attempts = 1 + exchange.getMessage().getHeader(Exchange.REDELIVERY_COUNTER, 0, int.class);
        Instant now = clock.instant();
        deadLetters.store(batch.events().stream()
                .map(event -> letter(batch, event, why, attempts, now))
                .toList());
        streams.deadLettered(batch, why.failure().category());
        LOG.warn(
                "stream={} dead-lettered events={} category={} error=\"{}\"",
                batch.stream(),
                batch.size(),
                why.failure().category(),
                why.failure().error());
    }

    private DeadLetter letter(EventBatch batch, Event event, DeliveryException why, int attempts, Instant now) {
        Map<String, String> properties = batch.envelope().properties(event.traceId()).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, property -> property.getValue().toString()));
        return new DeadLetter(
                batch.stream(),
                batch.definition().eventType(),
                event.traceId(),
                event.partitionKey(),
                batch.partition(),
                event.watermark(),
                batch.body(event),
                properties,
                batch.hub(),
                why.failure(),
                now,
                now,
                attempts,
                0,
                sessionId,
                null);
    }
}
