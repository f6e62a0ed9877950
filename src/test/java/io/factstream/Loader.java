package io.factstream;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.LockSupport;

/** A loader as it runs beside FactStream, in a process of its own: opens the file, appends a load, and closes it. */
final class Loader {

    private static final long RETRY_NANOS = 2_000_000;

    private Loader() {}

    /** Arguments: the file, how many loads, how many rows each, for how many milliseconds it holds the file each time. */
    public static void main(String[] arguments) throws SQLException {
        int loads = Integer.parseInt(arguments[1]);
        long longest = 0;
        for (int load = 0; load < loads; load++) {
            long start = System.nanoTime();
            try (Connection connection = open(arguments[0])) {
                longest = Math.max(longest, System.nanoTime() - start);
                append(connection, Integer.parseInt(arguments[2]));
                LockSupport.parkNanos(Long.parseLong(arguments[3]) * 1_000_000);
            }
            LockSupport.parkNanos(20_000_000);
        }
        System.out.println("longest wait " + longest / 1_000_000 + " ms");
    }

    private static void append(Connection connection, int rows) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO facts SELECT last + range + 1, (last + range) // 5 FROM range(" + rows
                    + "), (SELECT coalesce(max(n), 0) AS last FROM facts)");
            connection.commit();
        }
    }

    private static Connection open(String file) throws SQLException {
        while (true) {
            try {
                return DriverManager.getConnection("jdbc:duckdb:" + file);
            } catch (SQLException e) {
                if (!String.valueOf(e.getMessage()).contains("Could not set lock")) {
                    throw e;
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }
}
