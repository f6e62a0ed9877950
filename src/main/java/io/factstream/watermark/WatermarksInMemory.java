package io.factstream.watermark;

import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Watermarks that nobody keeps, for work beside a running stream whose own watermark must not move. They only advance:
 * what a person does to a watermark is not for here.
 */
public final class WatermarksInMemory implements WatermarkStore {

    private final Clock clock;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();

    private record Entry(SavedWatermark saved, Coverage coverage) {}

    /** Begins with none. */
    public WatermarksInMemory(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Optional<SavedWatermark> find(String stream) {
        return Optional.ofNullable(entries.get(stream)).map(Entry::saved);
    }

    @Override
    public List<SavedWatermark> all() {
        return entries.keySet().stream()
                .sorted()
                .flatMap(stream -> find(stream).stream())
                .toList();
    }

    @Override
    public void advance(String stream, String queryFingerprint, @Nullable Watermark from, Watermark to, Passed passed) {
        if (from != null && !from.mayAdvanceTo(to)) {
            throw new IllegalArgumentException("Stream '" + stream + "': [" + to + "] cannot lie after [" + from + "]");
        }
        entries.compute(stream, (id, before) -> {
            Watermark stored = before == null ? null : before.saved().position();
            if (from == null ? stored != null : !from.equals(stored)) {
                throw new WatermarkConflictException(stream, from, stored);
            }
            long rows = passed.rows() + (before == null ? 0 : before.saved().rows());
            Map<String, Long> buckets = before == null
                    ? new HashMap<>()
                    : new HashMap<>(before.coverage().rowsByBucket());
            passed.rowsByBucket().forEach((bucket, count) -> buckets.merge(bucket, count, Long::sum));
            boolean goesOnWithin = before != null && from != null && to.value().equals(from.value());
            long within = to.isWhole()
                    ? 0
                    : passed.rows() + (goesOnWithin ? before.coverage().total().rowsWithin() : 0);
            return new Entry(
                    new SavedWatermark(stream, queryFingerprint, to, clock.instant(), rows, passed.columns()),
                    new Coverage(new Delivered(0, to, rows, within), buckets));
        });
    }

    @Override
    public Optional<Delivered> delivered(String stream) {
        return coverage(stream).map(Coverage::total);
    }

    @Override
    public Optional<Coverage> coverage(String stream) {
        return Optional.ofNullable(entries.get(stream)).map(Entry::coverage);
    }

    @Override
    public boolean baseline(String stream, Watermark position, Map<String, Long> rowsByBucket, long rowsWithin) {
        return false;
    }

    @Override
    public boolean mend(String stream, long revision, Map<String, Long> changes) {
        return false;
    }

    @Override
    public void accept(String stream, String oldFingerprint, String newFingerprint, String who) {
        throw unsupported();
    }

    @Override
    public boolean acceptColumns(String stream, Watermark position, String who) {
        throw unsupported();
    }

    @Override
    public void set(String stream, @Nullable Watermark from, @Nullable Watermark to, String who, String why) {
        throw unsupported();
    }

    private static UnsupportedOperationException unsupported() {
        return new UnsupportedOperationException("watermarks in memory only advance");
    }

    @Override
    public List<WatermarkChange> history(String stream) {
        return List.of();
    }
}
