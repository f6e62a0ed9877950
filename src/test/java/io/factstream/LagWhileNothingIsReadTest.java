package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.localhub.Fault;
import io.factstream.status.StreamReport;
import io.factstream.stream.StreamState;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows wait for a stream that does not read, and everybody is told how many. */
class LagWhileNothingIsReadTest {

    @Test
    void rows_that_wait_for_a_paused_and_for_a_throttled_stream_are_counted(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                .load("CREATE TABLE facts AS SELECT range + 1 AS n FROM range(10)")
                .stream("stopped", "SELECT n AS _watermark, n FROM facts")
                .stream("slowed", "SELECT n AS _watermark, n FROM facts")
                .start()) {
            runtime.awaitDrained();
            runtime.stream("stopped").pause();
            runtime.hubs().faults().always(Fault.serverBusy());

            runtime.load("INSERT INTO facts SELECT range + 11 FROM range(3540)");

            awaitLag(runtime, "stopped", 3540);
            awaitLag(runtime, "slowed", 3540);
            assertThat(runtime.status("stopped").state()).isEqualTo(StreamState.PAUSED);
            assertThat(runtime.status("slowed").state()).isEqualTo(StreamState.THROTTLED);
            assertThat(runtime.application().statistics().registry().scrape())
                    .containsPattern("factstream_lag_rows\\{[^}]*stream=\"slowed\"} 3540");

            // The next load is seen while it goes on like that.
            runtime.load("INSERT INTO facts SELECT range + 3551 FROM range(10)");
            awaitLag(runtime, "slowed", 3550);
            RuntimeUnderTest.eventually("status beside the runtime")
                    .untilAsserted(
                            () -> assertThat(lagBeside(runtime, "slowed")).isEqualTo(3550L));

            runtime.hubs().faults().clear();
            runtime.stream("stopped").resume();
            runtime.awaitDrained();
            awaitLag(runtime, "slowed", 0);
            runtime.assertEachOnce("slowed", "n", 3560);
        }
    }

    private static void awaitLag(RuntimeUnderTest runtime, String stream, long rows) {
        RuntimeUnderTest.eventually("lag of " + stream)
                .untilAsserted(
                        () -> assertThat(runtime.status(stream).lagRows()).isEqualTo(rows));
    }

    /** What another process reads in the state. */
    private static @Nullable Long lagBeside(RuntimeUnderTest runtime, String stream) {
        return runtime.state(state -> state.status().reports().stream()
                .filter(report -> report.stream().equals(stream))
                .map(StreamReport::lagRows)
                .findFirst()
                .orElseThrow());
    }
}
