package io.factstream.eventhubs;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.amqp.AmqpTransportType;
import io.factstream.deadletter.DeliveryFailure;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Severity;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
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
            monitor.failed(HUB, away);

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
        monitor.failed(HUB, away);
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
        HubAccess access = new HubAccess("nowhere", null, AmqpTransportType.AMQP, Duration.ofSeconds(1), 0);
        return new HubMonitor(
                new HubLayouts(access, new BatchLimit(100, 1_048_576), Duration.ofSeconds(1)),
                probe,
                CircuitBreakerRegistry.ofDefaults(),
                new HubMonitor.Probing(Duration.ofMillis(1), Duration.ofMillis(1)),
                Clock.systemUTC(),
                work -> {
                    Thread thread = new Thread(work, "probe");
                    threads.add(thread);
                    return thread;
                });
    }
}
