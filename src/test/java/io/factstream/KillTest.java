package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.messaging.eventhubs.EventHubClientBuilder;
import io.factstream.cli.Main;
import io.factstream.config.KnownSettings;
import io.factstream.localhub.Fault;
import io.factstream.localhub.StoredEvent;
import io.factstream.verify.Comparison;
import io.factstream.verify.Counts;
import io.factstream.verify.Scope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real process under SIGKILL, again and again at random moments, while a loader writes and the hub answers slowly.
 *
 * <p>{@code -Dkills=300} kills that often, {@code -Dseed=…} draws the same moments and loads again; docs/testing.md has
 * the command.
 */
class KillTest {

    private static final int KILLS = Integer.getInteger("kills", 20);
    private static final long SEED = Long.getLong("seed", new Random().nextLong());

    private static final int PAGE = 200;
    /** Slices of a long tie are cut by a hash, so the largest is a little above the mean, which is at most a page. */
    private static final int LARGEST_PAGE = PAGE * 13 / 10;

    /** After how many kills it is seen whether all is there so far. */
    private static final int LOOK = 10;

    private static final List<String> STREAMS = List.of("facts", "named");

    /** When the process dies. */
    private enum Moment {
        /** Before its first page, most likely. */
        WHILE_IT_STARTS,
        /** When the hub has a batch that it has not answered yet. */
        IN_A_PAGE,
        /** When the last answer of a page comes, most likely, and the watermark is saved. */
        AROUND_A_COMMIT,
        /** Somewhen, idle at times. */
        AT_ANY_TIME
    }

    private static final Duration FAST = Duration.ofMillis(15);
    private static final Duration SLOW = Duration.ofMillis(60);
    private static final int LONGEST_LIFE_MILLIS = 1_500;

    private final Random random = new Random(SEED);
    private final AtomicInteger batches = new AtomicInteger();
    private final Map<Moment, Integer> kills = new EnumMap<>(Moment.class);
    /** From the start of a process to its first batch, as it was last. */
    private int startMillis = 2_000;

    @Test
    void no_row_is_lost_and_at_most_a_page_repeated_a_kill(@TempDir Path folder)
            throws InterruptedException, IOException {
        System.out.println("kills=" + KILLS + " seed=" + SEED);
        long start = System.nanoTime();
        Path stop = folder.resolve("stop");
        Path scratch = Files.createDirectory(folder.resolve("scratch"));
        try (RuntimeUnderTest runtime = facts(folder)) {
            answerSlowly(runtime);
            try (JavaProcess loader = JavaProcess.start(
                    folder, MixedLoader.class, runtime.source().toString(), Long.toString(SEED), stop.toString())) {
                for (int kill = 1; kill <= KILLS; kill++) {
                    kill(runtime, loader);
                    if (kill % LOOK == 0) {
                        assertNothingLostSoFar(runtime, scratch, kill);
                    }
                }
                Files.createFile(stop);
                assertThat(loader.exitCode()).as(loader::output).isZero();
            }
            drain(runtime);

            long poison = Long.parseLong(
                    runtime.ask("SELECT count(*) FROM facts WHERE length(text) = " + MixedLoader.TOO_LONG)
                            .get(0));
            for (String stream : STREAMS) {
                try (Comparison found = verify(runtime, stream, scratch)) {
                    Counts counts = found.counts();
                    System.out.println("stream=" + stream + " " + counts);
                    assertThat(found.isComplete()).as("%s", counts).isTrue();
                    assertThat(counts.rows()).isEqualTo(rows(runtime, stream));
                    assertThat(counts.deadLettered()).isEqualTo(poison);
                    assertThat(counts.duplicates()).isLessThanOrEqualTo((long) KILLS * LARGEST_PAGE);
                    assertThat(counts.outOfOrder()).isZero();
                    assertThat(counts.ahead()).isZero();
                }
            }
            assertSameIdIsSameRow(runtime);
        }
        System.out.println("kills=" + kills + " seconds=" + (System.nanoTime() - start) / 1_000_000_000);
    }

    private static RuntimeUnderTest facts(Path folder) {
        return RuntimeUnderTest.in(folder)
                .with(KnownSettings.PAGE_MAX_ROWS, String.valueOf(PAGE))
                .with(KnownSettings.BATCH_MAX_BYTES, "4KB")
                .with(KnownSettings.BATCH_MAX_EVENTS, "40")
                .load("CREATE TABLE facts (n BIGINT, tick BIGINT, key VARCHAR, text VARCHAR)")
                .stream("facts", "SELECT tick AS _watermark, key AS _partition_key, n, text FROM facts")
                .stream(
                        "named",
                        "SELECT tick AS _watermark, key AS _partition_key, 'row-' || n AS _trace_id, n, text FROM facts"
                                + " WHERE n > 0");
    }

