package io.factstream.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.factstream.time.Moment;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HistoryTest {

    private static final Moment T0 = new Moment(Long.MAX_VALUE - 1);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final History history = new History(Duration.ofMinutes(10));

    @Test
    void a_rate_counts_what_was_sent_in_the_last_minute_only() {
        history.add(new Sample(T0, 0, 0L));
        history.add(new Sample(T0.plus(MINUTE), 6_000_000, 0L));
        history.add(new Sample(T0.plus(Duration.ofSeconds(90)), 6_000_300, 0L));

        assertThat(history.rate(new Sample(T0.plus(Duration.ofMinutes(2)), 6_000_600, 0L), MINUTE))
                .isEqualTo(10.0);
    }

    @Test
    void before_a_minute_is_over_a_rate_counts_what_there_is() {
        history.add(new Sample(T0, 0, 0L));

        assertThat(history.rate(new Sample(T0.plus(Duration.ofSeconds(4)), 100, 0L), MINUTE))
                .isEqualTo(25.0);
    }

    @Test
    void there_is_no_rate_before_the_first_sample_and_none_below_zero() {
        assertThat(history.rate(new Sample(T0, 100, 0L), MINUTE)).isZero();
        history.add(new Sample(T0, 100, 0L));
        assertThat(history.rate(new Sample(T0, 200, 0L), MINUTE)).isZero();
        assertThat(history.rate(new Sample(T0.plus(Duration.ofSeconds(1)), 0, 0L), MINUTE))
                .isZero();
    }

    @Test
    void samples_are_forgotten_after_their_time() {
        for (int minute = 0; minute <= 20; minute++) {
            history.add(new Sample(T0.plus(MINUTE.multipliedBy(minute)), minute, 0L));
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
