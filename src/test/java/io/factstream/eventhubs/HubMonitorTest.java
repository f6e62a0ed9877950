package io.factstream.eventhubs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.azure.core.amqp.AmqpTransportType;
import io.factstream.deadletter.DeliveryFailure;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Severity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a probe of a hub may say, and when it comes too late to say it. */
@Timeout(30)
class HubMonitorTest {

    private static final String HUB = "facts";
    private final OutageException away = new OutageException(
            new DeliveryFailure(ErrorCategory.NETWORK, Severity.TRANSIENT, "no answer in time"), null);

    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    @Test
    void a_failed_probe_shows_a_hub_that_cannot_be_reached() throws InterruptedException {
        CountDownLatch again = new CountDownLatch(2);
        try (HubMonitor monitor = monitor(hub -> {
            again.countDown();
            throw away;
        })) {
            monitor.failed(HUB, away, monitor.began(HUB));

            assertThat(again.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(monitor.all()).singleElement().matches(hub -> !hub.reachable());
        }
    }

    @Test
    void a_probe_that_fails_after_the_hub_has_answered_says_nothing() throws InterruptedException {
        CountDownLatch underWay = new CountDownLatch(1);
        CompletableFuture<Void> answered = new CompletableFuture<>();
        HubMonitor monitor = monitor(hub -> {
            underWay.countDown();
            answered.join();
            throw away;
        });
        monitor.failed(HUB, away, monitor.began(HUB));
        assertThat(underWay.await(20, TimeUnit.SECONDS)).isTrue();

        monitor.answered(HUB);
        answered.complete(null);
        monitor.close();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(monitor.all()).singleElement().satisfies(hub -> {
            assertThat(hub.failure()).isNull();
            assertThat(hub.reachable()).isTrue();
        });
    }

    @Test
    void a_send_without_a_prompt_answer_shows_why_none_can_come_until_the_hub_answers() throws Exception {
        HubAccess access = closedPort();
        try (HubMonitor monitor = monitor(access, layouts(access)::probe)) {
            long began = monitor.began(HUB);
            monitor.isSilent(HUB);

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(
                            () -> assertThat(monitor.all()).singleElement().satisfies(hub -> {
                                assertThat(Objects.requireNonNull(hub.failure()).error())
                                        .contains("nobody listens", access.host());
                                assertThat(hub.reachable()).isFalse();
                                assertThat(hub.failures()).isZero();
                            }));

            monitor.failed(HUB, silent(), began);

            assertThat(monitor.all()).singleElement().satisfies(hub -> {
                assertThat(hub.failures()).isEqualTo(1);
                assertThat(Objects.requireNonNull(hub.failure()).error()).contains("nobody listens", access.host());
            });

            monitor.answered(HUB);

            assertThat(monitor.all()).singleElement().matches(hub -> hub.failure() == null && hub.reachable());
        }
    }

    @Test
    void a_hub_whose_port_is_closed_is_told_so_within_three_seconds_of_the_first_question() throws IOException {
        HubAccess access = closedPort();
        HubLayouts layouts = layouts(access);

        long began = System.nanoTime();

        assertThatThrownBy(() -> layouts.layout(HUB))
                .isInstanceOf(OutageException.class)
                .hasMessageContainingAll("hub facts at", "nobody listens", access.host() + " refuses the connection");
        // A second for a machine that has other things to do.
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
    }

    private static HubLayouts layouts(HubAccess access) {
        return new HubLayouts(access, new BatchLimit(100, 1_048_576), Duration.ofSeconds(30));
    }

    private static OutageException silent() {
        return (OutageException) SendFailures.of(new DeadlineMissedException(Duration.ofSeconds(30)));
    }

    private static HubAccess closedPort() throws IOException {
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new HubAccess(
                    "nowhere",
                    "Endpoint=sb://localhost:" + closed.getLocalPort()
                            + ";SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true",
                    AmqpTransportType.AMQP,
                    Duration.ofSeconds(10),
                    0);
        }
    }

    /** It may be a hub that no stream sends to. */
    @Test
    void a_hub_that_could_not_be_prepared_for_is_not_shown() {
        try (HubMonitor monitor = monitor(hub -> {})) {
            monitor.prepare(HUB);

            assertThat(monitor.all()).isEmpty();
            assertThat(monitor.cut(HUB)).isEmpty();
        }
    }

    private HubMonitor monitor(Consumer<String> probe) {
        return monitor(new HubAccess("nowhere", null, AmqpTransportType.AMQP, Duration.ofSeconds(1), 0), probe);
    }

    private HubMonitor monitor(HubAccess access, Consumer<String> probe) {
        return new HubMonitor(
                new HubLayouts(access, new BatchLimit(100, 1_048_576), Duration.ofSeconds(1)),
                probe,
                new HubBreakers(),
                new HubMonitor.Probing(Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofHours(1)),
                Clock.systemUTC(),
                work -> {
                    Thread thread = new Thread(work, "probe");
                    threads.add(thread);
                    return thread;
                });
    }
}
