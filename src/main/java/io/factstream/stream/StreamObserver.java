package io.factstream.stream;

import io.factstream.deadletter.ErrorCategory;

/**
 * Is told what a stream does, by the threads that do it: once a page or a batch, never for each event. It must be quick
 * and must not throw.
 */
public interface StreamObserver {

    /** Parts of the work on a page that are timed. */
    enum Step {
        /** A whole poll that looked into the source, from its plan to the saved watermark where there was a page. */
        POLL,
        /** A page, from the opened source to the closed one. */
        READ,
        /** The messages of a batch. */
        MARSHAL,
        /** A batch, from its messages to the hub's acknowledgement. */
        SEND,
        /** Saving a watermark. */
        COMMIT
    }

    /** A step came to a good end. */
    default void took(Step step, long nanos) {}

    /** The hub acknowledged a batch. */
    default void sent(String partition, int events) {}

    /**
     * A page failed and is held. Waiting for a busy source, or for a hub that asks to slow down, is no failure.
     *
     * @param events how many events of it wait to be sent; 0 when it was not read
     */
    default void failed(RuntimeException why, int events) {}

    /** Events were stored as dead letters. */
    default void deadLettered(ErrorCategory category, int events) {}

    /** The state changed; {@code now} holds the new one. */
    default void changed(StreamState from, StreamStatus now) {}
}
