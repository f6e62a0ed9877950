package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.azure.messaging.eventhubs.EventData;
import com.azure.messaging.eventhubs.EventHubClientBuilder;
import com.azure.messaging.eventhubs.EventHubProducerClient;
import com.azure.messaging.eventhubs.models.SendOptions;
import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.deadletter.DeadLetter;
import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.eventhubs.HubEvents;
import io.factstream.localhub.Fault;
import io.factstream.state.SqliteState;
import io.factstream.verify.Comparison;
import io.factstream.verify.Counts;
import io.factstream.verify.Finding;
import io.factstream.verify.Scope;
import io.factstream.watermark.Watermark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code verify} finds when the hub holds what the source says, and when it does not. */
class VerifyTest {

    private static final int ROWS = 400;
    private static final String QUERY = "SELECT n AS _watermark, n % 3 AS _partition_key, n, text FROM facts";

    private final Path folder;
    private final Path scratch;

    VerifyTest(@TempDir Path folder) {
        this.folder = folder;
        this.scratch = folder.resolve("scratch");
    }

    @BeforeEach
    void a_place_for_ids() throws IOException {
        Files.createDirectories(scratch);
    }

    @AfterEach
    void no_file_is_left() throws IOException {
        try (Stream<Path> left = Files.list(scratch)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void after_a_normal_run_all_is_there_once_and_in_order() throws InterruptedException {
        try (RuntimeUnderTest runtime = facts().stream("others", "SELECT n AS _watermark, n FROM facts")) {
            runtime.start();
            runtime.awaitDrained();
            runtime.stop();

            try (Comparison found = verify(runtime, Scope.ALL)) {
                assertThat(found.isComplete()).isTrue();
                assertThat(found.counts()).isEqualTo(allDelivered(ROWS));
                assertThat(found.watermark()).isEqualTo(Watermark.of("BIGINT", "400"));
            }
        }
    }

    @Test
    void a_row_that_the_watermark_passed_unsent_is_missing() throws InterruptedException {
        try (RuntimeUnderTest runtime = facts()) {
            runtime.start();
            runtime.awaitDrained();
            runtime.stop();
            runtime.load("INSERT INTO facts VALUES (401, 'unsent'), (402, 'unsent'), (403, 'not yet due')");
            setWatermark(runtime, "402");

            try (Comparison found = verify(runtime, Scope.ALL)) {
                assertThat(found.isComplete()).isFalse();
                assertThat(found.counts().missing()).isEqualTo(2);
                assertThat(found.counts().delivered()).isEqualTo(ROWS);
                assertThat(missing(found))
                        .satisfiesExactly(
                                first -> {
                                    assertThat(first.watermark()).isEqualTo("401");
                                    assertThat(first.partitionKey()).isEqualTo("2");
                                    assertThat(first.id()).hasSize(32);
                                },
                                second -> assertThat(second.watermark()).isEqualTo("402"));
            }
        }
    }

    @Test
    void an_event_that_no_row_has_is_extra_once_however_often_it_came() throws InterruptedException {
        try (RuntimeUnderTest runtime = facts()) {
            runtime.start();
            runtime.awaitDrained();
            runtime.stop();
            sendByHand(runtime, "facts", "made-up", 2);
            sendByHand(runtime, "another-stream", "not-ours", 1);

            try (Comparison found = verify(runtime, Scope.ALL)) {
                assertThat(found.isComplete()).isFalse();
                assertThat(found.counts().extra()).isEqualTo(1);
                assertThat(found.counts().duplicates()).isEqualTo(1);
                assertThat(found.counts().missing()).isZero();
                List<Finding.Extra> extras = new ArrayList<>();
                found.forEachExtra(0, extras::add);
                assertThat(extras).satisfiesExactly(extra -> {
                    assertThat(extra.id()).isEqualTo("made-up");
                    assertThat(extra.partition()).isEqualTo("3");
                    assertThat(extra.sequenceNumber()).isEqualTo(runtime.hubs().count(RuntimeUnderTest.HUB, 3) - 3);
                });
            }
            try (Comparison narrowed = verify(runtime, new Scope("10", "20", null))) {
                assertThat(narrowed.counts().extra()).isEqualTo(1);
                assertThat(narrowed.counts().rows()).isEqualTo(11);
            }
        }
    }

    @Test
    void an_event_whose_acknowledgement_was_lost_is_a_duplicate_of_its_first_and_allowed() throws InterruptedException {
        try (RuntimeUnderTest runtime = facts().impatient()) {
            runtime.hubs().faults().next(1, Fault.loseAcknowledgement());
            runtime.start();
            runtime.awaitDrained();
            runtime.stop();
            int repeated = runtime.repeated("facts", "n").size();
            assertThat(repeated).isPositive();

            try (Comparison found = verify(runtime, Scope.ALL)) {
                assertThat(found.isComplete()).isTrue();
                assertThat(found.counts().duplicates()).isEqualTo(repeated);
                assertThat(found.counts().duplicatedIds()).isEqualTo(repeated);
                List<Finding.Duplicate> duplicates = new ArrayList<>();
                found.forEachDuplicate(0, duplicates::add);
                assertThat(duplicates).hasSize(repeated).allSatisfy(repeat -> {
                    assertThat(repeat.firstPartition()).isEqualTo(repeat.partition());
                    assertThat(repeat.firstSequenceNumber()).isLessThan(repeat.sequenceNumber());
                    assertThat(repeat.watermark()).isNotNull();
                });
                List<Finding.Duplicate> first = new ArrayList<>();
                found.forEachDuplicate(1, first::add);
                assertThat(first).hasSize(1);
            }
        }
    }

    @Test
    void dead_letters_are_accounted_for_and_shown_apart() throws InterruptedException {
        try (RuntimeUnderTest runtime = facts().with(KnownSettings.BATCH_MAX_BYTES, "4KB")
                .load("UPDATE facts SET text = repeat('x', 5000) WHERE n IN (7, 200)")) {
            runtime.start();
            runtime.awaitDrained();
            runtime.stop();

            try (Comparison found = verify(runtime, Scope.ALL)) {
                assertThat(found.isComplete()).isTrue();
                assertThat(found.counts().deadLettered()).isEqualTo(2);
                assertThat(found.counts().delivered()).isEqualTo(ROWS - 2);
                List<Finding.DeadLettered> letters = new ArrayList<>();
                found.forEachDeadLettered(0, letters::add);
                assertThat(letters).extracting(Finding.DeadLettered::watermark).containsExactly("7", "200");
                assertThat(letters)
                        .extracting(Finding.DeadLettered::id)
                        .containsExactlyInAnyOrderElementsOf(runtime.deadLetters("facts").stream()
                                .map(DeadLetter::traceId)
                                .toList());
                assertThat(letters.get(0).reason()).startsWith("VALIDATION").contains("4096");
            }
        }
    }

    @Test
    void identical_rows_are_told_apart() throws InterruptedException {
        try (RuntimeUnderTest runtime = facts().load("INSERT INTO facts SELECT 400, 'same' FROM range(5)")) {
            runtime.start();
            runtime.awaitDrained();
            runtime.stop();
            runtime.load("INSERT INTO facts VALUES (400, 'same'), (400, 'same')");

            try (Comparison found = verify(runtime, Scope.ALL)) {
                assertThat(found.counts().delivered()).isEqualTo(ROWS + 5);
                assertThat(missing(found))
                        .extracting(Finding.Missing::id)
                        .hasSize(2)
                        .anyMatch(id -> id.endsWith("-6"))
                        .anyMatch(id -> id.endsWith("-7"));
            }
        }
    }

    @Test
    void rows_that_share_an_id_are_counted_one_by_one() throws InterruptedException {
        try (RuntimeUnderTest runtime =
                facts().stream("facts", "SELECT n AS _watermark, 'id-' || n // 2 AS _trace_id, n, text FROM facts")) {
            runtime.start();
            runtime.awaitDrained();
            runtime.stop();

            try (Comparison found = verify(runtime, Scope.ALL)) {
                assertThat(found.counts().sharedIds()).isEqualTo(199);
                assertThat(found.counts().duplicates()).isZero();
                assertThat(found.isComplete()).isTrue();
            }
            runtime.load("INSERT INTO facts VALUES (401, 'the other of 400')");
            setWatermark(runtime, "401");

            try (Comparison found = verify(runtime, Scope.ALL)) {
                assertThat(missing(found))
                        .extracting(Finding.Missing::id, Finding.Missing::watermark)
                        .containsExactly(tuple("id-200", "401"));
            }
        }
    }

    @Test
    void a_watermark_within_a_tie_counts_the_slices_that_are_done() throws InterruptedException {
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                .with(KnownSettings.PAGE_MAX_ROWS, "500")
                .load("CREATE TABLE facts AS SELECT range + 1 AS n, TIMESTAMP '2026-01-01' AS ts FROM range(20000)")
                .stream("facts", "SELECT ts AS _watermark, n % 5 AS _partition_key, n FROM facts")) {
            runtime.start();
            runtime.awaitReceived("facts", 3_000);
            runtime.stop();
            Watermark within = Objects.requireNonNull(runtime.watermark("facts"));
            assertThat(within.isWhole()).isFalse();

            try (Comparison found = verify(runtime, Scope.ALL)) {
                assertThat(found.isComplete()).isTrue();
                assertThat(found.counts().rows()).isBetween(3_000L, 19_999L);
                assertThat(found.counts().delivered())
                        .isEqualTo(runtime.received("facts").size());
            }
        }
    }

    @Test
    void more_rows_than_one_page_are_compared_and_the_end_narrows_them() throws InterruptedException {
        int rows = 130_000;
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                .load("CREATE TABLE facts AS SELECT range + 1 AS n, 'text' AS text FROM range(" + rows + ")")
                .stream("facts", QUERY)) {
            runtime.start();
            runtime.awaitDrained();
            runtime.stop();

            try (Comparison found = verify(runtime, Scope.ALL)) {
                assertThat(found.counts()).isEqualTo(allDelivered(rows));
            }
            try (Comparison found = verify(runtime, new Scope(null, "70000", null))) {
                assertThat(found.counts().delivered()).isEqualTo(70_000);
                assertThat(found.isComplete()).isTrue();
            }
        }
    }

