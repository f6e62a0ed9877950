package io.factstream.stream;

import io.factstream.eventhubs.EventMessage;
import io.factstream.eventhubs.UndeliverableEventException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/** The events of one send: of one stream, for one partition, together below the hub's limit. */
public final class EventBatch {

    private final StreamDefinition stream;
    private final String partition;
    private final List<Event> events;
    private final int wireBytes;
    private final Envelope envelope;
    private final @Nullable UndeliverableEventException fault;
    private final Settled settled;
    /** Where this batch begins in the batch that was read, of which it may be a part. */
    private final int offset;

    /**
     * @param wireBytes the sum of the events' sizes on the wire
     * @param fault why the one event of this batch can never be sent; null when it can
     */
    EventBatch(
            StreamDefinition stream,
            String partition,
            List<Event> events,
            int wireBytes,
            Envelope envelope,
            @Nullable UndeliverableEventException fault) {
        this(stream, partition, events, wireBytes, envelope, fault, new Settled(), 0);
    }

    private EventBatch(
            StreamDefinition stream,
            String partition,
            List<Event> events,
            int wireBytes,
            Envelope envelope,
            @Nullable UndeliverableEventException fault,
            Settled settled,
            int offset) {
        this.stream = stream;
        this.partition = partition;
        this.events = List.copyOf(events);
        this.wireBytes = wireBytes;
        this.envelope = envelope;
        this.fault = fault;
        this.settled = settled;
        this.offset = offset;
    }

    /** The stream's id. */
    public String stream() {
        return stream.id();
    }

    /** The event hub that the batch goes to. */
    public String hub() {
        return stream.hub();
    }

    /** The partition's id. */
    public String partition() {
        return partition;
    }

    /** How many events it holds, at least one. */
    public int size() {
        return events.size();
    }

    /** Its size on the wire, to the byte. */
    public int wireBytes() {
        return wireBytes;
    }

    /**
     * The batch as the {@code azure-eventhubs} endpoint takes it: a message an event, with the JSON as its body and the
     * allow-listed properties as its headers.
     *
     * @throws UndeliverableEventException when this is a batch of one event that no hub will ever take
     */
    public List<Message> messages(Exchange exchange) {
        if (fault != null) {
            throw fault;
        }
        List<Message> messages = new ArrayList<>(events.size());
        for (Event event : events) {
            Event.Parts parts = event.parts();
            messages.add(
                    new EventMessage(exchange, envelope.json(event, parts), envelope.properties(event.traceId(parts))));
        }
        return messages;
    }

    /** The batch in two, or in single events where there are only two. For finding the one event a hub rejects. */
    public List<EventBatch> halves() {
        int middle = events.size() / 2;
        return List.of(part(0, middle), part(middle, events.size()));
    }

    /** All its events are acknowledged or durably dead-lettered; the batch that it is a part of knows it too. */
    void settle() {
        settled.add(offset, offset + size());
    }

    /** What of it is neither acknowledged nor dead-lettered, in order: the batch itself, parts of it, or nothing. */
    List<EventBatch> unsettled() {
        List<EventBatch> rest = new ArrayList<>();
        for (int from = settled.nextUnsettled(offset) - offset; from < size(); ) {
            int end = Math.min(size(), settled.nextSettled(offset + from) - offset);
            rest.add(part(from, end));
            from = settled.nextUnsettled(offset + end) - offset;
        }
        return rest;
    }

    /** Why its one event can never be sent; empty when it can. */
    Optional<String> fault() {
        return Optional.ofNullable(fault).map(UndeliverableEventException::getMessage);
    }

    StreamDefinition definition() {
        return stream;
    }

    List<Event> events() {
        return events;
    }

    Envelope envelope() {
        return envelope;
    }

    private EventBatch part(int from, int to) {
        if (from == 0 && to == size()) {
            return this;
        }
        List<Event> some = events.subList(from, to);
        int bytes = some.stream().mapToInt(event -> event.wireBytes(envelope)).sum();
        return new EventBatch(stream, partition, some, bytes, envelope, null, settled, offset + from);
    }

    /** Which events of a batch that was read are settled. Sending threads report, the stream asks. */
    private static final class Settled {
        private final BitSet events = new BitSet();

        private synchronized void add(int from, int to) {
            events.set(from, to);
        }

        private synchronized int nextUnsettled(int from) {
            return events.nextClearBit(from);
        }

        /** A very large number when none is. */
        private synchronized int nextSettled(int from) {
            int next = events.nextSetBit(from);
            return next < 0 ? Integer.MAX_VALUE : next;
        }
    }
}
