package io.factstream.stream;

import io.factstream.eventhubs.UndeliverableEventException;
import java.util.ArrayList;
import java.util.List;
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
        this.stream = stream;
        this.partition = partition;
        this.events = List.copyOf(events);
        this.wireBytes = wireBytes;
        this.envelope = envelope;
        this.fault = fault;
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
            messages.add(new EventMessage(exchange, envelope.json(event), envelope.properties(event.traceId())));
        }
        return messages;
    }

    /** The batch in two, or in single events where there are only two. For finding the one event a hub rejects. */
    public List<EventBatch> halves() {
        int middle = events.size() / 2;
        return List.of(part(0, middle), part(middle, events.size()));
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
        List<Event> some = events.subList(from, to);
        int bytes = some.stream().mapToInt(event -> event.wireBytes(envelope)).sum();
        return new EventBatch(stream, partition, some, bytes, envelope, null);
    }
}
