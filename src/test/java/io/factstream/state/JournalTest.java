package io.factstream.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.journal.Action;
import io.factstream.journal.Action.Kind;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {

    private static final Instant T0 = Instant.parse("2026-01-02T03:04:05.123456Z");

    @Test
    void actions_are_there_after_the_state_was_closed_the_newest_first(@TempDir Path folder) {
        Path file = folder.resolve("state.db");
        Action pause = new Action(T0, "ann", Kind.PAUSE, "sales", "");
        Action replay = new Action(T0.plusSeconds(1), "bob", Kind.REPLAY, "stream=sales", "delivered 1, failed 0");
        try (SqliteState state = SqliteState.open(file, new DeadLetterLimit(10, "limit"))) {
            state.journal().add(pause);
            state.journal().add(replay);
        }

        try (SqliteState state = SqliteState.openReadOnly(file)) {
            assertThat(state.journal().recent(10)).containsExactly(replay, pause);
            assertThat(state.journal().recent(1)).containsExactly(replay);
            assertThatThrownBy(() -> state.journal().recent(0)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void an_action_needs_somebody_who_did_it() {
        assertThatThrownBy(() -> new Action(T0, " ", Kind.PAUSE, "sales", ""))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
