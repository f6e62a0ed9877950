package io.factstream.source;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A connection, or a statement of one, whose errors repeat no values of rows.
 *
 * <p>It is done here, where they are thrown, because whoever runs the query may log them: Camel does at DEBUG. Results
 * are the driver's own: it has worked on all rows when a statement returns, so that reading them fails at none.
 */
final class DiscreetConnection implements InvocationHandler {

    private final Object target;

    private DiscreetConnection(Object target) {
        this.target = target;
    }

    static Connection of(Connection connection) {
        return of(Connection.class, connection);
    }

    private static <T> T of(Class<T> type, T target) {
        return type.cast(Proxy.newProxyInstance(
                DiscreetConnection.class.getClassLoader(), new Class<?>[] {type}, new DiscreetConnection(target)));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            Object result = method.invoke(target, arguments);
            if (result instanceof PreparedStatement prepared) {
                return of(PreparedStatement.class, prepared);
            }
            return result instanceof Statement statement ? of(Statement.class, statement) : result;
        } catch (InvocationTargetException e) {
            Throwable thrown = e.getCause() == null ? e : e.getCause();
            throw thrown instanceof SQLException sql ? QueryError.of(sql) : thrown;
        }
    }
}
