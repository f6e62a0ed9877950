package io.factstream.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A DuckDB file with one table whose rows become events, made up from row numbers, so that the same arguments make the
 * same rows.
 *
 * @param file the DuckDB file
 * @param shape what its rows are like
 * @param rows how many there are
 */
record Dataset(Path file, Shape shape, long rows) {

    /** Into how many tables the rows are dealt out too, for so many streams. */
    static final int PARTS = 4;

    /** What a row is like. In the SQL stands {n} for a row's number, and {t} for its place in the order of time. */
    enum Shape {
        /** The receipt lines of a shop: eight columns. */
        RECEIPT_LINES("""
                SELECT
                  printf('RCP%010d', {n} // 4) AS receipt_id_ext,
                  TIMESTAMP '2024-01-01' + to_microseconds({t} // 4 * 40000) AS event_ts,
                  CAST(hash({n}) % 5000 AS BIGINT) AS product_id,
                  CAST({n} % 4 + 1 AS INTEGER) AS line_num,
                  CAST(hash({n}, 1) % 5 + 1 AS INTEGER) AS quantity,
                  printf('%d.%02d', hash({n}, 2) % 80, {n} % 100) AS unit_price,
                  printf('%d.%02d', hash({n}, 3) % 400, {n} % 100) AS ext_price,
                  CASE WHEN {n} % 9 = 0 THEN 'PROMO' || {n} % 37 END AS promo_code""") {
            @Override
            String query(String from) {
                try {
                    return Files.readString(Path.of("routes", "receipt-line-added.sql"))
                            .replace("fact_receipt_lines", from);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        },
        /** Sixty columns of the usual types, a tenth of the values NULL. */
        WIDE("SELECT CAST({n} AS BIGINT) AS id, TIMESTAMP '2024-01-01' + to_microseconds({t} * 10000) AS event_ts, "
                + mixedColumns(58)) {
            @Override
            String query(String from) {
                return "SELECT event_ts AS _watermark, 'w-' || id AS _trace_id, * EXCLUDE (event_ts) FROM " + from;
            }
        };

        private final String values;

        Shape(String values) {
            this.values = values;
        }

        /** The stream's query on a table of such rows: for receipt lines the one that is shipped. */
        abstract String query(String from);

        private static String mixedColumns(int count) {
            List<String> types = List.of(
                    "CAST({h} % 1000000 AS BIGINT)",
                    "CAST({h} % 1000 AS INTEGER)",
                    "CAST(CAST({h} % 1000000 AS BIGINT) / 100 AS DECIMAL(18, 2))",
                    "CAST({h} % 1000000 AS DOUBLE) / 7",
                    "'text ' || {h} % 100000",
                    "{h} % 2 = 0",
                    "TIMESTAMP '2024-01-01' + to_seconds(CAST({h} % 10000000 AS BIGINT))",
                    "DATE '2024-01-01' + CAST({h} % 300 AS INTEGER)");
            List<String> columns = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String value = types.get(i % types.size()).replace("{h}", "hash({n}, " + i + ")");
                columns.add("CASE WHEN ({n} + " + i + ") % 10 <> 0 THEN " + value + " END AS column_" + i);
            }
            return String.join(", ", columns);
        }
    }

    /** In which order of time the rows lie in the table. */
    enum Order {
        /** Each later than the one before. */
        TIME("{n}"),
        /** A load of 100,000 after the other, without order inside it. */
        LOADS("({n} // 100000 * 100000 + CAST(hash({n}) % 100000 AS BIGINT))"),
        /** None. */
        RANDOM("CAST(hash({n}) % {rows} AS BIGINT)");

        private final String time;

        Order(String time) {
            this.time = time;
        }
    }

    /**
     * Makes the file, unless it is there.
     *
     * @param parts whether the rows are there a second time, dealt out to {@link #PARTS} tables
     */
    static Dataset make(Path folder, Shape shape, Order order, long rows, boolean parts) throws SQLException {
        String name = (shape + "-" + order + "-" + rows + (parts ? "-parts" : "")).toLowerCase(Locale.ROOT);
        Path file = folder.resolve(name + ".duckdb");
        Dataset made = new Dataset(file, shape, rows);
        if (Files.exists(file)) {
            return made;
        }
        Path unfinished = folder.resolve(name + ".unfinished");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + unfinished);
                Statement statement = connection.createStatement()) {
            String select =
                    shape.values.replace("{t}", order.time).replace("{n}", "n").replace("{rows}", Long.toString(rows));
            statement.execute("CREATE TABLE facts AS " + select + " FROM range(" + rows + ") AS numbers(n)");
            long each = (rows + PARTS - 1) / PARTS;
            for (int part = 0; parts && part < PARTS; part++) {
                statement.execute(
                        "CREATE TABLE " + part(part) + " AS SELECT * FROM facts WHERE rowid // " + each + " = " + part);
            }
        }
        try {
            Files.move(unfinished, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return made;
    }

    /** The name of one of the tables that hold the rows dealt out. */
    static String part(int number) {
        return "facts_" + number;
    }

    /** The stream's query on a table. */
    String query(String from) {
        return shape.query(from);
    }

    /** The query on the table of all rows. */
    String query() {
        return query("facts");
    }

    /**
     * The sum of {@link EventIds#checksum} over the trace ids of the first so many rows, as the hub must have it when each was
     * delivered once.
     */
    long checksum(long first) throws SQLException {
        long sum = 0;
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = connection.createStatement();
                ResultSet ids =
                        statement.executeQuery("SELECT encode(_trace_id) FROM (" + query() + " LIMIT " + first + ")")) {
            while (ids.next()) {
                byte[] id = ids.getBytes(1);
                sum += EventIds.checksum(id, 0, id.length);
            }
        }
        return sum;
    }
}
