package io.factstream.session;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run of the runtime.
 *
 * @param id see {@link SessionIds}
 * @param started kept to the microsecond
 * @param ended kept to the microsecond; null exactly when the outcome is {@link Outcome#NOT_ENDED}
 * @param streams what each stream did, by stream id
 */
public record Session(
        String id, Instant started, @Nullable Instant ended, Outcome outcome, Map<String, StreamRun> streams) {

    public Session {
        if (id.isBlank()) {
            throw new IllegalArgumentException("a session needs an id");
        }
        if ((ended == null) != (outcome == Outcome.NOT_ENDED)) {
            throw new IllegalArgumentException("session " + id + " cannot be " + outcome + " with its end at " + ended);
        }
        started = started.truncatedTo(ChronoUnit.MICROS);
        ended = ended == null ? null : ended.truncatedTo(ChronoUnit.MICROS);
        streams = Map.copyOf(streams);
    }

    /** A session that begins. */
    public static Session starting(String id, Instant started) {
        return new Session(id, started, null, Outcome.NOT_ENDED, Map.of());
    }
}
