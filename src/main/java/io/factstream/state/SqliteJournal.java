package io.factstream.state;

import io.factstream.journal.Action;
import io.factstream.journal.Journal;
import java.util.List;

/** The journal in the state file. */
final class SqliteJournal implements Journal {

    private final SqliteDatabase database;

    SqliteJournal(SqliteDatabase database) {
        this.database = database;
    }

    @Override
    public void add(Action action) {
        database.change(connection -> {
            Sql.update(
                    connection,
                    "INSERT INTO action (done_at, who, kind, subject, detail) VALUES (?, ?, ?, ?, ?)",
                    Timestamps.text(action.at()),
                    action.who(),
                    action.kind().name(),
                    action.subject(),
                    action.detail());
            Sql.update(connection, "DELETE FROM action WHERE seq <= (SELECT max(seq) FROM action) - ?", Journal.KEPT);
        });
    }

    @Override
    public List<Action> recent(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("at least 1 action can be listed, not " + limit);
        }
        return database.read(connection -> Sql.query(
                connection,
                "SELECT * FROM action ORDER BY seq DESC LIMIT ?",
                row -> new Action(
                        Timestamps.parse(row.getString("done_at")),
                        row.getString("who"),
                        Action.Kind.valueOf(row.getString("kind")),
                        row.getString("subject"),
                        row.getString("detail")),
                limit));
    }
}
