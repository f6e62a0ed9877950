package io.factstream.localhub;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.DeliveryAnnotations;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Sender;
import org.jspecify.annotations.Nullable;

/** A link on which a client consumes one partition: every event from a position on, each as a message of its own. */
final class ConsumeLink implements ServedLink, Readers.Reader {

    private static final Symbol SEQUENCE_NUMBER = Symbol.valueOf("x-opt-sequence-number");
    private static final Symbol OFFSET = Symbol.valueOf("x-opt-offset");
    private static final Symbol ENQUEUED_TIME = Symbol.valueOf("x-opt-enqueued-time");

    private static final Symbol LAST_SEQUENCE_NUMBER = Symbol.valueOf("last_enqueued_sequence_number");
    private static final Symbol LAST_OFFSET = Symbol.valueOf("last_enqueued_offset");
    private static final Symbol LAST_TIME = Symbol.valueOf("last_enqueued_time_utc");
    private static final Symbol RETRIEVAL_TIME = Symbol.valueOf("runtime_info_retrieval_time_utc");

    /** So much is handed to the engine before the socket must take some of it. */
    private static final int MOST_BUFFERED = 512 * 1024;

    /** Room for the annotations that the hub adds. */
    private static final int ANNOTATIONS_SIZE = 2048;

    /**
     * What a client asks for.
     *
     * @param epoch see {@link Readers}
     * @param metrics whether each message tells where the partition ends at the moment
     */
    record Request(StartPosition start, @Nullable Long epoch, boolean metrics) {}

    private final ClientConnection connection;
    private final Namespace namespace;
    private final Sender sender;
    private final Request request;
    private final Hub hub;
    private final PartitionLog log;
    private final Readers readers;
    private final Runnable listener;

    private final EncoderImpl encoder;
    private ByteBuffer message = ByteBuffer.allocate(4096);
    private long next;
    private PartitionLog.@Nullable Entry entry;
    private long deliveries;

    ConsumeLink(
            ClientConnection connection,
            Namespace namespace,
            Sender sender,
            Request request,
            Hub hub,
            PartitionLog log,
            Readers readers) {
        this.connection = connection;
        this.namespace = namespace;
        this.sender = sender;
        this.request = request;
        this.hub = hub;
        this.log = log;
        this.readers = readers;
        this.listener = connection::wake;
        DecoderImpl decoder = new DecoderImpl();
        this.encoder = new EncoderImpl(decoder);
        AMQPDefinedTypes.registerAllTypes(decoder, encoder);
        this.next = log.resolve(request.start());
        log.addListener(listener);
    }

    @Override
    public @Nullable Long epoch() {
        return request.epoch();
    }

    @Override
    public void displaced(String description) {
        connection.execute(() -> ServedLink.close(sender, Conditions.LINK_STOLEN, description));
    }

    @Override
    public void ended() {
        log.removeListener(listener);
        readers.leave(this);
    }

    @Override
    public boolean canPump() {
        return isOpen()
                && sender.getCredit() > 0
                && sender.getSession().getOutgoingBytes() < MOST_BUFFERED
                && log.summary().lastSequenceNumber() >= next;
    }

    private boolean isOpen() {
        return sender.getLocalState() == EndpointState.ACTIVE;
    }

    @Override
    public void pump() {
        if (canPump()
                && !connection
                        .authorizations()
                        .allows(hub.name(), namespace.clock().instant())) {
            ServedLink.close(sender, Conditions.UNAUTHORIZED_ACCESS, "The token of this link has expired");
            return;
        }
        try {
            while (canPump()) {
                send();
            }
        } catch (MalformedMessageException notAnEvent) {
            ServedLink.close(sender, Conditions.INTERNAL_ERROR, String.valueOf(notAnEvent.getMessage()));
            return;
        }
        if (isOpen()
                && sender.getDrain()
                && sender.getCredit() > 0
                && log.summary().lastSequenceNumber() < next) {
            sender.drained();
        }
    }

    private void send() throws MalformedMessageException {
        if (entry == null || entry.endSequenceNumber() <= next) {
            entry = log.holding(next);
        }
        if (entry == null) {
            return;
        }
        // What the hub has forgotten meanwhile is skipped.
        next = Math.max(next, entry.firstSequenceNumber());
        encode(entry, (int) (next - entry.firstSequenceNumber()));
        Delivery delivery = sender.delivery(
                ByteBuffer.allocate(Long.BYTES).putLong(deliveries++).array());
        sender.send(message.array(), 0, message.position());
        sender.advance();
        delivery.settle();
        next++;
    }

    /** The event as it was sent, with what the hub knows about it in its annotations. */
    private void encode(PartitionLog.Entry from, int event) throws MalformedMessageException {
        EventBatch batch = from.batch();
        int start = batch.start(event);
        int end = batch.end(event);
        Map<Symbol, Object> annotations = new LinkedHashMap<>();
        int headerEnd = start;
        int rest = start;
        SectionCursor sections = new SectionCursor(batch.bytes(), start, end);
        while (sections.next() && sections.code() <= SectionCursor.MESSAGE_ANNOTATIONS) {
            if (sections.code() == SectionCursor.HEADER) {
                headerEnd = sections.end();
            } else if (sections.code() == SectionCursor.MESSAGE_ANNOTATIONS) {
                annotations.putAll(EventBatch.annotations(batch.bytes(), sections.start(), sections.end()));
            }
            rest = sections.end();
        }
        annotations.put(SEQUENCE_NUMBER, from.firstSequenceNumber() + event);
        annotations.put(OFFSET, Long.toString(from.offset(event)));
        annotations.put(ENQUEUED_TIME, Date.from(Instant.ofEpochMilli(from.enqueuedMillis())));
        if (batch.partitionKey() != null) {
            annotations.put(EventBatch.PARTITION_KEY, batch.partitionKey());
        }

        // Annotations may be encoded wider than they came, but not to more than twice their size.
        int most = 2 * (end - start) + ANNOTATIONS_SIZE;
        message = message.capacity() < most ? ByteBuffer.allocate(most) : message.clear();
        message.put(batch.bytes(), start, headerEnd - start);
        encoder.setByteBuffer(message);
        if (request.metrics()) {
            encoder.writeObject(new DeliveryAnnotations(metrics()));
        }
        encoder.writeObject(new MessageAnnotations(annotations));
        message.put(batch.bytes(), rest, end - rest);
    }

    private Map<Symbol, Object> metrics() {
        PartitionLog.Summary summary = log.summary();
        Map<Symbol, Object> metrics = new LinkedHashMap<>();
        metrics.put(LAST_SEQUENCE_NUMBER, summary.lastSequenceNumber());
        metrics.put(LAST_OFFSET, Long.toString(summary.lastOffset()));
        metrics.put(LAST_TIME, Date.from(Instant.ofEpochMilli(summary.lastEnqueuedMillis())));
        metrics.put(RETRIEVAL_TIME, Date.from(namespace.clock().instant()));
        return metrics;
    }
}
