package io.factstream.source;

import io.factstream.config.Secret;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.locks.ReentrantLock;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A DuckDB in memory, to which the source file is attached read-only while somebody reads it. Attaching a file costs a
 * millisecond; starting a DuckDB for each opening cost twenty-five, and what its end gave back to the system had to be
 * fetched again for the next page, which tripled the time of a page.
 *
 * <p>All connections of this process to a file go through one of these: DuckDB refuses to attach a file twice. Thread-safe.
 */
final class SourceInstance {

    private static final Logger LOG = LoggerFactory.getLogger(SourceInstance.class);

    /**
     * No file is attached while the last other connection to it is being closed: the operating system's lock on a file is
     * gone as soon as any handle of the process is closed, and the loader could then write into what is being read.
     */
    private static final ReentrantLock OPENING_OR_CLOSING = new ReentrantLock();

    /** How many wait for their file to be opened again: usually there is one file, and who is done with it says so. */
    private static final int MOST_IDLE = 2;

    /**
     * A TIMESTAMPTZ reads the same everywhere. And no query is planned as one sort for each part of a large table that lies
     * in order: for a page, which is one part of it, that took as long as reading the page (50,000,000 rows).
     */
    private static final String SETTINGS =
            "SET GLOBAL TimeZone = 'UTC'; SET GLOBAL disabled_optimizers = 'partitioned_execution'";

    /**
     * The database in memory has a name that no file gives: DuckDB names a file by what stands before its first point. As
     * it is named at first, {@code memory}, a file could be named too.
     */
    private static final String NO_FILE = "\"no.file\"";

    private static final String RENAMED =
            "ATTACH ':memory:' AS " + NO_FILE + "; USE " + NO_FILE + "; DETACH memory; " + SETTINGS;

    private static final String ATTACHED_NAME =
            "SELECT database_name FROM duckdb_databases() WHERE NOT internal AND database_name <> 'no.file'";

    private static final Map<Key, SourceInstance> ALL = new HashMap<>();

    /** Those that run and have no file open, the longest idle first. */
    private static final Deque<SourceInstance> IDLE = new ArrayDeque<>();

    private final Path file;
    private final @Nullable Secret key;
    private final Properties configuration;

    private @Nullable DuckDBConnection memory;
    /** What DuckDB calls the file, quoted; empty before it was first attached. */
    private String name = "";

    private int open;
    private long openings;

    private record Key(Path file, @Nullable Secret key, Properties configuration) {}

    private SourceInstance(Path file, @Nullable Secret key, Properties configuration) {
        this.file = file;
        this.key = key;
        this.configuration = configuration;
    }

    /** The one for a file; configured otherwise it is another, and only one of the two can have the file at a time. */
    static SourceInstance of(Path file, @Nullable Secret key, Properties configuration) {
        OPENING_OR_CLOSING.lock();
        try {
            return ALL.computeIfAbsent(
                    new Key(file.toAbsolutePath().normalize(), key, configuration),
                    one -> new SourceInstance(one.file(), one.key(), one.configuration()));
        } finally {
            OPENING_OR_CLOSING.unlock();
        }
    }

    /** Starts the DuckDB in memory, unless it runs. */
    void begin() throws SQLException {
        OPENING_OR_CLOSING.lock();
        try {
            if (memory == null) {
                DuckDBConnection unused = start();
                idle();
            }
        } finally {
            OPENING_OR_CLOSING.unlock();
        }
    }

    /** Opens a connection, and the file where it is not open. */
    Connection open() throws SQLException {
        OPENING_OR_CLOSING.lock();
        try {
            IDLE.remove(this);
            DuckDBConnection base = memory == null ? start() : memory;
            if (open == 0) {
                attach(base);
            }
            open++;
            try {
                // With the schema: a name alone could also be that of a schema of DuckDB's own.
                return with(base.duplicate(), "USE " + name + ".main");
            } catch (SQLException e) {
                release();
                throw e;
            }
        } finally {
            OPENING_OR_CLOSING.unlock();
        }
    }

