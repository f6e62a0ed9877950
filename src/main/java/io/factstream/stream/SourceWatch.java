package io.factstream.stream;

import io.factstream.source.FileStamp;
import io.factstream.stream.PageQuery.BucketRows;
import io.factstream.stream.PageQuery.Look;
import io.factstream.time.Moment;
import io.factstream.watermark.Coverage;
import io.factstream.watermark.Delivered;
import io.factstream.watermark.Passed;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.Watermark;
import io.factstream.watermark.WatermarkStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees whether the source of a stream is still what the stream has read: its columns, the rows at or below the
 * watermark, and that the newest row does not lie behind it.
 *
 * <p>For the one thread that polls; {@link #lateRows} and {@link #warning} may be asked from anywhere.
 */
final class SourceWatch {

    private static final Logger LOG = LoggerFactory.getLogger(SourceWatch.class);

    private static final int MOST_NAMED = 3;

    /**
     * How often at most buckets are compared although as many rows lie at or below the watermark as were delivered: a
     * row that is gone may hide a late one from the sum.
     */
    private static final Duration COMPARISON_INTERVAL = Duration.ofMinutes(1);

    private final StreamDefinition stream;
    private final WatermarkStore watermarks;

    private @Nullable PageQuery query;
    private String announced = "";
    private String reordered = "";
    private @Nullable Compared compared;

    private volatile LateRows lateRows = LateRows.NONE;
    private volatile @Nullable String warning;

    /** What the newest comparison of the buckets was made from. */
    private record Compared(long revision, long difference, FileStamp stamp, Moment at) {}

    SourceWatch(StreamDefinition stream, WatermarkStore watermarks) {
        this.stream = stream;
        this.watermarks = watermarks;
    }

    /** As of the last look. */
    LateRows lateRows() {
        return lateRows;
    }

    /** What a person should look at although the stream runs; null when there is nothing. */
    @Nullable
    String warning() {
        return warning;
    }

    /**
     * Before a page is planned: refuses columns that have drifted, and where it is not known what was delivered takes
     * what is there.
     *
     * @param saved where the stream stands; null before its first page
     * @throws io.factstream.config.ConfigurationException when a column is gone or has another type
     */
    void begin(Connection connection, PageQuery query, @Nullable SavedWatermark saved) throws SQLException {
        this.query = query;
        if (saved == null) {
            return;
        }
        compareColumns(query, saved.columns());
        if (watermarks.delivered(stream.id()).isEmpty()) {
            takeBaseline(connection, query, saved.position());
        }
    }

    /**
     * As {@link #begin}, for the page after one that is not delivered yet.
     *
     * @param before what that page delivers
     */
    void goOn(PageQuery query, Passed before) {
        this.query = query;
        compareColumns(query, before.columns());
    }

    private void compareColumns(PageQuery query, @Nullable String before) {
        String columns = query.columns();
        if (before != null && !columns.equals(before)) {
            SelectedColumns selected = SelectedColumns.of(before, columns);
            selected.refuseDrift(stream);
            if (!selected.added().isEmpty() && !columns.equals(announced)) {
                LOG.info(
                        "stream={} {} gives new columns, which its events now have: {}",
                        stream.id(),
                        stream.queryFile(),
                        String.join(", ", selected.added()));
                announced = columns;
            }
        }
        if (query.isReordered() && !columns.equals(reordered)) {
            LOG.info(
                    "stream={} {} gives its columns in another order than before; events keep the one they had, and so"
                            + " their ids",
                    stream.id(),
                    stream.queryFile());
            reordered = columns;
        }
    }

    private void takeBaseline(Connection connection, PageQuery query, Watermark position) throws SQLException {
        Map<String, Long> rows = new HashMap<>();
        for (BucketRows bucket : query.buckets(connection, position, WatermarkCondition.ALWAYS)) {
            rows.put(bucket.bucket(), bucket.rows());
        }
        long within = query.rowsWithin(connection, position);
        if (within > 0) {
            rows.merge(query.type().bucket(position.value()), within, Long::sum);
        }
        if (watermarks.baseline(stream.id(), position, rows, within)) {
            LOG.debug("stream={} counts rows as delivered up to {}", stream.id(), position);
        }
    }

    /** The rows of a page up to a position, of the query last {@linkplain #begin begun} with, as an advance takes them. */
    Passed passed(WatermarkType type, List<Event> events, Watermark to) {
        return new Passed(
                events.size(),
                BucketCounts.of(type, events),
                Objects.requireNonNull(query, "begun with one").columns(to));
    }

    /**
     * Looks what lies beyond and below the watermark.
     *
     * @param position where the stream stands; null before its first page
     * @param settled what counts as settled is measured from it
     * @param stamp of the source, from before it was opened
     * @param now when this is
     */
    Look look(
            Connection connection,
            PageQuery query,
            @Nullable Watermark position,
            Instant settled,
            FileStamp stamp,
            Moment now)
            throws SQLException {
        Look look = query.look(connection, position, settled);
        if (position == null) {
            tell(LateRows.NONE);
            warn(null);
        } else {
            compare(connection, query, position, look.passed(), stamp, now);
            warn(
                    look.newestBehind() == null
                            ? null
                            : "the newest row of the source (" + look.newestBehind() + ") lies behind the watermark ("
                                    + position.value()
                                    + "): a table was replaced by an older or shorter one, or rows were"
                                    + " removed. Nothing is sent until rows beyond the watermark appear. Put the right table"
                                    + " back, or send what is there: factstream watermark rewind " + stream.id());
        }
        return look;
    }

    private void compare(
            Connection connection, PageQuery query, Watermark position, long sourceRows, FileStamp stamp, Moment now)
            throws SQLException {
        Delivered delivered = watermarks.delivered(stream.id()).orElse(null);
        if (delivered == null || !delivered.position().equals(position)) {
            // Somebody moved the watermark since this poll began.
            return;
        }
        long difference = sourceRows - (delivered.rows() - delivered.rowsWithin());
        Compared last = compared;
        if (last != null
                && last.revision() == delivered.revision()
                && last.difference() == difference
                && (last.stamp().equals(stamp) || now.isBefore(last.at().plus(COMPARISON_INTERVAL)))) {
            return;
        }
        Coverage coverage = watermarks.coverage(stream.id()).orElse(null);
        if (coverage != null && coverage.total().equals(delivered)) {
            tell(difference(query.type(), coverage, query.buckets(connection, position, WatermarkCondition.ALWAYS)));
            compared = new Compared(delivered.revision(), difference, stamp, now);
        }
    }

    /** What a coverage misses of the rows at or below its position, and has of rows that are gone. */
    static LateRows difference(WatermarkType type, Coverage coverage, List<BucketRows> source) {
        Map<String, Long> left = deliveredBelow(type, coverage);
        List<String> buckets = new ArrayList<>();
        long late = 0;
        long gone = 0;
        for (BucketRows bucket : source) {
            Long known = left.remove(bucket.bucket());
            long more = bucket.rows() - (known == null ? 0 : known);
            if (more > 0) {
                late += more;
                buckets.add(bucket.bucket());
            } else {
                gone -= more;
            }
        }
        gone += left.values().stream().mapToLong(Long::longValue).sum();
        buckets.sort(null);
        return new LateRows(late, gone, buckets);
    }

    /** Of a value that is passed in part, the source's rows are not counted, and so not what was delivered of them. */
    static Map<String, Long> deliveredBelow(WatermarkType type, Coverage coverage) {
        Map<String, Long> rows = new HashMap<>(coverage.rowsByBucket());
        rows.merge(
                type.bucket(coverage.total().position().value()),
                -coverage.total().rowsWithin(),
                Long::sum);
        return rows;
    }

    private void tell(LateRows found) {
        LateRows before = lateRows;
        lateRows = found;
        if (before.rows() == found.rows() && before.buckets().equals(found.buckets())) {
            return;
        }
        if (found.rows() == 0) {
            LOG.info("stream={} has no late rows any more", stream.id());
            return;
        }
        int more = found.buckets().size() - MOST_NAMED;
        LOG.warn(
                "stream={} lateRows={} appeared after the watermark had passed them, in {}{}; to send them: factstream"
                        + " backfill {}",
                stream.id(),
                found.rows(),
                String.join(
                        ", ",
                        found.buckets()
                                .subList(0, Math.min(MOST_NAMED, found.buckets().size()))),
                more > 0 ? " and " + more + " more" : "",
                stream.id());
    }

    private void warn(@Nullable String found) {
        if (Objects.equals(found, warning)) {
            return;
        }
        if (found == null) {
            LOG.info("stream={} the newest row of the source lies at or beyond the watermark again", stream.id());
        } else {
            LOG.warn("stream={} {}", stream.id(), found);
        }
        warning = found;
    }
}
