package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.factstream.RuntimeUnderTest.Received;
import io.factstream.config.KnownSettings;
import io.factstream.deadletter.DeadLetterFilter;
import io.factstream.deadletter.ReplayResult;
import io.factstream.eventhubs.HubStatus;
import io.factstream.eventhubs.PartitionHash;
import io.factstream.localhub.Conditions;
import io.factstream.localhub.Fault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of events when a hub gets other partitions under a runtime that sends to it. */
class HubLayoutChangeTest {

    private static final int ROWS = 2_000;

    @Test
    void events_for_partitions_that_are_gone_go_to_those_that_are_there_and_none_becomes_a_dead_letter(
            @TempDir Path folder) {
        try (CapturedLog log = CapturedLog.of("io.factstream", Level.WARN);
                RuntimeUnderTest runtime = numbers(folder)) {
            runtime.start();
            runtime.awaitReceived("numbers", 300);
            // With pages in memory that were sorted for four partitions.
            List<Received> before = new ArrayList<>();
            runtime.hubs().faults().always(Fault.reject(Conditions.INTERNAL_ERROR));
            runtime.awaitFailing("numbers");
            before.addAll(runtime.received("numbers"));

            runtime.hubs().recreate(RuntimeUnderTest.HUB, 2);
            runtime.hubs().faults().clear();

            runtime.awaitDrained();
            assertThat(runtime.deadLetters("numbers")).isEmpty();
            TreeSet<Long> arrived = new TreeSet<>(runtime.numbers("numbers", "n"));
            before.forEach(event -> arrived.add(event.number("n")));
            assertThat(arrived)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, ROWS).boxed().toList());
            assertThat(runtime.received("numbers")).isNotEmpty().allSatisfy(event -> assertThat(event.partition())
                    .isEqualTo(PartitionHash.partition(
                            event.json().path("partition_key").textValue(), 2)));
            runtime.assertInOrderOfKeys("numbers", "n");
            assertThat(log.lines()).anyMatch(line -> line.contains("has 2 partitions, where it had 4"));
            assertThat(hub(runtime).partitions()).isEqualTo(2);
            assertThat(hub(runtime).notice()).contains("order within a key");
        }
    }

    @Test
    void a_hub_that_was_recreated_while_nothing_was_sent_is_asked_for_its_partitions_when_it_refuses_a_link(
            @TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder).with(KnownSettings.HUB_LAYOUT_INTERVAL, "1h")) {
            runtime.start();
            runtime.awaitDrained();

            runtime.hubs().recreate(RuntimeUnderTest.HUB, 1);
            runtime.load("INSERT INTO numbers SELECT " + ROWS + " + range + 1 FROM range(1000)");

            RuntimeUnderTest.eventually("delivered").untilAsserted(() -> assertThat(runtime.watermark("numbers"))
                    .hasFieldOrPropertyWithValue("value", String.valueOf(ROWS + 1_000)));
            assertThat(runtime.deadLetters("numbers")).isEmpty();
            assertThat(new TreeSet<>(runtime.numbers("numbers", "n")))
                    .containsExactlyElementsOf(LongStream.rangeClosed(ROWS + 1L, ROWS + 1_000L)
                            .boxed()
                            .toList());
        }
    }

    @Test
    void new_partitions_are_used_though_nothing_has_failed(@TempDir Path folder) {
        try (CapturedLog log = CapturedLog.of("io.factstream", Level.WARN);
                RuntimeUnderTest runtime = numbers(folder).with(KnownSettings.HUB_LAYOUT_INTERVAL, "50ms")) {
            runtime.start();
            runtime.awaitDrained();

            runtime.hubs().grow(RuntimeUnderTest.HUB, 6);
            RuntimeUnderTest.eventually("known").until(() -> hub(runtime).partitions() == 6);
            runtime.load("INSERT INTO numbers SELECT " + ROWS + " + range + 1 FROM range(1000)");

            RuntimeUnderTest.eventually("used").untilAsserted(() -> {
                assertThat(runtime.hubs().count(RuntimeUnderTest.HUB)).isGreaterThanOrEqualTo(ROWS + 1_000L);
                assertThat(runtime.hubs().count(RuntimeUnderTest.HUB, 4)
                                + runtime.hubs().count(RuntimeUnderTest.HUB, 5))
                        .isPositive();
            });
            runtime.awaitDrained();
            runtime.assertEachOnce("numbers", "n", ROWS + 1_000);
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("has 6 partitions, where it had 4"))
                    .hasSize(1);
            assertThat(hub(runtime).failures()).isZero();
        }
    }

    @Test
    void partitions_that_have_changed_since_the_last_run_are_told_at_the_start(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder)) {
            runtime.start();
            runtime.awaitDrained();
            assertThat(hub(runtime).notice()).isNull();
            runtime.stop();
            runtime.hubs().grow(RuntimeUnderTest.HUB, 6);

            runtime.start();

            RuntimeUnderTest.eventually("told")
                    .untilAsserted(() -> assertThat(runtime.application().hubs().all())
                            .singleElement()
                            .satisfies(hub -> assertThat(hub.notice()).contains("has 6 partitions, where it had 4")));
            runtime.stop();
            runtime.start();
            runtime.load("INSERT INTO numbers VALUES (" + ROWS + " + 1)");
            RuntimeUnderTest.eventually("sent").until(() -> runtime.hubs().count(RuntimeUnderTest.HUB) == ROWS + 1);
            assertThat(hub(runtime).notice()).isNull();
        }
    }

    @Test
    void dead_letters_are_replayed_to_the_partition_that_their_key_has_now(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder).with(KnownSettings.HUB_LAYOUT_INTERVAL, "50ms")) {
            runtime.hubs().faults().always(Fault.reject(Conditions.ARGUMENT_ERROR), batch -> batch.events().stream()
                    .anyMatch(event -> event.text().contains("\"n\":77}")));
            runtime.start();
            runtime.awaitDrained();
            assertThat(runtime.deadLetters("numbers")).hasSize(1);
            runtime.hubs().faults().clear();
            runtime.hubs().grow(RuntimeUnderTest.HUB, 7);
            RuntimeUnderTest.eventually("known").until(() -> hub(runtime).partitions() == 7);

            ReplayResult result = runtime.application().replay().some(DeadLetterFilter.EVERY);

            assertThat(result.failed()).isZero();
            assertThat(runtime.received("numbers").stream().filter(event -> event.number("n") == 77))
                    .singleElement()
                    .satisfies(event -> assertThat(event.partition())
                            .isEqualTo(PartitionHash.partition(
                                    event.json().path("partition_key").textValue(), 7)));
        }
    }

    private static HubStatus hub(RuntimeUnderTest runtime) {
        return runtime.application().hubs().all().get(0);
    }

    private static RuntimeUnderTest numbers(Path folder) {
        return RuntimeUnderTest.in(folder)
                .impatient()
                .with(KnownSettings.PAGE_MAX_ROWS, "500")
                .with(KnownSettings.BATCH_MAX_EVENTS, "20")
                .with("camel.main.jmxEnabled", "false")
                .load("CREATE TABLE numbers AS SELECT range + 1 AS n FROM range(" + ROWS + ")")
                .stream("numbers", "SELECT n AS _watermark, n % 20 AS _partition_key, n FROM numbers");
    }
}
