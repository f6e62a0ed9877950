package io.factstream.localhub;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A batch that arrived and is about to be stored. To be looked at while a predicate runs, not kept beyond. */
public final class SentBatch {

    private final String hub;
    private final int partition;
    private final int size;
    private final EventBatch batch;

    SentBatch(String hub, int partition, int size, EventBatch batch) {
        this.hub = hub;
        this.partition = partition;
        this.size = size;
        this.batch = batch;
    }

    /** The hub's name. */
    public String hub() {
        return hub;
    }

    /** The partition it goes to. */
    public int partition() {
        return partition;
    }

    /** The key it was sent with, or null. */
    public @Nullable String partitionKey() {
        return batch.partitionKey();
    }

    /** How many events it has. */
    public int count() {
        return batch.count();
    }

    /** Its bytes on the wire. */
    public int size() {
        return size;
    }

    /**
     * Its events, decoded for this call.
     *
     * @throws IllegalStateException when one of them is no AMQP message
     */
    public List<SentEvent> events() {
        List<SentEvent> events = new ArrayList<>(count());
        try {
            for (int event = 0; event < count(); event++) {
                events.add(batch.decoded(event));
            }
        } catch (MalformedMessageException notAnEvent) {
            throw new IllegalStateException("An event sent to " + hub + " cannot be decoded", notAnEvent);
        }
        return events;
    }
}
