package io.factstream.eventhubs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.factstream.config.ConfigurationException;
import org.junit.jupiter.api.Test;

class BatchLimitTest {

    @Test
    void the_smaller_of_the_configured_and_the_hubs_own_limit_counts() {
        BatchLimit limit = new BatchLimit(500, 1_048_576);

        assertThat(limit.within(262_144)).isEqualTo(new BatchLimit(500, 262_144));
        assertThat(limit.within(2_000_000)).isSameAs(limit);
        assertThat(limit.within(0)).isSameAs(limit);
    }

    @Test
    void limits_that_let_nothing_through_are_refused() {
        assertThatThrownBy(() -> new BatchLimit(0, 1_048_576))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("factstream.batch.max-events: 0 is too few. Use at least 1");
        assertThatThrownBy(() -> new BatchLimit(1, 1_023))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("factstream.batch.max-bytes: 1023 bytes is too small. Use at least 1024");
    }
}
