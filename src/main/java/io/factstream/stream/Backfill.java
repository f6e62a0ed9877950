package io.factstream.stream;

import io.factstream.config.ConfigurationException;
import io.factstream.config.NonFinite;
import io.factstream.source.DuckDbSource;
import io.factstream.stream.PageQuery.BucketRows;
import io.factstream.watermark.Coverage;
import io.factstream.watermark.QueryChangedException;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.Watermark;
import io.factstream.watermark.WatermarkStore;
import io.factstream.watermark.WatermarksInMemory;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one stream, at or below its watermark, that are sent again: those of a range of watermark values, or of the
 * buckets that hold late rows. Whole values are sent, so that every row has the id that it has or would have had.
 *
 * <p>It runs like the stream itself, with the stream's query narrowed to the range and positions of its own in memory.
 * The stream's watermark stays; a runtime may go on with the stream meanwhile.
 */
public final class Backfill {

    /**
     * Rows of one bucket of the watermark.
     *
     * @param name the bucket's name: an hour, as a rule
     * @param rows how many of its rows are sent
     * @param whole whether these are all of its rows at or below the watermark
     */
    public record Bucket(String name, long rows, boolean whole) {}

    private final StreamDefinition stream;
    private final WatermarkStore watermarks;
    private final Watermark upTo;
    private final @Nullable Coverage coverage;
    private final List<Bucket> buckets;
    private final WatermarkCondition condition;
    private final @Nullable String columns;
    private final WatermarkStore positions = new WatermarksInMemory(Clock.systemUTC());

    private Backfill(
            StreamDefinition stream,
            WatermarkStore watermarks,
            Watermark upTo,
            @Nullable Coverage coverage,
            List<Bucket> buckets,
            WatermarkCondition condition,
            @Nullable String columns) {
        this.columns = columns;
        this.stream = stream;
        this.watermarks = watermarks;
        this.upTo = upTo;
        this.coverage = coverage;
        this.buckets = List.copyOf(buckets);
        this.condition = condition;
    }

    /**
     * Finds out what is to be sent; sends nothing.
     *
     * @param stream as its route file defines it
     * @param watermarks where the stream's own position is kept
     * @param from the first watermark value; null for the first there is
     * @param to the last watermark value; null for the stream's watermark. With neither, the rows of those buckets that
     *     hold late rows
     * @throws ConfigurationException when the stream has no watermark, a value is none of its type, or its columns have
     *     drifted
     * @throws QueryChangedException when the watermark was made by another query
     * @throws io.factstream.source.SourceException when the source is away, busy, or refuses the query
     */
    public static Backfill of(
            StreamDefinition stream,
            DuckDbSource source,
            WatermarkStore watermarks,
            @Nullable String from,
            @Nullable String to) {
        SavedWatermark saved = watermarks
                .find(stream.id())
                .orElseThrow(() -> new ConfigurationException(
                        "stream '" + stream.id() + "'",
                        "has no watermark: nothing of it was sent yet",
                        "factstream run sends all of it"));
        saved.requireIsOf(stream.fingerprint());
        Coverage coverage = watermarks.coverage(stream.id()).orElse(null);
        Watermark upTo = coverage == null ? saved.position() : coverage.total().position();
        String columns = saved.columns();
        String first = from == null ? null : WatermarkValue.canonical(upTo.type(), from, "--from");
        String last = to == null ? null : WatermarkValue.canonical(upTo.type(), to, "--to");
        try (Connection connection = source.open()) {
            PageQuery query =
                    PageQuery.prepare(stream, connection, NonFinite.STRING).withKnown(columns);
            refuseDrift(stream, saved, query);
            return first == null && last == null
                    ? ofLateBuckets(stream, watermarks, upTo, coverage, connection, query, columns)
                    : ofRange(stream, watermarks, upTo, coverage, connection, query, columns, first, last);
        } catch (SQLException e) {
            throw source.failure(e);
        }
    }

    private static void refuseDrift(StreamDefinition stream, SavedWatermark saved, PageQuery query) {
        String type = saved.position().type();
        if (!type.equals(query.type().sqlName())) {
            throw new ConfigurationException(
                    stream.queryFile().toString(),
                    "the watermark column " + stream.watermarkColumn() + " was a " + type + " and is now a "
                            + query.type().sqlName(),
                    "Cast it back to " + type);
        }
        if (saved.columns() != null) {
            SelectedColumns.of(saved.columns(), query.columns()).refuseDrift(stream);
        }
    }

