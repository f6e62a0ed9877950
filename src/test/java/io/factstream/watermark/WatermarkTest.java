package io.factstream.watermark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.factstream.watermark.Watermark.Slices;
import org.junit.jupiter.api.Test;

class WatermarkTest {

    @Test
    void all_slices_of_a_value_are_the_whole_value() {
        assertThat(Watermark.of("BIGINT", "7", 4, 4)).isEqualTo(Watermark.of("BIGINT", "7"));
        assertThat(Watermark.of("BIGINT", "7", 1, 1).isWhole()).isTrue();
        assertThat(Watermark.of("BIGINT", "7", 3, 4).isWhole()).isFalse();
    }

    @Test
    void slices_that_make_no_sense_are_refused() {
        assertThatThrownBy(() -> new Slices(0, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Slices(4, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Watermark.of("BIGINT", "7", 5, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Watermark.of("BIGINT", "7", 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Watermark.of(" ", "7")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_watermark_may_advance_to_another_value_or_further_into_its_own() {
        Watermark within = Watermark.of("BIGINT", "7", 2, 4);

        assertThat(within.mayAdvanceTo(Watermark.of("BIGINT", "7", 3, 4))).isTrue();
        assertThat(within.mayAdvanceTo(Watermark.of("BIGINT", "7"))).isTrue();
        assertThat(within.mayAdvanceTo(Watermark.of("BIGINT", "8"))).isTrue();
        assertThat(Watermark.of("BIGINT", "7").mayAdvanceTo(Watermark.of("BIGINT", "8", 1, 2)))
                .isTrue();
    }

    @Test
    void a_watermark_may_not_advance_to_itself_back_or_to_another_type() {
        Watermark within = Watermark.of("BIGINT", "7", 2, 4);

        assertThat(within.mayAdvanceTo(within)).isFalse();
        assertThat(within.mayAdvanceTo(Watermark.of("BIGINT", "7", 1, 4))).isFalse();
        assertThat(within.mayAdvanceTo(Watermark.of("BIGINT", "7", 3, 8))).isFalse();
        assertThat(within.mayAdvanceTo(Watermark.of("INTEGER", "8"))).isFalse();
        assertThat(Watermark.of("BIGINT", "7").mayAdvanceTo(within)).isFalse();
    }

    @Test
    void the_text_for_people_tells_how_far_within_a_value() {
        assertThat(Watermark.of("TIMESTAMP", "2026-01-02 03:04:05")).hasToString("TIMESTAMP 2026-01-02 03:04:05");
        assertThat(Watermark.of("BIGINT", "7", 2, 4)).hasToString("BIGINT 7 (2 of 4 slices)");
    }

    @Test
    void a_conflict_names_both_positions() {
        assertThat(new WatermarkConflictException("sales", null, Watermark.of("BIGINT", "7")))
                .hasMessageContaining("'sales'")
                .hasMessageContaining("nothing (no watermark)")
                .hasMessageContaining("[BIGINT 7]");
    }

    @Test
    void a_changed_query_names_the_three_ways_on() {
        assertThat(new QueryChangedException("sales", "aa", "bb"))
                .hasMessageContaining("was aa, is bb")
                .hasMessageContaining("accept the new query")
                .hasMessageContaining("watermark rewind sales")
                .hasMessageContaining("new stream");
    }
}
