package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.config.KnownSettings;
import io.factstream.localhub.Conditions;
import io.factstream.localhub.Fault;
import io.factstream.localhub.LinkAttach;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What FactStream does about a client of the SDK that does not get over a fault by itself, and about one that tries to. */
class HubClientTest {

    private static final int ROWS = 400;

    @Test
    void links_that_never_get_credit_are_replaced_by_those_of_a_new_client(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder).impatient()) {
            // Whoever opens others gets credit.
            runtime.hubs()
                    .faults()
                    .next(RuntimeUnderTest.PARTITIONS, Fault.withholdCredit(), HubClientTest::isOfPartition);

            runtime.start();

            runtime.awaitDrained();
            runtime.assertNoneLost("numbers", "n", ROWS);
        }
    }

    @Test
    void one_link_without_credit_is_replaced_though_the_others_go_on(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder).impatient()) {
            runtime.hubs().faults().next(1, Fault.withholdCredit(), HubClientTest::isOfPartition);

            runtime.start();

            runtime.awaitDrained();
            runtime.assertNoneLost("numbers", "n", ROWS);
            runtime.assertRepeatsKeepTheirIds("numbers", "n");
        }
    }

    private static boolean isOfPartition(LinkAttach attach) {
        return attach.address().contains("/Partitions/");
    }

    /** The one kind of answer that the SDK repeats by itself, until its try timeout is over; docs/faults.md says so. */
    @Test
    void an_internal_error_of_the_hub_is_repeated_by_the_sdk_and_seen_within_its_try_timeout(@TempDir Path folder) {
        try (RuntimeUnderTest runtime =
                numbers(folder).with(KnownSettings.TRY_TIMEOUT, "4s").with(KnownSettings.SEND_DEADLINE, "30s")) {
            AtomicInteger sends = new AtomicInteger();
            AtomicInteger atFirstFailure = new AtomicInteger();
            runtime.hubs().faults().always(Fault.reject(Conditions.INTERNAL_ERROR), batch -> {
                sends.incrementAndGet();
                return true;
            });

            runtime.start();

            RuntimeUnderTest.eventually("seen").until(() -> {
                atFirstFailure.set(sends.get());
                return !runtime.application().hubs().all().isEmpty()
                        && runtime.application().hubs().all().get(0).failure() != null;
            });
            assertThat(runtime.awaitFailing("numbers")).contains("internal-error");
            assertThat(atFirstFailure).hasValueGreaterThan(RuntimeUnderTest.PARTITIONS);
            runtime.hubs().faults().clear();
            runtime.awaitDrained();
            runtime.assertEachOnce("numbers", "n", ROWS);
        }
    }

    /** Twice the timeout was taken before, and the search went on meanwhile. */
    @Test
    void a_stop_is_over_in_time_though_a_page_is_being_searched_for_rejected_events(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder).with(KnownSettings.SHUTDOWN_TIMEOUT, "8s")) {
            CountDownLatch never = new CountDownLatch(1);
            // Every event is at fault, and each send takes its time: to find them all takes longer than anybody waits.
            runtime.hubs().faults().always(Fault.reject(Conditions.ARGUMENT_ERROR), batch -> isLate(never));
            runtime.start();
            RuntimeUnderTest.eventually("dead letters")
                    .until(() -> !runtime.deadLetters("numbers").isEmpty());

            long began = System.nanoTime();
            runtime.stop();

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(14));
            int letters = runtime.deadLetters("numbers").size();
            assertThat(letters).isLessThan(ROWS);
            assertThat(runtime.watermark("numbers")).isNull();
            runtime.hubs().faults().clear();
            runtime.start();
            runtime.awaitDrained();
            assertThat(runtime.deadLetters("numbers")).hasSize(letters);
            assertThat(runtime.numbers("numbers", "n")).hasSizeGreaterThanOrEqualTo(ROWS - letters);
        }
    }

    private static boolean isLate(CountDownLatch never) {
        try {
            boolean unused = never.await(200, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    private static RuntimeUnderTest numbers(Path folder) {
        return RuntimeUnderTest.in(folder)
                .with("camel.main.jmxEnabled", "false")
                .load("CREATE TABLE numbers AS SELECT range + 1 AS n FROM range(" + ROWS + ")")
                .stream("numbers", "SELECT n AS _watermark, n % 7 AS _partition_key, n FROM numbers");
    }
}
