package io.factstream.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.factstream.deadletter.DeadLetter;
import io.factstream.deadletter.DeadLetterFilter;
import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.deadletter.DeadLetterPage;
import io.factstream.deadletter.DeadLetterStore;
import io.factstream.deadletter.DeadLetterStoreFullException;
import io.factstream.deadletter.DeadLetterSummary;
import io.factstream.deadletter.DeliveryFailure;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Filters;
import io.factstream.deadletter.Severity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLetterStoreTest {

    private static final Instant T0 = Instant.parse("2026-01-02T03:04:05Z");
    private static final DeadLetterLimit LIMIT = new DeadLetterLimit(10, "deadletter.limit");

    private SqliteState state;
    private DeadLetterStore store;

    @BeforeEach
    void open(@TempDir Path folder) {
        state = SqliteState.open(folder.resolve("state.db"), LIMIT);
        store = state.deadLetters();
    }

    @AfterEach
    void close() {
        state.close();
    }

    private static DeadLetter letter(String stream, int number, Instant failed, DeliveryFailure failure) {
        return new DeadLetter(
                stream,
                "sale",
                "trace-" + number,
                "key",
                "3",
                "2026-01-01 00:00:00",
                ("{\"n\":" + number + "}").getBytes(StandardCharsets.UTF_8),
                Map.of("source", stream, "quote", "\"é\""),
                "hub",
                failure,
                failed,
                failed,
                1,
                0,
                "session-1",
                null);
    }

    private static DeadLetter letter(int number) {
        return letter("sales", number, T0, failure(ErrorCategory.VALIDATION, Severity.PERMANENT));
    }

    private static DeliveryFailure failure(ErrorCategory category, Severity severity) {
        return new DeliveryFailure(category, severity, "why");
    }

    private static DeadLetter with(DeadLetter letter, byte[] event) {
        return new DeadLetter(
                letter.stream(),
                letter.eventType(),
                letter.traceId(),
                letter.partitionKey(),
                letter.partition(),
                letter.position(),
                event,
                letter.properties(),
                letter.hub(),
                letter.failure(),
                letter.firstFailed(),
                letter.lastFailed(),
                letter.attempts(),
                letter.replays(),
                letter.sessionId(),
                letter.published());
    }

    private static List<DeadLetter> letters(int from, int to) {
        return IntStream.range(from, to).mapToObj(DeadLetterStoreTest::letter).toList();
    }

    @Test
    void a_stored_letter_is_found_as_it_was() {
        DeadLetter letter = letter(1);
        DeadLetter bare = new DeadLetter(
                "sales",
                "sale",
                "bare",
                null,
                null,
                "",
                new byte[0],
                Map.of(),
                "hub",
                failure(ErrorCategory.SERIALIZATION, Severity.PERMANENT),
                T0,
                T0.plusNanos(1_000),
                7,
                6,
                "session-1",
                T0.plusNanos(2_000));

        store.store(List.of(letter, bare));

        assertThat(store.find(letter.id())).contains(letter);
        assertThat(store.find(bare.id())).contains(bare);
        assertThat(store.find("no such id")).isEmpty();
    }

    @Test
    void storing_a_letter_again_changes_nothing() {
        store.store(letters(0, 3));

        store.store(letters(0, 3));

        assertThat(store.list(DeadLetterFilter.EVERY, 100)).isEqualTo(letters(0, 3));
    }

    @Test
    void a_letter_that_failed_again_later_is_still_one() {
        store.store(List.of(letter(1)));
        DeadLetter later =
                letter("sales", 1, T0.plusSeconds(60), failure(ErrorCategory.THROTTLING, Severity.TRANSIENT));

        store.store(List.of(later, later));

        assertThat(store.list(DeadLetterFilter.EVERY, 100))
                .containsExactly(letter(1).mergedWith(later))
                .allSatisfy(letter -> assertThat(letter.attempts()).isEqualTo(2));
    }

    @Test
    void letters_over_the_limit_are_refused_all_and_none_is_lost() {
        store.store(letters(0, 8));

        var full = catchThrowableOfType(DeadLetterStoreFullException.class, () -> store.store(letters(7, 11)));

        assertThat(full.limit()).isEqualTo(LIMIT);
        assertThat(full.held()).isEqualTo(8);
        assertThat(full)
                .hasMessageContaining("8 of at most 10")
                .hasMessageContaining("refused 3 new ones")
                .hasMessageContaining("replay or purge")
                .hasMessageContaining("deadletter.limit");
        assertThat(store.list(DeadLetterFilter.EVERY, 100)).isEqualTo(letters(0, 8));
    }

    @Test
    void a_full_store_still_takes_letters_that_it_holds_and_new_ones_after_a_delivery() {
        store.store(letters(0, 10));

        store.store(letters(0, 10));
        store.delivered(letters(3, 4));
        store.store(letters(10, 11));

        assertThat(store.count()).isEqualTo(10);
    }

    @Test
    void letters_are_stored_all_or_none() throws Exception {
        // Given a state in which the third letter cannot be stored
        Path file = state.file().resolveSibling("other.db");
        SqliteState.open(file, LIMIT).close();
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            statement.execute("CREATE TRIGGER refuse BEFORE INSERT ON dead_letter WHEN NEW.trace_id = 'trace-2'"
                    + " BEGIN SELECT raise(ABORT, 'refused by the test'); END");
        }
        try (SqliteState other = SqliteState.open(file, LIMIT)) {
            // When
            assertThatThrownBy(() -> other.deadLetters().store(letters(0, 4)))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("refused by the test");

            // Then
            assertThat(other.deadLetters().count()).isZero();
            other.deadLetters().store(letters(0, 2));
            assertThat(other.deadLetters().count()).isEqualTo(2);
        }
    }

    @Test
    void letters_are_listed_by_stream_category_severity_and_time() {
        DeadLetter early = letter("a", 1, T0, failure(ErrorCategory.NETWORK, Severity.TRANSIENT));
        DeadLetter late = letter("a", 2, T0.plusSeconds(10), failure(ErrorCategory.VALIDATION, Severity.PERMANENT));
        DeadLetter other = letter("b", 1, T0.plusSeconds(5), failure(ErrorCategory.NETWORK, Severity.CRITICAL));
        store.store(List.of(late, early, other));

        DeadLetterFilter every = DeadLetterFilter.EVERY;
        assertThat(store.list(every, 100)).containsExactly(late, early, other);
        assertThat(store.list(every.ofStream("a"), 100)).containsExactly(late, early);
        assertThat(store.list(Filters.failure(null, ErrorCategory.NETWORK, null), 100))
                .containsExactly(early, other);
        assertThat(store.list(Filters.failure(null, null, Severity.CRITICAL), 100))
                .containsExactly(other);
        assertThat(store.list(Filters.firstFailed(T0.plusSeconds(5), null), 100))
                .containsExactly(late, other);
        assertThat(store.list(Filters.firstFailed(T0, T0.plusSeconds(5)), 100)).containsExactly(early);
        assertThat(store.list(Filters.firstFailed(Instant.MIN, Instant.MAX), 100))
                .hasSize(3);
        assertThat(store.list(Filters.failure("b", ErrorCategory.VALIDATION, null), 100))
                .isEmpty();
        assertThat(store.list(every, 2)).containsExactly(late, early);
    }

    @Test
    void pages_go_through_all_letters_in_order_while_some_are_delivered() {
        store.store(letters(0, 10));
        List<DeadLetter> seen = new ArrayList<>();

        String after = null;
        do {
            DeadLetterPage page = store.page(DeadLetterFilter.EVERY, after, 5);
            store.delivered(page.letters().subList(1, page.letters().size()));
            seen.addAll(page.letters());
            after = page.next();
        } while (after != null);

        assertThat(seen).isEqualTo(letters(0, 10));
        assertThat(store.count()).isEqualTo(2);
    }

    @Test
    void a_page_that_does_not_exist_is_refused() {
        assertThatThrownBy(() -> store.page(DeadLetterFilter.EVERY, "x", 5))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.list(DeadLetterFilter.EVERY, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_summary_counts_by_kind() {
        store.store(List.of(
                letter("a", 1, T0, failure(ErrorCategory.NETWORK, Severity.TRANSIENT)),
                letter("a", 2, T0.plusSeconds(10), failure(ErrorCategory.VALIDATION, Severity.PERMANENT)),
                letter("b", 1, T0.plusSeconds(5), failure(ErrorCategory.NETWORK, Severity.PERMANENT))));

        assertThat(store.summary())
                .isEqualTo(new DeadLetterSummary(
                        3,
                        Map.of(ErrorCategory.NETWORK, 2L, ErrorCategory.VALIDATION, 1L),
                        Map.of(Severity.TRANSIENT, 1L, Severity.PERMANENT, 2L),
                        Map.of("a", 2L, "b", 1L),
                        T0,
                        T0.plusSeconds(10)));
    }

    @Test
    void the_summary_of_an_empty_store_has_no_times() {
        assertThat(store.summary()).isEqualTo(new DeadLetterSummary(0, Map.of(), Map.of(), Map.of(), null, null));
    }

    @Test
    void a_failed_replay_is_counted_and_its_reason_holds() {
        store.store(List.of(letter(1)));
        DeliveryFailure again = new DeliveryFailure(ErrorCategory.NETWORK, Severity.TRANSIENT, "away");

        assertThat(store.attempted(letter(1).id(), T0.plusSeconds(60), again)).isTrue();
        assertThat(store.attempted("no such id", T0, again)).isFalse();

        DeadLetter letter = store.find(letter(1).id()).orElseThrow();
        assertThat(letter.attempts()).isEqualTo(2);
        assertThat(letter.failure()).isEqualTo(again);
        assertThat(letter.firstFailed()).isEqualTo(T0);
        assertThat(letter.lastFailed()).isEqualTo(T0.plusSeconds(60));
    }

    @Test
    void a_failed_replay_under_a_clock_that_was_put_back_is_counted() {
        store.store(List.of(letter(1)));

        store.attempted(letter(1).id(), T0.minusSeconds(60), letter(1).failure());

        assertThat(store.find(letter(1).id())).hasValueSatisfying(letter -> {
            assertThat(letter.attempts()).isEqualTo(2);
            assertThat(letter.lastFailed()).isEqualTo(T0);
        });
    }

    @Test
    void a_delivered_letter_is_removed_once() {
        store.store(letters(0, 2));

        assertThat(store.delivered(letters(0, 1))).isEqualTo(1);
        assertThat(store.delivered(letters(0, 1))).isZero();

        assertThat(store.list(DeadLetterFilter.EVERY, 100)).containsExactly(letter(1));
    }

    @Test
    void a_delivered_letter_that_failed_again_since_it_was_read_stays() {
        store.store(letters(0, 1));
        store.attempted(letter(0).id(), T0.plusSeconds(1), letter(0).failure());

        assertThat(store.delivered(letters(0, 1))).isZero();

        assertThat(store.count()).isEqualTo(1);
    }

    @Test
    void a_page_of_large_events_ends_early_and_a_list_goes_on() {
        List<DeadLetter> large = IntStream.range(0, 5)
                .mapToObj(number -> with(letter(number), new byte[DeadLetterStore.PAGE_BYTES / 2]))
                .toList();
        store.store(large);

        assertThat(store.page(DeadLetterFilter.EVERY, null, 5).letters()).hasSize(2);
        assertThat(store.unpublished(5)).hasSize(2);
        assertThat(store.list(DeadLetterFilter.EVERY, 5)).isEqualTo(large);
        assertThat(store.list(DeadLetterFilter.EVERY, 3)).isEqualTo(large.subList(0, 3));
    }

    @Test
    void letters_are_counted_and_found_by_hub_event_and_replays() {
        store.store(letters(0, 3));
        store.attempted(letter(1).id(), T0.plusSeconds(60), letter(1).failure());
        DeadLetterFilter every = DeadLetterFilter.EVERY;
        Duration rest = Duration.ofHours(1);

        assertThat(store.hubs()).containsExactly("hub");
        assertThat(store.count(every)).isEqualTo(3);
        assertThat(store.count(Filters.event("hub", "sale", null))).isEqualTo(3);
        assertThat(store.count(every.forHub("another"))).isZero();
        assertThat(store.count(Filters.event(null, "another", null))).isZero();
        assertThat(store.list(Filters.event(null, null, "trace-2"), 10)).containsExactly(letter(2));
        assertThat(store.list(every.dueForReplay(1, T0.plus(rest), rest), 10)).containsExactly(letter(0), letter(2));
        assertThat(store.count(every.dueForReplay(2, T0.plusSeconds(60).plus(rest), rest)))
                .isEqualTo(3);
        assertThat(store.count(every.dueForReplay(2, T0.plusSeconds(59).plus(rest), rest)))
                .isEqualTo(2);
    }

    @Test
    void a_letter_is_marked_published_once() {
        store.store(letters(0, 3));

        store.published(letters(0, 2), T0.plusSeconds(1));
        store.published(letters(0, 1), T0.plusSeconds(2));

        assertThat(store.unpublished(10)).containsExactly(letter(2));
        assertThat(store.find(letter(0).id())).map(DeadLetter::published).contains(T0.plusSeconds(1));
    }

    @Test
    void a_purge_removes_what_its_filter_means_and_nothing_else() {
        DeadLetter other = letter("other", 1, T0, failure(ErrorCategory.NETWORK, Severity.TRANSIENT));
        store.store(letters(0, 3));
        store.store(List.of(other));

        assertThat(store.purge(DeadLetterFilter.EVERY.ofStream("sales"))).isEqualTo(3);

        assertThat(store.list(DeadLetterFilter.EVERY, 100)).containsExactly(other);
    }

    @Test
    void a_purge_goes_on_until_all_are_removed(@TempDir Path folder) {
        try (SqliteState large = SqliteState.open(folder.resolve("large.db"), new DeadLetterLimit(5_000, "limit"))) {
            large.deadLetters().store(letters(0, 2_500));

            assertThat(large.deadLetters().purge(DeadLetterFilter.EVERY.ofStream("sales")))
                    .isEqualTo(2_500);

            assertThat(large.deadLetters().count()).isZero();
        }
    }

    @Test
    void a_purge_of_everything_is_refused() {
        store.store(letters(0, 3));

        assertThatThrownBy(() -> store.purge(DeadLetterFilter.EVERY)).isInstanceOf(IllegalArgumentException.class);

        assertThat(store.count()).isEqualTo(3);
    }

    @Test
    void a_reader_sees_letters_while_the_runtime_stores_them() {
        try (SqliteState reader = SqliteState.openReadOnly(state.file())) {
            store.store(letters(0, 2));
            assertThat(reader.deadLetters().count()).isEqualTo(2);
            store.store(letters(2, 3));

            assertThat(reader.deadLetters().list(DeadLetterFilter.EVERY, 100)).isEqualTo(letters(0, 3));
            assertThatThrownBy(() -> reader.deadLetters().delivered(letters(0, 1)))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("opened for reading only");
        }
    }
}
