package io.factstream.jmx;

import io.factstream.deadletter.DeliveryFailure;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.eventhubs.HubStatus;
import io.factstream.statistics.Statistics;
import io.factstream.text.Word;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One event hub in JMX. */
final class HubMBean implements HubMXBean {

    private final String hub;
    private final Statistics statistics;

    HubMBean(String hub, Statistics statistics) {
        this.hub = hub;
        this.statistics = statistics;
    }

    private HubStatus status() {
        return statistics.hub(hub);
    }

    @Override
    public String getHub() {
        return hub;
    }

    @Override
    public String getState() {
        return statistics.state(status());
    }

    @Override
    public String getBreakerState() {
        return Word.of(status().breaker());
    }

    @Override
    public long getBreakerTrips() {
        return status().trips();
    }

    @Override
    public long getFailures() {
        return status().failures();
    }

    @Override
    public long getConnectionFailures() {
        return status().failuresByCategory().getOrDefault(ErrorCategory.NETWORK, 0L);
    }

    @Override
    public Map<String, Long> getFailuresByCategory() {
        Map<String, Long> failures = new TreeMap<>();
        status().failuresByCategory().forEach((category, count) -> failures.put(Word.of(category), count));
        return failures;
    }

    @Override
    public long getThrottled() {
        return status().throttled();
    }

    @Override
    public boolean isReachable() {
        return status().reachable();
    }

    @Override
    public int getPartitions() {
        return status().partitions();
    }

    @Override
    public @Nullable String getNotice() {
        return status().notice();
    }

    @Override
    public @Nullable String getLastError() {
        return failure().map(DeliveryFailure::error).orElse(null);
    }

    @Override
    public @Nullable String getErrorCategory() {
        return failure().map(failure -> Word.of(failure.category())).orElse(null);
    }

    @Override
    public @Nullable String getErrorSeverity() {
        return failure().map(failure -> Word.of(failure.severity())).orElse(null);
    }

    private Optional<DeliveryFailure> failure() {
        return Optional.ofNullable(status().failure());
    }
}
