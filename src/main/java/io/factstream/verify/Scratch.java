package io.factstream.verify;

import io.factstream.config.ConfigurationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * A DuckDB file of its own, for sets of ids that need not fit into memory; deleted when it is closed, and when the
 * process ends before. For one thread.
 */
final class Scratch implements AutoCloseable {

    /** What a query gives, row by row. */
    @FunctionalInterface
    interface RowReader {
        /** Called with the result set standing on a row. */
        void read(ResultSet row) throws SQLException;
    }

    private final Path folder;
    private final Thread onExit;
    private final DuckDBConnection connection;

    private Scratch(Path folder, Thread onExit, DuckDBConnection connection) {
        this.folder = folder;
        this.onExit = onExit;
        this.connection = connection;
    }

    /**
     * @param place the folder to put it into
     * @param memoryLimitBytes what DuckDB may use; more goes to the disk
     * @param threads DuckDB's threads
     * @throws ConfigurationException when nothing can be written there
     */
    static Scratch in(Path place, long memoryLimitBytes, int threads) {
        Path folder;
        try {
            folder = Files.createTempDirectory(Files.createDirectories(place), "factstream-verify-");
        } catch (IOException e) {
            throw new ConfigurationException(
                    place.toString(),
                    "is no folder that this user may write to",
                    "Name one with --scratch; it needs room for about 150 bytes a row and an event",
                    e);
        }
        Thread onExit = new Thread(() -> delete(folder), "factstream-verify-clean");
        Runtime.getRuntime().addShutdownHook(onExit);
        Properties configuration = new Properties();
        configuration.setProperty("memory_limit", memoryLimitBytes + "B");
        configuration.setProperty("threads", Integer.toString(threads));
        configuration.setProperty("temp_directory", folder.resolve("spill").toString());
        configuration.setProperty("preserve_insertion_order", "false");
        configuration.setProperty("autoinstall_known_extensions", "false");
        try {
            Connection opened =
                    DriverManager.getConnection("jdbc:duckdb:" + folder.resolve("ids.duckdb"), configuration);
            Scratch scratch = new Scratch(folder, onExit, opened.unwrap(DuckDBConnection.class));
            scratch.execute("SET TimeZone = 'UTC'");
            return scratch;
        } catch (SQLException e) {
            Runtime.getRuntime().removeShutdownHook(onExit);
            delete(folder);
            throw failure(folder, e);
        }
    }

    /** Runs statements, one after the other. */
    void execute(String... statements) {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw failure(folder, e);
        }
    }

    /** Runs a query. */
    void query(String sql, RowReader reader) {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                reader.read(rows);
            }
        } catch (SQLException e) {
            throw failure(folder, e);
        }
    }

    /** The whole number that a query gives. */
    long number(String sql) {
        long[] number = new long[1];
        query(sql, row -> number[0] = row.getLong(1));
        return number[0];
    }

    /** Fills a table. */
    Filling fill(String table) {
        try {
            // One transaction: its rows then go to the file in blocks, not through the log.
            connection.setAutoCommit(false);
            return new Filling(connection.createAppender(DuckDBConnection.DEFAULT_SCHEMA, table));
        } catch (SQLException e) {
            throw failure(folder, e);
        }
    }

    /** Rows for one table, in it when this is closed. */
    final class Filling implements AutoCloseable {
        private final DuckDBAppender appender;

        private Filling(DuckDBAppender appender) {
            this.appender = appender;
        }

        /** Adds a row of texts, whole numbers and nulls. */
        void add(@Nullable Object... values) {
            try {
                appender.beginRow();
                for (Object value : values) {
                    if (value instanceof Long number) {
                        appender.append(number.longValue());
                    } else if (value == null) {
                        appender.appendNull();
                    } else {
                        appender.append(value.toString());
                    }
                }
                appender.endRow();
            } catch (SQLException e) {
                throw failure(folder, e);
            }
        }

        @Override
        public void close() {
            try {
                appender.close();
                connection.commit();
                connection.setAutoCommit(true);
            } catch (SQLException e) {
                throw failure(folder, e);
            }
        }
    }

    private static ScratchException failure(Path folder, SQLException e) {
        return new ScratchException(
                "ids could not be compared in " + folder + "; see that the disk has room, or raise"
                        + " factstream.source.memory-limit: " + e.getMessage(),
                e);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failure(folder, e);
        } finally {
            delete(folder);
            Runtime.getRuntime().removeShutdownHook(onExit);
        }
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> innermostFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : innermostFirst) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the scratch folder " + folder + " cannot be deleted; delete it", e);
        }
    }
}
