package io.factstream.watermark;

import java.util.Map;

/**
 * How many rows of a stream were delivered at or below its watermark, bucket by bucket. A bucket is a range of watermark
 * values, such as an hour; what it is called and how far it goes is for the source to know.
 *
 * @param total the sum, and the position it belongs to
 * @param rowsByBucket how many rows were delivered of each bucket
 */
public record Coverage(Delivered total, Map<String, Long> rowsByBucket) {

    public Coverage {
        rowsByBucket = Map.copyOf(rowsByBucket);
    }
}
