package io.factstream.deadletter;

import static io.factstream.deadletter.Letters.T0;
import static io.factstream.deadletter.Letters.letter;
import static io.factstream.deadletter.Letters.letters;
import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.SettableClock;
import io.factstream.state.SqliteState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayTest {

    private static final long MINUTE = Duration.ofMinutes(1).toMillis();

    private final SettableClock clock = new SettableClock(T0.plusSeconds(3_600));
    private final RecordingCourier courier = new RecordingCourier();
    private SqliteState state;
    private DeadLetterStore store;
    private Replay replay;

    @BeforeEach
    void open(@TempDir Path folder) {
        state = SqliteState.open(folder.resolve("state.db"), new DeadLetterLimit(5_000, "limit"));
        store = state.deadLetters();
        replay = new Replay(store, courier, clock);
    }

    @AfterEach
    void close() {
        state.close();
    }

    @Test
    void delivered_letters_are_removed_in_the_order_in_which_they_were_stored() {
        store.store(letters(0, 1_203));

        ReplayResult result = replay.some(DeadLetterFilter.EVERY);

        assertThat(result.delivered()).isEqualTo(1_203);
        assertThat(result.isComplete()).isTrue();
        assertThat(courier.delivered())
                .containsExactlyElementsOf(
                        IntStream.range(0, 1_203).mapToObj(n -> "trace-" + n).toList());
        assertThat(store.count()).isZero();
    }

    @Test
    void only_letters_that_are_meant_are_sent() {
        store.store(letters(0, 3));

        ReplayResult result = replay.some(Filters.event(null, null, "trace-1"));

        assertThat(result.delivered()).isEqualTo(1);
        assertThat(courier.delivered()).containsExactly("trace-1");
        assertThat(store.list(DeadLetterFilter.EVERY, 10)).containsExactly(letter(0), letter(2));
    }

    @Test
    void one_letter_is_sent_by_its_id_and_an_unknown_id_is_told() {
        store.store(letters(0, 3));

        assertThat(replay.one(letter(1).id())).map(ReplayResult::delivered).contains(1L);
        assertThat(replay.one(letter(1).id())).isEmpty();

        assertThat(courier.delivered()).containsExactly("trace-1");
    }

    @Test
    void a_rejected_letter_stays_and_counts_and_its_neighbours_are_delivered_in_order() {
        store.store(letters(0, 8));
        courier.reject("trace-2");

        ReplayResult result = replay.some(DeadLetterFilter.EVERY);

        assertThat(result).isEqualTo(new ReplayResult(7, 1, java.util.Map.of(), false));
        assertThat(courier.delivered())
                .containsExactly("trace-0", "trace-1", "trace-3", "trace-4", "trace-5", "trace-6", "trace-7");
        assertThat(store.list(DeadLetterFilter.EVERY, 10)).singleElement().satisfies(left -> {
            assertThat(left.attempts()).isEqualTo(2);
            assertThat(left.replays()).isEqualTo(1);
            assertThat(left.lastFailed()).isEqualTo(clock.instant());
        });
    }

    @Test
    void letters_that_failed_before_the_clock_was_set_back_do_not_wait_until_that_time_comes_again() {
        store.store(letters(0, 1));
        courier.reject("trace-0");
        assertThat(replay.automatic(MINUTE, 3).failed()).isEqualTo(1);
        clock.step(Duration.ofSeconds(-30));
        assertThat(replay.automatic(MINUTE, 3).isIdle()).isTrue();

        clock.step(Duration.ofHours(-2));
        courier.accept("trace-0");

        assertThat(replay.automatic(MINUTE, 3).delivered()).isEqualTo(1);
    }

    @Test
    void an_outage_ends_the_round_at_once_and_counts_nothing() {
        store.store(letters(0, 1_000));
        courier.away("hub");

        ReplayResult result = replay.some(DeadLetterFilter.EVERY);

        assertThat(result.unavailable()).containsOnlyKeys("hub");
        assertThat(result.isComplete()).isFalse();
        assertThat(courier.sends()).isEqualTo(1);
        assertThat(store.list(DeadLetterFilter.EVERY, 1_000)).isEqualTo(letters(0, 1_000));
    }

    @Test
    void letters_for_another_hub_go_on_while_one_is_away() {
        store.store(letters(0, 10));
        store.store(List.of(letter(10, "another", "{}"), letter(11, "zebra", "{}")));
        courier.away("hub");

        ReplayResult result = replay.some(DeadLetterFilter.EVERY);

        assertThat(result.delivered()).isEqualTo(2);
        assertThat(courier.delivered()).containsExactly("trace-10", "trace-11");
        assertThat(store.count()).isEqualTo(10);
    }

    @Test
    void letters_that_are_stored_during_a_round_wait_for_the_next() {
        store.store(letters(0, 4));
        int[] next = {4};
        courier.beforeSending(shipment -> store.store(letters(next[0], next[0] += 4)));

        ReplayResult result = replay.some(DeadLetterFilter.EVERY);

        assertThat(result.delivered()).isEqualTo(4);
        assertThat(store.list(DeadLetterFilter.EVERY, 10)).isEqualTo(letters(4, 8));
    }

    @Test
    void a_letter_that_failed_anew_while_it_was_sent_stays() {
        store.store(letters(0, 1));
        courier.beforeSending(shipment -> store.attempted(letter(0).id(), clock.instant(), Letters.REJECTED));

        replay.some(DeadLetterFilter.EVERY);

        assertThat(store.list(DeadLetterFilter.EVERY, 10)).singleElement().satisfies(left -> assertThat(left.attempts())
                .isEqualTo(2));
    }

    @Test
    void a_letter_whose_event_is_no_json_is_never_sent_and_keeps_its_reason() {
        store.store(List.of(letter(0, "hub", "{\"x\":\u0001NaN}"), letter(1, "hub", ""), letter(2)));

        ReplayResult result = replay.some(DeadLetterFilter.EVERY);

        assertThat(result.delivered()).isEqualTo(1);
        assertThat(result.failed()).isEqualTo(2);
        assertThat(courier.delivered()).containsExactly("trace-2");
        assertThat(store.list(DeadLetterFilter.EVERY, 10)).hasSize(2).allSatisfy(left -> {
            assertThat(left.replays()).isEqualTo(1);
            assertThat(left.failure()).isEqualTo(Letters.REJECTED);
        });
    }

    @Test
    void by_itself_a_letter_is_replayed_so_often_and_no_more() {
        store.store(letters(0, 2));
        courier.reject("trace-0");
        courier.reject("trace-1");

        for (int round = 0; round < 6; round++) {
            replay.automatic(MINUTE, 3);
            clock.advance(Duration.ofMinutes(1));
        }

        assertThat(store.list(DeadLetterFilter.EVERY, 10)).hasSize(2).allSatisfy(left -> {
            assertThat(left.replays()).isEqualTo(3);
            assertThat(left.attempts()).isEqualTo(4);
        });
        int sends = courier.sends();
        assertThat(replay.automatic(MINUTE, 3).isIdle()).isTrue();
        assertThat(courier.sends()).isEqualTo(sends);
    }

    @Test
    void by_itself_a_letter_rests_an_interval_after_each_failure() {
        store.store(letters(0, 1));
        courier.reject("trace-0");
        replay.automatic(MINUTE, 3);

        clock.advance(Duration.ofMillis(MINUTE - 1));
        assertThat(replay.automatic(MINUTE, 3).isIdle()).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(replay.automatic(MINUTE, 3).failed()).isEqualTo(1);
    }

    @Test
    void a_person_replays_what_the_timer_gave_up() {
        store.store(letters(0, 1));
        courier.reject("trace-0");
        for (int round = 0; round < 5; round++) {
            replay.automatic(0, 3);
        }

        assertThat(replay.some(DeadLetterFilter.EVERY).failed()).isEqualTo(1);

        assertThat(store.find(letter(0).id())).map(DeadLetter::replays).contains(4);
    }

    @Test
    void a_round_by_the_timer_does_nothing_while_another_is_under_way() throws InterruptedException {
        store.store(letters(0, 1));
        AtomicReference<ReplayResult> second = new AtomicReference<>();
        courier.beforeSending(shipment -> {
            Thread timer = new Thread(() -> second.set(replay.automatic(0, 3)));
            timer.start();
            try {
                timer.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });

        replay.some(DeadLetterFilter.EVERY);

        assertThat(second.get()).matches(ReplayResult::isIdle);
        assertThat(courier.delivered()).containsExactly("trace-0");
    }

    @Test
    void a_stop_ends_the_round_after_the_send_under_way() {
        store.store(letters(0, 1_000));
        courier.beforeSending(shipment -> replay.stop());

        ReplayResult result = replay.some(DeadLetterFilter.EVERY);

        assertThat(result.stopped()).isTrue();
        assertThat(courier.sends()).isEqualTo(1);
        assertThat(store.count()).isEqualTo(1_000 - result.delivered());
        assertThat(replay.some(DeadLetterFilter.EVERY).stopped()).isTrue();
        assertThat(courier.sends()).isEqualTo(1);
    }
}
