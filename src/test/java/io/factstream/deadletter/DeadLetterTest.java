package io.factstream.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeadLetterTest {

    private static final Instant T0 = Instant.parse("2026-01-02T03:04:05.123456Z");

    private static DeadLetter letter(Instant first, Instant last, int attempts, String error) {
        return new DeadLetter(
                "sales",
                "sale",
                "trace-1",
                "key-of-a-customer",
                "2",
                "2026-01-01 00:00:00",
                "{\"customer\":\"Jane\"}".getBytes(StandardCharsets.UTF_8),
                Map.of("source", "sales"),
                "hub",
                new DeliveryFailure(ErrorCategory.VALIDATION, Severity.PERMANENT, error),
                first,
                last,
                attempts,
                0,
                "session-1",
                null);
    }

    @Test
    void the_id_is_made_of_stream_and_trace_id_and_keeps_them_apart() {
        assertThat(letter(T0, T0, 1, "a").id())
                .isEqualTo(letter(T0, T0.plusSeconds(1), 2, "b").id())
                .isEqualTo(DeadLetter.idOf("sales", "trace-1"))
                .matches("[0-9a-f]{32}");
        assertThat(DeadLetter.idOf("a", "bc")).isNotEqualTo(DeadLetter.idOf("ab", "c"));
    }

    @Test
    void a_letter_merged_with_itself_is_itself() {
        DeadLetter letter = letter(T0, T0.plusSeconds(5), 3, "why");

        assertThat(letter.mergedWith(letter)).isEqualTo(letter);
    }

    @Test
    void a_later_failure_is_added_and_its_reason_holds_in_either_order() {
        DeadLetter first = letter(T0, T0.plusSeconds(5), 3, "then");
        DeadLetter later = letter(T0.plusSeconds(9), T0.plusSeconds(9), 1, "now");

        DeadLetter expected = letter(T0, T0.plusSeconds(9), 4, "now");
        assertThat(first.mergedWith(later)).isEqualTo(expected);
        assertThat(later.mergedWith(first)).isEqualTo(expected);
    }

    @Test
    void attempts_of_the_same_time_are_not_counted_twice() {
        DeadLetter once = letter(T0, T0, 1, "then");
        DeadLetter triedAgain = letter(T0, T0.plusSeconds(1), 2, "now");

        assertThat(once.mergedWith(triedAgain)).isEqualTo(triedAgain);
    }

    @Test
    void a_letter_that_its_stream_stores_again_keeps_its_replays_and_that_it_was_published() {
        DeadLetter replayed = new DeadLetter(
                "sales",
                "sale",
                "trace-1",
                null,
                "1",
                "p",
                new byte[0],
                Map.of(),
                "hub",
                letter(T0, T0, 1, "x").failure(),
                T0,
                T0.plusSeconds(9),
                3,
                2,
                "s",
                T0.plusSeconds(1));

        DeadLetter repeatedPage = replayed.mergedWith(letter(T0, T0, 1, "then"));
        DeadLetter afterARewind = replayed.mergedWith(letter(T0.plusSeconds(60), T0.plusSeconds(60), 1, "now"));

        assertThat(repeatedPage).isEqualTo(replayed);
        assertThat(afterARewind.attempts()).isEqualTo(4);
        assertThat(afterARewind.replays()).isEqualTo(2);
        assertThat(afterARewind.published()).isEqualTo(T0.plusSeconds(1));
        assertThat(afterARewind.partition()).isEqualTo("2");
    }

    @Test
    void letters_of_different_events_are_not_merged() {
        DeadLetter one = letter(T0, T0, 1, "x");
        DeadLetter other = new DeadLetter(
                "sales",
                "sale",
                "trace-2",
                null,
                null,
                "p",
                new byte[0],
                Map.of(),
                "hub",
                one.failure(),
                T0,
                T0,
                1,
                0,
                "s",
                null);

        assertThatThrownBy(() -> one.mergedWith(other)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_event_cannot_be_changed_from_outside() {
        DeadLetter letter = letter(T0, T0, 1, "x");

        letter.event()[0] = 'X';

        assertThat(letter.event()).startsWith('{');
    }

    @Test
    void values_of_the_row_are_not_in_the_text_of_a_letter() {
        assertThat(letter(T0, T0, 1, "x").toString()).doesNotContain("Jane", "key-of-a-customer");
    }

    @Test
    void times_are_kept_to_the_microsecond() {
        assertThat(letter(T0.plusNanos(999), T0.plusNanos(999), 1, "x").firstFailed())
                .isEqualTo(T0);
    }

    @Test
    void letters_that_make_no_sense_are_refused() {
        assertThatThrownBy(() -> letter(T0, T0.minusSeconds(1), 1, "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> letter(T0, T0, 0, "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_long_error_is_cut_and_says_so() {
        String error = letter(T0, T0, 1, "e".repeat(5_000)).failure().error();

        assertThat(error).hasSize(DeliveryFailure.MAX_ERROR_LENGTH).endsWith("e [cut]");
        assertThat(letter(T0, T0, 1, error).failure().error()).isEqualTo(error);
    }

    @Test
    void a_cut_never_halves_a_character() {
        String error =
                letter(T0, T0, 1, "e" + "\uD83D\uDE00".repeat(3_000)).failure().error();

        assertThat(error).hasSizeLessThanOrEqualTo(DeliveryFailure.MAX_ERROR_LENGTH);
        assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(error)).isTrue();
    }
}
