package io.factstream.stream;

import io.factstream.config.NonFinite;
import io.factstream.source.DuckDbSource;
import io.factstream.watermark.Watermark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Parts of the whole: FactStream's own page query, alone, to bytes that are thrown away. It goes through a table page by
 * page, and prints in one line how many rows and pages there were, the seconds that finding and reading them took, and
 * the median and the longest of a page.
 */
public final class PageParts {

    private PageParts() {}

    /**
     * Goes through the table.
     *
     * @param args the DuckDB file, the query, rows a page, the most pages, and whether the rows are made JSON
     */
    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[0]);
        Path query = Files.createTempFile("query", ".sql");
        Files.writeString(query, args[1]);
        int pageRows = Integer.parseInt(args[2]);
        int mostPages = Integer.parseInt(args[3]);
        boolean json = Boolean.parseBoolean(args[4]);
        DuckDbSource source =
                new DuckDbSource(file, 256L << 20, 1, Duration.ofMinutes(10), file.resolveSibling("spill"));
        StreamDefinition stream =
                new StreamDefinition("bench", "bench", query, args[1], "_watermark", "bench", Duration.ZERO);
        List<Double> times = new ArrayList<>();
        long rows = 0;
        Watermark position = null;
        PageQuery.Pace pace = null;
        double finding = 0;
        PageQuery page = null;
        while (times.size() < mostPages) {
            long start = System.nanoTime();
            try (Connection connection = source.open()) {
                // As a stream does it.
                page = page == null ? PageQuery.prepare(stream, connection, NonFinite.STRING) : page.again(connection);
                Optional<Window> window = page.next(connection, position, Instant.now(), pageRows, pace);
                finding += (System.nanoTime() - start) / 1e9;
                if (window.isEmpty()) {
                    break;
                }
                long read = read(
                        connection,
                        json
                                ? page.pageSql(window.get(), RowLimit.of(RowLimit.LEAST))
                                : "SELECT * FROM " + page.from() + " WHERE "
                                        + window.get().condition(),
                        json);
                rows += read;
                pace = PageQuery.Pace.of(position, window.get().to(), read);
                position = window.get().to();
            }
            times.add((System.nanoTime() - start) / 1e9);
        }
        double all = times.stream().mapToDouble(Double::doubleValue).sum();
        List<Double> sorted = times.stream().sorted().toList();
        System.out.println("rows=" + rows + " pages=" + times.size() + " seconds=" + all + " finding=" + finding
                + " median=" + sorted.get(sorted.size() / 2) + " longest=" + sorted.get(sorted.size() - 1));
    }

    private static long read(Connection connection, String sql, boolean json) throws SQLException {
        long rows = 0;
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                if (json && result.getBytes(1).length == 0) {
                    throw new IllegalStateException("a row without bytes");
                }
                rows++;
            }
        }
        return rows;
    }
}
