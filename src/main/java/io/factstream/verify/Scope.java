package io.factstream.verify;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is compared.
 *
 * @param from rows with a smaller watermark are not asked after; DuckDB's text of a value; null for no such bound
 * @param to rows with a larger watermark are not asked after; null for the stream's own watermark
 * @param position events that arrived in the hub before are not read; null to read from the oldest
 */
public record Scope(
        @Nullable String from,
        @Nullable String to,
        @Nullable Instant position) {

    /** Every row that the stream counts as done, and every event that the hub holds. */
    public static final Scope ALL = new Scope(null, null, null);

    /** Whether only some of the rows are asked after. */
    boolean isNarrowed() {
        return from != null || to != null;
    }
}
