package io.factstream.eventhubs;

import io.factstream.deadletter.DeliveryFailure;
import io.factstream.deadletter.ErrorCategory;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A hub at one moment, as its senders see it. Counts are those of this session.
 *
 * @param hub its name
 * @param breaker the state of its circuit breaker
 * @param trips how often the breaker opened
 * @param failures sends, and questions about the hub, that an outage ended
 * @param failuresByCategory the same, by the kind of failure; holds no zeros
 * @param throttled sends that the hub put off
 * @param reachable false while a probe finds that the hub cannot be reached at all
 * @param failure why the last send failed; null when the last one was answered
 * @param since when the hub began to fail or to answer; null before the first send
 * @param partitions how many partitions it has; 0 while that is not known
 * @param notice what a person should know of the hub although it answers; null when there is nothing
 */
public record HubStatus(
        String hub,
        BreakerState breaker,
        long trips,
        long failures,
        Map<ErrorCategory, Long> failuresByCategory,
        long throttled,
        boolean reachable,
        @Nullable DeliveryFailure failure,
        @Nullable Instant since,
        int partitions,
        @Nullable String notice) {
    public HubStatus {
        failuresByCategory = Map.copyOf(failuresByCategory);
    }
}
