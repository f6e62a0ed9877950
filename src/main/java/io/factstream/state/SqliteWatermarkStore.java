package io.factstream.state;

import io.factstream.watermark.Coverage;
import io.factstream.watermark.Delivered;
import io.factstream.watermark.Passed;
import io.factstream.watermark.QueryChangedException;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.Watermark;
import io.factstream.watermark.Watermark.Slices;
import io.factstream.watermark.WatermarkChange;
import io.factstream.watermark.WatermarkChange.ColumnsAccepted;
import io.factstream.watermark.WatermarkChange.PositionSet;
import io.factstream.watermark.WatermarkChange.QueryAccepted;
import io.factstream.watermark.WatermarkConflictException;
import io.factstream.watermark.WatermarkStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Watermarks in the state file. Each change is one statement that finds its row only where the caller believes it. */
final class SqliteWatermarkStore implements WatermarkStore {

    private static final String AT_POSITION =
            " WHERE stream = ? AND type = ? AND value = ? AND slices_done IS ? AND slices_of IS ?";

    private final SqliteDatabase database;
    private final Clock clock;

    SqliteWatermarkStore(SqliteDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    @Override
    public Optional<SavedWatermark> find(String stream) {
        return database.read(connection -> Optional.ofNullable(saved(connection, stream)));
    }

    @Override
    public List<SavedWatermark> all() {
        return database.read(connection ->
                Sql.query(connection, "SELECT * FROM watermark ORDER BY stream", SqliteWatermarkStore::savedWatermark));
    }

    @Override
    public void advance(String stream, String queryFingerprint, @Nullable Watermark from, Watermark to, Passed passed) {
        requireText(stream, "stream");
        requireText(queryFingerprint, "query fingerprint");
        if (from != null && !from.mayAdvanceTo(to)) {
            throw new IllegalArgumentException("Stream '" + stream + "': [" + to + "] cannot lie after [" + from + "]");
        }
        database.change(connection -> {
            int moved = from == null
                    ? insert(connection, stream, queryFingerprint, to, passed.rows(), passed.columns())
                    : Sql.update(
                            connection,
                            "UPDATE watermark SET query_fingerprint = ?, type = ?, value = ?, slices_done = ?,"
                                    + " slices_of = ?, saved_at = ?, total_rows = total_rows + ?, columns = ?"
                                    + AT_POSITION + " AND coalesce(query_fingerprint, ?) = ?",
                            queryFingerprint,
                            to.type(),
                            to.value(),
                            done(to),
                            of(to),
                            now(),
                            passed.rows(),
                            passed.columns(),
                            stream,
                            from.type(),
                            from.value(),
                            done(from),
                            of(from),
                            queryFingerprint,
                            queryFingerprint);
            if (moved == 0) {
                SavedWatermark saved = saved(connection, stream);
                if (saved != null && saved.position().equals(from) && saved.queryFingerprint() != null) {
                    throw new QueryChangedException(stream, saved.queryFingerprint(), queryFingerprint);
                }
                throw new WatermarkConflictException(stream, from, saved == null ? null : saved.position());
            }
            SqliteCoverage.passed(connection, stream, from, to, passed);
        });
    }

    @Override
    public void accept(String stream, String oldFingerprint, String newFingerprint, String who) {
        requireText(newFingerprint, "new fingerprint");
        requireText(who, "who");
        database.change(connection -> {
            SavedWatermark saved = saved(connection, stream);
            if (saved == null || saved.queryFingerprint() == null) {
                throw new NoSuchElementException("Stream '" + stream
                        + "' has no watermark that a query made: there is nothing to accept, the stream can start");
            }
            if (!saved.queryFingerprint().equals(oldFingerprint)) {
                throw new QueryChangedException(stream, saved.queryFingerprint(), newFingerprint);
            }
            Sql.update(
                    connection,
                    "UPDATE watermark SET query_fingerprint = ?, columns = NULL WHERE stream = ?",
                    newFingerprint,
                    stream);
            record(
                    connection,
                    new QueryAccepted(stream, clock.instant(), who, oldFingerprint, newFingerprint, saved.position()));
        });
    }

    @Override
    public boolean acceptColumns(String stream, Watermark position, String who) {
        requireText(who, "who");
        return database.write(connection -> {
            SavedWatermark saved = saved(connection, stream);
            if (saved == null || !saved.position().equals(position)) {
                throw new WatermarkConflictException(stream, position, saved == null ? null : saved.position());
            }
            if (saved.columns() == null) {
                return false;
            }
            Sql.update(connection, "UPDATE watermark SET columns = NULL WHERE stream = ?", stream);
            record(connection, new ColumnsAccepted(stream, clock.instant(), who, saved.columns(), position));
            return true;
        });
    }

    @Override
    public Optional<Delivered> delivered(String stream) {
        return database.read(connection -> Optional.ofNullable(delivered(connection, stream)));
    }

    @Override
    public Optional<Coverage> coverage(String stream) {
        return database.read(connection -> {
            Delivered total = delivered(connection, stream);
            return total == null
                    ? Optional.empty()
                    : Optional.of(new Coverage(total, SqliteCoverage.rowsByBucket(connection, stream)));
        });
    }

    private static @Nullable Delivered delivered(Connection connection, String stream) throws SQLException {
        SavedWatermark saved = saved(connection, stream);
        return saved == null ? null : SqliteCoverage.delivered(connection, stream, saved.position());
    }

    @Override
    public boolean baseline(String stream, Watermark position, Map<String, Long> rowsByBucket, long rowsWithin) {
        return database.write(connection -> {
            SavedWatermark saved = saved(connection, stream);
            return saved != null
                    && saved.position().equals(position)
                    && SqliteCoverage.begin(connection, stream, rowsByBucket, rowsWithin);
        });
    }

    @Override
    public boolean mend(String stream, long revision, Map<String, Long> changes) {
        return database.write(connection -> SqliteCoverage.mend(connection, stream, revision, changes));
    }

    @Override
    public void set(String stream, @Nullable Watermark from, @Nullable Watermark to, String who, String why) {
        requireText(stream, "stream");
        requireText(who, "who");
        requireText(why, "why");
        if (from == null && to == null) {
            throw new IllegalArgumentException("Stream '" + stream + "' cannot be set from nothing to nothing");
        }
        database.change(connection -> {
            int changed;
            if (from == null) {
                changed = insert(connection, stream, null, Objects.requireNonNull(to), 0, null);
            } else if (to == null) {
                changed = Sql.update(
                        connection,
                        "DELETE FROM watermark" + AT_POSITION,
                        stream,
                        from.type(),
                        from.value(),
                        done(from),
                        of(from));
            } else {
                changed = Sql.update(
                        connection,
                        "UPDATE watermark SET query_fingerprint = NULL, columns = NULL, type = ?, value = ?,"
                                + " slices_done = ?, slices_of = ?, saved_at = ?" + AT_POSITION,
                        to.type(),
                        to.value(),
                        done(to),
                        of(to),
                        now(),
                        stream,
                        from.type(),
                        from.value(),
                        done(from),
                        of(from));
            }
            if (changed == 0) {
                SavedWatermark saved = saved(connection, stream);
                throw new WatermarkConflictException(stream, from, saved == null ? null : saved.position());
            }
            SqliteCoverage.forget(connection, stream);
            record(connection, new PositionSet(stream, clock.instant(), who, from, to, why));
        });
    }

    @Override
    public List<WatermarkChange> history(String stream) {
        return database.read(connection -> Sql.query(
                connection,
                "SELECT * FROM watermark_change WHERE stream = ? ORDER BY seq",
                SqliteWatermarkStore::change,
                stream));
    }

    /** 1, or 0 when the stream has a watermark already. */
    private int insert(
            Connection connection,
            String stream,
            @Nullable String queryFingerprint,
            Watermark position,
            long rows,
            @Nullable String columns)
            throws SQLException {
        return Sql.update(
                connection,
                "INSERT INTO watermark (stream, query_fingerprint, type, value, slices_done, slices_of, saved_at,"
                        + " total_rows, columns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (stream) DO NOTHING",
                stream,
                queryFingerprint,
                position.type(),
                position.value(),
                done(position),
                of(position),
                now(),
                rows,
                columns);
    }

    private static void record(Connection connection, WatermarkChange change) throws SQLException {
        PositionSet set = change instanceof PositionSet it ? it : null;
        QueryAccepted accepted = change instanceof QueryAccepted it ? it : null;
        ColumnsAccepted columns = change instanceof ColumnsAccepted it ? it : null;
        // What was accepted keeps the position: it is both where the stream stood and where it stands.
        Watermark kept = accepted != null ? accepted.position() : columns != null ? columns.position() : null;
        Watermark from = set != null ? set.from() : kept;
        Watermark to = set != null ? set.to() : kept;
        Sql.update(
                connection,
                "INSERT INTO watermark_change (stream, changed_at, who, from_type, from_value, from_slices_done,"
                        + " from_slices_of, to_type, to_value, to_slices_done, to_slices_of, why, old_fingerprint,"
                        + " new_fingerprint, old_columns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                change.stream(),
                Timestamps.text(change.at()),
                change.who(),
                from == null ? null : from.type(),
                from == null ? null : from.value(),
                done(from),
                of(from),
                to == null ? null : to.type(),
                to == null ? null : to.value(),
                done(to),
                of(to),
                set == null ? null : set.why(),
                accepted == null ? null : accepted.oldFingerprint(),
                accepted == null ? null : accepted.newFingerprint(),
                columns == null ? null : columns.columns());
    }

    private static @Nullable SavedWatermark saved(Connection connection, String stream) throws SQLException {
        List<SavedWatermark> found = Sql.query(
                connection, "SELECT * FROM watermark WHERE stream = ?", SqliteWatermarkStore::savedWatermark, stream);
        return found.isEmpty() ? null : found.get(0);
    }

    private static SavedWatermark savedWatermark(ResultSet row) throws SQLException {
        return new SavedWatermark(
                row.getString("stream"),
                row.getString("query_fingerprint"),
                Objects.requireNonNull(position(row, "")),
                Timestamps.parse(row.getString("saved_at")),
                row.getLong("total_rows"),
                row.getString("columns"));
    }

    private static WatermarkChange change(ResultSet row) throws SQLException {
        String stream = row.getString("stream");
        var at = Timestamps.parse(row.getString("changed_at"));
        String who = row.getString("who");
        String why = row.getString("why");
        String columns = row.getString("old_columns");
        if (columns != null) {
            return new ColumnsAccepted(stream, at, who, columns, Objects.requireNonNull(position(row, "from_")));
        }
        return why == null
                ? new QueryAccepted(
                        stream,
                        at,
                        who,
                        row.getString("old_fingerprint"),
                        row.getString("new_fingerprint"),
                        Objects.requireNonNull(position(row, "from_")))
                : new PositionSet(stream, at, who, position(row, "from_"), position(row, "to_"), why);
    }

    private static @Nullable Watermark position(ResultSet row, String prefix) throws SQLException {
        String type = row.getString(prefix + "type");
        if (type == null) {
            return null;
        }
        Integer done = Sql.integer(row, prefix + "slices_done");
        Integer of = Sql.integer(row, prefix + "slices_of");
        return new Watermark(
                type, row.getString(prefix + "value"), done == null || of == null ? null : new Slices(done, of));
    }

    private static @Nullable Integer done(@Nullable Watermark position) {
        return position == null || position.slices() == null
                ? null
                : position.slices().done();
    }

    private static @Nullable Integer of(@Nullable Watermark position) {
        return position == null || position.slices() == null
                ? null
                : position.slices().of();
    }

    private String now() {
        return Timestamps.text(clock.instant());
    }

    private static void requireText(String text, String name) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("a change of a watermark needs a " + name);
        }
    }
}
