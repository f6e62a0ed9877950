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

    boolean isOpen() {
        SourceInstance.openingOrClosing().lock();
        try {
            return !closed;
        } finally {
            SourceInstance.openingOrClosing().unlock();
        }
    }

    /** Closes {@code other} when this is closed, or now when it already is. */
    void closeWithThis(SourceConnection other) throws SQLException {
        SourceInstance.openingOrClosing().lock();
        try {
            joined.add(other);
            if (closed) {
                other.close();
            }
        } finally {
            SourceInstance.openingOrClosing().unlock();
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
        SourceInstance.openingOrClosing().lock();
        try {
            closeAll();
        } finally {
            SourceInstance.openingOrClosing().unlock();
            pass.leave();
        }
    }

    private void closeAll() throws SQLException {
        try {
            for (SourceConnection other : joined) {
                other.close();
            }
            joined.clear();
        } finally {
            if (!closed) {
                closed = true;
                instance.close(connection);
            }
        }
    }
}
