package io.factstream.deadletter;

import java.util.Map;

/**
 * One event that travels for a dead letter: the letter's own, or one that tells of the letter.
 *
 * @param letter the letter it travels for
 * @param body the event's body. Not copied: whoever makes a parcel gives the array away
 * @param properties the event's application properties, and nothing beside them
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; a copy of each event would double the memory of a round.
public record Parcel(DeadLetter letter, byte[] body, Map<String, String> properties) {

    public Parcel {
        properties = Map.copyOf(properties);
    }

    /** The letter's own event, byte by byte as its stream would have sent it. */
    static Parcel of(DeadLetter letter) {
        return new Parcel(letter, letter.event(), letter.properties());
    }

    /** Shows no values of a row. */
    @Override
    public String toString() {
        return "Parcel[" + letter + "]";
    }
}
