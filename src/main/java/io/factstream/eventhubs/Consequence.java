package io.factstream.eventhubs;

/** What becomes of the events of a send that failed. */
public enum Consequence {
    /** Nobody can send: the stream holds its page and sends it again. Nothing is given up. */
    OUTAGE,
    /** The hub asks to slow down: as an outage, but the stream waits as long as the service advises. */
    THROTTLING,
    /** Something in the batch will never be taken: halves find the event, which becomes a dead letter alone. */
    POISON
}
