package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.RuntimeUnderTest.Received;
import io.factstream.config.KnownSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;

/** Whatever is in a table, and however it is cut into pages and batches, each row arrives once and in order. */
class DeliveryPropertyTest {

    private static final List<String> WATERMARK_TYPES = List.of(
            "TIMESTAMP",
            "TIMESTAMP_S",
            "TIMESTAMP_MS",
            "TIMESTAMP_NS",
            "TIMESTAMPTZ",
            "DATE",
            "TINYINT",
            "SMALLINT",
            "INTEGER",
            "BIGINT",
            "HUGEINT",
            "UTINYINT",
            "USMALLINT",
            "UINTEGER",
            "UBIGINT",
            "UHUGEINT");

    /** A row: its watermark is made of {@code tick}. There can be several that are the same in all. */
    private record Row(
            @Nullable Integer tick,
            @Nullable String key,
            @Nullable Integer number,
            int length) {

        String values() {
            return "(" + tick + ", " + (key == null ? "NULL" : "'" + key + "'") + ", " + number + ", " + length + ")";
        }
    }

    /** How the rows are cut up. */
    record Cut(String watermarkType, int pageRows, String pageBytes, int batchEvents, String batchBytes) {}

    @Provide
    Arbitrary<List<Row>> rows() {
        Arbitrary<Row> row = Combinators.combine(
                        Arbitraries.integers().between(0, 12).injectNull(0.05),
                        Arbitraries.of("a", "b", "ü", "d e").injectNull(0.2),
                        Arbitraries.integers().between(0, 5).injectNull(0.2),
                        Arbitraries.frequencyOf(
                                net.jqwik.api.Tuple.of(9, Arbitraries.of(0, 5, 100)),
                                net.jqwik.api.Tuple.of(1, Arbitraries.of(3_000, 30_000))))
                .as(Row::new);
        return row.list().ofMinSize(1).ofMaxSize(120);
    }

    @Provide
    Arbitrary<Cut> cuts() {
        return Combinators.combine(
                        Arbitraries.of(WATERMARK_TYPES),
                        Arbitraries.of(1, 2, 3, 7, 40, 1000),
                        Arbitraries.of("64KB", "128KB", "16MB"),
                        Arbitraries.of(1, 3, 50, 5000),
                        Arbitraries.of("64KB", "1MB"))
                .as(Cut::new);
    }

    @Property(tries = 15, shrinking = ShrinkingMode.OFF)
    void each_row_with_a_watermark_arrives_once_and_in_order(@ForAll("rows") List<Row> rows, @ForAll("cuts") Cut cut)
            throws IOException {
        Path folder = Files.createTempDirectory("delivery");
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                .with(KnownSettings.POLL_INTERVAL, "1ms")
                .with(KnownSettings.PAGE_MAX_ROWS, String.valueOf(cut.pageRows()))
                .with(KnownSettings.PAGE_MAX_BYTES, cut.pageBytes())
                .with(KnownSettings.BATCH_MAX_EVENTS, String.valueOf(cut.batchEvents()))
                .with(KnownSettings.BATCH_MAX_BYTES, cut.batchBytes())
                .load(
                        "CREATE TABLE facts (tick INTEGER, key VARCHAR, number INTEGER, length INTEGER)",
                        "INSERT INTO facts VALUES "
                                + rows.stream().map(Row::values).collect(Collectors.joining(", ")))
                .stream(
                        "facts",
                        "SELECT " + watermark(cut.watermarkType()) + " AS _watermark, key AS _partition_key, tick,"
                                + " number, key, repeat('x', length) AS text FROM facts")) {
            runtime.start();

            runtime.awaitDrained();

            List<Row> expected = rows.stream().filter(row -> row.tick() != null).toList();
            List<Received> received = runtime.received("facts");
            assertThat(received.stream().map(DeliveryPropertyTest::row)).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(received.stream().map(Received::traceId)).doesNotHaveDuplicates();
            runtime.assertInOrder("facts", "tick");
            assertThat(received).allMatch(event -> event.json()
                    .path("ingest_timestamp")
                    .asText()
                    .matches(isTime(cut.watermarkType()) ? "2026-01-[0-9T:]+\\.(\\d{6}|\\d{9})Z" : ""));
            assertThat(runtime.deadLetters("facts")).isEmpty();
            assertThat(runtime.status("facts").pagesFailed()).isZero();
            assertThat(runtime.status("facts").rowsWithoutWatermark()).isEqualTo(rows.size() - expected.size());
        } finally {
            delete(folder);
        }
    }

    private static boolean isTime(String type) {
        return type.startsWith("TIMESTAMP") || type.equals("DATE");
    }

    private static String watermark(String type) {
        return isTime(type)
                ? "CAST(TIMESTAMP '2026-01-01' + to_days(tick) AS " + type + ")"
                : "CAST(tick AS " + type + ")";
    }

    private static Row row(Received event) {
        return new Row(
                (int) event.number("tick"),
                event.payload().path("key").textValue(),
                event.payload().has("number") ? Integer.valueOf((int) event.number("number")) : null,
                event.payload().path("text").textValue().length());
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
