package io.factstream.verify;

import io.factstream.eventhubs.HubEvents.Extent;
import io.factstream.watermark.Watermark;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a comparison found: its counts, and the findings themselves for as long as it is open. For one thread.
 */
public final class Comparison implements AutoCloseable {

    private final String stream;
    private final Watermark watermark;
    private final Scope scope;
    private final List<Extent> extents;
    private final Counts counts;
    private final Scratch scratch;

    Comparison(String stream, Watermark watermark, Scope scope, List<Extent> extents, Counts counts, Scratch scratch) {
        this.stream = stream;
        this.watermark = watermark;
        this.scope = scope;
        this.extents = List.copyOf(extents);
        this.counts = counts;
        this.scratch = scratch;
    }

    /** The stream's id. */
    public String stream() {
        return stream;
    }

    /** Up to where the stream counted its rows as done. */
    public Watermark watermark() {
        return watermark;
    }

    /** What was asked for. */
    public Scope scope() {
        return scope;
    }

    /** What the partitions of the hub held. */
    public List<Extent> extents() {
        return extents;
    }

    /** How many of what. */
    public Counts counts() {
        return counts;
    }

    /** Whether every row is in the hub or a dead letter, and the hub holds nothing else. Duplicates are allowed. */
    public boolean isComplete() {
        return counts.missing() == 0 && counts.extra() == 0;
    }

    /** Rows that are lost, in the order of their watermarks; {@code limit} at most, 0 for all. */
    public void forEachMissing(long limit, Consumer<Finding.Missing> taker) {
        list(
                "SELECT id, watermark, partition_key FROM missing ORDER BY place, id",
                limit,
                row -> new Finding.Missing(row.getString(1), row.getString(2), row.getString(3)),
                taker);
    }

    /** Rows that are dead letters, in the order of their watermarks; {@code limit} at most, 0 for all. */
    public void forEachDeadLettered(long limit, Consumer<Finding.DeadLettered> taker) {
        list(
                "SELECT id, watermark, reason FROM dead_lettered ORDER BY place, id",
                limit,
                row -> new Finding.DeadLettered(row.getString(1), row.getString(2), row.getString(3)),
                taker);
    }

    /** Events without a row, partition by partition; {@code limit} at most, 0 for all. Each id once. */
    public void forEachExtra(long limit, Consumer<Finding.Extra> taker) {
        list(
                "SELECT id, hub_partition, number, enqueued FROM (SELECT *, row_number() OVER (PARTITION BY id"
                        + " ORDER BY enqueued, hub_partition, number) AS nth FROM extra) WHERE nth = 1"
                        + " ORDER BY length(hub_partition), hub_partition, number",
                limit,
                row -> new Finding.Extra(row.getString(1), row.getString(2), row.getLong(3), instant(row, 4)),
                taker);
    }

    /** Events that came before, partition by partition; {@code limit} at most, 0 for all. */
    public void forEachDuplicate(long limit, Consumer<Finding.Duplicate> taker) {
        list(
                "SELECT id, watermark, hub_partition, number, enqueued, first_partition, first_number FROM duplicate"
                        + " ORDER BY length(hub_partition), hub_partition, number",
                limit,
                row -> new Finding.Duplicate(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getLong(4),
                        instant(row, 5),
                        row.getString(6),
                        row.getLong(7)),
                taker);
    }

    private static Instant instant(ResultSet row, int column) throws SQLException {
        return Instant.ofEpochMilli(row.getLong(column));
    }

    @FunctionalInterface
    private interface Maker<T> {
        T make(ResultSet row) throws SQLException;
    }

    private <T> void list(String sql, long limit, Maker<T> maker, Consumer<T> taker) {
        scratch.query(limit == 0 ? sql : sql + " LIMIT " + limit, row -> taker.accept(maker.make(row)));
    }

    /** Deletes the findings. */
    @Override
    public void close() {
        scratch.close();
    }
}
