package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.factstream.RuntimeUnderTest.Sent;
import io.factstream.config.KnownSettings;
import io.factstream.localhub.Fault;
import io.factstream.session.Outcome;
import io.factstream.watermark.Watermark;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
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
                .stream(
                        "facts",
                        "SELECT ts AS _watermark, n % 10 AS _partition_key, n, epoch(ts)::BIGINT AS at FROM"
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
    void a_stop_while_the_hub_is_slow_waits_for_the_page_under_way_and_saves_it(@TempDir Path folder) {
        try (CapturedLog log = CapturedLog.everything(Level.WARN);
                RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                        .with(KnownSettings.PAGE_MAX_ROWS, "100")
                        .load("CREATE TABLE facts AS SELECT range + 1 AS n FROM range(1000)")
                        .stream("facts", "SELECT n AS _watermark, n % 10 AS _partition_key, n FROM facts")) {
            Queue<Sent> batches = runtime.notingBatches();
            runtime.hubs().faults().always(Fault.delayAcknowledgement(Duration.ofMillis(500)));
            runtime.start();
            RuntimeUnderTest.eventually("a batch under way").until(() -> !batches.isEmpty());

            runtime.stop();

            assertThat(runtime.watermark("facts")).isEqualTo(Watermark.of("BIGINT", "100"));
            assertThat(log.lines()).isEmpty();
            runtime.hubs().faults().clear();
            runtime.start();
            runtime.awaitDrained();
            runtime.assertEachOnce("facts", "n", 1000);
        }
    }

    @Test
    void a_stop_leaves_no_thread_behind(@TempDir Path folder) {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (RuntimeUnderTest runtime =
                RuntimeUnderTest.in(folder).load("CREATE TABLE facts AS SELECT range + 1 AS n FROM range(10)").stream(
                        "facts", "SELECT n AS _watermark, n FROM facts")) {
            runtime.start();
            runtime.awaitDrained();

            runtime.stop();

            // The schedulers of Reactor and the timer of the SDK serve the whole process.
            RuntimeUnderTest.eventually("threads gone").untilAsserted(() -> assertThat(
                            Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> !before.contains(thread))
                    .extracting(Thread::getName)
                    .filteredOn(name -> !name.matches("(parallel|boundedElastic|single|localhub)-.*|Common-Cleaner"
                            + "|awaitility.*|ForkJoinPool.*|process reaper.*"))
                    .isEmpty());
        }
    }

    @Test
    void a_stop_ends_the_session(@TempDir Path folder) {
        try (RuntimeUnderTest runtime =
                RuntimeUnderTest.in(folder).load("CREATE TABLE facts AS SELECT range + 1 AS n FROM range(10)").stream(
                        "facts", "SELECT n AS _watermark, n FROM facts")) {
            runtime.start();
            runtime.awaitDrained();
            String session = runtime.application().sessionId();

            runtime.stop();

            assertThat(runtime.state(state -> state.sessions().find(session)).orElseThrow())
                    .satisfies(ended -> {
                        assertThat(ended.outcome()).isEqualTo(Outcome.STOPPED);
                        assertThat(ended.ended()).isNotNull();
                        assertThat(Objects.requireNonNull(ended.streams().get("facts"))
                                        .counts()
                                        .eventsSent())
                                .isEqualTo(10);
                    });
        }
    }
}
