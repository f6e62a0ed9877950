package io.factstream.watermark;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A stream's watermark as a store holds it.
 *
 * @param stream the stream's id
 * @param queryFingerprint of the query that made the position; null after {@link WatermarkStore#set}, until the next
 *     advance brings one
 * @param position up to where everything is done
 * @param savedAt when the position was last saved, to the microsecond
 * @param rows the sum of the rows of all advances since the stream first had a watermark; rows that were passed again
 *     after a rewind count again
 * @param columns what the query gave when it was last advanced, see {@link Passed#columns}; null when that is not known
 */
public record SavedWatermark(
        String stream,
        @Nullable String queryFingerprint,
        Watermark position,
        Instant savedAt,
        long rows,
        @Nullable String columns) {

    public SavedWatermark {
        if (stream.isBlank()) {
            throw new IllegalArgumentException("a watermark needs its stream");
        }
        if (rows < 0) {
            throw new IllegalArgumentException("rows cannot be " + rows);
        }
    }

    /** Whether a query of that fingerprint may go on from here: it made the position, or a person set it. */
    public boolean isOf(String fingerprint) {
        return queryFingerprint == null || queryFingerprint.equals(fingerprint);
    }

    /**
     * Refuses a query of that fingerprint that may not go on from here.
     *
     * @throws QueryChangedException when another query made the position
     */
    public void requireIsOf(String fingerprint) {
        if (queryFingerprint != null && !isOf(fingerprint)) {
            throw new QueryChangedException(stream, queryFingerprint, fingerprint);
        }
    }
}