    /** Queries may name the database too, so DuckDB names it, as when it opens the file by itself. */
    private void attach(DuckDBConnection base) throws SQLException {
        try {
            execute(base, "ATTACH " + text(file.toString()) + " (READ_ONLY, TYPE duckdb" + key() + ")");
            if (name.isEmpty()) {
                name = attachedName(base);
            }
            openings++;
        } catch (SQLException e) {
            idle();
            if (isOfDuckDbItself(e)) {
                // It takes no more statements, also once the file is mended.
                end();
            }
            throw withoutStatement(e);
        }
    }

    private static String attachedName(DuckDBConnection base) throws SQLException {
        try (Statement statement = base.createStatement();
                ResultSet row = statement.executeQuery(ATTACHED_NAME)) {
            row.next();
            return '"' + row.getString(1).replace("\"", "\"\"") + '"';
        }
    }

    private String key() {
        return key == null ? "" : ", ENCRYPTION_KEY " + text(key.reveal());
    }

    private static String text(String value) {
        return "'" + value.replace("'", "''") + "'";
    }

    private static boolean isOfDuckDbItself(SQLException e) {
        return e.getMessage() != null
                && (e.getMessage().startsWith("INTERNAL Error")
                        || e.getMessage().startsWith("FATAL Error"));
    }

    /** DuckDB repeats the statement where it refuses one, and this one may hold a key. */
    private static SQLException withoutStatement(SQLException e) {
        String words = String.valueOf(e.getMessage());
        int statement = words.indexOf("\nLINE ");
        if (statement < 0) {
            return e;
        }
        SQLException discreet =
                new SQLException(words.substring(0, statement).strip(), e.getSQLState(), e.getErrorCode());
        discreet.setStackTrace(e.getStackTrace());
        return discreet;
    }

    private DuckDBConnection start() throws SQLException {
        DuckDBConnection started =
                (DuckDBConnection) with(DriverManager.getConnection("jdbc:duckdb:", configuration), RENAMED);
        memory = started;
        return started;
    }

    /** Closes a connection, and the file when it was the last one. */
    void close(Connection connection) throws SQLException {
        OPENING_OR_CLOSING.lock();
        try {
            connection.close();
        } finally {
            try {
                release();
            } finally {
                OPENING_OR_CLOSING.unlock();
            }
        }
    }

    private void release() throws SQLException {
        DuckDBConnection base = memory;
        open--;
        if (open == 0 && base != null) {
            try {
                execute(base, "DETACH " + name);
            } catch (SQLException e) {
                // The loader must get its file.
                end();
                throw e;
            }
            idle();
        }
    }

    /** The number of the current opening of the file: while it is the same, nobody else can have written the file. */
    long openings() {
        OPENING_OR_CLOSING.lock();
        try {
            return openings;
        } finally {
            OPENING_OR_CLOSING.unlock();
        }
    }

    /** Waits for the next opening, which the longest idle one does no more where many wait. */
    private void idle() {
        IDLE.addLast(this);
        if (IDLE.size() > MOST_IDLE) {
            IDLE.getFirst().end();
        }
    }

    /** Frees what it takes where nobody has the file open; it starts anew when somebody opens it. */
    void end() {
        OPENING_OR_CLOSING.lock();
        try {
            DuckDBConnection base = memory;
            if (open == 0 && base != null) {
                IDLE.remove(this);
                memory = null;
                base.close();
            }
        } catch (SQLException e) {
            // Nothing was read or written through it.
            LOG.warn("the DuckDB for source {} could not be ended: {}", file, e.getMessage(), e);
        } finally {
            OPENING_OR_CLOSING.unlock();
        }
    }

    /** A new connection once it has run some SQL; where that fails it is closed. */
    private static Connection with(Connection connection, String sql) throws SQLException {
        try {
            execute(connection, sql);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
