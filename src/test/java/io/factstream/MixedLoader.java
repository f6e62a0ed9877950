package io.factstream;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * A loader in a process of its own that goes on until it is told to stop: load after load into a table {@code facts (n,
 * tick, key, text)}, with ties within a load, at times one that is longer than a page, rows that are identical, rows
 * without a key, and rows that no hub takes.
 */
final class MixedLoader {

    /** How long a text is of which no event can be made that fits into a batch of 4 KB. */
    static final int TOO_LONG = 6_000;

    private static final long PAUSE_NANOS = 300_000_000;
    private static final int LONG_TIE = 500;

    private MixedLoader() {}

    /** Arguments: the file, a seed, and a file whose appearance tells it to stop. */
    public static void main(String[] arguments) throws SQLException {
        String file = arguments[0];
        Random random = new Random(Long.parseLong(arguments[1]));
        Path stop = Path.of(arguments[2]);
        ProcessHandle parent = ProcessHandle.current().parent().orElseThrow();
        int loads = 0;
        while (!Files.exists(stop) && parent.isAlive()) {
            try (Connection connection = Loader.open(file)) {
                append(connection, random);
            }
            loads++;
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        System.out.println("loads " + loads);
    }

    private static void append(Connection connection, Random random) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            int rows = 1 + random.nextInt(120);
            int tie = random.nextInt(25) == 0 ? rows + LONG_TIE : 1 + random.nextInt(9);
            if (tie > rows) {
                rows = tie;
            }
            statement.execute("INSERT INTO facts SELECT last_n + range + 1, last_tick + 1 + range // " + tie
                    + ", CASE WHEN range % 4 > 0 THEN 'key-' || range % 7 END, 'text' FROM range(" + rows
                    + "), (SELECT coalesce(max(n), 0) AS last_n, coalesce(max(tick), 0) AS last_tick FROM facts)");
            if (random.nextInt(3) == 0) {
                statement.execute("INSERT INTO facts SELECT 0, max(tick), 'key-1', 'identical' FROM facts, range("
                        + (2 + random.nextInt(4)) + ")");
            }
            if (random.nextInt(3) == 0) {
                statement.execute("INSERT INTO facts SELECT max(n) + 1, max(tick) + 1, 'key-2', repeat('x', " + TOO_LONG
                        + ") FROM facts");
            }
            connection.commit();
        }
    }
}
