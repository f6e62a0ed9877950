package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.stream.StreamState;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A loader in another process that writes the file while the runtime reads it. */
class LoaderProcessTest {

    private static final int LONGEST_WAIT_MILLIS = 5_000;

    @Test
    void rows_appended_again_and_again_arrive_once_and_in_order_and_the_loader_gets_its_turn(@TempDir Path folder)
            throws InterruptedException {
        try (RuntimeUnderTest runtime = facts(folder)) {
            runtime.start();
            try (JavaProcess loader =
                    JavaProcess.start(folder, Loader.class, runtime.source().toString(), "40", "50", "0")) {

                assertThat(loader.exitCode()).as(loader::output).isZero();

                assertThat(longestWaitMillis(loader)).isLessThan(LONGEST_WAIT_MILLIS);
            }
            runtime.awaitReceived("facts", 2_000);
            runtime.awaitDrained();
            runtime.assertEachOnce("facts", "n", 2_000);
            runtime.assertInOrder("facts", "tick");
            assertThat(runtime.status("facts").pagesFailed()).isZero();
        }
    }

    @Test
    void a_loader_that_keeps_the_file_makes_streams_busy_which_is_no_failure(@TempDir Path folder)
            throws InterruptedException {
        try (CapturedLog log = CapturedLog.warnings();
                RuntimeUnderTest runtime = facts(folder)) {
            runtime.start();
            Set<StreamState> seen = EnumSet.noneOf(StreamState.class);
            try (JavaProcess loader =
                    JavaProcess.start(folder, Loader.class, runtime.source().toString(), "3", "100", "400")) {

                RuntimeUnderTest.eventually("loaded").until(() -> {
                    seen.add(runtime.status("facts").state());
                    return !loader.isAlive();
                });

                assertThat(loader.exitCode()).as(loader::output).isZero();
            }
            runtime.awaitReceived("facts", 300);
            runtime.awaitDrained();
            runtime.assertEachOnce("facts", "n", 300);
            assertThat(seen).containsExactlyInAnyOrder(StreamState.RUNNING, StreamState.BUSY);
            assertThat(runtime.status("facts").pagesFailed()).isZero();
            assertThat(log.lines()).isEmpty();
        }
    }

    private static RuntimeUnderTest facts(Path folder) {
        return RuntimeUnderTest.in(folder).load("CREATE TABLE facts (n BIGINT, tick BIGINT)").stream(
                "facts", "SELECT tick AS _watermark, n % 7 AS _partition_key, n, tick FROM facts");
    }

    private static long longestWaitMillis(JavaProcess loader) {
        String line = Arrays.stream(loader.output().split("\n"))
                .filter(text -> text.startsWith("longest wait"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", ""));
    }
}
