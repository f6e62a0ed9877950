package io.factstream.source;

import io.factstream.config.Secret;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.OptionalInt;
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
public final class DuckDbSource implements DataSource, AutoCloseable {

    private static final Courtesy ALONE = new Courtesy(Duration.ofDays(36_500), Duration.ZERO, Integer.MAX_VALUE);
    private static final String LOCKED = "IO Error: Could not set lock on file";
    private static final Pattern LOCK_HOLDER = Pattern.compile("\\(PID (\\d+)\\)");

    private final Path file;
    private final Duration queryTimeout;
    private final Gate gate;
    private final SourceInstance instance;
    private final SourceFault fault;

    /** What each thread opened last by {@link #open}; it may be closed since. */
    @SuppressWarnings("ThreadLocalUsage") // One for each source: a thread may have two of them open.
    private final ThreadLocal<@Nullable SourceConnection> ofThread = new ThreadLocal<>();

    /**
     * As below, for one who opens the file alone: it never waits.
     */
    public DuckDbSource(Path file, long memoryLimitBytes, int threads, Duration queryTimeout, Path spillFolder) {
        this(file, memoryLimitBytes, threads, queryTimeout, spillFolder, ALONE);
    }

    /** As below, for a file that is not encrypted. */
    public DuckDbSource(
            Path file, long memoryLimitBytes, int threads, Duration queryTimeout, Path spillFolder, Courtesy courtesy) {
        this(file, null, memoryLimitBytes, threads, queryTimeout, spillFolder, courtesy);
    }

    /**
     * @param file the database file
     * @param key what the file is encrypted with; null when it is not. It stands in no error
     * @param memoryLimitBytes what DuckDB may use while it reads; a page that needs more is refused with
     *     {@link PageTooLargeException}
     * @param threads DuckDB's threads, at least 1
     * @param queryTimeout after which a query is given up; whole seconds, at least one
     * @param spillFolder where DuckDB may put what a sort cannot hold in memory; never beside the source
     * @param courtesy how those who share this source leave room for the loader
     */
    public DuckDbSource(
            Path file,
            @Nullable Secret key,
            long memoryLimitBytes,
            int threads,
            Duration queryTimeout,
            Path spillFolder,
            Courtesy courtesy) {
        gate = new Gate(courtesy);
        this.file = file;
        this.queryTimeout = queryTimeout;
        Properties configuration = new Properties();
        configuration.setProperty("memory_limit", memoryLimitBytes + "B");
        configuration.setProperty("threads", Integer.toString(threads));
        configuration.setProperty("temp_directory", spillFolder.toString());
        configuration.setProperty("autoinstall_known_extensions", "false");
        instance = SourceInstance.of(file, key, configuration);
        fault = new SourceFault(file, spillFolder);
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
            String away = fault.away();
            throw new SourceUnavailableException(
                    "source " + file + " " + (away == null ? "cannot be looked at: " + e.getMessage() : away), e);
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
            return discreet(opened);
        } catch (SQLException e) {
            throw failure(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SourceBusyException("source " + file + " was not opened, since the runtime is stopping", e);
        } catch (TimeoutException e) {
            throw new SourceBusyException(
                    "source " + file + " was being read by other streams of this runtime for "
                            + queryTimeout.toSeconds() + " s; make their queries cheaper",
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
        return discreet(second);
    }

    /**
     * Loads and starts DuckDB, which takes a while, and leaves the file alone.
     *
     * @throws SourceException when it cannot be started
     */
    public void warmUp() {
        try {
            instance.begin();
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** The number of the current opening of the file: while it stays the same nobody else can have written it. */
    public long opening() {
        return instance.openings();
    }

    /** Gives back what DuckDB takes while nobody reads. Connections stay open until they are closed. */
    @Override
    public void close() {
        instance.end();
    }

    private Connection discreet(SourceConnection opened) {
        return DiscreetConnection.of(opened.asConnection(), queryTimeoutSeconds());
    }

    private SourceConnection connect(Gate.Pass pass) throws SQLException {
        boolean opened = false;
        try {
            SourceConnection connection = SourceConnection.open(instance, pass);
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
        return e.getMessage() != null && isLocked(e.getMessage());
    }

    private static boolean isLocked(String words) {
        return words.startsWith(LOCKED) && !words.contains("\": No locks available");
    }

    /**
     * What an exception of DuckDB means, whoever ran the query. Its message names the thing and the way on, and repeats no
     * value of a row.
     */
    public SourceException failure(SQLException thrown) {
        String words = thrown.getMessage() == null ? thrown.toString() : thrown.getMessage();
        SQLException e = QueryError.of(thrown);
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        if (isLocked(words)) {
            Matcher holder = LOCK_HOLDER.matcher(words);
            String who = holder.find() ? "process " + holder.group(1) : "another process";
            return new SourceBusyException("source " + file + " is held by " + who, e);
        }
        String unavailable = fault.of(words);
        if (unavailable != null) {
            return new SourceUnavailableException(unavailable, e);
        }
        if (message.startsWith("Out of Memory Error")) {
            return new PageTooLargeException(
                    "a page of " + file + " does not fit into factstream.source.memory-limit: " + message
                            + ". Raise the limit as far as the machine has memory, select fewer or shorter columns, or"
                            + " leave out those rows",
                    e);
        }
        if (e instanceof SQLTimeoutException || message.startsWith("INTERRUPT Error")) {
            return new QueryFailedException(
                    "query gave no answer within " + queryTimeoutSeconds() + " s",
                    "; ",
                    "raise factstream.source.query-timeout or make the query cheaper",
                    OptionalInt.empty(),
                    e);
        }
        return new QueryFailedException(
                message,
                sentence(message).substring(message.length()),
                e instanceof QueryError error ? error.mend() : "",
                line(e),
                e);
    }

    private static OptionalInt line(SQLException e) {
        return e instanceof QueryError error ? error.line() : OptionalInt.empty();
    }

    private static String sentence(String message) {
        return message + (message.matches("(?s).*[.!?]") ? " " : ". ");
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
