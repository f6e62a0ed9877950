package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.config.KnownSettings;
import io.factstream.localhub.Fault;
import io.factstream.source.LoaderProcess;
import io.factstream.stream.StreamState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A loader in another process that writes the file while the runtime reads it. */
class LoaderProcessTest {

    private static final int LONGEST_WAIT_MILLIS = 5_000;
    /** More than a stream reads in a second in pages of two rows. */
    private static final int BACKLOG_ROWS_A_SECOND = 200;

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

    @Test
    void rows_of_a_loader_that_had_the_file_for_a_moment_do_not_wait_for_the_poll_interval(@TempDir Path folder)
            throws IOException {
        try (RuntimeUnderTest runtime = facts(folder)
                .load("INSERT INTO facts SELECT range, 0 FROM range(10)")
                .with(KnownSettings.POLL_INTERVAL, "1h")
                .with(KnownSettings.SOURCE_BUSY_RETRY, "1s")) {
            try (LoaderProcess loader = LoaderProcess.holding(runtime.source())) {
                runtime.start();
                RuntimeUnderTest.eventually("busy")
                        .until(() -> runtime.status("facts").state() == StreamState.BUSY);
                assertThat(runtime.status("facts").lastError()).contains("process " + loader.pid());
            }

            runtime.awaitReceived("facts", 10);
        }
    }

    @Test
    void a_page_that_waits_for_the_hub_does_not_keep_the_loader_waiting(@TempDir Path folder)
            throws InterruptedException {
        try (RuntimeUnderTest runtime = facts(folder)
                .load("INSERT INTO facts SELECT range + 1, 0 FROM range(100)")
                .with(KnownSettings.SHUTDOWN_TIMEOUT, "1s")) {
            runtime.hubs().faults().always(Fault.loseAcknowledgement());
            runtime.start();
            RuntimeUnderTest.eventually("page read")
                    .until(() -> runtime.status("facts").counts().rowsRead() == 100);
            try (JavaProcess loader =
                    JavaProcess.start(folder, Loader.class, runtime.source().toString(), "3", "50", "0")) {

                assertThat(loader.exitCode()).as(loader::output).isZero();

                assertThat(longestWaitMillis(loader)).isLessThan(LONGEST_WAIT_MILLIS);
            }
            assertThat(runtime.status("facts").counts().eventsSent()).isZero();
        }
    }

    /** How long it lasts is set by {@code -Dloader.seconds=…}; a minute unless set. */
    @Test
    void beside_sixteen_streams_that_never_stop_reading_the_loader_waits_for_less_than_a_second(@TempDir Path folder)
            throws InterruptedException {
        int seconds = Integer.getInteger("loader.seconds", 60);
        int backlog = seconds * BACKLOG_ROWS_A_SECOND;
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                .load(
                        "CREATE TABLE facts (n BIGINT, tick BIGINT)",
                        "CREATE TABLE history AS SELECT range + 1 AS n FROM range(" + backlog + ")")
                .with(KnownSettings.PAGE_MAX_ROWS, "2")) {
            List<String> live = streams(runtime, "live", "SELECT n AS _watermark, n FROM facts");
            List<String> late = streams(runtime, "late", "SELECT n AS _watermark, n FROM history");
            try (CapturedLog log = CapturedLog.warnings()) {
                runtime.start();
                RuntimeUnderTest.eventually("all of them reading").until(() -> late.stream()
                        .allMatch(stream -> runtime.status(stream).counts().eventsSent() > 0));
                try (JavaProcess loader = JavaProcess.start(
                        folder, Loader.class, runtime.source().toString(), String.valueOf(seconds), "5", "0", "1000")) {

                    assertThat(loader.exitCode(Duration.ofSeconds(seconds + 60L)))
                            .as(loader::output)
                            .isZero();

                    assertThat(longestWaitMillis(loader)).as(loader::output).isLessThan(1_000);
                }
                assertThat(late)
                        .allSatisfy(stream -> assertThat(runtime.status(stream).drained())
                                .as("had less to read than the loader had time to wait")
                                .isFalse());
                assertThat(runtime.application().streams().all())
                        .allSatisfy(stream ->
                                assertThat(stream.status().pagesFailed()).isZero());
                assertThat(log.lines()).isEmpty();
            }
            runtime.stop();
            runtime.with(KnownSettings.PAGE_MAX_ROWS, "10000").start();
            runtime.awaitDrained();
            assertThat(live).allSatisfy(stream -> runtime.assertEachOnce(stream, "n", seconds * 5L));
            assertThat(late).allSatisfy(stream -> runtime.assertEachOnce(stream, "n", backlog));
        }
    }

    private static List<String> streams(RuntimeUnderTest runtime, String name, String query) {
        List<String> streams = new ArrayList<>();
        for (int n = 0; n < 8; n++) {
            streams.add(name + "-" + n);
            runtime.stream(name + "-" + n, query);
        }
        return streams;
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
