package io.factstream.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.watermark.Coverage;
import io.factstream.watermark.Passed;
import io.factstream.watermark.Watermark;
import io.factstream.watermark.WatermarkChange.ColumnsAccepted;
import io.factstream.watermark.WatermarkConflictException;
import io.factstream.watermark.WatermarkStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many rows were delivered, bucket by bucket, moves with the watermark and never without it. */
class CoverageTest {

    private static final Watermark ONE = Watermark.of("BIGINT", "1");
    private static final Watermark TWO = Watermark.of("BIGINT", "2");

    private SqliteState state;
    private WatermarkStore store;

    @BeforeEach
    void open(@TempDir Path folder) {
        state = SqliteState.open(folder.resolve("state.db"), new DeadLetterLimit(1, "limit"));
        store = state.watermarks();
    }

    @AfterEach
    void close() {
        state.close();
    }

    @Test
    void advances_add_to_their_buckets() {
        store.advance("sales", "q", null, ONE, passed(Map.of("a", 3L)));

        store.advance("sales", "q", ONE, TWO, passed(Map.of("a", 1L, "b", 2L)));

        Coverage coverage = store.coverage("sales").orElseThrow();
        assertThat(coverage.rowsByBucket()).isEqualTo(Map.of("a", 4L, "b", 2L));
        assertThat(coverage.total().rows()).isEqualTo(6);
        assertThat(coverage.total().position()).isEqualTo(TWO);
        assertThat(store.delivered("sales")).contains(coverage.total());
    }

    @Test
    void an_advance_that_is_refused_adds_nothing() {
        store.advance("sales", "q", null, ONE, passed(Map.of("a", 3L)));

        assertThatThrownBy(() -> store.advance("sales", "q", TWO, Watermark.of("BIGINT", "3"), passed(Map.of("a", 1L))))
                .isInstanceOf(WatermarkConflictException.class);

        assertThat(store.delivered("sales").orElseThrow().rows()).isEqualTo(3);
    }

    @Test
    void rows_of_a_value_that_is_passed_in_part_are_known_until_it_is_whole() {
        store.advance("sales", "q", null, ONE, passed(Map.of("a", 3L)));
        Watermark half = Watermark.of("BIGINT", "2", 1, 2);
        Watermark threeQuarters = Watermark.of("BIGINT", "2", 3, 4);
        store.advance("sales", "q", ONE, half, passed(Map.of("a", 5L)));
        store.advance("sales", "q", half, threeQuarters, passed(Map.of("a", 2L)));
        assertThat(store.delivered("sales").orElseThrow().rowsWithin()).isEqualTo(7);

        store.advance("sales", "q", threeQuarters, TWO, passed(Map.of("a", 1L)));

        assertThat(store.delivered("sales").orElseThrow().rowsWithin()).isZero();
        assertThat(store.delivered("sales").orElseThrow().rows()).isEqualTo(11);
    }

    @Test
    void a_position_that_a_person_set_has_no_coverage_until_there_is_a_baseline_for_it() {
        store.advance("sales", "q", null, TWO, passed(Map.of("a", 3L)));

        store.set("sales", TWO, ONE, "somebody", "test");

        assertThat(store.coverage("sales")).isEmpty();
        assertThat(store.baseline("sales", TWO, Map.of("a", 9L), 0)).isFalse();
        assertThat(store.baseline("sales", ONE, Map.of("a", 2L), 0)).isTrue();
        assertThat(store.baseline("sales", ONE, Map.of("a", 9L), 0)).isFalse();
        assertThat(store.coverage("sales").orElseThrow().rowsByBucket()).isEqualTo(Map.of("a", 2L));
    }

    @Test
    void an_advance_does_not_begin_a_coverage_that_was_forgotten() {
        store.advance("sales", "q", null, ONE, passed(Map.of("a", 3L)));
        store.set("sales", ONE, Watermark.of("BIGINT", "0"), "somebody", "test");

        store.advance("sales", "q", Watermark.of("BIGINT", "0"), ONE, passed(Map.of("a", 3L)));

        assertThat(store.coverage("sales")).isEmpty();
    }

    @Test
    void a_mend_takes_place_once_and_only_on_the_coverage_it_was_worked_out_from() {
        store.advance("sales", "q", null, ONE, passed(Map.of("a", 3L, "b", 1L)));
        long revision = store.delivered("sales").orElseThrow().revision();
        store.advance("sales", "q", ONE, TWO, passed(Map.of("a", 1L)));

        assertThat(store.mend("sales", revision, Map.of("a", 2L, "b", -1L))).isTrue();

        assertThat(store.coverage("sales").orElseThrow().rowsByBucket()).isEqualTo(Map.of("a", 6L));
        assertThat(store.delivered("sales").orElseThrow().rows()).isEqualTo(6);
        assertThat(store.mend("sales", revision, Map.of("a", 2L))).isFalse();
        store.set("sales", TWO, ONE, "somebody", "test");
        store.baseline("sales", ONE, Map.of(), 0);
        assertThat(store.mend("sales", revision, Map.of("a", 2L))).isFalse();
        assertThat(store.mend("sales", revision + 1, Map.of("a", 2L))).isFalse();
    }

    @Test
    void columns_that_are_accepted_are_forgotten_and_recorded() {
        store.advance("sales", "q", null, ONE, passed(Map.of("a", 3L)));

        assertThat(store.acceptColumns("sales", ONE, "somebody")).isTrue();

        assertThat(store.find("sales").orElseThrow().columns()).isNull();
        assertThat(store.history("sales"))
                .singleElement()
                .isInstanceOfSatisfying(ColumnsAccepted.class, change -> assertThat(
                                List.of(change.who(), change.columns(), change.position()))
                        .containsExactly("somebody", "columns", ONE));
        assertThat(store.acceptColumns("sales", ONE, "somebody")).isFalse();
        assertThatThrownBy(() -> store.acceptColumns("sales", TWO, "somebody"))
                .isInstanceOf(WatermarkConflictException.class);
    }

    private static Passed passed(Map<String, Long> rowsByBucket) {
        return new Passed(
                rowsByBucket.values().stream().mapToLong(Long::longValue).sum(), rowsByBucket, "columns");
    }
}
