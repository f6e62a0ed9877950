package io.factstream.state;

import io.factstream.status.StatusBoard;
import io.factstream.status.StreamReport;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reports of streams in the state file. */
final class SqliteStatusBoard implements StatusBoard {

    private final SqliteDatabase database;

    SqliteStatusBoard(SqliteDatabase database) {
        this.database = database;
    }

    @Override
    public void putUp(List<StreamReport> reports) {
        database.change(connection -> {
            Sql.update(connection, "DELETE FROM stream_report");
            for (StreamReport report : reports) {
                Sql.update(
                        connection,
                        """
                        INSERT INTO stream_report (stream, session_id, reported_at, state, since, lag_rows, lag_seconds,
                            rows_unsettled, looked_at, late_rows, rows_gone, events_per_second, last_error, warning)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                        report.stream(),
                        report.sessionId(),
                        Timestamps.text(report.at()),
                        report.state(),
                        Timestamps.text(report.since()),
                        report.lagRows(),
                        report.lagSeconds(),
                        report.rowsUnsettled(),
                        report.lookedAt() == null ? null : Timestamps.text(report.lookedAt()),
                        report.lateRows(),
                        report.rowsGone(),
                        report.eventsPerSecond(),
                        report.lastError(),
                        report.warning());
            }
        });
    }

    @Override
    public List<StreamReport> reports() {
        return database.read(connection ->
                Sql.query(connection, "SELECT * FROM stream_report ORDER BY stream", SqliteStatusBoard::report));
    }

    private static StreamReport report(ResultSet row) throws SQLException {
        String lookedAt = row.getString("looked_at");
        return new StreamReport(
                row.getString("stream"),
                row.getString("session_id"),
                Timestamps.parse(row.getString("reported_at")),
                row.getString("state"),
                Timestamps.parse(row.getString("since")),
                number(row, "lag_rows"),
                number(row, "lag_seconds"),
                number(row, "rows_unsettled"),
                lookedAt == null ? null : Timestamps.parse(lookedAt),
                row.getLong("late_rows"),
                row.getLong("rows_gone"),
                row.getDouble("events_per_second"),
                row.getString("last_error"),
                row.getString("warning"));
    }

    private static @Nullable Long number(ResultSet row, String column) throws SQLException {
        long number = row.getLong(column);
        return row.wasNull() ? null : (Long) number;
    }
}