    @Test
    void what_was_sent_but_not_yet_saved_is_ahead_and_not_extra() throws InterruptedException {
        try (RuntimeUnderTest runtime = facts().impatient()) {
            runtime.start();
            runtime.awaitDrained();
            runtime.load("INSERT INTO facts SELECT 401 + range, 'sent' FROM range(20)");
            runtime.hubs().faults().always(Fault.loseAcknowledgement());
            runtime.awaitFailing("facts");
            runtime.stop();

            try (Comparison found = verify(runtime, Scope.ALL)) {
                assertThat(found.counts().ahead()).isGreaterThanOrEqualTo(20);
                assertThat(found.counts().rows()).isEqualTo(ROWS);
                assertThat(found.isComplete()).isTrue();
            }
        }
    }

    @Test
    void beside_a_runtime_that_goes_on_nothing_looks_missing_or_extra() throws InterruptedException {
        try (RuntimeUnderTest runtime = facts().with(KnownSettings.PAGE_MAX_ROWS, "10")) {
            runtime.start();
            runtime.awaitReceived("facts", 50);
            long before = 0;
            for (int round = 0; round < 4; round++) {
                runtime.load(
                        "INSERT INTO facts SELECT max(n) + 1 + range, 'more' FROM facts, range(50) GROUP BY range");

                try (Comparison found = verify(runtime, Scope.ALL)) {
                    assertThat(found.isComplete()).as(found.counts().toString()).isTrue();
                    assertThat(found.counts().duplicates()).isZero();
                    assertThat(found.counts().delivered()).isGreaterThanOrEqualTo(before);
                    before = found.counts().delivered();
                }
            }
            runtime.awaitDrained();
        }
    }

