package io.factstream.stream;

import io.factstream.source.DuckDbSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** A DuckDB file that a loader writes and a stream reads. */
record FactTable(Path file) {

    /** What a loader does: open for writing, write, close. */
    void write(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    DuckDbSource source() {
        return new DuckDbSource(file, 256L << 20, 1, Duration.ofSeconds(30), file.resolveSibling("spill"));
    }

    static StreamDefinition stream(String query) {
        return stream(query, Duration.ZERO);
    }

    static StreamDefinition stream(String query, Duration settle) {
        return new StreamDefinition("sales", "sale", Path.of("sales.sql"), query, "_watermark", "hub", settle);
    }
}
