package io.factstream.stream;

import java.time.Instant;

/**
 * A stream that does not run, because its route file or query was refused.
 *
 * @param stream the stream's id; the name of its route file where that does not tell
 * @param why what is wrong, where, and what to do
 * @param since when it was refused
 */
public record RefusedStream(String stream, String why, Instant since) {

    /** The word for its state, beside those of {@link StreamState}. */
    public static final String STATE = "refused";

    /** For a list of problems. */
    @Override
    public String toString() {
        return "stream " + stream + " does not run, its files are refused: " + why;
    }
}
