package io.factstream.source;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A connection to the source that gives its pass back when it is closed. */
final class SourceConnection implements InvocationHandler {

    private final Connection connection;
    private final Gate.Pass pass;
    private final SourceInstance instance;
    private final List<SourceConnection> joined = new ArrayList<>();
    private boolean closed;

    private SourceConnection(SourceInstance instance, Connection connection, Gate.Pass pass) {
        this.instance = instance;
        this.connection = connection;
        this.pass = pass;
    }

    /** Opens a connection; the pass is given back when it is closed, not when this fails. */
    static SourceConnection open(SourceInstance instance, Gate.Pass pass) throws SQLException {
        return new SourceConnection(instance, instance.open(), pass);
    }

    /** What its user gets. */
    Connection asConnection() {
        return (Connection) Proxy.newProxyInstance(
                SourceConnection.class.getClassLoader(), new Class<?>[] {Connection.class}, this);
    }

    synchronized boolean isOpen() {
        return !closed;
    }

    /** Closes {@code other} when this is closed, or now when it already is. */
    synchronized void closeWithThis(SourceConnection other) throws SQLException {
        joined.add(other);
        if (closed) {
            other.close();
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
    synchronized void close() throws SQLException {
        try {
            for (SourceConnection other : joined) {
                other.close();
            }
            joined.clear();
        } finally {
            if (!closed) {
                closed = true;
                try {
                    instance.close(connection);
                } finally {
                    pass.leave();
                }
            }
        }
    }
}
