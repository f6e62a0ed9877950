package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.stream.StreamState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Faults of the source and of queries: the stream concerned holds, says why, and goes on when they are mended. */
class SourceFailureTest {

    private static final String NUMBERS = "CREATE TABLE numbers AS SELECT range + 1 AS n FROM range(10)";
    private static final String QUERY = "SELECT n AS _watermark, n FROM numbers";

    static List<Arguments> faults() {
        return List.of(
                Arguments.of(
                        "a missing table",
                        "SELECT n AS _watermark,\n  n\nFROM other",
                        "broken.sql:3: ",
                        "CREATE TABLE other AS FROM numbers"),
                Arguments.of(
                        "a missing column",
                        "-- more\nSELECT n AS _watermark,\n  n, more\nFROM numbers",
                        "broken.sql:3: ",
                        "ALTER TABLE numbers ADD COLUMN more INTEGER"),
                Arguments.of(
                        "a watermark of a wrong type",
                        "SELECT w AS _watermark, n FROM typed",
                        "VARCHAR",
                        "CREATE OR REPLACE TABLE typed AS SELECT n AS w, n FROM numbers"),
                Arguments.of(
                        "a value that cannot be cast",
                        "SELECT n AS _watermark,\n  n,\n  CAST(v AS INTEGER) AS v\nFROM typed",
                        "broken.sql:3: ",
                        "UPDATE typed SET v = '5'"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void a_stream_that_cannot_be_read_fails_alone_and_recovers_when_the_source_is_mended(
            String fault, String query, String where, String mend, @TempDir Path folder) {
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                .load(NUMBERS, "CREATE TABLE typed AS SELECT n::VARCHAR AS w, 'five' AS v, n FROM numbers")
                .stream("sound", QUERY)
                .stream("broken", query)) {
            runtime.start();

            String error = runtime.awaitFailing("broken");

            assertThat(error).contains("broken.sql").contains(where);
            runtime.awaitReceived("sound", 10);
            assertThat(runtime.received("broken")).isEmpty();
            assertThat(runtime.watermark("broken")).isNull();
            runtime.load(mend);
            runtime.awaitDrained();
            runtime.assertEachOnce("broken", "n", 10);
            assertThat(runtime.deadLetters("broken")).isEmpty();
        }
    }

    @Test
    void a_query_with_a_syntax_error_shows_its_file_and_line_and_goes_on_after_a_restart_with_it_mended(
            @TempDir Path folder) {
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder).load(NUMBERS).stream("sound", QUERY).stream(
                "broken", "-- one\n-- two\nSELEKT n AS _watermark, n FROM numbers")) {
            runtime.start();

            String error = runtime.awaitFailing("broken");

            assertThat(error).contains("broken.sql").contains("broken.sql:3: ");
            runtime.awaitReceived("sound", 10);
            runtime.stop();
            runtime.stream("broken", QUERY).start();
            runtime.awaitDrained();
            runtime.assertEachOnce("broken", "n", 10);
            runtime.assertEachOnce("sound", "n", 10);
        }
    }

    @Test
    void rows_without_a_watermark_are_counted_and_the_others_delivered(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                .load(
                        "CREATE TABLE numbers AS SELECT range + 1 AS n, TIMESTAMP '2026-01-01' AS ts FROM range(10)",
                        "INSERT INTO numbers SELECT range, NULL FROM range(3)")
                .stream("numbers", "SELECT ts AS _watermark, n FROM numbers")) {
            runtime.start();

            runtime.awaitDrained();

            runtime.assertEachOnce("numbers", "n", 10);
            assertThat(runtime.status("numbers").rowsWithoutWatermark()).isEqualTo(3);
            assertThat(runtime.status("numbers").pagesFailed()).isZero();
        }
    }

    @Test
    void a_source_that_is_missing_at_the_start_is_waited_for(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder).stream("numbers", QUERY)) {
            runtime.start();

            String error = runtime.awaitFailing("numbers");

            assertThat(error).contains(runtime.source().toString()).contains("does not exist");
            runtime.load(NUMBERS);
            runtime.awaitDrained();
            runtime.assertEachOnce("numbers", "n", 10);
        }
    }

    @Test
    void a_file_that_is_no_database_is_waited_for(@TempDir Path folder) throws IOException {
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder).stream("numbers", QUERY)) {
            Files.writeString(runtime.source(), "half copied".repeat(1000));
            runtime.start();

            String error = runtime.awaitFailing("numbers");

            assertThat(error).contains("is not a DuckDB database file");
            Files.delete(runtime.source());
            runtime.load(NUMBERS);
            runtime.awaitDrained();
            runtime.assertEachOnce("numbers", "n", 10);
        }
    }

    @Test
    void a_fault_is_logged_once_when_it_begins_however_often_it_is_tried(@TempDir Path folder) {
        try (CapturedLog log = CapturedLog.warnings();
                RuntimeUnderTest runtime = RuntimeUnderTest.in(folder).load(NUMBERS).stream(
                        "broken", "SELECT n AS _watermark, n FROM other")) {
            runtime.start();

            RuntimeUnderTest.eventually("five tries")
                    .until(() -> runtime.status("broken").consecutiveFailures() >= 5);

            assertThat(log.lines()).singleElement().satisfies(line -> assertThat(line)
                    .contains("stream=broken")
                    .contains("state=failing")
                    .contains("other"));
            runtime.load("CREATE TABLE other AS FROM numbers");
            runtime.awaitDrained();
            runtime.load("DROP TABLE other");
            runtime.awaitFailing("broken");
            RuntimeUnderTest.eventually("five more tries")
                    .until(() -> runtime.status("broken").consecutiveFailures() >= 5);
            assertThat(log.lines()).hasSize(2);
        }
    }

    @Test
    void the_status_tells_since_when_a_stream_fails_and_forgets_the_error_when_it_recovers(@TempDir Path folder) {
        try (RuntimeUnderTest runtime =
                RuntimeUnderTest.in(folder).load(NUMBERS).stream("broken", "SELECT n AS _watermark, n FROM other")) {
            runtime.start();
            runtime.awaitFailing("broken");
            var since = runtime.status("broken").since();
            RuntimeUnderTest.eventually("another try")
                    .until(() -> runtime.status("broken").consecutiveFailures() >= 3);
            assertThat(runtime.status("broken").since()).isEqualTo(since);

            runtime.load("CREATE TABLE other AS FROM numbers");

            runtime.awaitDrained();
            assertThat(runtime.status("broken").state()).isEqualTo(StreamState.RUNNING);
            assertThat(runtime.status("broken").since()).isAfter(since);
            assertThat(Objects.requireNonNull(runtime.watermark("broken")).value())
                    .isEqualTo("10");
        }
    }
}
