package io.factstream.deadletter;

/**
 * The store holds as many dead letters as it may, so it took none of those given.
 *
 * <p>Their stream must hold its watermark: passing it would lose the events.
 */
public final class DeadLetterStoreFullException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient DeadLetterLimit limit;
    private final long held;

    /**
     * @param held how many letters the store holds
     * @param refused how many new ones it was given
     */
    public DeadLetterStoreFullException(DeadLetterLimit limit, long held, long refused) {
        super("The dead-letter store holds " + held + " of at most " + limit.entries() + " letters and refused "
                + refused + " new ones; nothing was stored and the stream holds its position. Mend the cause of the"
                + " failures, then replay or purge letters, or raise " + limit.setting());
        this.limit = limit;
        this.held = held;
    }

    /** The limit that would have been passed. */
    public DeadLetterLimit limit() {
        return limit;
    }

    /** How many letters the store holds. */
    public long held() {
        return held;
    }
}
