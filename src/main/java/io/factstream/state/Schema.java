package io.factstream.state;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The tables of the state, as the ordered steps that make them.
 *
 * <p>The version of a file ({@code PRAGMA user_version}) is the number of steps that it went through. A step that was
 * released is never changed: a change is a new step at the end. A new constant of an enum that is stored is a step too,
 * if an empty one, so that an older FactStream refuses the file rather than stumble over the constant.
 */
final class Schema {

    /** One step. */
    record Migration(List<String> statements) {}

    private static final Migration FIRST_TABLES = new Migration(List.of(
            """
            CREATE TABLE watermark (
                stream            TEXT    NOT NULL PRIMARY KEY,
                query_fingerprint TEXT,              -- NULL after it was set by a person
                type              TEXT    NOT NULL,
                value             TEXT    NOT NULL,
                slices_done       INTEGER,           -- NULL with slices_of: the whole value
                slices_of         INTEGER,
                saved_at          TEXT    NOT NULL,
                total_rows        INTEGER NOT NULL
            )""",
            """
            CREATE TABLE watermark_change (
                seq               INTEGER PRIMARY KEY AUTOINCREMENT,
                stream            TEXT    NOT NULL,
                changed_at        TEXT    NOT NULL,
                who               TEXT    NOT NULL,
                from_type         TEXT,              -- NULL: there was none
                from_value        TEXT,
                from_slices_done  INTEGER,
                from_slices_of    INTEGER,
                to_type           TEXT,              -- NULL: removed
                to_value          TEXT,
                to_slices_done    INTEGER,
                to_slices_of      INTEGER,
                why               TEXT,              -- NULL: not set, but a query accepted
                old_fingerprint   TEXT,
                new_fingerprint   TEXT
            )""",
            "CREATE INDEX watermark_change_by_stream ON watermark_change (stream)",
            // The event is last: SQLite then need not walk through its overflow pages to reach the other columns.
            """
            CREATE TABLE dead_letter (
                seq               INTEGER PRIMARY KEY AUTOINCREMENT,
                id                TEXT    NOT NULL UNIQUE,
                stream            TEXT    NOT NULL,
                category          TEXT    NOT NULL,
                severity          TEXT    NOT NULL,
                first_failed      TEXT    NOT NULL,
                last_failed       TEXT    NOT NULL,
                attempts          INTEGER NOT NULL,
                session_id        TEXT    NOT NULL,
                hub               TEXT    NOT NULL,
                event_type        TEXT    NOT NULL,
                trace_id          TEXT    NOT NULL,
                partition_key     TEXT,
                position          TEXT    NOT NULL,
                error             TEXT    NOT NULL,
                properties        TEXT    NOT NULL,  -- a JSON object
                event             BLOB    NOT NULL
            )""",
            // Holds all that filters, the summary and the count need.
            """
            CREATE INDEX dead_letter_by_kind ON dead_letter (stream, category, severity, first_failed)""",
            """
            CREATE TABLE session (
                id                TEXT    NOT NULL PRIMARY KEY,
                started           TEXT    NOT NULL,
                ended             TEXT,              -- NULL: runs, or was killed
                outcome           TEXT    NOT NULL
            )""",
            """
            CREATE TABLE session_stream (
                session_id        TEXT    NOT NULL REFERENCES session (id) ON DELETE CASCADE,
                stream            TEXT    NOT NULL,
                rows_read         INTEGER NOT NULL,
                events_sent       INTEGER NOT NULL,
                dead_lettered     INTEGER NOT NULL,
                batches           INTEGER NOT NULL,
                bytes             INTEGER NOT NULL,
                outcome           TEXT,
                PRIMARY KEY (session_id, stream)
            ) WITHOUT ROWID"""));

    /**
     * Letters learn where they were meant for, how often they were replayed, and whether they were published. The table
     * is made anew, since a column that is added stands behind the event, whose pages SQLite would have to walk through.
     */
    private static final Migration REPLAYED_LETTERS = new Migration(List.of(
            "DROP INDEX dead_letter_by_kind",
            "ALTER TABLE dead_letter RENAME TO earlier_dead_letter",
            """
            CREATE TABLE dead_letter (
                seq               INTEGER PRIMARY KEY AUTOINCREMENT,
                id                TEXT    NOT NULL UNIQUE,
                stream            TEXT    NOT NULL,
                category          TEXT    NOT NULL,
                severity          TEXT    NOT NULL,
                first_failed      TEXT    NOT NULL,
                last_failed       TEXT    NOT NULL,
                attempts          INTEGER NOT NULL,
                replays           INTEGER NOT NULL,
                published         TEXT,              -- NULL: not yet
                session_id        TEXT    NOT NULL,
                hub               TEXT    NOT NULL,
                event_type        TEXT    NOT NULL,
                trace_id          TEXT    NOT NULL,
                partition_key     TEXT,
                partition         TEXT,              -- NULL: none was chosen
                position          TEXT    NOT NULL,
                error             TEXT    NOT NULL,
                properties        TEXT    NOT NULL,  -- a JSON object
                event             BLOB    NOT NULL
            )""",
            """
            INSERT INTO dead_letter SELECT seq, id, stream, category, severity, first_failed, last_failed, attempts, 0,
                NULL, session_id, hub, event_type, trace_id, partition_key, NULL, position, error, properties, event
            FROM earlier_dead_letter""",
            "DROP TABLE earlier_dead_letter",
            // Holds all that filters by kind, the summary and the count need.
            "CREATE INDEX dead_letter_by_kind ON dead_letter (stream, category, severity, first_failed)",
            // Finds what is due for a replay among any number of letters whose replays are used up.
            "CREATE INDEX dead_letter_by_replays ON dead_letter (hub, replays, last_failed)",
            "CREATE INDEX dead_letter_unpublished ON dead_letter (seq) WHERE published IS NULL"));

