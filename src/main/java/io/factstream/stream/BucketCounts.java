package io.factstream.stream;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts rows by the bucket of their watermark. They come in its order, so the bucket changes rarely, and mostly a row
 * costs the comparison of a few bytes.
 */
final class BucketCounts {

    private final WatermarkType type;
    private final Map<String, Long> rows = new HashMap<>();
    private String bucket = "";
    private byte[] prefix = {};
    private int length;
    private long count;

    private BucketCounts(WatermarkType type) {
        this.type = type;
    }

    /** How many of the events each bucket holds that holds any. */
    static Map<String, Long> of(WatermarkType type, List<Event> events) {
        BucketCounts counts = new BucketCounts(type);
        events.forEach(counts::add);
        counts.close();
        return counts.rows;
    }

    private void add(Event event) {
        if (count == 0 || !event.hasWatermarkLike(prefix, length)) {
            turnTo(event.watermark());
        }
        count++;
    }

    private void turnTo(String text) {
        String next = type.bucket(text);
        if (!next.equals(bucket)) {
            close();
            bucket = next;
        }
        String begin = type.bucketPrefix(text);
        // Times of one hour differ in length; without a colon a time is all of its bucket.
        boolean ofAnyLength = type.isTime() && !begin.isEmpty();
        prefix = (type.isTime() && begin.isEmpty() ? text : begin).getBytes(StandardCharsets.UTF_8);
        length = ofAnyLength ? -1 : text.length();
    }

    private void close() {
        if (count > 0) {
            rows.merge(bucket, count, Long::sum);
            count = 0;
        }
    }
}
