package io.factstream.eventhubs;

import io.factstream.deadletter.DeliveryFailure;

/**
 * A batch was not delivered. Which subtype it is decides what the flow does: hold the stream and send again ({@link
 * OutageException}), do so more slowly ({@link ThrottledException}), look for the event that is at fault ({@link RejectedBatchException}), or dead-letter it
 * ({@link UndeliverableEventException}).
 */
public abstract sealed class DeliveryException extends RuntimeException
        permits OutageException, ThrottledException, RejectedBatchException, UndeliverableEventException {

    private static final long serialVersionUID = 1L;

    private final transient DeliveryFailure failure;

    DeliveryException(DeliveryFailure failure, @org.jspecify.annotations.Nullable Throwable cause) {
        super(failure.error(), cause);
        this.failure = failure;
    }

    /** Why, in the words that the dead letter and the status show. Holds no secret. */
    public DeliveryFailure failure() {
        return failure;
    }
}
