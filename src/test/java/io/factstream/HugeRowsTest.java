package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.cli.Main;
import io.factstream.config.KnownSettings;
import io.factstream.deadletter.DeadLetter;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Severity;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows far larger than any event, in a process with a small heap: none of them ends it, or keeps others back. */
class HugeRowsTest {

    private static final String MB_50 = "repeat('lorem ipsum ', 50 * 1024 * 1024 // 12)";

    @Test
    void huge_texts_become_dead_letters_that_say_how_large_they_are_and_the_other_rows_are_delivered(
            @TempDir Path folder) throws InterruptedException {
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                .with(KnownSettings.SOURCE_MEMORY_LIMIT, "1GB")
                .with(KnownSettings.PAGE_MAX_BYTES, "1GB")
                .load(
                        "CREATE TABLE docs (n BIGINT, body VARCHAR)",
                        "INSERT INTO docs VALUES (1, 'small')",
                        "INSERT INTO docs SELECT 2, " + MB_50,
                        "INSERT INTO docs SELECT 3 + range, 'small' FROM range(100)",
                        "INSERT INTO docs SELECT 103, " + MB_50,
                        "INSERT INTO docs SELECT 104, " + MB_50,
                        "INSERT INTO docs VALUES (105, 'small')")
                .stream("docs", "SELECT n AS _watermark, 'id-' || n AS _trace_id, n, body FROM docs")) {
            try (JavaProcess process = once(runtime)) {
                // Dead letters are a failure of the run, not of the process.
                assertThat(process.exitCode()).as(process::output).isEqualTo(1);
                assertThat(process.output()).contains("102 events sent, 3 dead-lettered, 0 streams failed");
            }

            assertThat(runtime.numbers("docs", "n")).hasSize(102).doesNotContain(2L, 103L, 104L);
            List<DeadLetter> letters = runtime.deadLetters("docs");
            assertThat(letters).extracting(DeadLetter::traceId).containsExactlyInAnyOrder("id-2", "id-103", "id-104");
            assertThat(letters).allSatisfy(letter -> {
                assertThat(letter.failure().category()).isEqualTo(ErrorCategory.VALIDATION);
                assertThat(letter.failure().severity()).isEqualTo(Severity.PERMANENT);
                assertThat(letter.failure().error())
                        .containsPattern("5242879\\d bytes")
                        .contains("in the source alone");
                assertThat(letter.eventBytes()).isZero();
                assertThat(letter.traceId()).isEqualTo("id-" + letter.position());
            });
        }
    }

    /** With the limit as it is shipped DuckDB has no memory for the JSON of one such text. */
    @Test
    void a_huge_text_is_passed_with_the_memory_that_duckdb_has_by_default(@TempDir Path folder)
            throws InterruptedException {
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                .load(
                        "CREATE TABLE docs (n BIGINT, body VARCHAR)",
                        "INSERT INTO docs SELECT range, 'small' FROM range(1000)",
                        "INSERT INTO docs SELECT 1000, " + MB_50)
                .stream("docs", "SELECT n AS _watermark, n, body FROM docs")) {
            try (JavaProcess process = once(runtime)) {
                assertThat(process.exitCode()).as(process::output).isEqualTo(1);
                assertThat(process.output()).contains("1,000 events sent, 1 dead-lettered, 0 streams failed");
            }
        }
    }

    /** Each can be an event, and a page of them is larger than the heap. */
    @Test
    void many_rows_that_are_as_large_as_an_event_may_be_are_delivered_in_a_small_heap(@TempDir Path folder)
            throws InterruptedException {
        // DuckDB takes the texts of 2,048 rows at once where they are compressed.
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                .with(KnownSettings.SOURCE_MEMORY_LIMIT, "1GB")
                .load("CREATE TABLE docs AS SELECT range + 1 AS n, range // 5 AS w, repeat('x', 1000000) AS body"
                        + " FROM range(300)")
                .stream("docs", "SELECT w AS _watermark, n, body FROM docs")) {
            try (JavaProcess process = once(runtime)) {
                assertThat(process.exitCode()).as(process::output).isZero();
                assertThat(process.output()).contains("300 events sent, 0 dead-lettered, 0 streams failed");
            }
        }
    }

    private static JavaProcess once(RuntimeUnderTest runtime) {
        return JavaProcess.start(
                Objects.requireNonNull(runtime.settingsFile().getParent()),
                Main.class,
                "run",
                "--once",
                "--config",
                runtime.settingsFile().toString());
    }
}
