package io.factstream;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A loader as it runs beside FactStream, in a process of its own: opens the file, appends a load, and closes it. */
final class Loader {

    private static final long NANOS = 1_000_000;
    private static final long RETRY_NANOS = 2_000_000;

    private Loader() {}

    /**
     * Arguments: the file, how many loads, how many rows each, for how many milliseconds it holds the file each time, and,
     * if it is not to go on 20 ms after each load, how many milliseconds lie between the starts of two loads.
     */
    public static void main(String[] arguments) throws SQLException {
        int loads = Integer.parseInt(arguments[1]);
        long everyNanos = arguments.length > 4 ? Long.parseLong(arguments[4]) * NANOS : 0;
        List<Long> waits = new ArrayList<>();
        // The first connection of a process loads DuckDB's library, which can take seconds and is no waiting for a
        // lock.
        DriverManager.getConnection("jdbc:duckdb:").close();
        long due = System.nanoTime();
        for (int load = 0; load < loads; load++) {
            long start = System.nanoTime();
            try (Connection connection = open(arguments[0])) {
                waits.add((System.nanoTime() - start) / NANOS);
                append(connection, Integer.parseInt(arguments[2]));
                LockSupport.parkNanos(Long.parseLong(arguments[3]) * NANOS);
            }
            due += everyNanos;
            LockSupport.parkNanos(everyNanos == 0 ? 20 * NANOS : due - System.nanoTime());
        }
        System.out.println("waits " + waits);
        System.out.println("longest wait " + Collections.max(waits) + " ms");
    }

    private static void append(Connection connection, int rows) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO facts SELECT last + range + 1, (last + range) // 5 FROM range(" + rows
                    + "), (SELECT coalesce(max(n), 0) AS last FROM facts)");
            connection.commit();
        }
    }

    /** Opens a file for writing as soon as nobody else has it. */
    static Connection open(String file) throws SQLException {
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
