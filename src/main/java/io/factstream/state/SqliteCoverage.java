package io.factstream.state;

import io.factstream.watermark.Delivered;
import io.factstream.watermark.Passed;
import io.factstream.watermark.Watermark;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The tables that tell how many rows of a stream were delivered of each bucket of its watermark. Every change takes
 * place in the transaction of a change of the watermark, or finds the watermark where its caller believes it.
 */
final class SqliteCoverage {

    private SqliteCoverage() {}

    /** An advance took place. A coverage begins with a stream's first page; one that was forgotten stays so. */
    static void passed(Connection connection, String stream, @Nullable Watermark from, Watermark to, Passed passed)
            throws SQLException {
        if (from == null) {
            forget(connection, stream);
            begin(connection, stream, passed.rowsByBucket(), to.isWhole() ? 0 : passed.rows());
            return;
        }
        boolean goesOnWithin = !to.isWhole() && to.value().equals(from.value());
        int known = Sql.update(
                connection,
                "UPDATE coverage SET total_rows = total_rows + ?, rows_within = ? + ? * rows_within WHERE stream = ?",
                passed.rows(),
                to.isWhole() ? 0 : passed.rows(),
                goesOnWithin ? 1 : 0,
                stream);
        if (known > 0) {
            add(connection, stream, passed.rowsByBucket());
        }
    }

    /** Begins a coverage; false when there is one. */
    static boolean begin(Connection connection, String stream, Map<String, Long> rowsByBucket, long rowsWithin)
            throws SQLException {
        int begun = Sql.update(
                connection,
                "INSERT INTO coverage (stream, total_rows, rows_within) VALUES (?, ?, ?)"
                        + " ON CONFLICT (stream) DO NOTHING",
                stream,
                sum(rowsByBucket),
                rowsWithin);
        if (begun > 0) {
            add(connection, stream, rowsByBucket);
        }
        return begun > 0;
    }

    /** Corrects the coverage of that revision, which gets a new one; false when it is another. */
    static boolean mend(Connection connection, String stream, long revision, Map<String, Long> changes)
            throws SQLException {
        List<Long> found = Sql.query(
                connection,
                "SELECT rows_within FROM coverage WHERE stream = ? AND revision = ?",
                row -> row.getLong("rows_within"),
                stream,
                revision);
        if (found.isEmpty()) {
            return false;
        }
        add(connection, stream, changes);
        Sql.update(connection, "DELETE FROM coverage_bucket WHERE stream = ? AND total_rows <= 0", stream);
        long total = sum(rowsByBucket(connection, stream));
        Sql.update(connection, "DELETE FROM coverage WHERE stream = ?", stream);
        Sql.update(
                connection,
                "INSERT INTO coverage (stream, total_rows, rows_within) VALUES (?, ?, ?)",
                stream,
                total,
                found.get(0));
        return true;
    }

    static void forget(Connection connection, String stream) throws SQLException {
        Sql.update(connection, "DELETE FROM coverage WHERE stream = ?", stream);
        Sql.update(connection, "DELETE FROM coverage_bucket WHERE stream = ?", stream);
    }

    static @Nullable Delivered delivered(Connection connection, String stream, Watermark position) throws SQLException {
        List<Delivered> found = Sql.query(
                connection,
                "SELECT * FROM coverage WHERE stream = ?",
                row -> new Delivered(
                        row.getLong("revision"), position, row.getLong("total_rows"), row.getLong("rows_within")),
                stream);
        return found.isEmpty() ? null : found.get(0);
    }

    static Map<String, Long> rowsByBucket(Connection connection, String stream) throws SQLException {
        return Sql.query(
                        connection,
                        "SELECT bucket, total_rows FROM coverage_bucket WHERE stream = ?",
                        row -> Map.entry(row.getString("bucket"), row.getLong("total_rows")),
                        stream)
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static void add(Connection connection, String stream, Map<String, Long> rowsByBucket) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "INSERT INTO coverage_bucket (stream, bucket, total_rows) VALUES (?, ?, ?)"
                        + " ON CONFLICT (stream, bucket) DO UPDATE SET total_rows = total_rows + excluded.total_rows")) {
            for (Map.Entry<String, Long> bucket : rowsByBucket.entrySet()) {
                Sql.bind(statement, stream, bucket.getKey(), bucket.getValue());
                statement.executeUpdate();
            }
        }
    }

    private static long sum(Map<String, Long> rows) {
        return rows.values().stream().mapToLong(Long::longValue).sum();
    }
}
