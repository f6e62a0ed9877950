package io.factstream.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.amqp.AmqpTransportType;
import io.factstream.config.ConfigurationException;
import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.deadletter.DeliveryFailure;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Severity;
import io.factstream.eventhubs.BatchLimit;
import io.factstream.eventhubs.HubAccess;
import io.factstream.eventhubs.HubBreakers;
import io.factstream.eventhubs.HubLayouts;
import io.factstream.eventhubs.HubMonitor;
import io.factstream.eventhubs.OutageException;
import io.factstream.state.SqliteState;
import io.factstream.stream.IdleStreams;
import io.factstream.stream.StreamObserver.Step;
import io.factstream.stream.Streams;
import io.factstream.time.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatisticsTest {

    private static final Clock CLOCK = Clock.systemUTC();

    private SqliteState state;
    private HubMonitor hubs;
    private Statistics statistics;
    private StreamStatistics sales;

    @BeforeEach
    void open(@TempDir Path folder) {
        state = SqliteState.open(folder.resolve("state.db"), new DeadLetterLimit(10, "limit"));
        HubAccess nowhere = new HubAccess("retail", null, AmqpTransportType.AMQP, Duration.ofSeconds(1), 0);
        hubs = new HubMonitor(
                new HubLayouts(nowhere, new BatchLimit(10, 10_000), Duration.ofSeconds(1)),
                new HubBreakers(),
                new HubMonitor.Probing(Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1)),
                CLOCK,
                Thread::new);
        statistics = new Statistics("session", hubs, state.deadLetters(), CLOCK, Ticker.system(), Thread::new);
        Streams streams = IdleStreams.in(folder, state.watermarks(), CLOCK);
        streams.observe(statistics::observe);
        IdleStreams.define(streams, folder, "sales");
        IdleStreams.define(streams, folder, "refunds");
        sales = statistics.stream("sales").orElseThrow();
    }

    @AfterEach
    void close() {
        statistics.close();
        hubs.close();
        state.close();
    }

    @Test
    void failures_are_counted_by_their_kind_for_a_stream_and_all_together() {
        DeliveryFailure away = new DeliveryFailure(ErrorCategory.NETWORK, Severity.TRANSIENT, "away");
        sales.failed(new OutageException(away, null), 30);
        sales.failed(new OutageException(away, null), 20);
        sales.failed(new ConfigurationException("here", "is wrong", "Mend it"), 0);
        sales.failed(new IllegalStateException(), 0);
        statistics.stream("refunds").orElseThrow().deadLettered(ErrorCategory.NETWORK, 4);

        assertThat(sales.connectionFailures()).isEqualTo(2);
        assertThat(sales.eventsFailed()).isEqualTo(50);
        assertThat(sales.errors())
                .containsEntry(FailureCategory.NETWORK, 2L)
                .containsEntry(FailureCategory.CONFIGURATION, 1L)
                .containsEntry(FailureCategory.UNKNOWN, 1L)
                .containsEntry(FailureCategory.SOURCE, 0L);
        assertThat(statistics.errors()).containsEntry(FailureCategory.NETWORK, 6L);
        assertThat(statistics.registry().scrape())
                .contains(
                        "factstream_pages_failed_total{category=\"network\",event_type=\"sales_happened\",hub=\"hub\","
                                + "stream=\"sales\"} 2.0");
    }

    @Test
    void times_of_a_step_have_a_middle_and_a_slow_end() {
        for (int millis = 1; millis <= 100; millis++) {
            sales.took(Step.SEND, Duration.ofMillis(millis).toNanos());
        }

        StepTimes times = sales.times(Step.SEND);

        assertThat(times.count()).isEqualTo(100);
        assertThat(times.p50()).isBetween(0.045, 0.056);
        assertThat(times.p99()).isBetween(0.095, 0.106);
        assertThat(times.max()).isEqualTo(0.1);
        assertThat(sales.times(Step.READ).count()).isZero();
    }

    @Test
    void changes_of_the_state_are_told() {
        List<String> told = new ArrayList<>();
        statistics.whenStateChanges((from, now) -> told.add(now.stream() + " " + from + " " + now.state()));

        sales.stream().pause();
        sales.stream().pause();
        sales.stream().resume();

        assertThat(told).containsExactly("sales RUNNING PAUSED", "sales PAUSED RUNNING");
    }

    @Test
    void nothing_is_left_of_a_stream_that_is_no_longer_there() {
        statistics.forget("sales");

        assertThat(statistics.streams()).extracting(StreamStatistics::id).containsExactly("refunds");
        assertThat(statistics.registry().scrape())
                .contains("stream=\"refunds\"")
                .doesNotContain("stream=\"sales\"");
    }
}
