package io.factstream.source;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.TimeoutException;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The DuckDB file with the fact tables, opened read-only.
 *
 * <p>DuckDB lets one process write a file or many read it. Each connection from here is therefore meant to be short:
 * open, read one page, close, so that the loader can write in between; and {@link #open} waits where many such connections
 * together would keep the loader out ({@link Courtesy}). It is a {@link DataSource}, which is how the {@code jdbc} step of
 * the flow runs the page query. Safe for use by many threads.
 *
 * <p>Never open the file by other means in a process that reads it, not even to copy it: closing it would drop the lock
 * that keeps the loader out.
 */
public final class DuckDbSource implements DataSource {

    private static final Courtesy ALONE = new Courtesy(Duration.ofDays(36_500), Duration.ZERO, Integer.MAX_VALUE);
    private static final String LOCKED = "Could not set lock on file";
    private static final Pattern LOCK_HOLDER = Pattern.compile("\\(PID (\\d+)\\)");

    private final Path file;
    private final Duration queryTimeout;
    private final Properties configuration;
    private final Gate gate;

    /** What each thread opened last by {@link #open}; it may be closed since. */
    private final ThreadLocal<@Nullable SourceConnection> ofThread = new ThreadLocal<>();

    /**
     * As below, for one who opens the file alone: it never waits.
     */
    public DuckDbSource(Path file, long memoryLimitBytes, int threads, Duration queryTimeout, Path spillFolder) {
        this(file, memoryLimitBytes, threads, queryTimeout, spillFolder, ALONE);
    }

    /**
     * @param file the database file
     * @param memoryLimitBytes what DuckDB may use while it reads; a page that needs more is refused with
     *     {@link PageTooLargeException}
     * @param threads DuckDB's threads, at least 1
     * @param queryTimeout after which a query is given up; whole seconds, at least one
     * @param spillFolder where DuckDB may put what a sort cannot hold in memory; never beside the source
     * @param courtesy how those who share this source leave room for the loader
     */
    public DuckDbSource(
            Path file, long memoryLimitBytes, int threads, Duration queryTimeout, Path spillFolder, Courtesy courtesy) {
        gate = new Gate(courtesy);
        this.file = file;
        this.queryTimeout = queryTimeout;
        // All connections of a process to one file must be configured alike, so this is the only place that does it.
        configuration = new Properties();
        configuration.setProperty("duckdb.read_only", "true");
        configuration.setProperty("memory_limit", memoryLimitBytes + "B");
        configuration.setProperty("threads", Integer.toString(threads));
        configuration.setProperty("temp_directory", spillFolder.toString());
        configuration.setProperty("autoinstall_known_extensions", "false");
    }

    /** The database file. */
    public Path file() {
        return file;
    }

    /** After how many seconds a query is given up. */
    public int queryTimeoutSeconds() {
        return (int) Math.max(1, queryTimeout.toSeconds());
    }

    /**
     * The state of the file on disk, cheap enough to ask for at each poll.
     *
     * @throws SourceUnavailableException when the file system does not answer
     */
    public FileStamp stamp() {
        try {
            return FileStamp.of(file);
        } catch (IOException e) {
            throw new SourceUnavailableException("source " + file + " cannot be looked at: " + e.getMessage(), e);
        }
    }

    /**
     * Opens the file for one page, when it is the caller's turn. The caller closes the connection, and opens no second one
     * by this method before: it would wait for itself. {@link #getConnection()} is for that.
     *
     * @throws SourceBusyException when another process holds the file, when this runtime's other streams have held it for
     *     the time that a query may take, or when the thread is interrupted, which it still is then
     * @throws SourceUnavailableException when the file is missing or cannot be opened as a DuckDB database
     */
    public Connection open() {
        try {
            SourceConnection opened = connect(gate.enter(queryTimeout));
            ofThread.set(opened);
            return opened.asConnection();
        } catch (SQLException e) {
            throw failure(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SourceBusyException("source " + file + " was not opened, since the runtime is stopping", e);
        } catch (TimeoutException e) {
            throw new SourceBusyException(
                    "source " + file + " was being read by other streams of this runtime for "
                            + queryTimeout.toSeconds() + " s; waiting for them to finish, make their queries cheaper",
                    e);
        }
    }

    /**
     * Opens the file a second time, for one who has it open by {@link #open} already. It never waits. This connection is
     * closed with the first one, if that was opened by this thread and is still open: the {@code jdbc} endpoint would
     * close it only when the page has been sent, and the loader must not wait for the hub.
     *
     * <p>The session's time zone is UTC, so that a TIMESTAMPTZ reads the same everywhere.
     */
    @Override
    public Connection getConnection() throws SQLException {
        SourceConnection first = ofThread.get();
        SourceConnection second = connect(gate.join());
        if (first != null && first.isOpen()) {
            first.closeWithThis(second);
        }
        return second.asConnection();
    }

    private SourceConnection connect(Gate.Pass pass) throws SQLException {
        boolean opened = false;
        try {
            SourceConnection connection = SourceConnection.open(file, configuration, pass, queryTimeoutSeconds());
            opened = true;
            return connection;
        } catch (SQLException e) {
            if (isLocked(e)) {
                pass.leaveToLoader();
            }
            throw e;
        } finally {
            if (!opened) {
                pass.leave();
            }
        }
    }

    private static boolean isLocked(SQLException e) {
        return e.getMessage() != null && e.getMessage().contains(LOCKED);
    }

    /** What an exception of DuckDB means, whoever ran the query. Its message names the file and the way on. */
    public SourceException failure(SQLException e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        if (isLocked(e)) {
            Matcher holder = LOCK_HOLDER.matcher(message);
            String who = holder.find() ? "process " + holder.group(1) : "another process";
            return new SourceBusyException("source " + file + " is held by " + who + "; waiting for it to let go", e);
        }
        if (message.startsWith("Out of Memory Error")) {
            return new PageTooLargeException(
                    "a page of " + file + " does not fit into factstream.source.memory-limit: " + firstLine(message),
                    e);
        }
        if (e instanceof SQLTimeoutException || message.startsWith("INTERRUPT Error")) {
            return new QueryFailedException(
                    "query gave no answer within " + queryTimeoutSeconds()
                            + " s; raise factstream.source.query-timeout or make the query cheaper",
                    e);
        }
        return unavailable(message, e).orElseGet(() -> new QueryFailedException(withoutAdvice(message), e));
    }

    private java.util.Optional<SourceException> unavailable(String message, SQLException e) {
        String what = null;
        if (!Files.exists(file)) {
            what = "does not exist; set factstream.source.file (FACTSTREAM_SOURCE_FILE) to the loader's DuckDB file";
        } else if (Files.isDirectory(file)) {
            what = "is a directory; set factstream.source.file to the DuckDB file inside it";
        } else if (!Files.isReadable(file)) {
            what = "cannot be read by this user; give read permission";
        } else if (message.contains("not a valid DuckDB database file")) {
            what = "is not a DuckDB database file";
        } else if (message.contains("different configuration")) {
            what = "is already open in this process for writing; close that connection first";
        } else if (message.startsWith("IO Error")
                || message.startsWith("Serialization Error")
                || message.startsWith("FATAL Error")
                || message.contains("orrupt")
                || message.contains("Checksum")) {
            what = "cannot be read, it may be corrupt or newer than this DuckDB: " + firstLine(message);
        }
        return what == null
                ? java.util.Optional.empty()
                : java.util.Optional.of(new SourceUnavailableException("source " + file + " " + what, e));
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    private static String withoutAdvice(String message) {
        int advice = message.indexOf("\n\nPossible solutions");
        return advice < 0 ? message : message.substring(0, advice);
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return getConnection();
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        throw new SQLFeatureNotSupportedException("no log writer");
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException("no login");
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("no logger");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("not a wrapper for " + type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