    private static final Migration COVERAGE = new Migration(List.of(
            // What the query gave when the watermark was last advanced; NULL: not known.
            "ALTER TABLE watermark ADD COLUMN columns TEXT",
            // With neither a why nor fingerprints: columns accepted.
            "ALTER TABLE watermark_change ADD COLUMN old_columns TEXT",
            // The revision of a coverage that was forgotten must not come again, hence AUTOINCREMENT.
            """
            CREATE TABLE coverage (
                revision          INTEGER PRIMARY KEY AUTOINCREMENT,
                stream            TEXT    NOT NULL UNIQUE,
                total_rows        INTEGER NOT NULL,
                rows_within       INTEGER NOT NULL   -- of the watermark's own value, while it is passed in part
            )""",
            """
            CREATE TABLE coverage_bucket (
                stream            TEXT    NOT NULL,
                bucket            TEXT    NOT NULL,
                total_rows        INTEGER NOT NULL,
                PRIMARY KEY (stream, bucket)
            ) WITHOUT ROWID"""));

    /** What other processes read of a runtime, and what they want of it. */
    private static final Migration REPORTS_AND_PAUSES = new Migration(
            List.of("""
            CREATE TABLE stream_report (
                stream            TEXT    NOT NULL PRIMARY KEY,
                session_id        TEXT    NOT NULL,
                reported_at       TEXT    NOT NULL,
                state             TEXT    NOT NULL,
                since             TEXT    NOT NULL,
                lag_rows          INTEGER NOT NULL,
                lag_seconds       INTEGER,           -- NULL: none, or the watermark is no time
                rows_unsettled    INTEGER NOT NULL,
                late_rows         INTEGER NOT NULL,
                rows_gone         INTEGER NOT NULL,
                events_per_second REAL    NOT NULL,
                last_error        TEXT,
                warning           TEXT
            ) WITHOUT ROWID""", """
            CREATE TABLE pause (
                seq               INTEGER PRIMARY KEY AUTOINCREMENT,
                stream            TEXT    NOT NULL,
                paused_at         TEXT    NOT NULL,
                who               TEXT    NOT NULL,
                resumed_at        TEXT,              -- NULL with resumed_by: it lasts
                resumed_by        TEXT
            )""", "CREATE UNIQUE INDEX pause_that_lasts ON pause (stream) WHERE resumed_at IS NULL"));

    /** What people did; AUTOINCREMENT, so that what is forgotten never comes again under its number. */
    private static final Migration JOURNAL = new Migration(List.of("""
            CREATE TABLE action (
                seq               INTEGER PRIMARY KEY AUTOINCREMENT,
                done_at           TEXT    NOT NULL,
                who               TEXT    NOT NULL,
                kind              TEXT    NOT NULL,
                subject           TEXT    NOT NULL,
                detail            TEXT    NOT NULL
            )"""));

    /** Reports whose lag may be unknown. What the table held is put up anew every second. */
    private static final Migration REPORTS_OF_UNKNOWN_LAG = new Migration(List.of("DROP TABLE stream_report", """
            CREATE TABLE stream_report (
                stream            TEXT    NOT NULL PRIMARY KEY,
                session_id        TEXT    NOT NULL,
                reported_at       TEXT    NOT NULL,
                state             TEXT    NOT NULL,
                since             TEXT    NOT NULL,
                lag_rows          INTEGER,           -- NULL: not known
                lag_seconds       INTEGER,           -- NULL: not known, none, or the watermark is no time
                rows_unsettled    INTEGER,           -- NULL: not known
                looked_at         TEXT,              -- NULL: the lag is not known
                late_rows         INTEGER NOT NULL,
                rows_gone         INTEGER NOT NULL,
                events_per_second REAL    NOT NULL,
                last_error        TEXT,
                warning           TEXT
            ) WITHOUT ROWID"""));

    /** By which partitions keys were last sorted. */
    private static final Migration HUB_PARTITIONS = new Migration(List.of("""
            CREATE TABLE hub_partitions (
                hub               TEXT    NOT NULL PRIMARY KEY,
                partitions        TEXT    NOT NULL,  -- their ids, with blanks between
                seen_at           TEXT    NOT NULL
            ) WITHOUT ROWID"""));

    /** More kinds of actions. */
    private static final Migration MORE_ACTIONS = new Migration(List.of());

    /** The schema of this FactStream. */
    static final Schema CURRENT = new Schema(List.of(
            FIRST_TABLES,
            REPLAYED_LETTERS,
            COVERAGE,
            REPORTS_AND_PAUSES,
            JOURNAL,
            REPORTS_OF_UNKNOWN_LAG,
            HUB_PARTITIONS,
            MORE_ACTIONS));

    private final List<Migration> migrations;

    Schema(List<Migration> migrations) {
        this.migrations = List.copyOf(migrations);
    }

    /** The version of a file that went through all steps. */
    int version() {
        return migrations.size();
    }

    /** Takes the steps that a file of {@code version} lacks, within the transaction that the connection is in. */
    void migrate(Connection connection, int version) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (Migration migration : migrations.subList(version, migrations.size())) {
                for (String sql : migration.statements()) {
                    statement.execute(sql);
                }
            }
            statement.execute("PRAGMA user_version = " + version());
        }
    }
}
