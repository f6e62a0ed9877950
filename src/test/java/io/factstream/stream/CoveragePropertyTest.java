package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.config.NonFinite;
import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.source.DuckDbSource;
import io.factstream.state.SqliteState;
import io.factstream.time.Moment;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.Watermark;
import io.factstream.watermark.WatermarkStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/** Late rows and rows that are gone are counted exactly, whatever loaders, people and backfills do. */
class CoveragePropertyTest {

    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

    /** Values are dealt out within so many buckets. */
    private static final int VALUES = 12;

    private enum Kind {
        INSERT,
        DELETE,
        READ_PAGES,
        REWIND,
        RESTART,
        BACKFILL
    }

    /**
     * Something that happens.
     *
     * @param value which watermark it concerns
     * @param count how many rows or pages
     */
    private record Step(Kind kind, int value, int count) {}

    @Property(tries = 15, edgeCases = EdgeCasesMode.NONE)
    void late_rows_and_rows_gone_are_counted_exactly(
            @ForAll("types") WatermarkType type, @ForAll("steps") List<Step> steps) throws SQLException, IOException {
        Path folder = Files.createTempDirectory("coverage");
        try (SqliteState state = SqliteState.open(folder.resolve("state.db"), new DeadLetterLimit(1, "limit"))) {
            Run run = new Run(type, new FactTable(folder.resolve("facts.duckdb")), state.watermarks());
            for (Step step : steps) {
                run.take(step);
            }
        } finally {
            try (var files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** A stream on a table, beside a model of it: rows are numbers, and it is known which were delivered. */
    private static final class Run {
        private final WatermarkType type;
        private final FactTable table;
        private final DuckDbSource source;
        private final WatermarkStore store;
        private final StreamDefinition stream = FactTable.stream("SELECT w AS _watermark, p FROM t");
        /** Of each row that the table holds, its value. */
        private final Map<Integer, Integer> rows = new HashMap<>();
        /** Rows that were delivered, or taken for delivered, with their value. */
        private Map<Integer, Integer> delivered = new HashMap<>();

        private SourceWatch watch;
        private Instant clock = NOW;
        private int next;

        private Run(WatermarkType type, FactTable table, WatermarkStore store) throws SQLException {
            this.type = type;
            this.table = table;
            this.source = table.source();
            this.store = store;
            this.watch = new SourceWatch(stream, store);
            table.write("CREATE TABLE t (w " + type.sqlName() + ", p INTEGER)");
        }

        private void take(Step step) throws SQLException {
            switch (step.kind()) {
                case INSERT -> insert(step);
                case DELETE -> delete(step);
                case READ_PAGES -> {
                    for (int page = 0; page < step.count(); page++) {
                        readPage(stream, store, watch, 1 + step.value() / 2);
                    }
                }
                case REWIND -> rewind(step);
                case RESTART -> watch = new SourceWatch(stream, store);
                case BACKFILL -> backfill(step);
            }
            look();
        }

        private void insert(Step step) throws SQLException {
            StringBuilder values = new StringBuilder();
            for (int i = 0; i < step.count(); i++) {
                rows.put(next, step.value());
                values.append(i == 0 ? "" : ", ")
                        .append("(")
                        .append(type.literal(value(step.value())))
                        .append(", ")
                        .append(next++)
                        .append(")");
            }
            table.write("INSERT INTO t VALUES " + values);
        }

        private void delete(Step step) throws SQLException {
            List<Integer> some = rows.entrySet().stream()
                    .filter(row -> row.getValue() == step.value())
                    .map(Map.Entry::getKey)
                    .limit(step.count())
                    .toList();
            for (int row : some) {
                rows.remove(row);
                table.write("DELETE FROM t WHERE p = " + row);
            }
        }

        private void rewind(Step step) {
            Watermark from = position();
            Watermark to = step.count() % 3 == 0 ? null : Watermark.of(type.sqlName(), value(step.value()));
            if (from == null && to == null) {
                return;
            }
            store.set("sales", from, to, "somebody", "test");
            // What is there counts as delivered.
            delivered = new HashMap<>();
            if (to != null) {
                rows.forEach((row, value) -> {
                    if (value <= step.value()) {
                        delivered.put(row, value);
                    }
                });
            }
        }

        private void backfill(Step step) throws SQLException {
            Watermark at = position();
            if (at == null || store.coverage("sales").isEmpty()) {
                return;
            }
            boolean onlyLate = step.count() % 2 == 0;
            Backfill backfill = Backfill.of(stream, source, store, onlyLate ? null : value(step.value()), null);
            StreamDefinition narrowed = backfill.narrowed(stream);
            SourceWatch unwatched = new SourceWatch(narrowed, backfill.positions());
            Set<Integer> sent = new HashSet<>();
            for (Optional<List<Integer>> page = Optional.of(List.of()); page.isPresent(); ) {
                page = readPage(narrowed, backfill.positions(), unwatched, 3);
                page.ifPresent(sent::addAll);
            }

            assertThat(backfill.settle()).isTrue();

            assertThat(position()).isEqualTo(at);
            Set<String> whole = new HashSet<>();
            backfill.buckets().stream().filter(Backfill.Bucket::whole).forEach(bucket -> whole.add(bucket.name()));
            int reached = reached();
            // Values that are passed in part are not sent again; all else in a whole bucket now counts as it is.
            delivered
                    .entrySet()
                    .removeIf(row -> whole.contains(bucket(row.getValue())) && row.getValue() < withinOr(reached + 1));
            rows.forEach((row, value) -> {
                if (whole.contains(bucket(value)) && sent.contains(row)) {
                    delivered.put(row, value);
                }
            });
            if (onlyLate) {
                assertThat(expectedLate()).isZero();
            }
        }

        /** Reads a page as the flow does; what it held, or nothing when there was none. */
        private Optional<List<Integer>> readPage(
                StreamDefinition definition, WatermarkStore positions, SourceWatch watching, int maxRows)
                throws SQLException {
            try (Connection connection = source.open();
                    Statement statement = connection.createStatement()) {
                PageQuery query = PageQuery.prepare(definition, connection, NonFinite.STRING);
                SavedWatermark saved = positions.find("sales").orElse(null);
                watching.begin(connection, query, saved);
                Window window = query.next(connection, saved == null ? null : saved.position(), NOW, maxRows)
                        .orElse(null);
                if (window == null) {
                    return Optional.empty();
                }
                List<Event> events = new ArrayList<>();
                List<Integer> read = new ArrayList<>();
                ContentIds ids = new ContentIds("sale");
                try (ResultSet result = statement.executeQuery(query.pageSql(window, RowLimit.of(RowLimit.LEAST)))) {
                    while (result.next()) {
                        Event event = Event.of(result.getBytes(1), ids);
                        events.add(event);
                        byte[] payload = new byte[event.parts().payloadLength()];
                        event.parts().copyPayload(payload, 0);
                        read.add(Json.parse(new String(payload, StandardCharsets.UTF_8))
                                .path("p")
                                .asInt());
                    }
                }
                positions.advance(
                        "sales",
                        definition.fingerprint(),
                        window.from(),
                        window.to(),
                        watching.passed(query.type(), events, window.to()));
                if (positions == store) {
                    read.forEach(row -> delivered.put(row, rows.get(row)));
                }
                return Optional.of(read);
            }
        }

        private void look() throws SQLException {
            clock = clock.plus(Duration.ofMinutes(2));
            try (Connection connection = source.open()) {
                PageQuery query = PageQuery.prepare(stream, connection, NonFinite.STRING);
                SavedWatermark saved = store.find("sales").orElse(null);
                watch.begin(connection, query, saved);

                watch.look(
                        connection,
                        query,
                        saved == null ? null : saved.position(),
                        NOW,
                        source.stamp(),
                        new Moment(TimeUnit.SECONDS.toNanos(clock.getEpochSecond())));
            }
            assertThat(watch.lateRows().rows()).as("late rows").isEqualTo(expectedLate());
            assertThat(watch.lateRows().gone()).as("rows gone").isEqualTo(expectedGone());
        }

        private long expectedLate() {
            Map<String, Long> differences = differences();
            return differences.values().stream()
                    .filter(n -> n > 0)
                    .mapToLong(n -> n)
                    .sum();
        }

        private long expectedGone() {
            return -differences().values().stream()
                    .filter(n -> n < 0)
                    .mapToLong(n -> n)
                    .sum();
        }

        /** By bucket, how many rows more there are below the watermark than were delivered. */
        private Map<String, Long> differences() {
            Map<String, Long> differences = new HashMap<>();
            int below = withinOr(reached() + 1);
            rows.values().stream()
                    .filter(value -> value < below)
                    .forEach(value -> differences.merge(bucket(value), 1L, Long::sum));
            delivered.values().stream()
                    .filter(value -> value < below)
                    .forEach(value -> differences.merge(bucket(value), -1L, Long::sum));
            return differences;
        }

        /** The greatest value that the watermark has reached; -1 before the first. */
        private int reached() {
            Watermark at = position();
            if (at == null) {
                return -1;
            }
            for (int value = 0; value < VALUES; value++) {
                if (value(value).equals(at.value())) {
                    return value;
                }
            }
            throw new AssertionError(at);
        }

        private int withinOr(int otherwise) {
            Watermark at = position();
            return at == null || at.isWhole() ? otherwise : reached();
        }

        private @Nullable Watermark position() {
            return store.find("sales").map(SavedWatermark::position).orElse(null);
        }

        private String bucket(int value) {
            return type.bucket(value(value));
        }

        /** Three values a bucket. */
        private String value(int number) {
            return switch (type) {
                case TIMESTAMP -> "2026-01-01 0" + number / 3 + ":" + (10 + number % 3) + ":00";
                case DATE -> "2026-01-" + (10 + number);
                default -> String.valueOf(2_000_000_000_000L + number / 3 * 1_000_000L + number % 3);
            };
        }
    }

    @Provide
    Arbitrary<WatermarkType> types() {
        return Arbitraries.of(WatermarkType.TIMESTAMP, WatermarkType.BIGINT, WatermarkType.DATE);
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Kind> kinds = Arbitraries.frequency(
                Tuple.of(8, Kind.INSERT),
                Tuple.of(3, Kind.DELETE),
                Tuple.of(6, Kind.READ_PAGES),
                Tuple.of(1, Kind.REWIND),
                Tuple.of(1, Kind.RESTART),
                Tuple.of(2, Kind.BACKFILL));
        return Combinators.combine(
                        kinds,
                        Arbitraries.integers().between(0, VALUES - 1),
                        Arbitraries.integers().between(1, 6))
                .as(Step::new)
                .list()
                .ofMinSize(5)
                .ofMaxSize(25);
    }
}
