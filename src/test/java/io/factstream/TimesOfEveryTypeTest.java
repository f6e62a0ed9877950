package io.factstream;

import static io.factstream.RuntimeUnderTest.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.RuntimeUnderTest.Received;
import io.factstream.cli.Main;
import io.factstream.stream.Backlog;
import io.factstream.stream.StreamStatus;
import io.factstream.watermark.Watermark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Watermarks of every type of time, from the infinitely early to the infinitely late. */
class TimesOfEveryTypeTest {

    /**
     * A type.
     *
     * @param least the earliest finite value that DuckDB has of it
     * @param usual a value of the past
     * @param greatest the latest finite value that DuckDB has of it
     * @param earliest the ingest_timestamp of {@code least}
     * @param event the ingest_timestamp of {@code usual}
     */
    private record Ends(String least, String usual, String greatest, String earliest, String event) {}

    private static final Map<String, Ends> TYPES = types();

    private static Map<String, Ends> types() {
        String least = "290309-12-22 (BC) 00:00:00";
        String earliest = "-290308-12-22T00:00:00.000000Z";
        Map<String, Ends> types = new LinkedHashMap<>();
        types.put(
                "TIMESTAMP",
                new Ends(
                        least,
                        "2026-01-31 10:15:30.000001",
                        "294247-01-10 04:00:54.775806",
                        earliest,
                        "2026-01-31T10:15:30.000001Z"));
        types.put(
                "TIMESTAMP_S",
                new Ends(
                        least,
                        "2026-01-31 10:15:30",
                        "294247-01-10 04:00:54",
                        earliest,
                        "2026-01-31T10:15:30.000000Z"));
        types.put(
                "TIMESTAMP_MS",
                new Ends(
                        least,
                        "2026-01-31 10:15:30.001",
                        "294247-01-10 04:00:54.775",
                        earliest,
                        "2026-01-31T10:15:30.001000Z"));
        types.put(
                "TIMESTAMP_NS",
                new Ends(
                        "1677-09-21 00:12:43.145224194",
                        "2026-01-31 10:15:30.000000001",
                        "2262-04-11 23:47:16.854775806",
                        "1677-09-21T00:12:43.145224194Z",
                        "2026-01-31T10:15:30.000000001Z"));
        types.put(
                "TIMESTAMPTZ",
                new Ends(
                        least + "+00",
                        "2026-01-31 12:15:30.000001+02",
                        "294247-01-10 04:00:54.775806+00",
                        earliest,
                        "2026-01-31T10:15:30.000001Z"));
        types.put(
                "TIMESTAMPTZ_NS",
                new Ends(
                        "1677-09-21 00:12:43.145224194+00",
                        "2026-01-31 12:15:30.000000001+02",
                        "2262-04-11 23:47:16.854775806+00",
                        "1677-09-21T00:12:43.145224194Z",
                        "2026-01-31T10:15:30.000000001Z"));
        types.put(
                "DATE",
                new Ends(
                        "5877642-06-25 (BC)",
                        "2026-01-31",
                        "5881580-07-10",
                        "-5877641-06-25T00:00:00.000000Z",
                        "2026-01-31T00:00:00.000000Z"));
        return types;
    }

    /** All types in one runtime: a stream and a table for each, named after it. */
    private static RuntimeUnderTest runtime(Path folder) {
        RuntimeUnderTest runtime = RuntimeUnderTest.in(folder);
        TYPES.forEach((type, ends) -> {
            runtime.load(
                    "CREATE TABLE " + type + "_facts (t " + type + ", n BIGINT)",
                    "INSERT INTO " + type + "_facts VALUES ('-infinity', 1), ('" + ends.least + "', 2), ('" + ends.usual
                            + "', 3), ('" + ends.greatest + "', 4), ('infinity', 5), (NULL, 6)");
            runtime.stream(id(type), "SELECT t AS _watermark, n, t FROM " + type + "_facts");
        });
        return runtime;
    }

