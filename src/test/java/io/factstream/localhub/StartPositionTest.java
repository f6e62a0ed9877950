package io.factstream.localhub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartPositionTest {

    @Test
    void every_position_that_the_sdks_write_is_understood() {
        assertThat(StartPosition.parse("amqp.annotation.x-opt-offset > '42'"))
                .isEqualTo(new StartPosition.AtOffset(42, false));
        assertThat(StartPosition.parse("amqp.annotation.x-opt-offset >= '42'"))
                .isEqualTo(new StartPosition.AtOffset(42, true));
        assertThat(StartPosition.parse("amqp.annotation.x-opt-offset > '-1'")).isEqualTo(new StartPosition.Earliest());
        assertThat(StartPosition.parse("amqp.annotation.x-opt-offset > '@latest'"))
                .isEqualTo(new StartPosition.Latest());
        assertThat(StartPosition.parse("amqp.annotation.x-opt-sequence-number >= '7'"))
                .isEqualTo(new StartPosition.AtSequenceNumber(7, true));
        assertThat(StartPosition.parse("amqp.annotation.x-opt-enqueued-time > '1770000000000'"))
                .isEqualTo(new StartPosition.AtTime(1_770_000_000_000L, false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x-opt-offset > '1'",
                "amqp.annotation.x-opt-offset < '1'",
                "amqp.annotation.x-opt-offset > 'first'",
                "amqp.annotation.x-opt-other > '1'",
                "amqp.annotation.x-opt-offset > '99999999999999999999'"
            })
    void another_filter_is_refused(String filter) {
        assertThatThrownBy(() -> StartPosition.parse(filter)).isInstanceOf(IllegalArgumentException.class);
    }
}
