package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.RuntimeUnderTest.Sent;
import io.factstream.config.KnownSettings;
import io.factstream.localhub.Fault;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One watermark value that holds far more rows than a page may: it is passed in slices. */
class BigTieTest {

    private static final int ROWS = 30_000;
    private static final int PAGE = 1_000;

    @Test
    void a_tie_is_delivered_once_in_pages_of_bounded_size(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = tie(folder)) {
            Queue<Sent> pages = runtime.notingBatches();
            runtime.start();

            runtime.awaitDrained();

            runtime.assertEachOnce("tie", "n", ROWS + 2);
            // The rows have one key, and a page of them fits into one batch.
            assertThat(pages).hasSizeGreaterThan(ROWS / PAGE).allSatisfy(page -> assertThat(page.events())
                    .isLessThanOrEqualTo(PAGE));
            assertThat(Objects.requireNonNull(runtime.watermark("tie")).isWhole())
                    .isTrue();
        }
    }

    @Test
    void a_stop_within_a_tie_repeats_nothing(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = tie(folder)) {
            runtime.start();
            runtime.awaitReceived("tie", 5_000);

            runtime.stop();

            assertThat(Objects.requireNonNull(runtime.watermark("tie")).isWhole())
                    .isFalse();
            runtime.start();
            runtime.awaitDrained();
            runtime.assertEachOnce("tie", "n", ROWS + 2);
        }
    }

    @Test
    void a_restart_after_a_lost_acknowledgement_within_a_tie_repeats_at_most_a_page(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = tie(folder).impatient()) {
            runtime.start();
            runtime.awaitReceived("tie", 5_000);
            runtime.hubs().faults().next(1, Fault.loseAcknowledgement());
            runtime.awaitFailing("tie");

            runtime.stop();

            runtime.start();
            runtime.awaitDrained();
            runtime.assertNoneLost("tie", "n", ROWS + 2);
            runtime.assertRepeatsKeepTheirIds("tie", "n");
            assertThat(runtime.repeated("tie", "n")).isNotEmpty().hasSizeLessThanOrEqualTo(PAGE);
        }
    }

    private static RuntimeUnderTest tie(Path folder) {
        return RuntimeUnderTest.in(folder)
                .with(KnownSettings.PAGE_MAX_ROWS, String.valueOf(PAGE))
                .load(
                        "CREATE TABLE facts AS SELECT range + 1 AS n, TIMESTAMP '2026-01-01' AS ts FROM range(" + ROWS
                                + ")",
                        "INSERT INTO facts VALUES (" + (ROWS + 1) + ", TIMESTAMP '2025-12-31'), (" + (ROWS + 2)
                                + ", TIMESTAMP '2026-01-02')")
                .stream("tie", "SELECT ts AS _watermark, 'one' AS _partition_key, n FROM facts");
    }
}
