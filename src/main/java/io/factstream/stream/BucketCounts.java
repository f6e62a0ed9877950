package io.factstream.stream;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts rows by the bucket of their watermark. They come in its order, so between two rows of one bucket all are of it,
 * and mostly it is enough to look at the first and the last.
 */
final class BucketCounts {

    private final WatermarkType type;
    private final Map<String, Long> rows = new HashMap<>();

    private BucketCounts(WatermarkType type) {
        this.type = type;
    }

    /** How many of the events, in the order of their watermark, each bucket holds that holds any. */
    static Map<String, Long> of(WatermarkType type, List<Event> events) {
        BucketCounts counts = new BucketCounts(type);
        if (!events.isEmpty()) {
            counts.add(events);
        }
        return counts.rows;
    }

    private void add(List<Event> events) {
        int count = events.size();
        String bucket = bucket(events.get(0));
        if (count == 1 || bucket.equals(bucket(events.get(count - 1)))) {
            rows.merge(bucket, (long) count, Long::sum);
        } else {
            add(events.subList(0, count / 2));
            add(events.subList(count / 2, count));
        }
    }

    private String bucket(Event event) {
        return type.bucket(event.watermark());
    }
}