    @Test
    void a_hub_that_is_read_from_a_later_time_on_lacks_what_came_before() throws InterruptedException {
        try (RuntimeUnderTest runtime = facts()) {
            runtime.start();
            runtime.awaitDrained();
            Instant last = runtime.received("facts").stream()
                    .map(event -> event.stored().enqueuedTime())
                    .max(Instant::compareTo)
                    .orElseThrow();
            RuntimeUnderTest.eventually("a later time")
                    .until(() -> Instant.now().isAfter(last.plusMillis(5)));
            runtime.load("INSERT INTO facts SELECT 401 + range, 'later' FROM range(20)");
            runtime.awaitReceived("facts", ROWS + 20);
            runtime.awaitDrained();
            runtime.stop();
            Instant later = last.plusMillis(1);

            try (Comparison found = verify(runtime, new Scope(null, null, later))) {
                assertThat(found.counts().missing()).isEqualTo(ROWS);
                assertThat(found.counts().delivered()).isEqualTo(20);
            }
            try (Comparison found = verify(runtime, new Scope("401", null, later))) {
                assertThat(found.isComplete()).isTrue();
                assertThat(found.counts().delivered()).isEqualTo(20);
            }
            try (Comparison found =
                    verify(runtime, new Scope("401", null, Instant.now().plusSeconds(60)))) {
                assertThat(found.counts().missing()).isEqualTo(20);
            }
        }
    }

