package io.factstream.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SessionTest {

    private static final Instant T0 = Instant.parse("2026-01-02T03:04:05.678Z");

    @Test
    void an_id_tells_its_time() {
        SessionIds ids = new SessionIds(Clock.fixed(T0, ZoneOffset.UTC), new Random(1));

        assertThat(ids.next()).matches("20260102T030405678-[0-9a-z]{8}");
    }

    @Test
    void ids_rise_within_one_millisecond() {
        SessionIds ids = new SessionIds(Clock.fixed(T0, ZoneOffset.UTC), new Random(1));

        assertThat(Stream.generate(ids::next).limit(1_000)).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void a_session_has_an_end_exactly_when_it_has_an_outcome() {
        assertThatThrownBy(() -> new Session("s", T0, null, Outcome.COMPLETED, Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Session("s", T0, T0, Outcome.NOT_ENDED, Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Session.starting("s", T0).outcome()).isEqualTo(Outcome.NOT_ENDED);
    }

    @Test
    void counts_add_up_and_are_never_negative() {
        assertThat(new StreamCounts(1, 2, 3, 4, 5).plus(new StreamCounts(10, 20, 30, 40, 50)))
                .isEqualTo(new StreamCounts(11, 22, 33, 44, 55));
        assertThatThrownBy(() -> new StreamCounts(0, 0, -1, 0, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
