package io.factstream.eventhubs;

import io.factstream.deadletter.DeliveryFailure;
import org.jspecify.annotations.Nullable;

/** The hub rejected a batch for what is in it, without saying which event. */
public final class RejectedBatchException extends DeliveryException {

    private static final long serialVersionUID = 1L;

    public RejectedBatchException(DeliveryFailure failure, @Nullable Throwable cause) {
        super(failure, cause);
    }
}
