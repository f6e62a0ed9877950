package io.factstream.watermark;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows that an advance of a watermark passes: all of them acknowledged or dead-lettered.
 *
 * @param rows how many they are; 0 or more
 * @param rowsByBucket how many of them lie in each bucket of the watermark that has any; their sum is {@code rows}
 * @param columns what the query gave them, as text, to compare with what it gives later; null when that is not known
 */
public record Passed(
        long rows, Map<String, Long> rowsByBucket, @Nullable String columns) {

    public Passed {
        if (rows < 0) {
            throw new IllegalArgumentException("rows cannot be " + rows);
        }
        rowsByBucket = Map.copyOf(rowsByBucket);
        long counted = rowsByBucket.values().stream().mapToLong(Long::longValue).sum();
        if (counted != rows) {
            throw new IllegalArgumentException("buckets hold " + counted + " rows, but " + rows + " were passed");
        }
    }
}
