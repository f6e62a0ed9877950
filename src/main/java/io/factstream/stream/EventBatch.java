package io.factstream.stream;

import io.factstream.eventhubs.EventMessage;
import io.factstream.eventhubs.UndeliverableEventException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
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
    /** Where its events stand in the batch that was read, of which it may be a part. */
    private final int[] places;
    /** Whether its events are to stay in order: it is a piece of a {@link Lane}. */
    private final boolean isInLane;

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
        this(stream, partition, events, wireBytes, envelope, fault, new Settled(), all(events.size()), false);
    }

    private EventBatch(
            StreamDefinition stream,
            String partition,
            List<Event> events,
            int wireBytes,
            Envelope envelope,
            @Nullable UndeliverableEventException fault,
            Settled settled,
            int[] places,
            boolean isInLane) {
        this.stream = stream;
        this.partition = partition;
        this.events = List.copyOf(events);
        this.wireBytes = wireBytes;
        this.envelope = envelope;
        this.fault = fault;
        this.settled = settled;
        this.places = places;
        this.isInLane = isInLane;
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

    /** One of its events as it would be sent: UTF-8 JSON, or nothing where the row was too large to be read. */
    byte[] body(Event event) {
        return event.isTooLarge() ? new byte[0] : envelope.json(event);
    }

    /**
     * The batch in lanes, each in pieces, for finding the events that a hub rejects. Events of a key are in one lane, in
     * order; a piece of a lane is one lane again.
     *
     * @param most how many lanes at most
     * @param share how many of the events are rejected, as far as that is known: 0 to 1
     */
    List<Lane> lanes(int most, double share) {
        if (isInLane) {
            // Each piece is smaller than this batch, which was rejected.
            int quarter = (size() + 3) / 4;
            return List.of(new Lane(pieces(all(size()), Math.min(quarter, group(share)))));
        }
        List<List<Integer>> lanes = new ArrayList<>();
        Map<String, List<Integer>> ofKeys = new HashMap<>();
        for (int i = 0; i < size(); i++) {
            String key = events.get(i).partitionKey();
            List<Integer> lane = key == null ? null : ofKeys.get(key);
            if (lane == null) {
                if (lanes.size() < most) {
                    lanes.add(new ArrayList<>());
                }
                lane = lanes.stream().min(Comparator.comparingInt(List::size)).orElseThrow();
                if (key != null) {
                    ofKeys.put(key, lane);
                }
            }
            lane.add(i);
        }
        // Where all are of one key, its lane is as long as the batch.
        int longest = lanes.size() == 1 ? (size() + 3) / 4 : size();
        return lanes.stream()
                .map(lane -> lane.stream().mapToInt(Integer::intValue).toArray())
                .map(lane -> new Lane(pieces(lane, Math.min(longest, group(share)))))
                .toList();
    }

    /** So many events that about half of such groups hold a rejected one: then the answers say most. */
    private static int group(double share) {
        return share <= 0 ? Integer.MAX_VALUE : (int) Math.max(1, Math.round(0.7 / share));
    }

    private List<EventBatch> pieces(int[] chosen, int size) {
        List<EventBatch> pieces = new ArrayList<>();
        for (int from = 0; from < chosen.length; ) {
            int end = chosen.length - from > size ? from + size : chosen.length;
            pieces.add(part(Arrays.copyOfRange(chosen, from, end), true));
            from = end;
        }
        return pieces;
    }

    /** All its events are acknowledged or durably dead-lettered; the batch that it is a part of knows it too. */
    void settle() {
        settled.add(places);
    }

    /** What of it is neither acknowledged nor dead-lettered, in order; nothing where all is. */
    Optional<EventBatch> unsettled() {
        int[] rest = settled.without(places);
        return rest.length == 0
                ? Optional.empty()
                : rest.length == size() ? Optional.of(this) : Optional.of(part(rest, isInLane));
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

    /** @param chosen the indexes of its events, in order */
    private EventBatch part(int[] chosen, boolean inLane) {
        List<Event> some = Arrays.stream(chosen).mapToObj(events::get).toList();
        int bytes = some.stream().mapToInt(event -> event.wireBytes(envelope)).sum();
        int[] theirs = Arrays.stream(chosen).map(i -> places[i]).toArray();
        return new EventBatch(stream, partition, some, bytes, envelope, null, settled, theirs, inLane);
    }

    private static int[] all(int size) {
        return IntStream.range(0, size).toArray();
    }

    /** Which events of a batch that was read are settled. Sending threads report, the stream asks. */
    private static final class Settled {
        private final BitSet events = new BitSet();

        private synchronized void add(int[] places) {
            Arrays.stream(places).forEach(events::set);
        }

        /** The indexes of the places that are not. */
        private synchronized int[] without(int[] places) {
            return IntStream.range(0, places.length)
                    .filter(i -> !events.get(places[i]))
                    .toArray();
        }
    }
}
