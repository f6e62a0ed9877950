package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.factstream.config.KnownSettings;
import io.factstream.localhub.Conditions;
import io.factstream.localhub.Fault;
import io.factstream.localhub.LocalEventHubs;
import io.factstream.stream.StreamState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of the rows while a hub, or the way to it, is away: they wait. */
class OutageTest {

    private static final int ROWS = 3_000;

    /** How soon a stream must run again when the hub does, with the short waits of these tests. */
    private static final Duration RECOVERY = Duration.ofSeconds(8);

    private static Arguments outage(String name, Consumer<LocalEventHubs> begin, Consumer<LocalEventHubs> end) {
        return Arguments.of(name, begin, end);
    }

    private static Arguments fault(String name, Fault<?> fault) {
        return outage(
                name, hubs -> hubs.faults().always(fault), hubs -> hubs.faults().clear());
    }

    /** A fault that only strikes those who connect. */
    private static Arguments connectionFault(String name, Fault<?> fault) {
        return outage(
                name,
                hubs -> {
                    hubs.faults().always(fault);
                    hubs.dropConnections();
                },
                hubs -> hubs.faults().clear());
    }

    static List<Arguments> outages() {
        return List.of(
                outage("the hub is down", LocalEventHubs::suspend, LocalEventHubs::resume),
                fault("the hub has an internal error", Fault.reject(Conditions.INTERNAL_ERROR)),
                fault("the hub is disabled", Fault.reject(Conditions.ENTITY_DISABLED)),
                fault("the hub does not allow it", Fault.reject(Conditions.NOT_ALLOWED)),
                fault("sends are not authorized", Fault.reject(Conditions.UNAUTHORIZED_ACCESS)),
                fault("batches are released", Fault.release()),
                fault("acknowledgements are lost", Fault.loseAcknowledgement()),
                fault("connections are dropped before storing", Fault.dropConnectionBeforeStoring()),
                fault("connections are dropped after storing", Fault.dropConnectionAfterStoring()),
                connectionFault("logins are refused", Fault.answerToken(401)),
                connectionFault("logins are not answered", Fault.ignoreToken()),
                connectionFault("links are refused", Fault.refuseAttach(Conditions.UNAUTHORIZED_ACCESS)),
                connectionFault("there is no credit", Fault.withholdCredit()),
                connectionFault("connections are hung up", Fault.hangUp()),
                connectionFault("connections fall silent", Fault.fallSilent()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("outages")
    void a_stream_holds_while_there_is_an_outage_and_loses_nothing(
            String name, Consumer<LocalEventHubs> begin, Consumer<LocalEventHubs> end, @TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder)) {
            runtime.start();
            runtime.awaitReceived("numbers", 500);

            begin.accept(runtime.hubs());

            String error = runtime.awaitFailing("numbers");
            assertThat(error).isNotBlank();
            String held = String.valueOf(runtime.watermark("numbers"));
            RuntimeUnderTest.eventually("another failed try")
                    .until(() -> runtime.status("numbers").pagesFailed() >= 2);
            assertThat(String.valueOf(runtime.watermark("numbers"))).isEqualTo(held);
            assertThat(runtime.status("numbers").drained()).isFalse();
            end.accept(runtime.hubs());
            awaitDelivered(runtime);
            runtime.assertNoneLost("numbers", "n", ROWS);
            runtime.assertRepeatsKeepTheirIds("numbers", "n");
            assertThat(runtime.deadLetters("numbers")).isEmpty();
        }
    }

    static List<Arguments> outagesAtTheStart() {
        return List.of(
                outage("the hub is down", LocalEventHubs::suspend, LocalEventHubs::resume),
                fault("logins are refused", Fault.answerToken(401)),
                fault("logins are not answered", Fault.ignoreToken()),
                fault("connections are hung up", Fault.hangUp()),
                fault("connections fall silent", Fault.fallSilent()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("outagesAtTheStart")
    void a_runtime_that_starts_in_an_outage_waits_for_its_end(
            String name, Consumer<LocalEventHubs> begin, Consumer<LocalEventHubs> end, @TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder)) {
            begin.accept(runtime.hubs());
            runtime.start();

            String error = runtime.awaitFailing("numbers");

            assertThat(error).isNotBlank();
            assertThat(runtime.watermark("numbers")).isNull();
            end.accept(runtime.hubs());
            awaitDelivered(runtime);
            runtime.assertNoneLost("numbers", "n", ROWS);
            runtime.assertRepeatsKeepTheirIds("numbers", "n");
            assertThat(runtime.deadLetters("numbers")).isEmpty();
        }
    }

    @Test
    void a_hub_that_asks_to_slow_down_puts_batches_off_and_no_event_is_repeated(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder)) {
            AtomicInteger sends = new AtomicInteger();
            // Every other send is put off, so that hardly a page is taken at the first try.
            runtime.hubs().faults().always(Fault.serverBusy(), batch -> sends.getAndIncrement() % 2 == 0);

            runtime.start();

            awaitDelivered(runtime);
            runtime.assertEachOnce("numbers", "n", ROWS);
            runtime.assertInOrder("numbers", "n");
            assertThat(runtime.status("numbers").pagesFailed()).isZero();
            assertThat(runtime.status("numbers").throttles()).isPositive();
            assertThat(runtime.application().hubs().all()).singleElement().satisfies(hub -> {
                assertThat(hub.throttled()).isPositive();
                assertThat(hub.failures()).isZero();
                assertThat(hub.trips()).isZero();
            });
        }
    }

    @Test
    void a_stopped_route_to_the_hub_is_started_again_after_the_deadline(@TempDir Path folder) throws Exception {
        try (RuntimeUnderTest runtime = numbers(folder)) {
            runtime.start();
            runtime.awaitDrained();

            // As an operator may do by JMX, where Camel shows each route.
            runtime.application().context().getRouteController().stopRoute("hub-connection");
            runtime.load("INSERT INTO numbers SELECT " + ROWS + " + range + 1 FROM range(10)");

            RuntimeUnderTest.eventually("the rows after it")
                    .until(() -> runtime.received("numbers").size() >= ROWS + 10);
            runtime.assertNoneLost("numbers", "n", ROWS + 10);
            runtime.assertRepeatsKeepTheirIds("numbers", "n");
            assertThat(runtime.status("numbers").pagesFailed()).isPositive();
        }
    }

    @Test
    void a_connection_that_is_dropped_once_is_made_anew(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder)) {
            runtime.start();
            runtime.awaitReceived("numbers", 500);

            runtime.hubs().dropConnections();

            awaitDelivered(runtime);
            runtime.assertNoneLost("numbers", "n", ROWS);
            runtime.assertRepeatsKeepTheirIds("numbers", "n");
        }
    }

    private static RuntimeUnderTest numbers(Path folder) {
        return RuntimeUnderTest.in(folder)
                .impatient()
                .with(KnownSettings.PAGE_MAX_ROWS, "250")
                .load("CREATE TABLE numbers AS SELECT range + 1 AS n FROM range(" + ROWS + ")")
                .stream("numbers", "SELECT n AS _watermark, n % 7 AS _partition_key, n FROM numbers");
    }

    private static void awaitDelivered(RuntimeUnderTest runtime) {
        await("delivered after the outage")
                .atMost(RECOVERY)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> runtime.status("numbers").drained()
                        && runtime.status("numbers").state() == StreamState.RUNNING);
    }
}
