package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.RuntimeUnderTest.Sent;
import io.factstream.deadletter.DeadLetter;
import java.nio.file.Path;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sizes around what a hub takes, where the SDK would drop an event without a word or send one list as two batches. */
class BatchesAtTheLimitTest {

    /** What events may fill of a batch of 1 MiB: the SDK keeps back 1 KiB of each 64 KiB. */
    private static final int CAPACITY = 1_048_576 - 16 * 1024;

    private static final String QUERY =
            "SELECT n AS _watermark, 'one' AS _partition_key, n, repeat('x', size) AS text FROM events";

    @Test
    void every_event_around_the_limit_arrives_or_is_stored(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = events(folder)) {
            int overhead = overhead(runtime);
            runtime.load(
                    "DELETE FROM events",
                    "INSERT INTO events SELECT 100 + row_number() OVER (), size FROM (VALUES"
                            + " (" + (CAPACITY - overhead - 1) + "), (" + (CAPACITY - overhead) + "), ("
                            + (CAPACITY - overhead + 1) + "), (" + (CAPACITY - overhead + 16)
                            + "), (1036000), (1040000),"
                            + " (1044000), (1048000), (1048300), (1048576), (1100000)) AS v(size)");
            Queue<Sent> batches = runtime.notingBatches();

            runtime.start();
            runtime.awaitDrained();

            Set<Long> arrived = runtime.numbers("events", "n").stream()
                    .filter(n -> n > 100)
                    .collect(Collectors.toCollection(TreeSet::new));
            Set<Long> stored = runtime.deadLetters("events").stream()
                    .map(DeadLetter::position)
                    .map(Long::valueOf)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(arrived).containsExactly(101L, 102L);
            assertThat(stored)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(103, 111).boxed().toList());
            assertThat(batches).hasSize(2);
        }
    }

    @Test
    void two_events_share_a_batch_up_to_the_last_byte(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = events(folder)) {
            int overhead = overhead(runtime);
            int half = CAPACITY / 2 - overhead;
            // Two that fill a batch to the byte, then two that are a byte too much.
            runtime.load("DELETE FROM events", "INSERT INTO events VALUES (101, " + half + "), (102, " + half + ")");
            Queue<Sent> batches = runtime.notingBatches();
            runtime.start();
            runtime.awaitDrained();
            runtime.load("INSERT INTO events VALUES (103, " + half + "), (104, " + (half + 1) + ")");

            runtime.awaitReceived("events", 5);
            runtime.awaitDrained();

            assertThat(batches).extracting(Sent::events).containsExactly(2, 1, 1);
            // The SDK would make two batches of a list that is too long by a byte, too.
            assertThat(runtime.status("events").counts().batches()).isEqualTo(3);
            assertThat(runtime.numbers("events", "n")).containsExactly(1L, 101L, 102L, 103L, 104L);
        }
    }

    @Test
    void every_list_that_is_sent_is_one_batch_at_the_hub(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = events(folder)) {
            // Sizes without a pattern, so that batches end anywhere.
            runtime.load(
                    "DELETE FROM events", "INSERT INTO events SELECT range + 1, hash(range) % 9000 FROM range(3000)");
            Queue<Sent> batches = runtime.notingBatches();

            runtime.start();
            runtime.awaitDrained();

            runtime.assertEachOnce("events", "n", 3000);
            runtime.assertInOrder("events", "n");
            assertThat(batches).hasSize((int) runtime.status("events").counts().batches());
            assertThat(batches).hasSizeGreaterThan(10).allSatisfy(batch -> assertThat(batch.bytes())
                    .isLessThanOrEqualTo(1_048_576));
        }
    }

    private static RuntimeUnderTest events(Path folder) {
        return RuntimeUnderTest.in(folder).load("CREATE TABLE events (n BIGINT, size BIGINT)").stream("events", QUERY);
    }

    /** What an event takes on the wire beyond its text: sends one and asks. */
    private static int overhead(RuntimeUnderTest runtime) {
        int size = 100_000;
        runtime.load("INSERT INTO events VALUES (1, " + size + ")").start();
        runtime.awaitDrained();
        int bytes = (int) runtime.status("events").counts().bytes();
        runtime.stop();
        // The others have three digits.
        return bytes - size + 2;
    }
}
