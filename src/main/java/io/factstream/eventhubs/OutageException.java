package io.factstream.eventhubs;

import io.factstream.deadletter.DeliveryFailure;
import org.jspecify.annotations.Nullable;

/** The hub or the way to it is away, or refuses everybody. The events are not at fault and are sent again. */
public final class OutageException extends DeliveryException {

    private static final long serialVersionUID = 1L;

    public OutageException(DeliveryFailure failure, @Nullable Throwable cause) {
        super(failure, cause);
    }
}
