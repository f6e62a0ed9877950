package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.config.NonFinite;
import io.factstream.watermark.Watermark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/** Page after page, every settled row comes exactly once, whatever the table and the size of the pages. */
class PageQueryPropertyTest {

    private static final Instant NOW = Instant.parse("2026-01-02T00:00:00Z");
    private static final String QUERY = "SELECT w AS _watermark, p FROM t -- the table";

    /** A row: which of the type's values its watermark is, from the least on, or null; and what else it holds. */
    private record Row(@Nullable Integer watermark, int payload) {}

    /**
     * A table, read while a loader adds to it.
     *
     * @param late rows that the loader adds, as far as they lie beyond the watermark by then
     * @param latePage after how many pages it does
     * @param sizes how many rows each page may have, in turn
     */
    private record Run(WatermarkType type, List<Row> rows, List<Row> late, int latePage, List<Integer> sizes) {}

    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void every_settled_row_comes_once_and_in_order(@ForAll("runs") Run run) throws SQLException, IOException {
        Path folder = Files.createTempDirectory("pages");
        try {
            FactTable table = new FactTable(folder.resolve("facts.duckdb"));
            table.write("CREATE TABLE t (w " + run.type().sqlName() + ", p INTEGER)");
            Reading reading = new Reading(table, run);
            reading.load(run.rows());

            reading.readAll();

            assertThat(reading.read).isSortedAccordingTo((a, b) -> Integer.compare(reading.order(a), reading.order(b)));
            assertThat(reading.read)
                    .containsExactlyInAnyOrderElementsOf(
                            reading.loaded.stream().filter(reading::isSettled).toList());
        } finally {
            try (var files = Files.walk(folder)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Goes through a table page by page. */
    private static final class Reading {
        private final FactTable table;
        private final Run run;
        private final List<String> values;
        private final List<String> canonical = new ArrayList<>();
        private final List<Row> loaded = new ArrayList<>();
        private final List<Row> read = new ArrayList<>();
        private @Nullable Watermark position;
        private PageQuery.@Nullable Pace pace;

        private Reading(FactTable table, Run run) throws SQLException {
            this.table = table;
            this.run = run;
            values = values(run.type());
            try (Connection connection = table.source().open();
                    Statement statement = connection.createStatement()) {
                for (String value : values) {
                    try (ResultSet rows =
                            statement.executeQuery("SELECT CAST(" + run.type().literal(value) + " AS VARCHAR)")) {
                        rows.next();
                        canonical.add(rows.getString(1));
                    }
                }
            }
        }

        private void load(List<Row> rows) throws SQLException {
            if (!rows.isEmpty()) {
                table.write("INSERT INTO t VALUES "
                        + rows.stream()
                                .map(row -> "("
                                        + (row.watermark() == null
                                                ? "NULL"
                                                : run.type().literal(value(row)))
                                        + ", " + row.payload() + ")")
                                .collect(Collectors.joining(", ")));
            }
            loaded.addAll(rows);
        }

        private void readAll() throws SQLException {
            for (int page = 0; ; page++) {
                if (page == run.latePage()) {
                    load(run.late().stream().filter(this::isBeyond).toList());
                }
                int size = run.sizes().get(page % run.sizes().size());
                boolean more = readPage(size);
                if (!more && page >= run.latePage()) {
                    return;
                }
                assertThat(page).as("pages of %s rows", loaded.size()).isLessThan(2_000);
            }
        }

        private boolean readPage(int size) throws SQLException {
            try (Connection connection = table.source().open();
                    Statement statement = connection.createStatement()) {
                PageQuery query = PageQuery.prepare(FactTable.stream(QUERY), connection, NonFinite.STRING);
                assertThat(query.look(connection, position, NOW).backlog())
                        .satisfies(backlog -> assertThat(backlog.rows()).isEqualTo(ahead()))
                        .satisfies(backlog -> assertThat(backlog.unsettled())
                                .isEqualTo(loaded.stream()
                                        .filter(row -> row.watermark() != null && !isSettled(row))
                                        .count()))
                        .satisfies(backlog -> assertThat(backlog.withoutWatermark())
                                .isEqualTo(loaded.stream()
                                        .filter(row -> row.watermark() == null)
                                        .count()));
                Optional<Window> next = query.next(connection, position, NOW, size, pace);
                if (next.isEmpty()) {
                    return false;
                }
                int before = read.size();
                try (ResultSet rows = statement.executeQuery(query.pageSql(next.get(), RowLimit.of(RowLimit.LEAST)))) {
                    while (rows.next()) {
                        read.add(row(rows.getBytes(1)));
                    }
                }
                if (next.get().to().isWhole() && !isWithinValue(next.get())) {
                    assertThat(read.size() - before).isBetween(1, size);
                }
                assertThat(next.get().from()).isEqualTo(position);
                pace = PageQuery.Pace.of(position, next.get().to(), read.size() - before);
                position = next.get().to();
                return true;
            }
        }

        /** Settled rows that the backlog should count: of a value that is passed in part, all. */
        private long ahead() {
            Watermark at = position;
            int reached = at == null ? -1 : canonical.indexOf(at.value());
            boolean whole = at == null || at.isWhole();
            return loaded.stream()
                    .filter(this::isSettled)
                    .filter(row -> whole ? order(row) > reached : order(row) >= reached)
                    .count();
        }

        private boolean isWithinValue(Window window) {
            Watermark from = window.from();
            return (from != null && !from.isWhole()) || window.condition().contains(" = ");
        }

        private boolean isBeyond(Row row) {
            Watermark at = position;
            return row.watermark() == null || at == null || order(row) > canonical.indexOf(at.value());
        }

        private boolean isSettled(Row row) {
            return row.watermark() != null && !isFuture(value(row));
        }

        private int order(Row row) {
            return row.watermark() == null ? -1 : row.watermark() % values.size();
        }

        private String value(Row row) {
            return values.get(order(row));
        }

        private Row row(byte[] bytes) {
            Event event = Event.of(bytes, new ContentIds("sale"));
            byte[] payload = new byte[event.parts().payloadLength()];
            event.parts().copyPayload(payload, 0);
            String json = new String(payload, StandardCharsets.UTF_8);
            return new Row(
                    canonical.indexOf(event.watermark()),
                    Json.parse(json).path("p").asInt());
        }
    }

    @Provide
    Arbitrary<Run> runs() {
        return Arbitraries.of(WatermarkType.values()).flatMap(type -> Combinators.combine(
                        rows(type, 45),
                        rows(type, 6),
                        Arbitraries.integers().between(1, 6),
                        Arbitraries.frequencyOf(
                                        Tuple.of(1, Arbitraries.of(1)),
                                        Tuple.of(6, Arbitraries.integers().between(2, 12)),
                                        Tuple.of(1, Arbitraries.of(1_000, Integer.MAX_VALUE)))
                                .list()
                                .ofMinSize(1)
                                .ofMaxSize(4))
                .as((rows, late, latePage, sizes) -> new Run(type, rows, late, latePage, sizes)));
    }

    /** Few values of the watermark, so that many rows share one, and few of the payload, so that some rows are alike. */
    private static Arbitrary<List<Row>> rows(WatermarkType type, int most) {
        Arbitrary<Integer> watermarks = Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.integers().between(0, values(type).size() - 1)),
                Tuple.of(2, Arbitraries.of(2)));
        return Combinators.combine(
                        watermarks.injectNull(0.1), Arbitraries.integers().between(0, 20))
                .as(Row::new)
                .list()
                .ofMaxSize(most);
    }

    /** Values of a type in ascending order. */
    private static List<String> values(WatermarkType type) {
        return switch (type) {
            case TIMESTAMP ->
                List.of(
                        "-infinity",
                        "0044-03-15 (BC) 12:00:00",
                        "1969-12-31 23:59:59.999999",
                        "2026-01-01 00:00:00",
                        "2026-01-01 00:00:00.000001",
                        "2026-01-02 00:00:00",
                        "2026-01-02 00:00:00.000001",
                        "12026-01-01 00:00:00",
                        "infinity");
            case TIMESTAMPTZ ->
                List.of(
                        "-infinity",
                        "0044-03-15 (BC) 12:00:00+00",
                        "2026-01-01 00:00:00+02",
                        "2026-01-01 00:00:00.000001+02",
                        "2026-01-02 02:00:00+02",
                        "2026-01-02 02:00:00.000001+02",
                        "infinity");
            case TIMESTAMP_S ->
                List.of("-infinity", "1969-12-31 23:59:59", "2026-01-01 00:00:00", "2026-01-02 00:00:01", "infinity");
            case TIMESTAMP_MS ->
                List.of("-infinity", "1969-12-31 23:59:59.999", "2026-01-01 23:59:59.999", "2026-01-02 00:00:00.001");
            case TIMESTAMP_NS ->
                List.of(
                        "-infinity",
                        "1677-09-22 00:00:00.000000001",
                        "2026-01-01 23:59:59.999999998",
                        "2026-01-01 23:59:59.999999999",
                        "2026-01-02 00:00:00.000000001",
                        "infinity");
            case TIMESTAMPTZ_NS ->
                List.of(
                        "-infinity",
                        "1677-09-21 00:12:43.145224194+00",
                        "2026-01-01 23:59:59.999999999+00",
                        "2026-01-02 02:00:00.000000001+02",
                        "infinity");
            case DATE ->
                List.of(
                        "-infinity",
                        "0044-03-15 (BC)",
                        "2025-12-31",
                        "2026-01-01",
                        "2026-01-02",
                        "12026-01-01",
                        "infinity");
            case TINYINT -> List.of("-128", "-1", "0", "9", "10", "127");
            case SMALLINT -> List.of("-32768", "-1", "0", "9", "10", "32767");
            case INTEGER -> List.of("-2147483648", "-1", "0", "9", "10", "2147483647");
            case BIGINT -> List.of("-9223372036854775808", "-1", "0", "9", "10", "9223372036854775807");
            case HUGEINT ->
                List.of(
                        "-170141183460469231731687303715884105728",
                        "-1",
                        "0",
                        "170141183460469231731687303715884105727");
            case UTINYINT -> List.of("0", "9", "10", "255");
            case USMALLINT -> List.of("0", "9", "10", "65535");
            case UINTEGER -> List.of("0", "9", "10", "4294967295");
            case UBIGINT -> List.of("0", "9", "10", "18446744073709551615");
            case UHUGEINT -> List.of("0", "9", "10", "340282366920938463463374607431768211455");
        };
    }

    private static boolean isFuture(String value) {
        return value.equals("infinity")
                || value.startsWith("12026-")
                || (value.startsWith("2026-01-02")
                        && (value.endsWith("1") || value.endsWith("1+02") || value.equals("2026-01-02")));
    }
}
