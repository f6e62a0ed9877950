package io.factstream.journal;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Something that a person did.
 *
 * @param at when, kept to the microsecond
 * @param who as that person, command or connection named itself; not blank
 * @param subject the stream's id, or which dead letters; not blank
 * @param detail what came of it, for people; may be empty. Holds no secret
 */
public record Action(Instant at, String who, Kind kind, String subject, String detail) {

    /** What can be done. */
    public enum Kind {
        /** A stream was told to stop reading. */
        PAUSE,
        /** A stream was told to read again. */
        RESUME,
        /** A watermark was moved. */
        REWIND,
        /** Dead letters were sent again. */
        REPLAY
    }

    public Action {
        if (who.isBlank() || subject.isBlank()) {
            throw new IllegalArgumentException("an action needs somebody who did it and what it was done to");
        }
        at = at.truncatedTo(ChronoUnit.MICROS);
    }
}
