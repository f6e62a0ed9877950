package io.factstream.state;

import io.factstream.state.StateException.Fault;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.SynchronousMode;

/**
 * One SQLite file: opened and checked, and its transactions.
 *
 * <p>It is in WAL mode, so that other processes read and write meanwhile, with {@code synchronous=FULL}, so that a
 * commit has reached the disk when it returns. One connection writes and one reads, each behind a lock: a long reading
 * does not hold up the saving of a watermark.
 *
 * <p>Never read the file itself by other means in this process: closing it would drop SQLite's POSIX locks.
 */
final class SqliteDatabase implements AutoCloseable {

    /** Marks a file as a state of FactStream; "FaSt" in ASCII. */
    static final int APPLICATION_ID = 0x46615374;

    /** A write-ahead log larger than this is cut back when its content has gone to the file. */
    private static final int LOG_BYTES_KEPT = 16 << 20;

    private static final String READ_ONLY_MEND = "Use a command that may write, or open the state for writing";

    /** Something done within one transaction. */
    @FunctionalInterface
    interface Work<T> {
        T in(Connection connection) throws SQLException;
    }

    /** Something changed within one transaction. */
    @FunctionalInterface
    interface Change {
        void in(Connection connection) throws SQLException;
    }

    private final Path file;
    private final Connection reader;
    private final @Nullable Connection writer;
    private final ReentrantLock reading = new ReentrantLock();
    private final ReentrantLock writing = new ReentrantLock();

    /**
     * @param reader to read with
     * @param writer to write with; null for reading only
     */
    SqliteDatabase(Path file, Connection reader, @Nullable Connection writer) {
        this.file = file;
        this.reader = reader;
        this.writer = writer;
    }