    @Test
    void a_hub_that_has_dropped_its_beginning_says_of_which_partitions() throws InterruptedException {
        try (RuntimeUnderTest runtime = facts().with(KnownSettings.BATCH_MAX_EVENTS, "10")) {
            runtime.start();
            runtime.awaitDrained();
            runtime.stop();
            int partition = runtime.received("facts").get(0).partition();
            runtime.hubs().forget(RuntimeUnderTest.HUB, partition, 30);

            try (Comparison found = verify(runtime, Scope.ALL)) {
                assertThat(found.extents())
                        .filteredOn(HubEvents.Extent::hasLostItsBeginning)
                        .extracting(HubEvents.Extent::partition, HubEvents.Extent::first)
                        .containsExactly(tuple(Integer.toString(partition), 30L));
                assertThat(found.counts().missing()).isEqualTo(30);
                assertThat(found.counts().events()).isEqualTo(ROWS - 30);
            }
            runtime.hubs().forget(RuntimeUnderTest.HUB, partition, Long.MAX_VALUE);

            try (Comparison found = verify(runtime, Scope.ALL)) {
                assertThat(found.extents())
                        .filteredOn(HubEvents.Extent::isEmpty)
                        .isNotEmpty();
                assertThat(found.counts().missing()).isEqualTo(runtime.hubs().count(RuntimeUnderTest.HUB, partition));
            }
        }
    }

    @Test
    void rows_behind_later_ones_are_out_of_order() throws InterruptedException {
        try (RuntimeUnderTest runtime = facts()) {
            runtime.start();
            runtime.awaitDrained();
            runtime.stop();
            runtime.load("INSERT INTO facts VALUES (100, 'late')");
            setWatermark(runtime, "99");
            runtime.start();
            runtime.awaitDrained();
            runtime.stop();

            try (Comparison found = verify(runtime, Scope.ALL)) {
                assertThat(found.isComplete()).isTrue();
                assertThat(found.counts().outOfOrder()).isEqualTo(1);
                assertThat(found.counts().duplicates()).isEqualTo(ROWS - 99);
            }
        }
    }

    @Test
    void what_cannot_be_compared_is_refused_with_what_to_do() throws InterruptedException {
        try (RuntimeUnderTest runtime = facts()) {
            runtime.start();
            runtime.awaitDrained();
            runtime.stop();

            assertRefused(runtime, "fact", Scope.ALL, "has no stream 'fact'", "Did you mean facts?");
            assertRefused(
                    runtime, "facts", new Scope("yesterday", null, null), "--from", "is no BIGINT", "such as 1000");
            assertRefused(runtime, "facts", new Scope(null, "x' OR 'y", null), "--to", "is no BIGINT");
            runtime.stream("unsent", QUERY);
            assertRefused(runtime, "unsent", Scope.ALL, "has no watermark", "factstream watermark list");
            runtime.stream("facts", QUERY + " WHERE n > 0");
            assertRefused(runtime, "facts", Scope.ALL, "facts.sql", "is not the query", "watermark accept facts");
        }
    }

    private RuntimeUnderTest facts() {
        return RuntimeUnderTest.in(folder)
                .load("CREATE TABLE facts AS SELECT range + 1 AS n, 'text' AS text FROM range(" + ROWS + ")")
                .stream("facts", QUERY);
    }

    private Comparison verify(RuntimeUnderTest runtime, Scope scope) throws InterruptedException {
        return verify(runtime, "facts", scope);
    }

    private Comparison verify(RuntimeUnderTest runtime, String stream, Scope scope) throws InterruptedException {
        return StreamVerification.compare(
                runtime.settings(), stream, scope, EventHubClientBuilder.DEFAULT_CONSUMER_GROUP_NAME, scratch);
    }

    private void assertRefused(RuntimeUnderTest runtime, String stream, Scope scope, String... words) {
        assertThatThrownBy(() -> verify(runtime, stream, scope))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(words);
    }

    private static Counts allDelivered(long rows) {
        return new Counts(rows, rows, 0, 0, 0, 0, 0, 0, 0, 0, rows);
    }

    private static List<Finding.Missing> missing(Comparison found) {
        List<Finding.Missing> missing = new ArrayList<>();
        found.forEachMissing(0, missing::add);
        return missing;
    }

    private static void setWatermark(RuntimeUnderTest runtime, @Nullable String value) {
        try (SqliteState state = SqliteState.open(runtime.stateFile(), new DeadLetterLimit(1, "test"))) {
            Watermark from = state.watermarks().find("facts").orElseThrow().position();
            state.watermarks()
                    .set("facts", from, value == null ? null : Watermark.of("BIGINT", value), "a test", "to see");
        }
    }

    private static void sendByHand(RuntimeUnderTest runtime, String stream, String id, int times) {
        try (EventHubProducerClient producer = new EventHubClientBuilder()
                .connectionString(runtime.hubs().connectionString(RuntimeUnderTest.HUB))
                .buildProducerClient()) {
            List<EventData> events = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                EventData event = new EventData("{}");
                event.getProperties().put("stream", stream);
                event.getProperties().put("trace_id", id);
                events.add(event);
            }
            producer.send(events, new SendOptions().setPartitionId("3"));
        }
    }
}
