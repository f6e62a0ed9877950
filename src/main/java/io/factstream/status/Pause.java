package io.factstream.status;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * One time that a person had a stream paused.
 *
 * @param stream the stream's id
 * @param at since when, kept to the microsecond
 * @param who wanted it; not blank
 * @param resumedAt when it was resumed, kept to the microsecond; null while it is paused
 * @param resumedBy who resumed it; null while it is paused
 */
public record Pause(
        String stream,
        Instant at,
        String who,
        @Nullable Instant resumedAt,
        @Nullable String resumedBy) {

    public Pause {
        if (stream.isBlank() || who.isBlank()) {
            throw new IllegalArgumentException("a pause needs its stream and who wants it");
        }
        if ((resumedAt == null) != (resumedBy == null)) {
            throw new IllegalArgumentException(
                    "a pause of " + stream + " ends at a time and by somebody, or not at all");
        }
        at = at.truncatedTo(ChronoUnit.MICROS);
        resumedAt = resumedAt == null ? null : resumedAt.truncatedTo(ChronoUnit.MICROS);
    }
}
