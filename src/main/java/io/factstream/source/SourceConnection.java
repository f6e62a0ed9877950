package io.factstream.source;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A connection of DuckDB that gives its pass back when it is closed, and whose statements come with a timeout: one query
 * without would keep the file open, and the loader and all other streams out, for as long as it likes.
 */
final class SourceConnection implements InvocationHandler {

    private final Connection connection;
    private final Gate.Pass pass;
    private final int queryTimeoutSeconds;

    private SourceConnection(Connection connection, Gate.Pass pass, int queryTimeoutSeconds) {
        this.connection = connection;
        this.pass = pass;
        this.queryTimeoutSeconds = queryTimeoutSeconds;
    }

    static Connection of(Connection connection, Gate.Pass pass, int queryTimeoutSeconds) {
        return (Connection) Proxy.newProxyInstance(
                SourceConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new SourceConnection(connection, pass, queryTimeoutSeconds));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        boolean closes = method.getName().equals("close") || method.getName().equals("abort");
        try {
            Object result = method.invoke(connection, arguments);
            if (result instanceof Statement statement) {
                statement.setQueryTimeout(queryTimeoutSeconds);
            }
            return result;
        } catch (InvocationTargetException e) {
            throw e.getCause();
        } finally {
            if (closes) {
                pass.leave();
            }
        }
    }
}
