package io.factstream.jmx;

import io.factstream.deadletter.DeliveryFailure;
import io.factstream.eventhubs.HubMonitor;
import io.factstream.eventhubs.HubStatus;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;
import org.jspecify.annotations.Nullable;

/** One event hub in JMX, as its senders see it. Counts are those of this session. */
@ManagedResource(description = "An event hub that streams send to")
public final class HubMBean {

    private final String hub;
    private final HubMonitor monitor;

    HubMBean(String hub, HubMonitor monitor) {
        this.hub = hub;
        this.monitor = monitor;
    }

    private Optional<HubStatus> status() {
        return monitor.all().stream().filter(status -> status.hub().equals(hub)).findFirst();
    }

    @ManagedAttribute(description = "The name of the hub")
    public String getHub() {
        return hub;
    }

    @ManagedAttribute(description = "unknown before the first send, running, or failing")
    public String getState() {
        return status().map(status -> status.failure() == null ? "running" : "failing")
                .orElse("unknown");
    }

    @ManagedAttribute(description = "closed; open while nothing is sent because sends failed; half-open for a trial")
    public String getBreakerState() {
        return status().map(status -> word(status.breaker())).orElse("closed");
    }

    @ManagedAttribute(description = "How often the circuit breaker opened")
    public long getBreakerTrips() {
        return count(HubStatus::trips);
    }

    @ManagedAttribute(description = "Sends, and questions about the hub, that an outage ended")
    public long getFailures() {
        return count(HubStatus::failures);
    }

    @ManagedAttribute(description = "Sends that the hub put off because its throughput was used up")
    public long getThrottled() {
        return count(HubStatus::throttled);
    }

    @ManagedAttribute(description = "False while a probe finds that the hub cannot be reached at all")
    public boolean isReachable() {
        return status().map(HubStatus::reachable).orElse(true);
    }

    @ManagedAttribute(description = "Why the last send failed; nothing when the last one was answered")
    public @Nullable String getLastError() {
        return failure().map(DeliveryFailure::error).orElse(null);
    }

    @ManagedAttribute(description = "network, authentication, throttling, serialization, validation or unknown")
    public @Nullable String getErrorCategory() {
        return failure().map(failure -> word(failure.category())).orElse(null);
    }

    @ManagedAttribute(
            description = "transient, permanent, or critical: nothing will pass until a person mends something")
    public @Nullable String getErrorSeverity() {
        return failure().map(failure -> word(failure.severity())).orElse(null);
    }

    private Optional<DeliveryFailure> failure() {
        return status().map(HubStatus::failure);
    }

    private long count(Function<HubStatus, Long> count) {
        return status().map(count).orElse(0L);
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