    private static String id(String type) {
        return type.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Test
    void one_rule_holds_for_the_ends_of_all_of_them(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = runtime(folder)) {
            runtime.start();
            runtime.awaitDrained();

            TYPES.forEach((type, ends) -> {
                String stream = id(type);
                List<Received> events = runtime.received(stream);
                assertThat(events)
                        .as(type)
                        .extracting(event -> event.number("n"))
                        .containsExactlyInAnyOrder(1L, 2L, 3L);
                assertThat(events).as(type).allSatisfy(event -> {
                    String time = event.json().path("ingest_timestamp").textValue();
                    String own = event.payload().path("t").textValue();
                    switch ((int) event.number("n")) {
                        case 1 ->
                            assertThat(event.json().has("ingest_timestamp")).isFalse();
                        case 2 -> assertThat(time).isEqualTo(ends.earliest);
                        default -> assertThat(time).isEqualTo(ends.event);
                    }
                    assertThat(own)
                            .isEqualTo(
                                    event.number("n") == 1
                                            ? "-infinity"
                                            : type.equals("DATE") ? time.replaceFirst("T.*", "") : time);
                });
                StreamStatus status = runtime.status(stream);
                assertThat(status.lastError()).as(type).isNull();
                Backlog backlog = status.backlog().orElseThrow();
                assertThat(backlog.rows()).as(type).isZero();
                assertThat(backlog.seconds()).as(type).isEqualTo(OptionalLong.of(0));
                assertThat(backlog.unsettled()).as(type).isEqualTo(2);
                assertThat(backlog.withoutWatermark()).as(type).isEqualTo(1);
            });
            TYPES.forEach((type, ends) ->
                    runtime.load("INSERT INTO " + type + "_facts VALUES ('" + ends.least + "', 7), ('-infinity', 8)"));
            TYPES.keySet().forEach(type -> eventually(type + " late")
                    .until(() -> runtime.status(id(type)).lateRows().rows() == 2));
        }
    }

    @Test
    void what_checks_them_says_the_same_as_what_runs(@TempDir Path folder) throws InterruptedException {
        try (RuntimeUnderTest runtime = runtime(folder)) {
            assertThat(command(runtime, "validate"))
                    .contains("1 of 6 rows have no _watermark")
                    .contains("0 errors, 0 unchecked");
            assertThat(command(runtime, "preview", "date", "--json")).contains("-5877641-06-25T00:00:00.000000Z");
        }
    }

    @Test
    void nanoseconds_in_utc_are_sent_backfilled_verified_and_moved_to_the_nanosecond(@TempDir Path folder)
            throws InterruptedException {
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                .load(
                        "CREATE TABLE facts (t TIMESTAMPTZ_NS, n BIGINT)",
                        "INSERT INTO facts SELECT make_timestamp_ns(1769854530000000000 + i) AT TIME ZONE 'UTC', i FROM"
                                + " range(1, 51) r(i)")
                .stream("facts", "SELECT t AS _watermark, t AS _event_time, n, t, [t] AS l FROM facts")) {
            runtime.start();
            runtime.awaitDrained();

            runtime.assertEachOnce("facts", "n", 50);
            assertThat(runtime.received("facts")).allSatisfy(event -> {
                String time = "2026-01-31T10:15:30.0000000%02dZ".formatted(event.number("n"));
                assertThat(event.json().path("ingest_timestamp").textValue()).isEqualTo(time);
                assertThat(event.payload().path("t").textValue()).isEqualTo(time);
                assertThat(event.payload().path("l").get(0).textValue()).isEqualTo(time);
            });
            assertThat(runtime.watermark("facts"))
                    .isEqualTo(Watermark.of("TIMESTAMPTZ_NS", "2026-01-31 10:15:30.00000005+00"));
            runtime.load("INSERT INTO facts VALUES ('2026-01-31 12:15:30.0000000495+02', 51),"
                    + " ('2026-01-31 12:15:31.000000000+02', 52)");
            eventually("late").until(() -> runtime.status("facts").lateRows().rows() == 1);
            runtime.awaitReceived("facts", 51);
            runtime.stop();

            assertThat(command(
                            runtime,
                            "backfill",
                            "facts",
                            "--from",
                            "2026-01-31 12:15:30.000000049 Europe/Helsinki",
                            "--to",
                            "2026-01-31T10:15:30.000000049Z"))
                    .contains("2 rows in 1 buckets");
            runtime.assertNoneLost("facts", "n", 52);
            assertThat(runtime.repeated("facts", "n"))
                    .extracting(event -> event.number("n"))
                    .containsExactly(49L);
            assertThat(command(runtime, "verify", "facts", "--from", "2026-01-31 12:15:30.000000049+02:00"))
                    .contains("all there");
            command(runtime, "watermark", "set", "facts", "2026-01-31 12:15:30.000000049+02:00", "--why", "x");
            assertThat(runtime.watermark("facts"))
                    .isEqualTo(Watermark.of("TIMESTAMPTZ_NS", "2026-01-31 10:15:30.000000049+00"));
            assertThat(command(runtime, "status")).contains("2026-01-31 10:15:30.000000049+00");
        }
    }

    private static String command(RuntimeUnderTest runtime, String... arguments) throws InterruptedException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--config", runtime.settingsFile().toString()));
        try (JavaProcess process = JavaProcess.start(runtime.folder(), Main.class, all.toArray(String[]::new))) {
            assertThat(process.exitCode()).as(process::output).isZero();
            return process.output();
        }
    }
}
