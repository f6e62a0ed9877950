package io.factstream.localhub;

/** What a partition keeps of the events it accepts. */
public enum Retention {
    /** Every event, until the hubs are closed: it can be consumed and read back. */
    ALL,

    /**
     * Only a {@link Tally} a partition: memory does not grow, whatever is sent. Consuming is refused with {@code
     * amqp:not-allowed}, and {@link LocalEventHubs#events(String)} with an {@link IllegalStateException}.
     */
    COUNT_ONLY
}
