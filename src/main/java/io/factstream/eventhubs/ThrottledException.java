package io.factstream.eventhubs;

import io.factstream.deadletter.DeliveryFailure;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The hub asks to slow down. The events are not at fault and are sent again, later. */
public final class ThrottledException extends DeliveryException {

    private static final long serialVersionUID = 1L;

    private final @Nullable Duration advice;

    /** @param advice how long the service asks to wait; null when it does not say */
    public ThrottledException(DeliveryFailure failure, @Nullable Duration advice, @Nullable Throwable cause) {
        super(failure, cause);
        this.advice = advice;
    }

    /** How long the service asks to wait; empty when it does not say. */
    public Optional<Duration> advice() {
        return Optional.ofNullable(advice);
    }
}
