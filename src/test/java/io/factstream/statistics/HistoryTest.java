package io.factstream.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class HistoryTest {

    private static final Instant T0 = Instant.parse("2026-01-02T03:04:05Z");
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final History history = new History(Duration.ofMinutes(10));

    @Test
    void a_rate_counts_what_was_sent_in_the_last_minute_only() {
        history.add(new Sample(T0, 0, 0));
        history.add(new Sample(T0.plusSeconds(60), 6_000_000, 0));
        history.add(new Sample(T0.plusSeconds(90), 6_000_300, 0));

        assertThat(history.rate(new Sample(T0.plusSeconds(120), 6_000_600, 0), MINUTE))
                .isEqualTo(10.0);
    }

    @Test
    void before_a_minute_is_over_a_rate_counts_what_there_is() {
        history.add(new Sample(T0, 0, 0));

        assertThat(history.rate(new Sample(T0.plusSeconds(4), 100, 0), MINUTE)).isEqualTo(25.0);
    }

    @Test
    void there_is_no_rate_before_the_first_sample_and_none_below_zero() {
        assertThat(history.rate(new Sample(T0, 100, 0), MINUTE)).isZero();
        history.add(new Sample(T0, 100, 0));
        assertThat(history.rate(new Sample(T0, 200, 0), MINUTE)).isZero();
        assertThat(history.rate(new Sample(T0.plusSeconds(1), 0, 0), MINUTE)).isZero();
    }

    @Test
    void samples_are_forgotten_after_their_time() {
        for (int minute = 0; minute <= 20; minute++) {
            history.add(new Sample(T0.plus(MINUTE.multipliedBy(minute)), minute, 0));
        }

        assertThat(history.samples()).hasSize(11);
        assertThat(history.samples().get(0).eventsSent()).isEqualTo(10);
    }

    @Test
    void the_rate_of_a_partition_follows_what_is_sent_to_it() {
        PartitionRate partition = new PartitionRate();
        Duration two = Duration.ofSeconds(2);
        for (int i = 0; i < 60; i++) {
            partition.add(200);
            partition.sample(two);
        }
        assertThat(partition.perSecond()).isCloseTo(100, within(1.0));

        for (int i = 0; i < 60; i++) {
            partition.sample(two);
        }

        assertThat(partition.perSecond()).isCloseTo(0, within(1.0));
    }
}
