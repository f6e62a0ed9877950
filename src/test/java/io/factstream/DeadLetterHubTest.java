package io.factstream;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.factstream.config.KnownSettings;
import io.factstream.deadletter.DeadLetter;
import io.factstream.deadletter.DeadLetterLines;
import io.factstream.localhub.Conditions;
import io.factstream.localhub.Fault;
import io.factstream.localhub.LocalEventHubs;
import io.factstream.localhub.StoredEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters that are published to a hub of their own. */
class DeadLetterHubTest {

    private static final String LETTERS = "letters";
    private static final int ROWS = 300;

    @Test
    void each_letter_is_published_with_what_it_is_and_a_large_one_without_its_event(@TempDir Path folder)
            throws IOException {
        try (RuntimeUnderTest runtime =
                numbers(folder).with(KnownSettings.DEAD_LETTER_HUB, LETTERS).start()) {
            runtime.awaitDrained();
            awaitPublished(runtime, 2);

            StoredEvent small = published(runtime, "7");
            DeadLetter letter = letter(runtime, "7");
            assertThat(DeadLetterLines.read("hub:1", small.body()).event()).isEqualTo(letter.event());
            assertThat(small.properties())
                    .containsOnlyKeys("stream", "trace_id", "category", "severity")
                    .containsEntry("stream", "numbers")
                    .containsEntry("trace_id", letter.traceId())
                    .containsEntry("category", "serialization")
                    .containsEntry("severity", "permanent");
            JsonNode large =
                    new ObjectMapper().readTree(published(runtime, "200").body());
            assertThat(large.has("event")).isFalse();
            assertThat(large.path("event_omitted").asText()).contains("bytes on the wire");
            assertThat(large.path("id").asText())
                    .isEqualTo(letter(runtime, "200").id());
            RuntimeUnderTest.eventually("marked")
                    .until(() -> runtime.deadLetters("numbers").stream().allMatch(each -> each.published() != null));
        }
    }

    @Test
    void an_outage_of_the_dead_letter_hub_holds_no_stream_and_ends_by_itself(@TempDir Path folder) {
        try (CapturedLog log = CapturedLog.warnings();
                RuntimeUnderTest runtime = numbers(folder).with(KnownSettings.DEAD_LETTER_HUB, LETTERS)) {
            runtime.hubs().faults().always(Fault.serverBusy(), batch -> batch.hub()
                    .equals(LETTERS));
            runtime.start();

            runtime.awaitDrained();

            assertThat(runtime.received("numbers")).hasSize(ROWS - 2);
            RuntimeUnderTest.eventually("told")
                    .until(() -> log.lines().stream().anyMatch(line -> line.contains("dead-letter-hub=" + LETTERS)));
            assertThat(runtime.hubs().count(LETTERS)).isZero();
            runtime.hubs().faults().clear();
            awaitPublished(runtime, 2);
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("dead-letter-hub=" + LETTERS + " unavailable"))
                    .hasSize(1);
        }
    }

    @Test
    void a_dead_letter_hub_that_fails_is_a_warning_and_the_runtime_stays_well(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder).with(KnownSettings.DEAD_LETTER_HUB, LETTERS)) {
            runtime.hubs().faults().always(Fault.refuseAttach(Conditions.NOT_FOUND), link -> link.hub()
                    .equals(LETTERS));
            runtime.start();
            runtime.awaitDrained();

            RuntimeUnderTest.eventually("the failure shows").untilAsserted(() -> {
                Heartbeat.Health health = Heartbeat.read(runtime.stateFile(), Clock.systemUTC());
                assertThat(health.warnings()).singleElement(as(STRING)).startsWith("hub " + LETTERS + " is failing");
                assertThat(health.problems()).isEmpty();
            });
        }
    }

    @Test
    void a_hub_that_a_stream_sends_to_is_a_problem_when_it_fails(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder)) {
            runtime.hubs().faults().always(Fault.refuseAttach(Conditions.NOT_FOUND));
            runtime.start();

            RuntimeUnderTest.eventually("the failure shows").untilAsserted(() -> {
                Heartbeat.Health health = Heartbeat.read(runtime.stateFile(), Clock.systemUTC());
                assertThat(health.isWell()).isFalse();
                assertThat(health.problems())
                        .anyMatch(line -> line.startsWith("hub " + RuntimeUnderTest.HUB + " is failing"))
                        .anyMatch(line -> line.startsWith("stream numbers is failing"));
                assertThat(health.warnings()).isEmpty();
            });
        }
    }

    @Test
    void what_was_published_is_not_published_again_after_a_restart(@TempDir Path folder) {
        try (RuntimeUnderTest runtime =
                numbers(folder).with(KnownSettings.DEAD_LETTER_HUB, LETTERS).start()) {
            awaitPublished(runtime, 2);
            RuntimeUnderTest.eventually("marked")
                    .until(() -> runtime.deadLetters("numbers").stream().allMatch(each -> each.published() != null));
            runtime.stop();

            runtime.load("INSERT INTO numbers VALUES (301, repeat('x', 5000), 0)")
                    .start();
            awaitPublished(runtime, 3);

            assertThat(runtime.hubs().count(LETTERS)).isEqualTo(3);
        }
    }

    @Test
    void without_a_hub_the_route_does_not_start(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder).start()) {
            assertThat(runtime.application()
                            .context()
                            .getRouteController()
                            .getRouteStatus("publish-dead-letters")
                            .isStopped())
                    .isTrue();
        }
    }

    private static RuntimeUnderTest numbers(Path folder) {
        return RuntimeUnderTest.in(
                folder,
                LocalEventHubs.builder()
                        .hub(RuntimeUnderTest.HUB, RuntimeUnderTest.PARTITIONS)
                        .hub(LETTERS, 2))
                .with(KnownSettings.BATCH_MAX_BYTES, "4KB")
                .with(KnownSettings.EVENT_NON_FINITE, "dead-letter")
                .load("CREATE TABLE numbers AS SELECT range + 1 AS n, 'text' AS text, 0.5::DOUBLE AS x" + " FROM range("
                        + ROWS + ")")
                .load("UPDATE numbers SET x = 'NaN' WHERE n = 7")
                .load("UPDATE numbers SET text = repeat('x', 5000) WHERE n = 200")
                .stream("numbers", "SELECT n AS _watermark, n % 3 AS _partition_key, n, text, x FROM numbers");
    }

    private static void awaitPublished(RuntimeUnderTest runtime, int letters) {
        RuntimeUnderTest.eventually("published").until(() -> runtime.hubs().count(LETTERS) >= letters);
    }

    private static DeadLetter letter(RuntimeUnderTest runtime, String position) {
        List<DeadLetter> letters = runtime.deadLetters("numbers");
        return letters.stream()
                .filter(letter -> letter.position().equals(position))
                .findFirst()
                .orElseThrow();
    }

    private static StoredEvent published(RuntimeUnderTest runtime, String position) {
        return runtime.hubs().events(LETTERS).stream()
                .filter(event -> event.text().contains("\"position\":\"" + position + "\""))
                .findFirst()
                .orElseThrow();
    }
}
