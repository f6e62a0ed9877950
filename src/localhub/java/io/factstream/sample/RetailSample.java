package io.factstream.sample;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The fact tables of a made-up chain of shops in a DuckDB file, for trying FactStream and for testing it.
 *
 * <p>The rows have what makes streaming hard: many rows that share one event time, identical rows in tables without a
 * key, loads that are unsorted inside, money as text, missing values, order lines that are updated in place, shipments
 * planned for the future, and text beyond ASCII.
 *
 * <p>The same arguments make the same rows with the same version of DuckDB. The file is opened read-write and shut
 * again: while a call runs nobody else can open it, and while somebody has it open a call fails with the
 * {@link SQLException} of DuckDB's lock.
 */
public final class RetailSample {

    /** How long before its end a new sample begins. */
    private static final Duration PERIOD = Duration.ofDays(14);

    private static final int MIN_STORES = 3;
    private static final int MAX_STORES = 200;
    private static final long ROWS_PER_STORE = 2_000;

    private RetailSample() {}

    /** As {@link #create(Path, long, long, Instant)}, ending at the current hour. */
    public static void create(Path file, long rows, long seed) throws SQLException {
        create(file, rows, seed, Instant.now().truncatedTo(ChronoUnit.HOURS));
    }

    /**
     * Creates the file with all tables and their first load, a day after the other.
     *
     * @param file must not exist; does not exist afterwards when the call fails
     * @param rows about how many fact rows in all, at least 1; below a few thousand a table can stay empty
     * @param seed the same seed makes the same rows
     * @param end after every event time; the first one is at most 14 days before. Only planned shipments depart later.
     * @throws IllegalArgumentException when the file exists or {@code rows} is below 1
     */
    public static void create(Path file, long rows, long seed, Instant end) throws SQLException {
        if (Files.exists(file)) {
            throw new IllegalArgumentException(
                    file + ": a file is already there. Name a new file, or delete this one first");
        }
        Load load = new Load(rows, seed, end.minus(PERIOD), end, true);
        try {
            inOneTransaction(file, resource("retail-tables.sql"), load);
        } catch (SQLException | RuntimeException failure) {
            removeUnfinished(file, failure);
            throw failure;
        }
    }

    /**
     * Adds a later load to a file made by {@code create}, as its loader would: in one transaction, hour after hour (or
     * day after day from two days on). Online orders under way are updated in place: about half of the lines in each
     * state move on by one, at a time inside this load.
     *
     * @param file made by {@code create}
     * @param rows about how many fact rows in all, at least 1
     * @param seed loads of different times differ even when their seed is the same
     * @param from not after any event time of this load; for a loader in order, the end of the load before
     * @param to after every event time of this load. Only planned shipments depart later.
     * @throws IllegalArgumentException when the file is missing, {@code rows} is below 1 or {@code to} is not after {@code from}
     * @throws SQLException also when another process holds the file
     */
    public static void append(Path file, long rows, long seed, Instant from, Instant to) throws SQLException {
        if (!Files.exists(file)) {
            throw new IllegalArgumentException(file + ": there is no such file. Create the sample first");
        }
        inOneTransaction(file, "", new Load(rows, seed, from, to, false));
    }

    private static void inOneTransaction(Path file, String tables, Load load) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            // Leaving without the commit, whatever the reason, leaves the file as it was.
            statement.execute(tables + load.variables() + resource("retail-load.sql"));
            connection.commit();
        }
    }

    private static void removeUnfinished(Path file, Exception failure) {
        try {
            Files.deleteIfExists(file);
            Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".wal"));
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = RetailSample.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing beside " + RetailSample.class.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One load: how many rows, from when to when. */
    private record Load(long rows, long seed, Instant from, Instant to, boolean first) {

        Load {
            if (rows < 1) {
                throw new IllegalArgumentException("rows: is " + rows + ". Ask for at least 1");
            }
            if (!from.isBefore(to)) {
                throw new IllegalArgumentException("to: " + to + " is not after " + from + ". Give a later time");
            }
        }

        /** What retail-load.sql expects to be set: numbers and times only, so there is nothing to quote. */
        String variables() {
            long fromMicros = ChronoUnit.MICROS.between(Instant.EPOCH, from);
            long toMicros = ChronoUnit.MICROS.between(Instant.EPOCH, to);
            return """
                    SET VARIABLE seed = hash(%1$d, %2$d);
                    SET VARIABLE tag = printf('%%08x', CAST(hash(%1$d, %2$d, 'tag') %% 4294967296 AS BIGINT));
                    SET VARIABLE load_from = make_timestamp(%2$d);
                    SET VARIABLE load_to = make_timestamp(%3$d);
                    SET VARIABLE wanted_rows = %4$d;
                    SET VARIABLE max_stores = %5$d;
                    SET VARIABLE first_load = %6$b;
                    """.formatted(seed, fromMicros, toMicros, rows, stores(), first);
        }

        private long stores() {
            return Math.max(MIN_STORES, Math.min(MAX_STORES, rows / ROWS_PER_STORE));
        }
    }
}
