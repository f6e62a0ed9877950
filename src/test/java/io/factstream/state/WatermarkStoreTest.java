package io.factstream.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.watermark.QueryChangedException;
import io.factstream.watermark.Rows;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.Watermark;
import io.factstream.watermark.WatermarkChange.PositionSet;
import io.factstream.watermark.WatermarkChange.QueryAccepted;
import io.factstream.watermark.WatermarkConflictException;
import io.factstream.watermark.WatermarkStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatermarkStoreTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.000006Z");
    private static final DeadLetterLimit LIMIT = new DeadLetterLimit(10, "limit");
    private static final Watermark ONE = Watermark.of("BIGINT", "1");
    private static final Watermark TWO = Watermark.of("BIGINT", "2");
    private static final Watermark THREE = Watermark.of("BIGINT", "3");

    private SqliteState state;
    private WatermarkStore store;

    @BeforeEach
    void open(@TempDir Path folder) {
        state = SqliteState.open(folder.resolve("state.db"), LIMIT, Clock.fixed(NOW, ZoneOffset.UTC));
        store = state.watermarks();
    }

    @AfterEach
    void close() {
        state.close();
    }

    @Test
    void a_stream_that_never_advanced_has_no_watermark() {
        assertThat(store.find("sales")).isEmpty();
        assertThat(store.all()).isEmpty();
        assertThat(store.history("sales")).isEmpty();
    }

    @Test
    void an_advance_from_the_stored_position_is_saved_and_rows_add_up() {
        store.advance("sales", "q1", null, ONE, Rows.passed(10));

        store.advance("sales", "q1", ONE, TWO, Rows.passed(5));

        assertThat(store.find("sales")).contains(new SavedWatermark("sales", "q1", TWO, NOW, 15, "columns"));
        assertThat(store.history("sales")).isEmpty();
    }

    @Test
    void a_position_within_a_value_is_saved_and_gone_on_from() {
        Watermark third = Watermark.of("TIMESTAMP", "2026-01-01 00:00:00", 1, 3);
        Watermark twoThirds = Watermark.of("TIMESTAMP", "2026-01-01 00:00:00", 2, 3);
        Watermark whole = Watermark.of("TIMESTAMP", "2026-01-01 00:00:00");
        store.advance("sales", "q1", null, third, Rows.passed(1));
        store.advance("sales", "q1", third, twoThirds, Rows.passed(1));

        assertThatThrownBy(() -> store.advance("sales", "q1", third, whole, Rows.passed(1)))
                .isInstanceOf(WatermarkConflictException.class);

        assertThat(store.find("sales")).map(SavedWatermark::position).contains(twoThirds);
    }

    @Test
    void an_advance_from_elsewhere_is_refused_and_names_both_positions() {
        store.advance("sales", "q1", null, ONE, Rows.passed(1));

        var conflict = catchThrowableOfType(
                WatermarkConflictException.class, () -> store.advance("sales", "q1", TWO, THREE, Rows.passed(1)));

        assertThat(conflict.expected()).isEqualTo(TWO);
        assertThat(conflict.stored()).isEqualTo(ONE);
        assertThat(store.find("sales")).contains(new SavedWatermark("sales", "q1", ONE, NOW, 1, "columns"));
    }

    @Test
    void a_first_advance_is_refused_when_there_is_a_watermark_and_a_later_one_when_there_is_none() {
        store.advance("sales", "q1", null, ONE, Rows.passed(1));

        assertThatThrownBy(() -> store.advance("sales", "q1", null, TWO, Rows.passed(1)))
                .isInstanceOf(WatermarkConflictException.class);
        assertThatThrownBy(() -> store.advance("other", "q1", ONE, TWO, Rows.passed(1)))
                .isInstanceOf(WatermarkConflictException.class);
    }

    @Test
    void an_advance_back_within_a_value_or_to_another_type_is_refused() {
        store.advance("sales", "q1", null, ONE, Rows.passed(1));

        assertThatThrownBy(() -> store.advance("sales", "q1", ONE, ONE, Rows.passed(0)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.advance("sales", "q1", ONE, Watermark.of("DATE", "2026-01-01"), Rows.passed(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_advance_by_another_query_is_refused() {
        store.advance("sales", "q1", null, ONE, Rows.passed(1));

        var changed = catchThrowableOfType(
                QueryChangedException.class, () -> store.advance("sales", "q2", ONE, TWO, Rows.passed(1)));

        assertThat(changed.savedFingerprint()).isEqualTo("q1");
        assertThat(changed.newFingerprint()).isEqualTo("q2");
        assertThat(store.find("sales")).map(SavedWatermark::position).contains(ONE);
    }

    @Test
    void an_accepted_query_goes_on_from_the_kept_position_and_is_recorded() {
        store.advance("sales", "q1", null, ONE, Rows.passed(1));

        store.accept("sales", "q1", "q2", "jane");

        store.advance("sales", "q2", ONE, TWO, Rows.passed(1));
        assertThat(store.find("sales")).contains(new SavedWatermark("sales", "q2", TWO, NOW, 2, "columns"));
        assertThat(store.history("sales")).containsExactly(new QueryAccepted("sales", NOW, "jane", "q1", "q2", ONE));
    }

    @Test
    void a_query_is_not_accepted_in_place_of_one_that_the_person_has_not_seen() {
        store.advance("sales", "q1", null, ONE, Rows.passed(1));

        assertThatThrownBy(() -> store.accept("sales", "q0", "q2", "jane")).isInstanceOf(QueryChangedException.class);
        assertThatThrownBy(() -> store.accept("other", "q1", "q2", "jane")).isInstanceOf(NoSuchElementException.class);

        assertThat(store.find("sales")).map(SavedWatermark::queryFingerprint).contains("q1");
        assertThat(store.history("sales")).isEmpty();
    }

    @Test
    void a_rewind_is_recorded_and_lets_a_changed_query_go_on() {
        store.advance("sales", "q1", null, THREE, Rows.passed(3));

        store.set("sales", THREE, ONE, "jane", "the price was wrong");

        assertThat(store.find("sales")).contains(new SavedWatermark("sales", null, ONE, NOW, 3, null));
        store.advance("sales", "q2", ONE, TWO, Rows.passed(1));
        assertThat(store.find("sales")).contains(new SavedWatermark("sales", "q2", TWO, NOW, 4, "columns"));
        assertThat(store.history("sales"))
                .containsExactly(new PositionSet("sales", NOW, "jane", THREE, ONE, "the price was wrong"));
    }

    @Test
    void a_watermark_can_be_removed_and_put_before_the_first_advance_and_its_history_stays() {
        store.advance("sales", "q1", null, ONE, Rows.passed(1));

        store.set("sales", ONE, null, "jane", "again");
        assertThat(store.find("sales")).isEmpty();
        store.set("sales", null, TWO, "joe", "not so far");

        assertThat(store.find("sales")).contains(new SavedWatermark("sales", null, TWO, NOW, 0, null));
        assertThat(store.history("sales"))
                .containsExactly(
                        new PositionSet("sales", NOW, "jane", ONE, null, "again"),
                        new PositionSet("sales", NOW, "joe", null, TWO, "not so far"));
    }

    @Test
    void a_rewind_from_elsewhere_is_refused_and_not_recorded() {
        store.advance("sales", "q1", null, TWO, Rows.passed(1));

        assertThatThrownBy(() -> store.set("sales", ONE, null, "jane", "again"))
                .isInstanceOf(WatermarkConflictException.class);
        assertThatThrownBy(() -> store.set("sales", null, ONE, "jane", "again"))
                .isInstanceOf(WatermarkConflictException.class);

        assertThat(store.find("sales")).map(SavedWatermark::position).contains(TWO);
        assertThat(store.history("sales")).isEmpty();
    }

    @Test
    void a_change_by_nobody_or_for_no_reason_is_refused() {
        assertThatThrownBy(() -> store.set("sales", null, ONE, " ", "why"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.set("sales", null, ONE, "jane", ""))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.set("sales", null, null, "jane", "why"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void streams_are_listed_by_id() {
        store.advance("b", "q", null, ONE, Rows.passed(1));
        store.advance("a", "q", null, TWO, Rows.passed(1));

        assertThat(store.all()).extracting(SavedWatermark::stream).containsExactly("a", "b");
    }

    @Test
    void of_two_threads_that_advance_from_one_position_exactly_one_wins() throws Exception {
        assertThat(winsOfTwoThatCount(store, store)).isEqualTo(200);
    }

    @Test
    void of_two_processes_that_advance_from_one_position_exactly_one_wins() throws Exception {
        try (SqliteState other = SqliteState.open(state.file(), LIMIT)) {
            assertThat(winsOfTwoThatCount(store, other.watermarks())).isEqualTo(200);
        }
    }

    /** Both advance from n to n+1, 200 times, starting each round together; every round must have one winner. */
    private static int winsOfTwoThatCount(WatermarkStore one, WatermarkStore other) throws Exception {
        CyclicBarrier together = new CyclicBarrier(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<Integer> ones = threads.submit(counting(one, "q", together));
            Future<Integer> others = threads.submit(counting(other, "q", together));
            return ones.get() + others.get();
        } finally {
            threads.shutdownNow();
        }
    }

    private static Callable<Integer> counting(WatermarkStore store, String query, CyclicBarrier together) {
        return () -> {
            int wins = 0;
            for (int n = 0; n < 200; n++) {
                Watermark from = n == 0 ? null : Watermark.of("BIGINT", Integer.toString(n));
                together.await();
                try {
                    store.advance(
                            "sales", query, from, Watermark.of("BIGINT", Integer.toString(n + 1)), Rows.passed(1));
                    wins++;
                } catch (WatermarkConflictException lost) {
                    assertThat(lost.expected()).isEqualTo(from);
                }
                assertThat(store.find("sales"))
                        .map(saved -> saved.position().value())
                        .contains(Integer.toString(n + 1));
            }
            return wins;
        };
    }

    @Test
    void what_another_process_saves_is_seen_at_once() {
        try (SqliteState other = SqliteState.open(state.file(), LIMIT);
                SqliteState reading = SqliteState.openReadOnly(state.file())) {
            store.advance("sales", "q1", null, ONE, Rows.passed(1));
            assertThat(other.watermarks().find("sales")).isPresent();

            other.watermarks().advance("sales", "q1", ONE, TWO, Rows.passed(1));

            assertThat(store.find("sales")).map(SavedWatermark::position).contains(TWO);
            assertThat(reading.watermarks().find("sales"))
                    .map(SavedWatermark::position)
                    .contains(TWO);
        }
    }
}