    /** Opens the file for reading and writing; makes it, and its folders, when it does not exist. */
    static SqliteDatabase open(Path file, Schema schema, Duration busyTimeout) {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            create(file, schema, busyTimeout);
        }
        refuseWhatIsNoFile(file);
        if (!Files.isWritable(file) || !Files.isWritable(folderOf(file))) {
            throw new StateException(
                    file.toString(),
                    Fault.READ_ONLY,
                    "the file or its folder may not be written",
                    "Give the user of this process the right to write both: SQLite keeps a -wal and a -shm file"
                            + " beside the state",
                    null);
        }
        // Whatever is wrong with the file is found by a connection that cannot change it.
        Connection reader = connect(file, true, busyTimeout);
        try {
            int version = inspect(file, reader, schema);
            refuseDamage(file, reader);
            Connection writer = connect(file, false, busyTimeout);
            SqliteDatabase database = new SqliteDatabase(file, reader, writer);
            try {
                useWriteAheadLog(file, writer);
                if (version < schema.version()) {
                    database.change(connection -> {
                        // Asked again under the lock: another process may have taken the steps meanwhile.
                        schema.migrate(connection, inspect(file, connection, schema));
                    });
                }
                return database;
            } catch (SQLException | RuntimeException e) {
                closeAfter(e, writer);
                throw e;
            }
        } catch (SQLException e) {
            closeAfter(e, reader);
            throw SqliteFaults.describe(file, "opening", e);
        } catch (RuntimeException e) {
            closeAfter(e, reader);
            throw e;
        }
    }

    /** Opens the file, which must exist, for reading. */
    static SqliteDatabase openReadOnly(Path file, Schema schema, Duration busyTimeout) {
        if (!Files.exists(file)) {
            throw new StateException(
                    file.toString(),
                    Fault.MISSING,
                    "there is no such file",
                    "Check the path; the runtime makes the state when it starts for the first time",
                    null);
        }
        refuseWhatIsNoFile(file);
        Connection reader = connect(file, true, busyTimeout);
        try {
            int version = inspect(file, reader, schema);
            if (version < schema.version()) {
                throw new StateException(
                        file.toString(),
                        Fault.OLDER,
                        "an older FactStream made it (version " + version + ", this one reads " + schema.version()
                                + ")",
                        "Start the runtime of this FactStream once, which brings the state up to date",
                        null);
            }
            return new SqliteDatabase(file, reader, null);
        } catch (SQLException e) {
            closeAfter(e, reader);
            throw SqliteFaults.describe(file, "opening", e);
        } catch (RuntimeException e) {
            closeAfter(e, reader);
            throw e;
        }
    }

    /**
     * Makes a whole state under another name and then links it into place. So nobody ever sees half a state, an empty
     * file is never mistaken for a new one, and of two processes that start at once one wins and both use its file.
     */
    private static void create(Path file, Schema schema, Duration busyTimeout) {
        try {
            Path folder = folderOf(file);
            Files.createDirectories(folder);
            // A temporary file belongs to its owner alone, and SQLite gives the files beside a file the same rights:
            // dead letters hold values of rows.
            Path draft = Files.createTempFile(folder, "." + file.getFileName(), ".new");
            try {
                try (Connection connection = connect(draft, false, busyTimeout)) {
                    useWriteAheadLog(file, connection);
                    execute(connection, "BEGIN IMMEDIATE");
                    execute(connection, "PRAGMA application_id = " + APPLICATION_ID);
                    schema.migrate(connection, 0);
                    execute(connection, "COMMIT");
                }
                putInPlace(draft, file);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (SQLException e) {
            throw SqliteFaults.describe(file, "creating", e);
        } catch (FileAlreadyExistsException e) {
            throw new StateException(
                    file.toString(),
                    Fault.IO,
                    "it does not exist and cannot be created: " + e.getFile() + " is no folder",
                    "Name a file in a folder that exists or can be made",
                    e);
        } catch (AccessDeniedException e) {
            throw new StateException(
                    file.toString(),
                    Fault.READ_ONLY,
                    "it does not exist and may not be created",
                    "Give the user of this process the right to write the folder, or name a file elsewhere",
                    e);
        } catch (IOException e) {
            throw new StateException(
                    file.toString(),
                    Fault.IO,
                    "it does not exist and cannot be created: " + e.getMessage(),
                    "Name a file in a folder that exists or can be made, on a local file system that is not full or"
                            + " read-only",
                    e);
        }
    }

    private static void putInPlace(Path draft, Path file) throws IOException {
        try {
            Files.createLink(file, draft);
        } catch (FileAlreadyExistsException e) {
            // Another process was first: its state is as good as ours, and in use.
            if (!Files.exists(file)) {
                throw e;
            }
        } catch (UnsupportedOperationException | IOException e) {
            // No hard links here. A move is second best: it looks whether the file exists before, not while, it moves.
            try {
                Files.move(draft, file);
            } catch (FileAlreadyExistsException first) {
                return;
            } catch (IOException failed) {
                failed.addSuppressed(e);
                throw failed;
            }
        }
    }

    private static Path folderOf(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw notAState(file, "it is a folder", null);
        }
        return folder;
    }

    private static void refuseWhatIsNoFile(Path file) {
        if (Files.isDirectory(file)) {
            throw notAState(file, "it is a folder", null);
        }
        try {
            if (Files.size(file) == 0) {
                throw SqliteFaults.damaged(file, "it is empty, which a state never is", null);
            }
        } catch (IOException e) {
            throw new StateException(
                    file.toString(),
                    Fault.IO,
                    "it cannot be looked at: " + e.getMessage(),
                    "Check the path, where it links to, and the rights of the user of this process",
                    e);
        }
    }

    private static StateException notAState(Path file, String what, @Nullable Throwable cause) {
        return new StateException(
                file.toString(), Fault.NOT_A_STATE, what, "Name another file, or move this one away", cause);
    }

    private static Connection connect(Path file, boolean readOnly, Duration busyTimeout) {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(readOnly);
        config.setBusyTimeout(Math.toIntExact(busyTimeout.toMillis()));
        config.setSynchronous(SynchronousMode.FULL);
        config.enforceForeignKeys(true);
        config.setJournalSizeLimit(LOG_BYTES_KEPT);
        try {
            // As a URI, in which every character of a path can be written.
            return config.createConnection("jdbc:sqlite:" + file.toUri());
        } catch (SQLException e) {
            throw SqliteFaults.describe(file, "opening", e);
        }
    }

    /** The file's version; refuses what is not a state, and what a newer FactStream made. */
    private static int inspect(Path file, Connection connection, Schema schema) throws SQLException {
        int version = number(connection, "PRAGMA user_version");
        if (number(connection, "PRAGMA application_id") != APPLICATION_ID) {
            throw notAState(file, "it is an SQLite database, but not a state of FactStream", null);
        }
        if (version > schema.version()) {
            throw new StateException(
                    file.toString(),
                    Fault.NEWER,
                    "a newer FactStream made it (version " + version + ", this one knows " + schema.version() + ")",
                    "Use the newer FactStream, or put back the backup that was made before the upgrade",
                    null);
        }
        return version;
    }

    private static void refuseDamage(Path file, Connection connection) throws SQLException {
        String found = text(connection, "PRAGMA quick_check(1)");
        if (!found.equals("ok")) {
            throw SqliteFaults.damaged(file, "its content is malformed", new SQLException(found));
        }
    }

    private static void useWriteAheadLog(Path file, Connection connection) throws SQLException {
        // macOS needs this for a commit to reach the disk; elsewhere it does nothing.
        execute(connection, "PRAGMA fullfsync = ON");
        String mode = text(connection, "PRAGMA journal_mode = WAL");
        if (!mode.equals("wal")) {
            throw new StateException(
                    file.toString(),
                    Fault.IO,
                    "its file system does not allow a write-ahead log (journal mode is '" + mode + "')",
                    "Put it on a local file system",
                    null);
        }
    }

    /** Reads, all from one moment. */
    <T> T read(Work<T> work) {
        return transaction(reading, reader, "BEGIN", "reading", work);
    }

    /** Reads and writes, all or nothing; durable when it returns. The work is done once. */
    <T> T write(Work<T> work) {
        Connection connection = writer;
        if (connection == null) {
            throw new StateException(
                    file.toString(), Fault.READ_ONLY, "it was opened for reading only", READ_ONLY_MEND, null);
        }
        return transaction(writing, connection, "BEGIN IMMEDIATE", "saving", work);
    }

    /** As {@link #write}, with nothing to return. */
    void change(Change change) {
        write(connection -> {
            change.in(connection);
            return true;
        });
    }

    private <T> T transaction(ReentrantLock lock, Connection connection, String begin, String doing, Work<T> work) {
        lock.lock();
        try {
            if (connection.isClosed()) {
                throw new StateException(
                        file.toString(), Fault.CLOSED, "it was closed", "Stop what uses it before closing it", null);
            }
            execute(connection, begin);
            try {
                T result = work.in(connection);
                execute(connection, "COMMIT");
                return result;
            } catch (SQLException | RuntimeException e) {
                rollBackAfter(e, connection);
                throw e;
            }
        } catch (SQLException e) {
            throw SqliteFaults.describe(file, doing, e);
        } finally {
            lock.unlock();
        }
    }

    private static void rollBackAfter(Exception failure, Connection connection) {
        try {
            execute(connection, "ROLLBACK");
        } catch (SQLException e) {
            // After some failures, a full disk among them, SQLite has rolled back already and says so here.
            failure.addSuppressed(e);
        }
    }

    private static void closeAfter(Exception failure, Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int number(Connection connection, String sql) throws SQLException {
        return Sql.one(connection, sql, row -> row.getInt(1));
    }

    private static String text(Connection connection, String sql) throws SQLException {
        return Sql.one(connection, sql, row -> row.getString(1));
    }

    /** Waits for the transactions under way, then closes. What was committed is durable already. */
    @Override
    public void close() {
        writing.lock();
        reading.lock();
        try {
            try {
                reader.close();
            } finally {
                // Last, so that it is the one that folds the log into the file and removes it.
                if (writer != null) {
                    writer.close();
                }
            }
        } catch (SQLException e) {
            throw SqliteFaults.describe(file, "closing", e);
        } finally {
            reading.unlock();
            writing.unlock();
        }
    }
}
