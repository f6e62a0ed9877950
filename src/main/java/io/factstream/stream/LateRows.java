package io.factstream.stream;

import java.util.List;

/**
 * How what a source holds at or below a stream's watermark differs from what was delivered of it.
 *
 * @param rows rows that appeared when the watermark had already passed them; a repeated or replaced row counts as one
 *     that is gone and one that is late, where the two lie in different buckets
 * @param gone rows that were delivered and are no longer there
 * @param buckets the buckets of the watermark that hold late rows, in their order as text; an hour, as a rule
 */
public record LateRows(long rows, long gone, List<String> buckets) {

    /** As far as is known, everything is as it was delivered. */
    public static final LateRows NONE = new LateRows(0, 0, List.of());

    public LateRows {
        buckets = List.copyOf(buckets);
    }
}
