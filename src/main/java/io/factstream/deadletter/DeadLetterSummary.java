package io.factstream.deadletter;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many dead letters there are, and of what kind, at one moment. The maps hold no zeros.
 *
 * @param oldest when the letter that failed first did so; null when there is none
 * @param newest when the letter that failed first last of all did so; null when there is none
 */
public record DeadLetterSummary(
        long size,
        Map<ErrorCategory, Long> byCategory,
        Map<Severity, Long> bySeverity,
        Map<String, Long> byStream,
        @Nullable Instant oldest,
        @Nullable Instant newest) {
    public DeadLetterSummary {
        byCategory = Map.copyOf(byCategory);
        bySeverity = Map.copyOf(bySeverity);
        byStream = Map.copyOf(byStream);
    }
}
