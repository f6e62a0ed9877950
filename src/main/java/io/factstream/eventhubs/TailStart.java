package io.factstream.eventhubs;

import com.azure.messaging.eventhubs.models.EventPosition;
import io.factstream.eventhubs.HubEvents.Extent;
import java.time.Instant;

/** From where on the events of a hub are shown, in each of its partitions. */
public sealed interface TailStart {

    /** The oldest event that the hub still holds. */
    record Earliest() implements TailStart {}

    /** What arrives from now on. */
    record Latest() implements TailStart {}

    /** The newest events of each partition. */
    record Newest(long count) implements TailStart {
        public Newest {
            if (count < 1) {
                throw new IllegalArgumentException("at least 1 event can be shown, not " + count);
            }
        }
    }

    /** The event with this sequence number, which each partition counts for itself. */
    record Sequence(long number) implements TailStart {
        public Sequence {
            if (number < 0) {
                throw new IllegalArgumentException("sequence numbers begin with 0");
            }
        }
    }

    /** What arrived at this time or later. */
    record Time(Instant enqueued) implements TailStart {}

    /** Where that is in a partition. */
    default EventPosition in(Extent extent) {
        if (this instanceof Newest newest) {
            return EventPosition.fromSequenceNumber(Math.max(extent.first(), extent.last() - newest.count() + 1), true);
        }
        if (this instanceof Sequence sequence) {
            return EventPosition.fromSequenceNumber(sequence.number(), true);
        }
        if (this instanceof Time time) {
            // The service's filter is for events after a time, in milliseconds.
            return EventPosition.fromEnqueuedTime(time.enqueued().minusMillis(1));
        }
        // Where the end was found, not where it is when the link is made: nothing in between is missed.
        return this instanceof Latest && !extent.isEmpty()
                ? EventPosition.fromSequenceNumber(extent.last(), false)
                : EventPosition.earliest();
    }

    /** Whether a partition holds an event from there on. */
    default boolean isWithin(Extent extent) {
        if (extent.isEmpty() || this instanceof Latest) {
            return false;
        }
        return (!(this instanceof Sequence sequence) || sequence.number() <= extent.last())
                && (!(this instanceof Time time) || !extent.lastEnqueued().isBefore(time.enqueued()));
    }
}
