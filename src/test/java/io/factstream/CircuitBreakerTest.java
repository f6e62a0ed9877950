package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.factstream.config.KnownSettings;
import io.factstream.eventhubs.BreakerState;
import io.factstream.eventhubs.HubStatus;
import io.factstream.localhub.Conditions;
import io.factstream.localhub.Fault;
import io.factstream.stream.StreamState;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The circuit breaker of a hub: it stops hammering, shows, and lets sends through again when they are worth trying. */
class CircuitBreakerTest {

    private static final int ROWS = 1_000;

    @Test
    void after_some_failures_in_a_row_nothing_more_is_sent_before_a_probe_gets_through(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder)
                .with(KnownSettings.BREAKER_THRESHOLD, "3")
                .with(KnownSettings.HOLD_INITIAL_DELAY, "100ms")
                .with(KnownSettings.BREAKER_PROBE_INTERVAL, "1h")
                .with(KnownSettings.BREAKER_RECOVERY, "1h")) {
            AtomicInteger sends = runtime.countingSends();
            runtime.hubs().faults().always(Fault.reject(Conditions.ENTITY_DISABLED));
            runtime.start();

            awaitBreaker(runtime, BreakerState.OPEN);

            // Streams have come for the hub again and again meanwhile.
            int tried = sends.get();
            assertThat(tried).isGreaterThanOrEqualTo(3);
            RuntimeUnderTest.eventually("polls while it is open")
                    .until(() -> runtime.status("numbers").state() == StreamState.FAILING
                            && runtime.status("second").state() == StreamState.FAILING);
            assertThat(runtime.status("numbers").lastError()).contains("disabled");
            assertThat(sends).hasValueLessThanOrEqualTo(tried + RuntimeUnderTest.PARTITIONS);
            assertThat(hub(runtime).trips()).isEqualTo(1);
            assertThat(runtime.deadLetters("numbers")).isEmpty();
        }
    }

    @Test
    void it_closes_by_itself_when_the_hub_takes_events_again(@TempDir Path folder) {
        try (CapturedLog log = CapturedLog.warnings();
                RuntimeUnderTest runtime = numbers(folder).with(KnownSettings.BREAKER_THRESHOLD, "3")) {
            runtime.hubs().faults().always(Fault.reject(Conditions.ENTITY_DISABLED));
            runtime.start();
            awaitBreaker(runtime, BreakerState.OPEN);

            runtime.hubs().faults().clear();

            runtime.awaitDrained();
            runtime.assertNoneLost("numbers", "n", ROWS);
            runtime.assertNoneLost("second", "n", ROWS);
            RuntimeUnderTest.eventually("closed").until(() -> hub(runtime).breaker() == BreakerState.CLOSED);
            assertThat(hub(runtime).failure()).isNull();
            // One line for the failing hub and one for its breaker, whatever the number of streams and tries.
            assertThat(log.lines()).hasSize(2);
        }
    }

    @Test
    void an_open_breaker_lets_one_send_through_whenever_a_probe_reaches_the_hub(@TempDir Path folder) {
        try (CapturedLog log = CapturedLog.of("io.factstream", Level.INFO);
                RuntimeUnderTest runtime = numbers(folder)
                        .with(KnownSettings.BREAKER_THRESHOLD, "3")
                        .with(KnownSettings.BREAKER_RECOVERY, "1h")) {
            // The hub can be reached all the time, and refuses to take events.
            AtomicInteger sends = runtime.countingSends();
            runtime.hubs().faults().always(Fault.reject(Conditions.ENTITY_DISABLED));
            runtime.start();
            awaitBreaker(runtime, BreakerState.OPEN);
            int tried = sends.get();
            RuntimeUnderTest.eventually("tries").until(() -> sends.get() >= tried + 3);
            assertThat(hub(runtime).failure()).isNotNull();
            assertThat(hub(runtime).trips()).isEqualTo(1);
            assertThat(log.lines()).noneMatch(line -> line.contains("recovered") || line.contains("is being tried"));
            assertThat(runtime.status("numbers").lastError()).contains("disabled");

            runtime.hubs().faults().clear();

            runtime.awaitDrained();
            runtime.assertNoneLost("numbers", "n", ROWS);
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("recovered"))
                    .hasSize(1);
        }
    }

    @Test
    void sends_that_fail_together_count_as_one(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder)
                .with(KnownSettings.BREAKER_THRESHOLD, "2")
                .with(KnownSettings.BATCH_MAX_EVENTS, "10")
                .with(KnownSettings.BREAKER_RECOVERY, "1h")) {
            CountDownLatch underWay = new CountDownLatch(RuntimeUnderTest.PARTITIONS);
            runtime.hubs().faults().always(Fault.loseAcknowledgement(), batch -> {
                underWay.countDown();
                return true;
            });
            runtime.start();
            RuntimeUnderTest.eventually("sends under way").until(() -> underWay.getCount() == 0);

            runtime.hubs().faults().clear();
            runtime.hubs().dropConnections();

            runtime.awaitDrained();
            runtime.assertNoneLost("numbers", "n", ROWS);
            runtime.assertNoneLost("second", "n", ROWS);
            assertThat(hub(runtime).failures()).isGreaterThanOrEqualTo(2);
            assertThat(hub(runtime).trips()).isZero();
        }
    }

    @Test
    void a_hub_that_was_away_is_tried_as_soon_as_it_can_be_reached_not_after_the_recovery_time(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder)
                .impatient()
                .with(KnownSettings.BREAKER_THRESHOLD, "1")
                .with(KnownSettings.BREAKER_RECOVERY, "1h")) {
            runtime.start();
            runtime.awaitReceived("numbers", 1);
            runtime.awaitDrained();
            runtime.hubs().suspend();
            runtime.load("INSERT INTO numbers SELECT range + " + ROWS + " + 1 AS n FROM range(" + ROWS + ")");
            awaitBreaker(runtime, BreakerState.OPEN);
            RuntimeUnderTest.eventually("probed").until(() -> !hub(runtime).reachable());

            runtime.hubs().resume();

            runtime.awaitDrained();
            runtime.assertNoneLost("numbers", "n", 2 * ROWS);
        }
    }

    @Test
    void being_asked_to_slow_down_does_not_open_it(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder).with(KnownSettings.BREAKER_THRESHOLD, "2")) {
            runtime.hubs().faults().next(12, Fault.serverBusy());

            runtime.start();

            runtime.awaitDrained();
            runtime.assertEachOnce("numbers", "n", ROWS);
            assertThat(hub(runtime).trips()).isZero();
            assertThat(hub(runtime).throttled()).isEqualTo(12);
        }
    }

    @Test
    void an_event_that_the_hub_refuses_does_not_open_it_and_is_not_lost(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder).with(KnownSettings.BREAKER_THRESHOLD, "1")) {
            runtime.hubs().faults().always(Fault.reject(Conditions.ARGUMENT_ERROR), batch -> batch.events().stream()
                    .anyMatch(event -> event.text().contains("\"n\":77}")));

            runtime.start();

            runtime.awaitDrained();
            assertThat(hub(runtime).trips()).isZero();
            assertThat(runtime.numbers("numbers", "n")).hasSize(ROWS - 1).doesNotContain(77L);
            assertThat(runtime.deadLetters("numbers")).hasSize(1);
        }
    }

    private static RuntimeUnderTest numbers(Path folder) {
        return RuntimeUnderTest.in(folder)
                .load("CREATE TABLE numbers AS SELECT range + 1 AS n FROM range(" + ROWS + ")")
                .stream("numbers", "SELECT n AS _watermark, n % 7 AS _partition_key, n FROM numbers")
                .stream("second", "SELECT n AS _watermark, n FROM numbers");
    }

    private static void awaitBreaker(RuntimeUnderTest runtime, BreakerState state) {
        RuntimeUnderTest.eventually("breaker " + state)
                .until(() -> runtime.application().hubs().all().stream().anyMatch(hub -> hub.breaker() == state));
    }

    private static HubStatus hub(RuntimeUnderTest runtime) {
        return runtime.application().hubs().all().get(0);
    }
}
