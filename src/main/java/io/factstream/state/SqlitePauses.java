package io.factstream.state;

import io.factstream.status.Pause;
import io.factstream.status.Pauses;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Pauses in the state file; the one that lasts is the row of a stream that has no end. */
final class SqlitePauses implements Pauses {

    private final SqliteDatabase database;
    private final Clock clock;

    SqlitePauses(SqliteDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    @Override
    public boolean pause(String stream, String who) {
        Pause pause = new Pause(stream, clock.instant(), who, null, null);
        return database.write(connection -> Sql.update(
                        connection,
                        "INSERT INTO pause (stream, paused_at, who) VALUES (?, ?, ?)"
                                + " ON CONFLICT (stream) WHERE resumed_at IS NULL DO NOTHING",
                        pause.stream(),
                        Timestamps.text(pause.at()),
                        pause.who())
                > 0);
    }

    @Override
    public boolean resume(String stream, String who) {
        if (who.isBlank()) {
            throw new IllegalArgumentException("somebody must resume stream " + stream);
        }
        return database.write(connection -> Sql.update(
                        connection,
                        "UPDATE pause SET resumed_at = ?, resumed_by = ? WHERE stream = ? AND resumed_at IS NULL",
                        Timestamps.text(clock.instant()),
                        who,
                        stream)
                > 0);
    }

    @Override
    public Map<String, Pause> wanted() {
        return database.read(connection -> {
            Map<String, Pause> wanted = new TreeMap<>();
            Sql.query(connection, "SELECT * FROM pause WHERE resumed_at IS NULL", SqlitePauses::pause)
                    .forEach(pause -> wanted.put(pause.stream(), pause));
            return wanted;
        });
    }

    @Override
    public List<Pause> history(String stream) {
        return database.read(connection -> Sql.query(
                connection, "SELECT * FROM pause WHERE stream = ? ORDER BY seq", SqlitePauses::pause, stream));
    }

    private static Pause pause(ResultSet row) throws SQLException {
        String resumed = row.getString("resumed_at");
        return new Pause(
                row.getString("stream"),
                Timestamps.parse(row.getString("paused_at")),
                row.getString("who"),
                resumed == null ? null : Timestamps.parse(resumed),
                row.getString("resumed_by"));
    }
}
