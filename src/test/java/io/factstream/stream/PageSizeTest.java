package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PageSizeTest {

    @Test
    void pages_are_small_at_first_and_grow_up_to_the_limit() {
        PageSize size = new PageSize(50_000, 50_000, 1 << 24);
        assertThat(size.rows()).isEqualTo(1_000);

        size.filled(1_000, 100_000);
        assertThat(size.rows()).isEqualTo(4_000);
        size.filled(4_000, 400_000);
        assertThat(size.rows()).isEqualTo(16_000);
        size.filled(16_000, 1_600_000);
        assertThat(size.rows()).isEqualTo(50_000);
    }

    @Test
    void no_page_is_larger_than_the_limit_on_rows() {
        assertThat(new PageSize(10, 10, 1 << 24).rows()).isEqualTo(10);
    }

    @Test
    void pages_of_a_table_in_order_are_no_larger_than_usual() {
        PageSize size = new PageSize(4_000, 100_000, 1 << 24);

        size.filled(1_000, 100_000);
        size.filled(4_000, 400_000);

        assertThat(size.rows()).isEqualTo(4_000);
    }

    @Test
    void a_table_without_order_is_gone_through_sixty_four_times_at_most() {
        PageSize size = new PageSize(4_000, 100_000, 1 << 24);

        size.scansAll(64 * 10_000);

        assertThat(grown(size)).isEqualTo(10_000);
    }

    @Test
    void pages_of_a_table_without_order_keep_their_size_while_less_and_less_is_left() {
        PageSize size = new PageSize(4_000, 100_000, 1 << 24);

        size.scansAll(64 * 10_000);
        size.scansAll(64 * 5_000);

        assertThat(grown(size)).isEqualTo(10_000);
    }

    @Test
    void pages_of_a_table_without_order_are_bounded_by_the_same_limits() {
        PageSize byRows = new PageSize(4_000, 9_000, 1 << 24);
        PageSize byBytes = new PageSize(4_000, 100_000, 500_000);

        byRows.scansAll(1L << 40);
        byBytes.scansAll(1L << 40);

        assertThat(grown(byRows)).isEqualTo(9_000);
        assertThat(grown(byBytes)).isEqualTo(5_000);
    }

    @Test
    void pages_are_as_usual_again_when_the_table_is_in_order_again() {
        PageSize size = new PageSize(4_000, 100_000, 1 << 24);
        size.scansAll(64 * 10_000);

        size.scansOwn();

        assertThat(grown(size)).isEqualTo(4_000);
    }

    /** The size after enough pages of rows of 100 bytes. */
    private static int grown(PageSize size) {
        for (int page = 0; page < 10; page++) {
            size.filled(size.rows(), size.rows() * 100L);
        }
        return size.rows();
    }

    @Test
    void rows_that_turn_out_large_make_the_next_page_smaller() {
        PageSize size = new PageSize(50_000, 50_000, 1_000_000);

        size.filled(1_000, 4_000_000);

        assertThat(size.rows()).isEqualTo(250);
    }

    @Test
    void rows_larger_than_a_page_come_one_at_a_time() {
        PageSize size = new PageSize(50_000, 50_000, 1_000);

        size.filled(3, 9_000_000_000L);

        assertThat(size.rows()).isEqualTo(1);
    }

    @Test
    void a_page_without_rows_says_nothing_of_their_size() {
        PageSize size = new PageSize(2_000, 2_000, 1_000);

        size.filled(0, 0);

        assertThat(size.rows()).isEqualTo(2_000);
    }

    @Test
    void a_page_shrinks_until_it_has_one_row() {
        PageSize size = new PageSize(20, 20, 1_000);

        assertThat(size.shrink()).isTrue();
        assertThat(size.rows()).isEqualTo(5);
        assertThat(size.shrink()).isTrue();
        assertThat(size.rows()).isEqualTo(1);
        assertThat(size.shrink()).isFalse();
        assertThat(size.rows()).isEqualTo(1);
    }

    @Test
    void a_page_that_has_too_many_bytes_becomes_one_that_fits_at_once() {
        PageSize size = new PageSize(50_000, 50_000, 10_000);

        assertThat(size.exceeded(40)).isTrue();

        assertThat(size.rows()).isEqualTo(30);
    }

    @Test
    void a_page_that_has_too_many_bytes_becomes_smaller_each_time() {
        PageSize size = new PageSize(8, 8, 10_000);

        assertThat(size.exceeded(80)).isTrue();
        assertThat(size.rows()).isEqualTo(4);
        assertThat(size.exceeded(1)).isTrue();
        assertThat(size.rows()).isEqualTo(1);
        assertThat(size.exceeded(1)).isFalse();
    }

    @Test
    void after_a_page_within_a_value_fewer_rows_are_asked_for_than_fit() {
        PageSize size = new PageSize(50_000, 50_000, 10_000);

        size.filledWithinValue(30, 9_000);

        assertThat(size.rows()).isEqualTo(25);
    }
}
