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

    /** What can be done. Each new one is a step of the state's schema. */
    public enum Kind {
        /** A stream was told to stop reading. */
        PAUSE,
        /** A stream was told to read again. */
        RESUME,
        /** A watermark was moved. */
        REWIND,
        /** Dead letters were sent again. */
        REPLAY,
        /** A changed query, or changed columns, were accepted. */
        ACCEPT,
        /** Rows were sent again, or late ones for the first time. */
        BACKFILL,
        /** Dead letters were stored from a file. */
        IMPORT,
        /** Dead letters were removed for good. */
        PURGE,
        /** A route file or a query was saved, or taken away, while the runtime ran. */
        EDIT
    }

    public Action {
        if (who.isBlank() || subject.isBlank()) {
            throw new IllegalArgumentException("an action needs somebody who did it and what it was done to");
        }
        at = at.truncatedTo(ChronoUnit.MICROS);
    }
}
