package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.factstream.cli.Main;
import io.factstream.config.KnownSettings;
import io.factstream.deadletter.DeadLetter;
import io.factstream.deadletter.DeadLetterFilter;
import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.deadletter.ReplayResult;
import io.factstream.localhub.Conditions;
import io.factstream.localhub.Fault;
import io.factstream.localhub.SentBatch;
import io.factstream.localhub.StoredEvent;
import io.factstream.state.SqliteState;
import io.factstream.state.StateException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters that are sent again, by a person or by themselves. */
class DeadLetterReplayTest {

    private static final int ROWS = 400;

    @Test
    void a_replay_sends_the_same_event_to_the_same_partition_and_removes_the_letter(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder).stream("keyless", "SELECT n AS _watermark, n FROM numbers")) {
            List<DeadLetter> letters = rejected(runtime, 1, 37, 40, 400);
            assertThat(letters).hasSize(8).allSatisfy(letter -> assertThat(letter.partition())
                    .isNotNull());

            ReplayResult result = runtime.application().replay().some(DeadLetterFilter.EVERY);

            assertThat(result.delivered()).isEqualTo(8);
            assertThat(result.isComplete()).isTrue();
            assertThat(letters(runtime)).isEmpty();
            runtime.assertEachOnce("numbers", "n", ROWS);
            runtime.assertEachOnce("keyless", "n", ROWS);
            assertThat(letters).allSatisfy(letter -> {
                StoredEvent event = stored(runtime, letter.traceId());
                assertThat(event.body()).isEqualTo(letter.event());
                assertThat(event.properties()).isEqualTo(letter.properties());
                assertThat(Integer.toString(event.partition())).isEqualTo(letter.partition());
            });
            assertThat(placesByPartition(runtime, letters))
                    .allSatisfy((partition, arrived) -> assertThat(arrived).isSorted());
        }
    }

    @Test
    void a_letter_that_knows_no_partition_goes_to_that_of_its_key(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder)) {
            DeadLetter letter = rejected(runtime, 37).get(0);
            runtime.stop();
            change(runtime, "UPDATE dead_letter SET partition = NULL");
            runtime.start();

            runtime.application().replay().some(DeadLetterFilter.EVERY);

            assertThat(Integer.toString(stored(runtime, letter.traceId()).partition()))
                    .isEqualTo(letter.partition());
        }
    }

    @Test
    void a_letter_that_is_rejected_again_counts_and_the_others_are_delivered(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder)) {
            rejected(runtime, 1, 37, 40, 400);
            runtime.hubs().faults().always(Fault.reject(Conditions.ARGUMENT_ERROR), holdsAnyOf(40));

            ReplayResult result = runtime.application().replay().some(DeadLetterFilter.EVERY);

            assertThat(result).isEqualTo(new ReplayResult(3, 1, Map.of(), false));
            assertThat(letters(runtime)).singleElement().satisfies(letter -> {
                assertThat(letter.position()).isEqualTo("40");
                assertThat(letter.attempts()).isEqualTo(2);
                assertThat(letter.replays()).isEqualTo(1);
                assertThat(letter.failure().error()).contains(Conditions.ARGUMENT_ERROR);
            });
        }
    }

    @Test
    void an_outage_during_a_replay_counts_nothing_and_later_all_are_delivered(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder)) {
            List<DeadLetter> before = rejected(runtime, 1, 37, 40, 400);
            runtime.hubs().faults().always(Fault.serverBusy());

            ReplayResult away = runtime.application().replay().some(DeadLetterFilter.EVERY);

            assertThat(away.unavailable()).containsOnlyKeys(RuntimeUnderTest.HUB);
            assertThat(letters(runtime)).isEqualTo(before);
            runtime.hubs().faults().clear();
            assertThat(runtime.application()
                            .replay()
                            .some(DeadLetterFilter.EVERY)
                            .delivered())
                    .isEqualTo(4);
            runtime.assertEachOnce("numbers", "n", ROWS);
        }
    }

    @Test
    void a_hub_that_is_gone_ends_a_replay_and_its_return_lets_it_go_on(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder).impatient()) {
            List<DeadLetter> before = rejected(runtime, 1, 37);
            runtime.hubs().suspend();

            ReplayResult away = runtime.application().replay().some(DeadLetterFilter.EVERY);

            assertThat(away.unavailable()).containsOnlyKeys(RuntimeUnderTest.HUB);
            assertThat(letters(runtime)).isEqualTo(before);
            runtime.hubs().resume();
            RuntimeUnderTest.eventually("replayed")
                    .until(() -> runtime.application()
                                    .replay()
                                    .some(DeadLetterFilter.EVERY)
                                    .isComplete()
                            && letters(runtime).isEmpty());
            runtime.assertNoneLost("numbers", "n", ROWS);
            runtime.assertRepeatsKeepTheirIds("numbers", "n");
        }
    }

    @Test
    void a_letter_that_is_too_large_is_not_sent_and_is_delivered_when_the_limit_is_raised(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder)
                .with(KnownSettings.BATCH_MAX_BYTES, "4KB")
                .load("UPDATE numbers SET text = repeat('x', 5000) WHERE n IN (7, 200)")
                .start()) {
            runtime.awaitDrained();
            Queue<RuntimeUnderTest.Sent> sent = runtime.notingBatches();

            ReplayResult small = runtime.application().replay().some(DeadLetterFilter.EVERY);

            assertThat(small.failed()).isEqualTo(2);
            assertThat(sent).isEmpty();
            assertThat(letters(runtime))
                    .hasSize(2)
                    .allSatisfy(letter -> assertThat(letter.failure().error()).contains("bytes on the wire"));
            runtime.stop();
            runtime.with(KnownSettings.BATCH_MAX_BYTES, "1MB").start();
            assertThat(runtime.application()
                            .replay()
                            .some(DeadLetterFilter.EVERY)
                            .delivered())
                    .isEqualTo(2);
            runtime.assertEachOnce("numbers", "n", ROWS);
        }
    }

    @Test
    void a_value_that_json_cannot_say_is_never_sent(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder).with(KnownSettings.EVENT_NON_FINITE, "dead-letter").stream(
                        "numbers",
                        "SELECT n AS _watermark, n, CASE n WHEN 5 THEN 'NaN'::DOUBLE ELSE 0.5 END AS x FROM numbers")
                .start()) {
            runtime.awaitDrained();

            ReplayResult result = runtime.application().replay().some(DeadLetterFilter.EVERY);

            assertThat(result.failed()).isEqualTo(1);
            assertThat(runtime.received("numbers")).hasSize(ROWS - 1);
            assertThat(letters(runtime))
                    .singleElement()
                    .satisfies(letter -> assertThat(letter.failure().error()).contains("NaN or an infinity"));
        }
    }

    @Test
    void a_crash_between_acknowledgement_and_removal_only_repeats_with_the_same_id(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder)) {
            List<DeadLetter> letters = rejected(runtime, 37);
            change(
                    runtime,
                    "CREATE TRIGGER failing BEFORE DELETE ON dead_letter"
                            + " BEGIN SELECT RAISE(ABORT, 'the disk is broken'); END");

            assertThatThrownBy(() -> runtime.application().replay().some(DeadLetterFilter.EVERY))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining("the disk is broken");

            assertThat(letters(runtime)).isEqualTo(letters);
            change(runtime, "DROP TRIGGER failing");
            runtime.application().replay().some(DeadLetterFilter.EVERY);
            assertThat(letters(runtime)).isEmpty();
            assertThat(runtime.repeated("numbers", "n")).hasSize(1);
            runtime.assertNoneLost("numbers", "n", ROWS);
            runtime.assertRepeatsKeepTheirIds("numbers", "n");
        }
    }

    @Test
    void by_itself_a_letter_is_replayed_three_times_and_no_more(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder).with(KnownSettings.DEAD_LETTER_REPLAY_INTERVAL, "50ms")) {
            runtime.hubs().faults().always(Fault.reject(Conditions.ARGUMENT_ERROR), holdsAnyOf(37, 401));
            runtime.start();
            awaitReplays(runtime, "37", 3);

            // The rounds go on: another letter goes through all of them, and the first takes part in none.
            runtime.load("INSERT INTO numbers VALUES (401, 'text'), (402, 'text')");
            awaitReplays(runtime, "401", 3);

            assertThat(letters(runtime)).hasSize(2).allSatisfy(letter -> {
                assertThat(letter.replays()).isEqualTo(3);
                assertThat(letter.attempts()).isEqualTo(4);
            });
            assertThat(runtime.numbers("numbers", "n")).contains(402L).doesNotContain(37L);
        }
    }

    @Test
    void by_itself_a_letter_is_delivered_once_its_cause_is_mended(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder).with(KnownSettings.DEAD_LETTER_REPLAY_INTERVAL, "2s")) {
            runtime.hubs().faults().always(Fault.reject(Conditions.ARGUMENT_ERROR), holdsAnyOf(37));
            runtime.start();
            RuntimeUnderTest.eventually("a letter").until(() -> letters(runtime).size() == 1);

            runtime.hubs().faults().clear();

            RuntimeUnderTest.eventually("delivered by itself")
                    .until(() -> runtime.received("numbers").size() == ROWS
                            && letters(runtime).isEmpty());

            runtime.assertEachOnce("numbers", "n", ROWS);
        }
    }

    @Test
    void by_itself_nothing_is_counted_while_the_hub_is_away(@TempDir Path folder) {
        try (CapturedLog log = CapturedLog.warnings();
                RuntimeUnderTest runtime = numbers(folder).with(KnownSettings.DEAD_LETTER_REPLAY_INTERVAL, "0s")) {
            List<DeadLetter> before = rejected(runtime, 37);
            runtime.stop();
            runtime.hubs().faults().always(Fault.serverBusy());
            runtime.with(KnownSettings.DEAD_LETTER_REPLAY_INTERVAL, "50ms").start();

            RuntimeUnderTest.eventually("rounds")
                    .until(() -> log.lines().stream()
                                    .filter(line -> line.contains("replay=\"automatic\""))
                                    .count()
                            > 4);

            assertThat(letters(runtime)).isEqualTo(before);
            runtime.hubs().faults().clear();
            RuntimeUnderTest.eventually("delivered")
                    .until(() -> letters(runtime).isEmpty());
        }
    }

    @Test
    void an_interval_of_zero_turns_it_off(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder)
                .with(KnownSettings.DEAD_LETTER_REPLAY_INTERVAL, "0s")
                .start()) {
            assertThat(runtime.application()
                            .context()
                            .getRouteController()
                            .getRouteStatus("replay-dead-letters")
                            .isStopped())
                    .isTrue();
        }
    }

    @Test
    void the_command_replays_beside_a_running_runtime_and_its_exit_code_tells(@TempDir Path folder)
            throws InterruptedException {
        try (RuntimeUnderTest runtime = numbers(folder)) {
            List<DeadLetter> letters = rejected(runtime, 1, 37);
            runtime.hubs().faults().always(Fault.reject(Conditions.ARGUMENT_ERROR), holdsAnyOf(37));
            try (JavaProcess some = dlq(runtime, "replay", "--stream", "numbers");
                    JavaProcess unknown = dlq(runtime, "replay", "0123");
                    JavaProcess nothing = dlq(runtime, "replay")) {
                assertThat(some.exitCode()).as(some::output).isEqualTo(1);
                assertThat(some.output()).contains("1 delivered, 1 failed again");
                assertThat(unknown.exitCode()).as(unknown::output).isEqualTo(2);
                assertThat(unknown.output()).contains("dead letter '0123': does not exist");
                assertThat(nothing.exitCode()).as(nothing::output).isEqualTo(2);
                assertThat(nothing.output()).contains("was not told which letters to send");
            }
            runtime.hubs().faults().clear();
            try (JavaProcess one = dlq(runtime, "replay", letters.get(1).id(), "--json")) {
                assertThat(one.exitCode()).as(one::output).isZero();
                assertThat(one.output())
                        .contains("{\"delivered\":1,\"failed\":0,\"stopped\":false,\"unavailable\":{}}");
            }
            runtime.assertEachOnce("numbers", "n", ROWS);
            assertThat(letters(runtime)).isEmpty();
            assertThat(runtime.status("numbers").lastError()).isNull();
        }
    }

    @Test
    void a_kill_during_a_replay_loses_no_letter_and_repeats_with_the_same_ids(@TempDir Path folder)
            throws InterruptedException {
        int letters = 3_000;
        try (RuntimeUnderTest runtime = numbers(folder)) {
            DeadLetter one = rejected(runtime, 37).get(0);
            runtime.stop();
            store(runtime, copies(one, letters));
            runtime.hubs().faults().always(Fault.delayAcknowledgement(Duration.ofMillis(200)));
            try (JavaProcess killed = dlq(runtime, "replay", "--all")) {
                RuntimeUnderTest.eventually("some replayed")
                        .until(() -> runtime.received("copies").size() >= 500);

                killed.kill();
            }

            assertThat(letters(runtime)).isNotEmpty();
            runtime.hubs().faults().clear();
            try (JavaProcess again = dlq(runtime, "replay", "--all")) {
                assertThat(again.exitCode()).as(again::output).isZero();
            }
            assertThat(letters(runtime)).isEmpty();
            assertThat(runtime.received("copies").stream()
                            .map(event -> (String) event.stored().properties().get("trace_id"))
                            .distinct())
                    .hasSize(letters);
        }
    }

    private static RuntimeUnderTest numbers(Path folder) {
        return RuntimeUnderTest.in(folder)
                .load("CREATE TABLE numbers AS SELECT range + 1 AS n, 'text' AS text FROM range(" + ROWS + ")")
                .stream("numbers", "SELECT n AS _watermark, n % 3 AS _partition_key, n, text FROM numbers");
    }

    /** Streams all but these, which the hub rejects until then; returns their letters. */
    private static List<DeadLetter> rejected(RuntimeUnderTest runtime, long... numbers) {
        runtime.hubs().faults().always(Fault.reject(Conditions.ARGUMENT_ERROR), holdsAnyOf(numbers));
        runtime.start();
        runtime.awaitDrained();
        runtime.hubs().faults().clear();
        return letters(runtime);
    }

    private static Predicate<SentBatch> holdsAnyOf(long... numbers) {
        return batch -> batch.events().stream().anyMatch(event -> LongStream.of(numbers)
                .anyMatch(number -> event.text().contains("\"n\":" + number + ",")
                        || event.text().contains("\"n\":" + number + "}")));
    }

    private static List<DeadLetter> letters(RuntimeUnderTest runtime) {
        return runtime.state(state -> state.deadLetters().list(DeadLetterFilter.EVERY, Integer.MAX_VALUE));
    }

    private static StoredEvent stored(RuntimeUnderTest runtime, String traceId) {
        return runtime.hubs().events(RuntimeUnderTest.HUB).stream()
                .filter(event -> traceId.equals(event.properties().get("trace_id")))
                .findFirst()
                .orElseThrow();
    }

    /** The places of letters in the order in which they were stored, as they arrived in each partition. */
    private static Map<Integer, List<Integer>> placesByPartition(RuntimeUnderTest runtime, List<DeadLetter> letters) {
        List<String> ids = letters.stream().map(DeadLetter::traceId).toList();
        Map<Integer, List<Integer>> places = new HashMap<>();
        for (StoredEvent event : runtime.hubs().events(RuntimeUnderTest.HUB)) {
            int place = ids.indexOf(String.valueOf(event.properties().get("trace_id")));
            if (place >= 0) {
                places.computeIfAbsent(event.partition(), partition -> new ArrayList<>())
                        .add(place);
            }
        }
        return places;
    }

    private static void awaitReplays(RuntimeUnderTest runtime, String position, int replays) {
        RuntimeUnderTest.eventually(position + " replayed").until(() -> letters(runtime).stream()
                .anyMatch(letter -> letter.position().equals(position) && letter.replays() == replays));
    }

    private static List<DeadLetter> copies(DeadLetter letter, int count) {
        List<DeadLetter> copies = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            copies.add(new DeadLetter(
                    "copies",
                    letter.eventType(),
                    "copy-" + n,
                    letter.partitionKey(),
                    letter.partition(),
                    letter.position(),
                    letter.event(),
                    Map.of("stream", "copies", "trace_id", "copy-" + n),
                    letter.hub(),
                    letter.failure(),
                    letter.firstFailed(),
                    letter.lastFailed(),
                    1,
                    0,
                    letter.sessionId(),
                    null));
        }
        return copies;
    }

    private static void store(RuntimeUnderTest runtime, List<DeadLetter> letters) {
        try (SqliteState state = SqliteState.open(runtime.stateFile(), new DeadLetterLimit(100_000, "limit"))) {
            state.deadLetters().store(letters);
        }
    }

    private static JavaProcess dlq(RuntimeUnderTest runtime, String... arguments) {
        List<String> all = new ArrayList<>(List.of("dlq"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--config", runtime.settingsFile().toString()));
        return JavaProcess.start(runtime.folder(), Main.class, all.toArray(String[]::new));
    }

    private static void change(RuntimeUnderTest runtime, String sql) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + runtime.stateFile());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
