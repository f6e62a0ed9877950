package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.state.SqliteState;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A query that changed under its watermark. */
class ChangedQueryTest {

    private static final String TEN = "CREATE TABLE numbers AS SELECT range + 1 AS n FROM range(10)";
    private static final String TEN_MORE = "INSERT INTO numbers SELECT range + 11 FROM range(10)";
    private static final String QUERY = "SELECT n AS _watermark, n FROM numbers";
    private static final String CHANGED = "SELECT n AS _watermark, n, n * 2 AS doubled FROM numbers";

    @Test
    void a_changed_query_is_refused_until_it_is_accepted_and_then_goes_on(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = drained(folder)) {
            String before = Objects.requireNonNull(runtime.state(
                    state -> state.watermarks().find("numbers").orElseThrow().queryFingerprint()));
            runtime.stream("numbers", CHANGED).start();

            String error = runtime.awaitFailing("numbers");

            assertThat(error).contains("query changed").contains("accept");
            assertThat(runtime.received("numbers")).hasSize(10);
            String now = runtime.stream("numbers").definition().fingerprint();
            try (SqliteState state = SqliteState.open(runtime.stateFile(), new DeadLetterLimit(1, "test"))) {
                state.watermarks().accept("numbers", before, now, "a person");
            }
            runtime.awaitDrained();
            runtime.assertEachOnce("numbers", "n", 20);
            assertThat(runtime.received("numbers").get(19).number("doubled")).isEqualTo(40);
        }
    }

    @Test
    void a_query_whose_comments_and_layout_changed_goes_on(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = drained(folder)) {
            runtime.stream(
                    "numbers",
                    "-- better said; with 'quotes'\nSELECT n AS _watermark, /* and\n here */ n\n\n  FROM numbers -- end\n;\n");

            runtime.start();

            runtime.awaitDrained();
            runtime.assertEachOnce("numbers", "n", 20);
        }
    }

    @Test
    void a_watermark_whose_type_changed_is_refused(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = drained(folder)) {
            runtime.load("ALTER TABLE numbers ALTER n TYPE INTEGER").start();

            String error = runtime.awaitFailing("numbers");

            assertThat(error).contains("numbers.sql").contains("BIGINT").contains("INTEGER");
            assertThat(runtime.received("numbers")).hasSize(10);
        }
    }

    /** Ten rows delivered in partition 0, ten more in the source, and nothing running. */
    private static RuntimeUnderTest drained(Path folder) {
        RuntimeUnderTest runtime = RuntimeUnderTest.in(folder).load(TEN).stream("numbers", QUERY);
        runtime.start();
        runtime.awaitDrained();
        runtime.stop();
        return runtime.load(TEN_MORE);
    }
}
