package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import io.factstream.config.KnownSettings;
import io.factstream.localhub.Conditions;
import io.factstream.localhub.Fault;
import io.factstream.localhub.LocalEventHubs;
import io.factstream.localhub.SentBatch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How soon several streams go on after a fault has passed, with the waits of a production runtime: one runtime goes through
 * the faults one after the other.
 */
class FaultBurstTest {

    private static final List<String> STREAMS = List.of("one", "two", "three");
    private static final int ROWS = 400;

    /** What is meant is 5 s; a loaded machine gets more, and an open breaker's recovery time is not waited for. */
    private static final Duration SOON = Duration.ofSeconds(20);

    private static Consumer<LocalEventHubs> always(Fault<SentBatch> fault) {
        return hubs -> hubs.faults().always(fault);
    }

    private static Map<String, Consumer<LocalEventHubs>> faults() {
        Map<String, Consumer<LocalEventHubs>> faults = new LinkedHashMap<>();
        faults.put("connections dropped once", LocalEventHubs::dropConnections);
        faults.put("links detached", always(Fault.detachLink(Conditions.DETACH_FORCED)));
        faults.put("connections closed", always(Fault.forceConnectionClosed()));
        faults.put("batches released", always(Fault.release()));
        faults.put("batches modified", always(Fault.modify()));
        faults.put("hub disabled", always(Fault.reject(Conditions.ENTITY_DISABLED)));
        return faults;
    }

    @Test
    void delivery_goes_on_soon_after_a_fault_has_passed(@TempDir Path folder) {
        try (CapturedLog log = CapturedLog.of("io.factstream", Level.INFO);
                RuntimeUnderTest runtime = numbers(folder)) {
            runtime.start();
            runtime.awaitDrained();
            int rows = ROWS;
            for (Map.Entry<String, Consumer<LocalEventHubs>> fault : faults().entrySet()) {
                AtomicInteger sends = runtime.countingSends();
                fault.getValue().accept(runtime.hubs());
                rows += ROWS;
                runtime.load("INSERT INTO numbers SELECT n + (SELECT max(n) FROM numbers) FROM range(1, " + (ROWS + 1)
                        + ") AS more(n)");
                // Some sends of each partition of each stream, or all there are.
                int until = rows;
                await(fault.getKey())
                        .atMost(SOON)
                        .until(() -> sends.get() >= 15 || runtime.hubs().count(RuntimeUnderTest.HUB) >= 3L * until);

                runtime.hubs().faults().clear();

                await("delivered after: " + fault.getKey()).atMost(SOON).untilAsserted(() -> assertThat(STREAMS)
                        .allSatisfy(stream -> assertThat(runtime.watermark(stream))
                                .hasFieldOrPropertyWithValue("value", String.valueOf(until))));
                assertThat(runtime.application().hubs().all())
                        .singleElement()
                        .satisfies(hub -> assertThat(hub.failure()).isNull());
            }
            for (String stream : STREAMS) {
                runtime.assertNoneLost(stream, "n", rows);
                runtime.assertRepeatsKeepTheirIds(stream, "n");
                assertThat(runtime.deadLetters(stream)).isEmpty();
            }
            assertThat(log.lines()).noneMatch(line -> line.contains("is being tried"));
        }
    }

    private static RuntimeUnderTest numbers(Path folder) {
        RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                .without(KnownSettings.HOLD_INITIAL_DELAY)
                .without(KnownSettings.HOLD_MAX_DELAY)
                .without(KnownSettings.BREAKER_PROBE_INTERVAL)
                .with(KnownSettings.BREAKER_RECOVERY, "1h")
                .with(KnownSettings.BATCH_MAX_EVENTS, "20")
                .with("camel.main.jmxEnabled", "false")
                .load("CREATE TABLE numbers AS SELECT range + 1 AS n FROM range(" + ROWS + ")");
        STREAMS.forEach(
                stream -> runtime.stream(stream, "SELECT n AS _watermark, n % 7 AS _partition_key, n FROM numbers"));
        return runtime;
    }
}
