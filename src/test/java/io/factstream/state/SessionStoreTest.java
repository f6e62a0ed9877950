package io.factstream.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.session.Outcome;
import io.factstream.session.Session;
import io.factstream.session.SessionStore;
import io.factstream.session.StreamCounts;
import io.factstream.session.StreamRun;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionStoreTest {

    private static final Instant T0 = Instant.parse("2026-01-02T03:04:05Z");
    private static final StreamCounts COUNTS = new StreamCounts(1, 2, 3, 4, 5);

    private SqliteState state;
    private SessionStore store;

    @BeforeEach
    void open(@TempDir Path folder) {
        state = SqliteState.open(folder.resolve("state.db"), new DeadLetterLimit(10, "limit"));
        store = state.sessions();
    }

    @AfterEach
    void close() {
        state.close();
    }

    @Test
    void a_killed_session_shows_as_not_ended_with_its_last_progress() {
        store.start(Session.starting("s1", T0));
        store.progress("s1", "sales", StreamCounts.ZERO);
        store.progress("s1", "sales", COUNTS);

        assertThat(store.find("s1"))
                .contains(new Session("s1", T0, null, Outcome.NOT_ENDED, Map.of("sales", new StreamRun(COUNTS, null))));
    }

    @Test
    void an_ended_session_tells_how_it_and_each_stream_ended() {
        store.start(Session.starting("s1", T0));
        store.progress("s1", "sales", COUNTS);

        boolean ended = store.end(
                "s1", T0.plusSeconds(9), Outcome.STOPPED, Map.of("sales", "held", "returns", "nothing to do"));

        assertThat(ended).isTrue();
        assertThat(store.find("s1"))
                .contains(new Session(
                        "s1",
                        T0,
                        T0.plusSeconds(9),
                        Outcome.STOPPED,
                        Map.of(
                                "sales", new StreamRun(COUNTS, "held"),
                                "returns", new StreamRun(StreamCounts.ZERO, "nothing to do"))));
    }

    @Test
    void the_first_end_holds() {
        store.start(Session.starting("s1", T0));
        store.end("s1", T0.plusSeconds(1), Outcome.FAILED, Map.of("sales", "failed"));

        assertThat(store.end("s1", T0.plusSeconds(2), Outcome.STOPPED, Map.of("sales", "stopped")))
                .isFalse();

        assertThat(store.find("s1")).hasValueSatisfying(session -> {
            assertThat(session.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(session.ended()).isEqualTo(T0.plusSeconds(1));
            assertThat(session.streams()).containsEntry("sales", new StreamRun(StreamCounts.ZERO, "failed"));
        });
    }

    @Test
    void the_newest_sessions_are_listed_first() {
        store.start(Session.starting("s1", T0));
        store.start(Session.starting("s3", T0.plusSeconds(2)));
        store.start(Session.starting("s2", T0.plusSeconds(1)));
        store.progress("s2", "sales", COUNTS);

        assertThat(store.recent(2)).extracting(Session::id).containsExactly("s3", "s2");
        assertThat(store.recent(9).get(1).streams()).containsOnlyKeys("sales");
    }

    @Test
    void a_session_starts_once_and_without_a_past() {
        store.start(Session.starting("s1", T0));

        assertThatThrownBy(() -> store.start(Session.starting("s1", T0))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> store.start(new Session("s2", T0, T0, Outcome.COMPLETED, Map.of())))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_session_that_never_started_makes_no_progress_and_does_not_end() {
        assertThatThrownBy(() -> store.progress("s1", "sales", COUNTS)).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> store.end("s1", T0, Outcome.COMPLETED, Map.of()))
                .isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> store.end("s1", T0, Outcome.NOT_ENDED, Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(store.find("s1")).isEmpty();
    }

    @Test
    void old_sessions_are_forgotten_with_their_streams() {
        store.start(Session.starting("s1", T0));
        store.progress("s1", "sales", COUNTS);
        store.start(Session.starting("s2", T0.plusSeconds(1)));

        assertThat(store.forget(T0.plusSeconds(1))).isEqualTo(1);

        assertThat(store.recent(9)).extracting(Session::id).containsExactly("s2");
        store.start(Session.starting("s1", T0));
        assertThat(store.find("s1").orElseThrow().streams()).isEmpty();
    }
}
