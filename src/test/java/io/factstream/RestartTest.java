package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.config.KnownSettings;
import io.factstream.session.Outcome;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stop and a new start do to the rows. */
class RestartTest {

    private static final int ROWS = 20_000;

    @Test
    void a_stop_in_the_middle_of_a_backlog_repeats_and_loses_nothing(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                .with(KnownSettings.PAGE_MAX_ROWS, "500")
                .load("CREATE TABLE facts AS SELECT range + 1 AS n, TIMESTAMP '2026-01-01' + to_seconds(range // 7)"
                        + " AS ts FROM range(" + ROWS + ")")
                .stream("facts", "SELECT ts AS _watermark, n % 10 AS _partition_key, n, epoch(ts)::BIGINT AS at FROM"
                        + " facts")) {
            runtime.start();
            runtime.awaitReceived("facts", 1_500);

            runtime.stop();

            int firstHalf = runtime.received("facts").size();
            assertThat(firstHalf).isLessThan(ROWS);
            runtime.start();
            runtime.awaitDrained();
            runtime.assertEachOnce("facts", "n", ROWS);
            runtime.assertInOrder("facts", "at");
        }
    }

    @Test
    void a_stop_ends_the_session(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                .load("CREATE TABLE facts AS SELECT range + 1 AS n FROM range(10)")
                .stream("facts", "SELECT n AS _watermark, n FROM facts")) {
            runtime.start();
            runtime.awaitDrained();
            String session = runtime.application().sessionId();

            runtime.stop();

            assertThat(runtime.state(state -> state.sessions().find(session)).orElseThrow())
                    .satisfies(ended -> {
                        assertThat(ended.outcome()).isEqualTo(Outcome.STOPPED);
                        assertThat(ended.ended()).isNotNull();
                        assertThat(ended.streams().get("facts").counts().eventsSent())
                                .isEqualTo(10);
                    });
        }
    }
}
