package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.config.KnownSettings;
import io.factstream.deadletter.DeadLetter;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Severity;
import io.factstream.localhub.Conditions;
import io.factstream.localhub.Fault;
import io.factstream.localhub.SentBatch;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events that can never be delivered: each is stored durably, alone, and the others go on. */
class DeadLetteringTest {

    private static final int ROWS = 400;
    private static final String QUERY = "SELECT n AS _watermark, n % 3 AS _partition_key, n, text FROM numbers";

    @Test
    void an_event_that_is_too_large_is_stored_alone_and_the_rest_of_its_page_is_delivered(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder)
                .with(KnownSettings.BATCH_MAX_BYTES, "4KB")
                .load("UPDATE numbers SET text = repeat('x', 5000) WHERE n IN (7, 200)")) {
            runtime.start();

            runtime.awaitDrained();

            assertDeliveredAllBut(runtime, 7, 200);
            List<DeadLetter> letters = runtime.deadLetters("numbers");
            assertThat(letters).hasSize(2);
            assertThat(letters.get(0)).satisfies(letter -> {
                assertThat(letter.failure().category()).isEqualTo(ErrorCategory.VALIDATION);
                assertThat(letter.failure().severity()).isEqualTo(Severity.PERMANENT);
                assertThat(letter.failure().error()).contains("bytes").contains("4096");
                assertThat(letter.eventType()).isEqualTo("numbers");
                assertThat(letter.hub()).isEqualTo(RuntimeUnderTest.HUB);
                assertThat(letter.sessionId()).isEqualTo(runtime.application().sessionId());
                assertThat(letter.attempts()).isEqualTo(1);
                assertThat(new String(letter.event(), java.nio.charset.StandardCharsets.UTF_8))
                        .contains("xxxxx")
                        .contains("\"trace_id\":\"" + letter.traceId() + "\"");
                assertThat(letter.properties())
                        .containsOnlyKeys("event_type", "stream", "trace_id", "schema_version", "content_type");
            });
            assertThat(letters).extracting(DeadLetter::position).containsExactlyInAnyOrder("7", "200");
            assertThat(runtime.status("numbers").counts().deadLettered()).isEqualTo(2);
        }
    }

    @Test
    void events_that_the_hub_rejects_are_found_in_their_batch_and_stored_alone(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder)) {
            runtime.hubs().faults().always(Fault.reject(Conditions.ARGUMENT_ERROR), holdsAnyOf(1, 37, 40, 400));
            runtime.start();

            runtime.awaitDrained();

            assertDeliveredAllBut(runtime, 1, 37, 40, 400);
            runtime.assertInOrderOfKeys("numbers", "n");
            assertThat(runtime.deadLetters("numbers")).hasSize(4).allSatisfy(letter -> {
                assertThat(letter.failure().category()).isEqualTo(ErrorCategory.VALIDATION);
                assertThat(letter.failure().severity()).isEqualTo(Severity.PERMANENT);
                assertThat(letter.failure().error()).contains(Conditions.ARGUMENT_ERROR);
                assertThat(letter.attempts()).isEqualTo(1);
            });
        }
    }

    @Test
    void where_many_events_are_rejected_each_is_found_with_few_sends_and_keys_stay_in_order(@TempDir Path folder) {
        long[] rejected = LongStream.rangeClosed(1, ROWS).filter(n -> n % 9 < 2).toArray();
        AtomicInteger sends = new AtomicInteger();
        try (RuntimeUnderTest runtime = numbers(folder).stream("numbers", QUERY.replace("n % 3", "n % 41"))) {
            runtime.hubs().faults().always(Fault.reject(Conditions.ARGUMENT_ERROR), batch -> {
                sends.incrementAndGet();
                return holdsAnyOf(rejected).test(batch);
            });
            runtime.start();

            runtime.awaitDrained();

            assertDeliveredAllBut(runtime, rejected);
            runtime.assertInOrderOfKeys("numbers", "n");
            assertThat(runtime.deadLetters("numbers")).hasSize(rejected.length);
            // A page that a busy machine made fail is searched once more.
            long searches = 1 + runtime.status("numbers").pagesFailed();
            assertThat(sends).hasValueLessThan(Math.toIntExact(ROWS * 2 * searches));
        }
    }

    @Test
    void an_outage_while_a_rejected_event_is_looked_for_loses_nothing(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder)) {
            runtime.hubs().faults().always(Fault.reject(Conditions.ARGUMENT_ERROR), holdsAnyOf(37));
            // The half beside the one that holds the event, and once more deeper down.
            runtime.hubs()
                    .faults()
                    .next(
                            2,
                            Fault.release(),
                            batch -> batch.count() < 60 && !holdsAnyOf(37).test(batch));
            runtime.start();

            runtime.awaitDrained();

            assertThat(runtime.status("numbers").pagesFailed()).isPositive();
            assertThat(Set.copyOf(runtime.numbers("numbers", "n"))).containsExactlyInAnyOrderElementsOf(allBut(37));
            runtime.assertRepeatsKeepTheirIds("numbers", "n");
            assertThat(runtime.deadLetters("numbers"))
                    .extracting(DeadLetter::position)
                    .containsExactly("37");
        }
    }

    @Test
    void values_that_json_cannot_say_are_stored_where_that_is_the_policy(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder).with(KnownSettings.EVENT_NON_FINITE, "dead-letter").stream(
                "numbers",
                "SELECT n AS _watermark, n % 3 AS _partition_key, n,"
                        + " CASE n WHEN 5 THEN 'NaN'::DOUBLE WHEN 6 THEN '-Infinity'::DOUBLE ELSE 0.5 END AS x,"
                        + " CASE n WHEN 7 THEN [1.0::FLOAT, 'Infinity'::FLOAT] END AS xs FROM numbers")) {
            runtime.start();

            runtime.awaitDrained();

            assertDeliveredAllBut(runtime, 5, 6, 7);
            runtime.assertInOrder("numbers", "n");
            assertThat(runtime.deadLetters("numbers")).hasSize(3).allSatisfy(letter -> assertThat(
                            letter.failure().category())
                    .isEqualTo(ErrorCategory.SERIALIZATION));
        }
    }

    @Test
    void the_watermark_stays_while_the_dead_letter_store_is_full_and_goes_on_when_its_limit_is_raised(
            @TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder)
                .with(KnownSettings.BATCH_MAX_BYTES, "4KB")
                .with(KnownSettings.DEAD_LETTER_MAX_ENTRIES, "1")
                .with(KnownSettings.PAGE_MAX_ROWS, "50")
                .load("UPDATE numbers SET text = repeat('x', 5000) WHERE n IN (20, 120)")) {
            runtime.start();

            String error = runtime.awaitFailing("numbers");

            assertThat(error).startsWith("The dead-letter store").contains("factstream.dead-letter.max-entries");
            RuntimeUnderTest.eventually("more tries")
                    .until(() -> runtime.status("numbers").consecutiveFailures() >= 4);
            assertThat(runtime.deadLetters("numbers")).hasSize(1);
            assertThat(Long.parseLong(
                            Objects.requireNonNull(runtime.watermark("numbers")).value()))
                    .isLessThan(120);
            runtime.stop();
            runtime.with(KnownSettings.DEAD_LETTER_MAX_ENTRIES, "2").start();
            runtime.awaitDrained();
            assertThat(Set.copyOf(runtime.numbers("numbers", "n")))
                    .containsExactlyInAnyOrderElementsOf(allBut(20, 120));
            assertThat(runtime.deadLetters("numbers"))
                    .extracting(DeadLetter::position)
                    .containsExactly("20", "120");
        }
    }

    @Test
    void the_watermark_stays_while_the_dead_letter_store_fails_and_goes_on_when_it_works_again(@TempDir Path folder)
            throws SQLException {
        try (CapturedLog log = CapturedLog.warnings();
                RuntimeUnderTest runtime = numbers(folder)
                        .with(KnownSettings.BATCH_MAX_BYTES, "4KB")
                        .load("UPDATE numbers SET text = repeat('x', 5000) WHERE n = 1")
                        .stream("sound", "SELECT n AS _watermark, n FROM numbers")) {
            runtime.start();
            runtime.awaitDrained();
            runtime.stop();
            change(
                    runtime,
                    "CREATE TRIGGER failing BEFORE INSERT ON dead_letter"
                            + " BEGIN SELECT RAISE(ABORT, 'the disk is broken'); END");
            runtime.load("INSERT INTO numbers VALUES (401, repeat('x', 5000)), (402, 'short')")
                    .start();

            String error = runtime.awaitFailing("numbers");

            assertThat(error).contains("the disk is broken");
            RuntimeUnderTest.eventually("more tries")
                    .until(() -> runtime.status("numbers").consecutiveFailures() >= 4);
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("state=failing"))
                    .hasSize(1);
            assertThat(Objects.requireNonNull(runtime.watermark("numbers")).value())
                    .isEqualTo("400");
            runtime.awaitReceived("sound", 402);
            change(runtime, "DROP TRIGGER failing");
            runtime.awaitDrained();
            assertThat(runtime.deadLetters("numbers"))
                    .extracting(DeadLetter::position)
                    .containsExactly("1", "401");
            assertThat(runtime.numbers("numbers", "n")).contains(402L);
        }
    }

    private static RuntimeUnderTest numbers(Path folder) {
        return RuntimeUnderTest.in(folder)
                .load("CREATE TABLE numbers AS SELECT range + 1 AS n, 'text' AS text FROM range(" + ROWS + ")")
                .stream("numbers", QUERY);
    }

    private static Predicate<SentBatch> holdsAnyOf(long... numbers) {
        return batch -> batch.events().stream().anyMatch(event -> LongStream.of(numbers)
                .anyMatch(number -> event.text().contains("\"n\":" + number + ",")));
    }

    private static void assertDeliveredAllBut(RuntimeUnderTest runtime, long... missing) {
        assertThat(runtime.numbers("numbers", "n")).containsExactlyInAnyOrderElementsOf(allBut(missing));
    }

    private static List<Long> allBut(long... missing) {
        return LongStream.rangeClosed(1, ROWS)
                .filter(n -> LongStream.of(missing).noneMatch(m -> m == n))
                .boxed()
                .toList();
    }

    private static void change(RuntimeUnderTest runtime, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + runtime.stateFile());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
