package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.config.KnownSettings;
import io.factstream.localhub.Conditions;
import io.factstream.localhub.Fault;
import io.factstream.localhub.SentBatch;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clock on the wall is set, by hours, while a runtime waits. */
class WallClockTest {

    private static final String QUERY = "SELECT n AS _watermark, n FROM numbers";

    /** The system's clock, set by so much. */
    private static final class SetClock extends Clock {
        private volatile Duration by = Duration.ZERO;

        @Override
        public Instant instant() {
            return Instant.now().plus(by);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException("UTC only");
        }
    }

    @Test
    void a_stream_that_waits_for_its_source_goes_on_whatever_the_clock_is_set_to(@TempDir Path folder) {
        SetClock clock = new SetClock();
        try (RuntimeUnderTest runtime =
                RuntimeUnderTest.in(folder).on(clock).load("CREATE TABLE others AS SELECT 1 AS n").stream(
                        "numbers", QUERY)) {
            runtime.start();
            runtime.awaitFailing("numbers");

            clock.by = Duration.ofHours(-2);
            runtime.load("CREATE TABLE numbers AS SELECT range AS n FROM range(1, 11)");
            runtime.awaitReceived("numbers", 10);

            runtime.load("ALTER TABLE numbers RENAME TO hidden", "INSERT INTO hidden VALUES (11)");
            runtime.awaitFailing("numbers");
            clock.by = Duration.ofHours(2);
            runtime.load("ALTER TABLE hidden RENAME TO numbers");
            runtime.awaitReceived("numbers", 11);

            clock.by = Duration.ofHours(-2);
            runtime.load("INSERT INTO numbers VALUES (12)");
            runtime.awaitReceived("numbers", 12);
            runtime.assertEachOnce("numbers", "n", 12);
        }
    }

    @Test
    void a_dead_letter_that_failed_before_the_clock_was_set_back_is_replayed(@TempDir Path folder) {
        SetClock clock = new SetClock();
        clock.by = Duration.ofHours(2);
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                .on(clock)
                .with(KnownSettings.DEAD_LETTER_REPLAY_INTERVAL, "100ms")
                .with(KnownSettings.DEAD_LETTER_REPLAY_ATTEMPTS, "1000")
                .load("CREATE TABLE numbers AS SELECT range AS n FROM range(1, 11)")
                .stream("numbers", QUERY)) {
            runtime.hubs().faults().always(Fault.reject(Conditions.ARGUMENT_ERROR), WallClockTest::holdsSeven);
            runtime.start();
            RuntimeUnderTest.eventually("a replay that failed")
                    .until(() -> runtime.deadLetters("numbers").stream().anyMatch(letter -> letter.replays() == 1));

            clock.by = Duration.ZERO;
            runtime.hubs().faults().clear();

            runtime.awaitReceived("numbers", 10);
            runtime.assertEachOnce("numbers", "n", 10);
        }
    }

    private static boolean holdsSeven(SentBatch batch) {
        return batch.events().stream().anyMatch(event -> event.text().contains("\"n\":7}"));
    }

    @Test
    void no_route_of_the_flow_waits_by_the_clock_on_the_wall(@TempDir Path folder) {
        try (RuntimeUnderTest runtime =
                RuntimeUnderTest.in(folder).load("CREATE TABLE numbers AS SELECT 1 AS n").stream("numbers", QUERY)
                        .start()) {
            CamelContext context = runtime.application().context();

            // A timer of Camel's is one of java.util, which looks at the clock on the wall.
            assertThat(context.getEndpoints())
                    .extracting(endpoint -> endpoint.getEndpointBaseUri())
                    .isNotEmpty()
                    .noneMatch(uri -> uri.startsWith("timer:"));
        }
    }
}
