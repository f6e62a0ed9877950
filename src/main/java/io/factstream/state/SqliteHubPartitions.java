package io.factstream.state;

import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Which partitions each hub had when keys were last sorted by them, so that a change is known after a restart too. */
public final class SqliteHubPartitions {

    private final SqliteDatabase database;
    private final Clock clock;

    SqliteHubPartitions(SqliteDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** The ids of the partitions, in the order of the hub; empty for a hub that nothing was sent to. */
    public Optional<List<String>> find(String hub) {
        return database.read(connection -> Sql.query(
                        connection,
                        "SELECT partitions FROM hub_partitions WHERE hub = ?",
                        row -> List.of(row.getString("partitions").split(" ")),
                        hub)
                .stream()
                .findFirst());
    }

    /** Notes them. */
    public void save(String hub, List<String> partitions) {
        database.change(connection -> Sql.update(
                connection,
                "INSERT INTO hub_partitions (hub, partitions, seen_at) VALUES (?, ?, ?) ON CONFLICT (hub)"
                        + " DO UPDATE SET partitions = excluded.partitions, seen_at = excluded.seen_at",
                hub,
                String.join(" ", partitions),
                Timestamps.text(clock.instant())));
    }
}
