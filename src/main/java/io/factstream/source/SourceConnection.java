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

    private SourceConnection(Connection connection, Gate.Pass pass) {
        this.connection = connection;
        this.pass = pass;
    }

    /** Opens a file; the pass is given back when the connection is closed, not when this fails. */
    static Connection open(Path file, Properties configuration, Gate.Pass pass) throws SQLException {
        return (Connection) Proxy.newProxyInstance(
                SourceConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new SourceConnection(connect(file, configuration), pass));
    }

    private static Connection connect(Path file, Properties configuration) throws SQLException {
        OPENING_OR_CLOSING.lock();
        try {
            Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file, configuration);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET TimeZone = 'UTC'");
                return connection;
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        } finally {
            OPENING_OR_CLOSING.unlock();
        }
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        if (!method.getName().equals("close") && !method.getName().equals("abort")) {
            return call(method, arguments);
        }
        OPENING_OR_CLOSING.lock();
        try {
            return call(method, arguments);
        } finally {
            OPENING_OR_CLOSING.unlock();
            pass.leave();
        }
    }

    private @Nullable Object call(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(connection, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
