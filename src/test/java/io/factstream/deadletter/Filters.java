package io.factstream.deadletter;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Filters with some of the criteria that a person may give; null is none. */
public final class Filters {

    private Filters() {}

    /** By what is said of the event. */
    public static DeadLetterFilter event(@Nullable String hub, @Nullable String type, @Nullable String traceId) {
        return new DeadLetterFilter(null, type, traceId, hub, null, null, null, null, null, null);
    }

    /** By how it failed. */
    public static DeadLetterFilter failure(
            @Nullable String stream, @Nullable ErrorCategory category, @Nullable Severity severity) {
        return new DeadLetterFilter(stream, null, null, null, category, severity, null, null, null, null);
    }

    /** By when it failed first: from then on, and before then. */
    public static DeadLetterFilter firstFailed(@Nullable Instant from, @Nullable Instant to) {
        return new DeadLetterFilter(null, null, null, null, null, null, from, to, null, null);
    }
}