    private static Backfill ofLateBuckets(
            StreamDefinition stream,
            WatermarkStore watermarks,
            Watermark upTo,
            @Nullable Coverage coverage,
            Connection connection,
            PageQuery query,
            @Nullable String columns)
            throws SQLException {
        if (coverage == null) {
            throw new ConfigurationException(
                    "stream '" + stream.id() + "'",
                    "it is not known which of its rows were delivered: its watermark was set by a person",
                    "Name the rows by --from and --to, or let the runtime read the stream first");
        }
        List<BucketRows> source = query.buckets(connection, upTo, WatermarkCondition.ALWAYS);
        Set<String> late = new HashSet<>(
                SourceWatch.difference(query.type(), coverage, source).buckets());
        List<Bucket> buckets = new ArrayList<>();
        List<WatermarkCondition> ranges = new ArrayList<>();
        BucketRows first = null;
        BucketRows last = null;
        for (BucketRows bucket : source) {
            if (late.contains(bucket.bucket())) {
                buckets.add(new Bucket(bucket.bucket(), bucket.rows(), true));
                first = first == null ? bucket : first;
                last = bucket;
            } else if (first != null && last != null) {
                ranges.add(query.between(first.lowest(), last.highest()));
                first = null;
            }
        }
        if (first != null && last != null) {
            ranges.add(query.between(first.lowest(), last.highest()));
        }
        return new Backfill(stream, watermarks, upTo, coverage, buckets, WatermarkCondition.anyOf(ranges), columns);
    }

    private static Backfill ofRange(
            StreamDefinition stream,
            WatermarkStore watermarks,
            Watermark upTo,
            @Nullable Coverage coverage,
            Connection connection,
            PageQuery query,
            @Nullable String columns,
            @Nullable String from,
            @Nullable String to)
            throws SQLException {
        if (from != null && to != null && !isInOrder(connection, query.type(), from, to)) {
            throw new ConfigurationException(
                    "--from", "'" + from + "' lies after --to '" + to + "'", "Give the earlier value to --from");
        }
        WatermarkCondition range = query.atOrBelow(upTo);
        if (from != null) {
            range = range.and(query.atOrAbove(from));
        }
        if (to != null) {
            range = range.and(query.atOrBelow(Watermark.of(upTo.type(), to)));
        }
        List<Bucket> buckets = query.buckets(connection, upTo, range).stream()
                .filter(bucket -> bucket.inRange() > 0)
                .map(bucket -> new Bucket(bucket.bucket(), bucket.inRange(), bucket.inRange() == bucket.rows()))
                .toList();
        return new Backfill(stream, watermarks, upTo, coverage, buckets, range, columns);
    }

    private static boolean isInOrder(Connection connection, WatermarkType type, String from, String to)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT " + type.literal(from) + " <= " + type.literal(to))) {
            rows.next();
            return rows.getBoolean(1);
        }
    }

    /** The stream's id. */
    public String stream() {
        return stream.id();
    }

    /** Where the stream stood when this was found out; no row beyond it is sent. */
    public Watermark upTo() {
        return upTo;
    }

    /** What is sent, bucket by bucket, in the order of the watermark; empty when there is nothing to send. */
    public List<Bucket> buckets() {
        return buckets;
    }

    /** Where the positions of this are kept, apart from those of the streams. */
    public WatermarkStore positions() {
        return positions;
    }

    /** The columns in whose order the stream's events are; null when that is not known. */
    @Nullable
    String columns() {
        return columns;
    }

    /** The stream as it is to run: its query, narrowed to the rows that are sent. */
    StreamDefinition narrowed(StreamDefinition defined) {
        return new StreamDefinition(
                defined.id(),
                defined.eventType(),
                defined.queryFile(),
                narrowed(defined, condition),
                defined.watermarkColumn(),
                defined.hub(),
                defined.settle());
    }

    static String narrowed(StreamDefinition defined, WatermarkCondition condition) {
        // Opened on the query's first line, so that DuckDB's messages count the lines of the query file.
        return "SELECT * FROM (" + defined.query() + "\n) AS " + AliasedQuery.ROW + " WHERE "
                + condition.on(AliasedQuery.ROW + "." + Sql.name(defined.watermarkColumn()));
    }

    /**
     * When all of it is delivered or dead-lettered: whole buckets then count as delivered as they are.
     *
     * @return whether they do; false when it is not known what was delivered before, or the watermark was set or another
     *     backfill ended meanwhile
     */
    public boolean settle() {
        if (coverage == null) {
            return false;
        }
        Map<String, Long> sent =
                positions.coverage(stream.id()).map(Coverage::rowsByBucket).orElse(Map.of());
        WatermarkType type = WatermarkType.named(upTo.type()).orElseThrow();
        Map<String, Long> before = SourceWatch.deliveredBelow(type, coverage);
        Map<String, Long> changes = new HashMap<>();
        for (Bucket bucket : buckets) {
            if (bucket.whole()) {
                // As a difference, because the runtime may have delivered more rows of the newest bucket meanwhile.
                changes.put(
                        bucket.name(), sent.getOrDefault(bucket.name(), 0L) - before.getOrDefault(bucket.name(), 0L));
            }
        }
        return watermarks.mend(stream.id(), coverage.total().revision(), changes);
    }
}
