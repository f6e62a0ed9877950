package io.factstream.state;

import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.deadletter.DeadLetterStore;
import io.factstream.journal.Journal;
import io.factstream.session.SessionStore;
import io.factstream.status.Pauses;
import io.factstream.status.StatusBoard;
import io.factstream.watermark.WatermarkStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/**
 * The state of FactStream in one SQLite file: watermarks, dead letters, sessions, reports of streams, pauses and the journal.
 *
 * <p>Other processes may have the same file open, for reading and for writing, while this one does. The file must be on
 * a local file system, which SQLite's write-ahead log needs; while it is open there are a {@code -wal} and a {@code
 * -shm} file beside it, which belong to it: a copy of the file alone is not a backup. On POSIX systems all three can be
 * read and written by their owner only, since dead letters hold values of rows.
 *
 * <p>Every method of the stores throws {@link StateException} when the file cannot be read or written. After it
 * nothing has changed, and the stores can go on being used: they work again when the cause is gone. Safe for use by any
 * number of threads; writers wait for each other, readers for readers.
 */
public final class SqliteState implements AutoCloseable {

    /** How long to wait for another process that is writing. Ours hold the file for milliseconds. */
    private static final Duration BUSY_TIMEOUT = Duration.ofSeconds(10);

    private final Path file;
    private final SqliteDatabase database;
    private final WatermarkStore watermarks;
    private final DeadLetterStore deadLetters;
    private final SessionStore sessions;
    private final StatusBoard status;
    private final Pauses pauses;
    private final Journal journal;
    private final SqliteHubPartitions hubPartitions;

    SqliteState(Path file, SqliteDatabase database, DeadLetterLimit limit, Clock clock) {
        this.file = file;
        this.database = database;
        this.watermarks = new SqliteWatermarkStore(database, clock);
        this.deadLetters = new SqliteDeadLetterStore(database, limit);
        this.sessions = new SqliteSessionStore(database);
        this.status = new SqliteStatusBoard(database);
        this.pauses = new SqlitePauses(database, clock);
        this.journal = new SqliteJournal(database);
        this.hubPartitions = new SqliteHubPartitions(database, clock);
    }

    /**
     * Opens a state for reading and writing. When there is none it is made, with its folders; when an older FactStream
     * made it, it is brought up to date. The whole file is checked for damage first, which takes about a second per
     * gigabyte.
     *
     * @param limit how many dead letters it may hold
     * @throws StateException when there is something that is not a sound state of this FactStream or an older one,
     *     which is then left as it is, or when it cannot be written
     */
    public static SqliteState open(Path file, DeadLetterLimit limit) {
        return open(file, limit, Clock.systemUTC());
    }

    /** As above, with the clock that dates changes. */
    public static SqliteState open(Path file, DeadLetterLimit limit, Clock clock) {
        return new SqliteState(file, SqliteDatabase.open(file, Schema.CURRENT, BUSY_TIMEOUT), limit, clock);
    }

    /**
     * Opens an existing state for reading: every change is refused with a {@link StateException}. It neither makes the
     * file nor brings it up to date nor checks the whole of it. SQLite still needs to write the {@code -shm} file
     * beside it.
     *
     * @throws StateException when there is no state of this very version
     */
    public static SqliteState openReadOnly(Path file) {
        return new SqliteState(
                file,
                SqliteDatabase.openReadOnly(file, Schema.CURRENT, BUSY_TIMEOUT),
                new DeadLetterLimit(Long.MAX_VALUE, "(opened for reading only)"),
                Clock.systemUTC());
    }

    /** The file. */
    public Path file() {
        return file;
    }

    public WatermarkStore watermarks() {
        return watermarks;
    }

    public DeadLetterStore deadLetters() {
        return deadLetters;
    }

    public SessionStore sessions() {
        return sessions;
    }

    public StatusBoard status() {
        return status;
    }

    public Pauses pauses() {
        return pauses;
    }

    /** What people did. */
    public Journal journal() {
        return journal;
    }

    /** Which partitions the hubs had. */
    public SqliteHubPartitions hubPartitions() {
        return hubPartitions;
    }

    /** Waits for what is being read or saved, then closes the file. Later calls of the stores are refused. */
    @Override
    public void close() {
        database.close();
    }
}
