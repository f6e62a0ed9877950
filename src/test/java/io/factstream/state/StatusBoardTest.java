package io.factstream.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.factstream.SettableClock;
import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.status.Pause;
import io.factstream.status.StreamReport;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports of streams and wishes to pause them, in the state. */
class StatusBoardTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.123456Z");

    private final SettableClock clock = new SettableClock(NOW);
    private final Path file;

    @SuppressWarnings("NullAway.Init")
    private SqliteState state;

    StatusBoardTest(@TempDir Path folder) {
        this.file = folder.resolve("state.db");
    }

    @BeforeEach
    void open() {
        state = SqliteState.open(file, new DeadLetterLimit(1, "limit"), clock);
    }

    @AfterEach
    void close() {
        state.close();
    }

    @Test
    void reports_are_read_by_others_as_they_were_put_up_and_replace_those_before() {
        StreamReport full = new StreamReport(
                "sales",
                "session-1",
                NOW,
                "failing",
                NOW.minusSeconds(9),
                7L,
                8L,
                1L,
                NOW,
                2,
                3,
                12.5,
                "hub is away",
                "look");
        StreamReport bare = new StreamReport(
                "refunds", "session-1", NOW, "running", NOW, null, null, null, null, 0, 0, 0, null, null);
        state.status().putUp(List.of(full));
        state.status().putUp(List.of(full, bare));

        try (SqliteState other = SqliteState.openReadOnly(file)) {
            assertThat(other.status().reports()).containsExactly(bare, full);
        }
        state.status().putUp(List.of());
        assertThat(state.status().reports()).isEmpty();
    }

    @Test
    void a_pause_is_wanted_once_with_who_and_when_until_it_is_resumed_and_stays_on_record() {
        assertThat(state.pauses().pause("sales", "anna")).isTrue();
        assertThat(state.pauses().pause("sales", "ben")).isFalse();
        assertThat(state.pauses().wanted())
                .containsOnlyKeys("sales")
                .containsValue(new Pause("sales", NOW, "anna", null, null));
        clock.advance(Duration.ofMinutes(1));

        assertThat(state.pauses().resume("sales", "ben")).isTrue();

        assertThat(state.pauses().resume("sales", "ben")).isFalse();
        assertThat(state.pauses().wanted()).isEmpty();
        assertThat(state.pauses().pause("sales", "cleo")).isTrue();
        assertThat(state.pauses().history("sales"))
                .containsExactly(
                        new Pause("sales", NOW, "anna", NOW.plusSeconds(60), "ben"),
                        new Pause("sales", NOW.plusSeconds(60), "cleo", null, null));
        assertThat(state.pauses().history("others")).isEmpty();
    }

    @Test
    void a_wish_outlives_the_process_that_left_it() {
        state.pauses().pause("sales", "anna");
        state.close();
        open();

        assertThat(state.pauses().wanted()).containsOnlyKeys("sales");
    }

    @Test
    void nobody_can_pause_or_resume_without_a_name() {
        assertThatThrownBy(() -> state.pauses().pause("sales", " ")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> state.pauses().resume("sales", " ")).isInstanceOf(IllegalArgumentException.class);
    }
}
