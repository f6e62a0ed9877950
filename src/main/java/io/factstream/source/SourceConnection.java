package io.factstream.source;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A connection of DuckDB that is opened and closed while no other one is, and gives its pass back when it is closed. */
final class SourceConnection implements InvocationHandler {

    /**
     * DuckDB shares one opened file among all connections of a process, but not surely where one is opened while the last
     * other one is being closed: it then opens the file once more. The two hold one lock of the operating system between
     * them, which is gone as soon as either closes the file; the loader could then write into what the other still reads.
     * One lock for the process, as DuckDB's own table of opened files is.
     */
    private static final ReentrantLock OPENING_OR_CLOSING = new ReentrantLock();

    private final Connection connection;
    private final Gate.Pass pass;
    private final Openings openings;
    private final List<SourceConnection> joined = new ArrayList<>();
    private boolean closed;

    /** How often a file was opened after it had been closed, and how many connections it has now. */
    static final class Openings {
        private int open;
        private long count;

        /** The number of the current opening: while it is the same, nobody else can have written the file. */
        long count() {
            OPENING_OR_CLOSING.lock();
            try {
                return count;
            } finally {
                OPENING_OR_CLOSING.unlock();
            }
        }
    }

    private SourceConnection(Connection connection, Gate.Pass pass, Openings openings) {
        this.connection = connection;
        this.pass = pass;
        this.openings = openings;
    }

    /** Opens a file; the pass is given back when the connection is closed, not when this fails. */
    static SourceConnection open(Path file, Properties configuration, Gate.Pass pass, Openings openings)
            throws SQLException {
        OPENING_OR_CLOSING.lock();
        try {
            Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file, configuration);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET TimeZone = 'UTC'");
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
            if (openings.open++ == 0) {
                openings.count++;
            }
            return new SourceConnection(connection, pass, openings);
        } finally {
            OPENING_OR_CLOSING.unlock();
        }
    }

    /** What its user gets. */
    Connection asConnection() {
        return (Connection) Proxy.newProxyInstance(
                SourceConnection.class.getClassLoader(), new Class<?>[] {Connection.class}, this);
    }

    boolean isOpen() {
        OPENING_OR_CLOSING.lock();
        try {
            return !closed;
        } finally {
            OPENING_OR_CLOSING.unlock();
        }
    }

    /** Closes {@code other} when this is closed, or now when it already is. */
    void closeWithThis(SourceConnection other) throws SQLException {
        OPENING_OR_CLOSING.lock();
        try {
            joined.add(other);
            if (closed) {
                other.close();
            }
        } finally {
            OPENING_OR_CLOSING.unlock();
        }
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        if (method.getName().equals("close")) {
            close();
            return null;
        }
        try {
            return method.invoke(connection, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** Closing it twice does nothing. */
    void close() throws SQLException {
        OPENING_OR_CLOSING.lock();
        try {
            if (!closed) {
                closed = true;
                openings.open--;
            }
            for (SourceConnection other : joined) {
                other.close();
            }
            joined.clear();
            connection.close();
        } finally {
            OPENING_OR_CLOSING.unlock();
            pass.leave();
        }
    }
}