    private void answerSlowly(RuntimeUnderTest runtime) {
        Random delays = new Random(SEED);
        // The first fault only looks, and never strikes.
        runtime.hubs().faults().always(Fault.release(), batch -> batches.incrementAndGet() < 0);
        runtime.hubs().faults().always(Fault.delayAcknowledgement(SLOW), batch -> delays.nextInt(3) == 0);
        runtime.hubs().faults().always(Fault.delayAcknowledgement(FAST));
    }

    private void kill(RuntimeUnderTest runtime, JavaProcess loader) throws InterruptedException {
        Moment moment = Moment.values()[random.nextInt(Moment.values().length)];
        int before = batches.get();
        long start = System.nanoTime();
        try (JavaProcess process = run(runtime)) {
            switch (moment) {
                case WHILE_IT_STARTS -> lives(process, random.nextInt(startMillis));
                case IN_A_PAGE -> awaitBatches(process, loader, before + 1 + random.nextInt(20));
                case AROUND_A_COMMIT -> {
                    awaitBatches(process, loader, before + 1 + random.nextInt(20));
                    lives(process, random.nextInt((int) SLOW.toMillis() + 20));
                }
                case AT_ANY_TIME -> {
                    awaitBatches(process, loader, before + 1);
                    startMillis = (int) ((System.nanoTime() - start) / 1_000_000);
                    lives(process, random.nextInt(LONGEST_LIFE_MILLIS));
                }
            }
            process.kill();
        }
        kills.merge(moment, 1, Integer::sum);
    }

    private void awaitBatches(JavaProcess process, JavaProcess loader, int count) {
        try {
            Awaitility.await("batches")
                    .atMost(Duration.ofMinutes(5))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .failFast(() -> {
                        assertThat(process.isAlive()).as(process::output).isTrue();
                        assertThat(loader.isAlive()).as(loader::output).isTrue();
                    })
                    .until(() -> batches.get() >= count);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("kills=" + kills + ", it sends nothing: " + process.output(), e);
        }
    }

    private static void lives(JavaProcess process, int millis) throws InterruptedException {
        assertThat(process.endsWithin(Duration.ofMillis(millis)))
                .as("ended by itself: %s", process.output())
                .isFalse();
    }

    /** At any moment, every row at or below the saved watermark is delivered or dead-lettered. */
    private static void assertNothingLostSoFar(RuntimeUnderTest runtime, Path scratch, int kill)
            throws InterruptedException {
        for (String stream : STREAMS) {
            if (Files.exists(runtime.stateFile()) && runtime.watermark(stream) != null) {
                try (Comparison found = verify(runtime, stream, scratch)) {
                    assertThat(found.isComplete())
                            .as("after %d kills: %s", kill, found.counts())
                            .isTrue();
                }
            }
        }
    }

    /** To the end, with a hub that answers at once and larger pages. */
    private static void drain(RuntimeUnderTest runtime) throws InterruptedException {
        runtime.hubs().faults().clear();
        runtime.with(KnownSettings.PAGE_MAX_ROWS, "5000").with(KnownSettings.BATCH_MAX_EVENTS, "5000");
        try (JavaProcess process = run(runtime, "--once")) {
            // 1 when there are dead letters in this last session.
            // What was loaded during many kills takes a slow hub its time.
            assertThat(process.exitCode(Duration.ofMinutes(15)))
                    .as(process::output)
                    .isIn(0, 1);
            assertThat(process.output()).contains("0 streams failed");
        }
    }

    private static Comparison verify(RuntimeUnderTest runtime, String stream, Path scratch)
            throws InterruptedException {
        return StreamVerification.compare(
                runtime.settings(), stream, Scope.ALL, EventHubClientBuilder.DEFAULT_CONSUMER_GROUP_NAME, scratch);
    }

    private static long rows(RuntimeUnderTest runtime, String stream) {
        String where = stream.equals("named") ? " WHERE n > 0" : "";
        return Long.parseLong(runtime.ask("SELECT count(*) FROM facts" + where).get(0));
    }

    /** A repeated event has not only the id of its first but all of its row, told by its digest: rows are many. */
    private static void assertSameIdIsSameRow(RuntimeUnderTest runtime) {
        Map<String, UUID> rows = new HashMap<>();
        for (StoredEvent event : runtime.hubs().events(RuntimeUnderTest.HUB)) {
            String id =
                    event.properties().get("stream") + "/" + event.properties().get("trace_id");
            String text = event.text();
            String row = text.substring(0, text.indexOf(",\"session_id\":"));
            UUID digest = UUID.nameUUIDFromBytes(row.getBytes(StandardCharsets.UTF_8));
            UUID first = rows.putIfAbsent(id, digest);
            if (first != null) {
                assertThat(digest).as("%s as %s", id, row).isEqualTo(first);
            }
        }
    }

    private static JavaProcess run(RuntimeUnderTest runtime, String... options) {
        String[] arguments = new String[3 + options.length];
        arguments[0] = "run";
        arguments[1] = "--config";
        arguments[2] = runtime.settingsFile().toString();
        System.arraycopy(options, 0, arguments, 3, options.length);
        return JavaProcess.start(runtime.folder(), Main.class, arguments);
    }
}
