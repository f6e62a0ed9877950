package io.factstream.state;

import io.factstream.session.Outcome;
import io.factstream.session.Session;
import io.factstream.session.SessionStore;
import io.factstream.session.StreamCounts;
import io.factstream.session.StreamRun;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sessions in the state file. */
final class SqliteSessionStore implements SessionStore {

    private final SqliteDatabase database;

    SqliteSessionStore(SqliteDatabase database) {
        this.database = database;
    }

    @Override
    public void start(Session session) {
        if (session.outcome() != Outcome.NOT_ENDED || !session.streams().isEmpty()) {
            throw new IllegalArgumentException("session " + session.id() + " is not one that begins");
        }
        database.change(connection -> {
            int added = Sql.update(
                    connection,
                    "INSERT INTO session (id, started, outcome) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
                    session.id(),
                    Timestamps.text(session.started()),
                    session.outcome().name());
            if (added == 0) {
                throw new IllegalStateException("session " + session.id() + " has been started already");
            }
        });
    }

    @Override
    public void progress(String sessionId, String stream, StreamCounts counts) {
        database.change(connection -> {
            requireSession(connection, sessionId);
            Sql.update(
                    connection,
                    """
                    INSERT INTO session_stream (session_id, stream, rows_read, events_sent, dead_lettered, batches,
                        bytes) VALUES (?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (session_id, stream) DO UPDATE SET rows_read = excluded.rows_read,
                        events_sent = excluded.events_sent, dead_lettered = excluded.dead_lettered,
                        batches = excluded.batches, bytes = excluded.bytes""",
                    sessionId,
                    stream,
                    counts.rowsRead(),
                    counts.eventsSent(),
                    counts.deadLettered(),
                    counts.batches(),
                    counts.bytes());
        });
    }

    @Override
    public boolean end(String sessionId, Instant ended, Outcome outcome, Map<String, String> outcomeByStream) {
        if (outcome == Outcome.NOT_ENDED) {
            throw new IllegalArgumentException("session " + sessionId + " cannot end as " + outcome);
        }
        return database.write(connection -> {
            int changed = Sql.update(
                    connection,
                    "UPDATE session SET ended = ?, outcome = ? WHERE id = ? AND ended IS NULL",
                    Timestamps.text(ended),
                    outcome.name(),
                    sessionId);
            if (changed == 0) {
                requireSession(connection, sessionId);
                return false;
            }
            for (Map.Entry<String, String> stream : outcomeByStream.entrySet()) {
                Sql.update(connection, """
                        INSERT INTO session_stream (session_id, stream, rows_read, events_sent, dead_lettered, batches,
                            bytes, outcome) VALUES (?, ?, 0, 0, 0, 0, 0, ?)
                        ON CONFLICT (session_id, stream) DO UPDATE SET outcome = excluded.outcome""", sessionId, stream.getKey(), stream.getValue());
            }
            return true;
        });
    }

    @Override
    public Optional<Session> find(String sessionId) {
        return database.read(
                connection -> sessions(connection, "SELECT * FROM session WHERE id = ?", sessionId).stream()
                        .findFirst());
    }

    @Override
    public List<Session> recent(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("at least 1 session can be listed, not " + limit);
        }
        return database.read(
                connection -> sessions(connection, "SELECT * FROM session ORDER BY id DESC LIMIT ?", limit));
    }

    @Override
    public int forget(Instant startedBefore) {
        return database.write(connection ->
                Sql.update(connection, "DELETE FROM session WHERE started < ?", Timestamps.text(startedBefore)));
    }

    private static void requireSession(Connection connection, String sessionId) throws SQLException {
        if (Sql.query(connection, "SELECT 1 FROM session WHERE id = ?", row -> row.getInt(1), sessionId)
                .isEmpty()) {
            throw new NoSuchElementException("there is no session " + sessionId);
        }
    }

    private static List<Session> sessions(Connection connection, String sql, Object parameter) throws SQLException {
        record Row(String id, Instant started, @Nullable Instant ended, Outcome outcome) {}
        List<Row> rows = Sql.query(
                connection,
                sql,
                row -> {
                    String ended = row.getString("ended");
                    return new Row(
                            row.getString("id"),
                            Timestamps.parse(row.getString("started")),
                            ended == null ? null : Timestamps.parse(ended),
                            Outcome.valueOf(row.getString("outcome")));
                },
                parameter);
        List<Session> sessions = new ArrayList<>();
        for (Row row : rows) {
            sessions.add(
                    new Session(row.id(), row.started(), row.ended(), row.outcome(), streams(connection, row.id())));
        }
        return sessions;
    }

    private static Map<String, StreamRun> streams(Connection connection, String sessionId) throws SQLException {
        Map<String, StreamRun> streams = new LinkedHashMap<>();
        Sql.query(
                connection,
                "SELECT * FROM session_stream WHERE session_id = ?",
                row -> streams.put(
                        row.getString("stream"),
                        new StreamRun(
                                new StreamCounts(
                                        row.getLong("rows_read"),
                                        row.getLong("events_sent"),
                                        row.getLong("dead_lettered"),
                                        row.getLong("batches"),
                                        row.getLong("bytes")),
                                row.getString("outcome"))),
                sessionId);
        return streams;
    }
}
