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
 * A connection, or a statement of one, whose errors repeat no values of rows, and whose statements are given up after a
 * time, all of them: finding a page runs the stream's query as much as reading it does.
 *
 * <p>It is done here, where they are thrown, because whoever runs the query may log them: Camel does at DEBUG. Results
 * are the driver's own: it has worked on all rows when a statement returns, so that reading them fails at none.
 */
final class DiscreetConnection implements InvocationHandler {

    private final Object target;

    private final int queryTimeoutSeconds;

    private DiscreetConnection(Object target, int queryTimeoutSeconds) {
        this.target = target;
        this.queryTimeoutSeconds = queryTimeoutSeconds;
    }

    /** @param queryTimeoutSeconds after which a statement is given up, at least 1 */
    static Connection of(Connection connection, int queryTimeoutSeconds) {
        return new DiscreetConnection(connection, queryTimeoutSeconds).as(Connection.class);
    }

    private <T> T as(Class<T> type) {
        return type.cast(
                Proxy.newProxyInstance(DiscreetConnection.class.getClassLoader(), new Class<?>[] {type}, this));
    }

    private Statement discreet(Statement statement) throws SQLException {
        statement.setQueryTimeout(queryTimeoutSeconds);
        DiscreetConnection discreet = new DiscreetConnection(statement, queryTimeoutSeconds);
        return statement instanceof PreparedStatement
                ? discreet.as(PreparedStatement.class)
                : discreet.as(Statement.class);
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            Object result = method.invoke(target, arguments);
            return result instanceof Statement statement ? discreet(statement) : result;
        } catch (InvocationTargetException e) {
            Throwable thrown = e.getCause() == null ? e : e.getCause();
            throw thrown instanceof SQLException sql ? QueryError.of(sql) : thrown;
        }
    }
}
