package io.factstream.status;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a runtime said of one of its streams.
 *
 * @param stream the stream's id
 * @param sessionId the run that said so
 * @param at when, kept to the microsecond
 * @param state what it was doing, as a word in small letters, such as {@code running}
 * @param since when the state began, kept to the microsecond
 * @param lagRows settled rows that were not delivered; null where that was not known
 * @param lagSeconds from the watermark to the newest settled row; null where that was not known, the watermark is no time,
 *     or there are none
 * @param rowsUnsettled rows too young to be read; null where that was not known
 * @param lookedAt when the source was last known to hold just that, kept to the microsecond; null where it was not known
 * @param lateRows rows that appeared after the watermark had passed them
 * @param rowsGone rows that were delivered and are no longer there
 * @param eventsPerSecond events delivered or dead-lettered of late; not negative
 * @param lastError why its last page failed; null when it did not. Holds no secret
 * @param warning what a person should look at although it ran; null when there was nothing
 */
public record StreamReport(
        String stream,
        String sessionId,
        Instant at,
        String state,
        Instant since,
        @Nullable Long lagRows,
        @Nullable Long lagSeconds,
        @Nullable Long rowsUnsettled,
        @Nullable Instant lookedAt,
        long lateRows,
        long rowsGone,
        double eventsPerSecond,
        @Nullable String lastError,
        @Nullable String warning) {

    public StreamReport {
        if (stream.isBlank() || sessionId.isBlank() || state.isBlank()) {
            throw new IllegalArgumentException("a report needs its stream, session and state");
        }
        if (!(eventsPerSecond >= 0)) {
            throw new IllegalArgumentException("events a second cannot be " + eventsPerSecond);
        }
        at = at.truncatedTo(ChronoUnit.MICROS);
        since = since.truncatedTo(ChronoUnit.MICROS);
        lookedAt = lookedAt == null ? null : lookedAt.truncatedTo(ChronoUnit.MICROS);
    }
}
