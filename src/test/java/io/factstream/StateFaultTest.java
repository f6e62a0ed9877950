package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.stream.StreamState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Faults of the state's disk and file while a runtime runs: it holds, says so, and loses nothing. */
@Timeout(180)
class StateFaultTest {

    private static final String QUERY = "SELECT n AS _watermark, n FROM numbers";

    @Test
    void a_full_disk_under_the_state_holds_the_streams_until_there_is_space(@TempDir Path folder) throws Exception {
        try (SmallFileSystem disk = SmallFileSystem.mountedAt(folder.resolve("state"), 2);
                CapturedLog log = CapturedLog.warnings();
                RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                        .load("CREATE TABLE numbers AS SELECT range + 1 AS n FROM range(10)")
                        .stream("numbers", QUERY)
                        .stream("others", QUERY)) {
            runtime.start();
            runtime.awaitDrained();

            disk.fill();
            runtime.load("INSERT INTO numbers SELECT range + 11 FROM range(90)");

            for (String stream : new String[] {"numbers", "others"}) {
                assertThat(runtime.awaitFailing(stream))
                        .contains(runtime.stateFile().toString())
                        .contains("the disk is full")
                        .contains("Free space");
                RuntimeUnderTest.eventually("some tries more")
                        .until(() -> runtime.status(stream).consecutiveFailures() >= 3);
                assertThat(Objects.requireNonNull(runtime.watermark(stream)).value())
                        .isEqualTo("10");
                assertThat(runtime.deadLetters(stream)).isEmpty();
            }
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("state=failing"))
                    .hasSize(2);

            disk.free();

            runtime.awaitDrained();
            for (String stream : new String[] {"numbers", "others"}) {
                assertThat(Objects.requireNonNull(runtime.watermark(stream)).value())
                        .isEqualTo("100");
                runtime.assertEachOnce(stream, "n", 100);
                assertThat(runtime.deadLetters(stream)).isEmpty();
                assertThat(runtime.status(stream).state()).isEqualTo(StreamState.RUNNING);
            }
        }
    }

    @Test
    void a_runtime_whose_disk_stays_full_stops_in_order_and_goes_on_after_the_next_start(@TempDir Path folder)
            throws Exception {
        try (SmallFileSystem disk = SmallFileSystem.mountedAt(folder.resolve("state"), 2);
                RuntimeUnderTest runtime =
                        RuntimeUnderTest.in(folder)
                                .load("CREATE TABLE numbers AS SELECT range + 1 AS n FROM range(10)")
                                .stream("numbers", QUERY)) {
            runtime.start();
            runtime.awaitDrained();
            disk.fill();
            runtime.load("INSERT INTO numbers SELECT range + 11 FROM range(90)");
            runtime.awaitFailing("numbers");

            runtime.stop();

            disk.free();
            runtime.start();
            runtime.awaitDrained();
            runtime.assertNoneLost("numbers", "n", 100);
            runtime.assertRepeatsKeepTheirIds("numbers", "n");
        }
    }

    @Test
    void a_state_that_breaks_under_a_runtime_stops_its_streams_and_nothing_is_lost_when_a_backup_is_put_back(
            @TempDir Path folder) throws Exception {
        try (RuntimeUnderTest runtime =
                RuntimeUnderTest.in(folder).load("CREATE TABLE numbers AS SELECT range + 1 AS n FROM range(10)").stream(
                        "numbers", QUERY)) {
            runtime.start();
            runtime.awaitDrained();
            runtime.stop();
            Path backup = Files.copy(runtime.stateFile(), folder.resolve("backup.db"));
            runtime.start();
            runtime.load("INSERT INTO numbers SELECT range + 11 FROM range(10)");
            runtime.awaitReceived("numbers", 20);
            runtime.awaitDrained();

            empty(runtime.stateFile());
            runtime.load("INSERT INTO numbers SELECT range + 21 FROM range(10)");

            assertThat(runtime.awaitFailing("numbers"))
                    .contains(runtime.stateFile().toString());
            RuntimeUnderTest.eventually("some tries more")
                    .until(() -> runtime.status("numbers").consecutiveFailures() >= 3);
            runtime.stop();
            // Whether the state fails when a page is planned or when it is saved, it is not sent again and again.
            int received = runtime.received("numbers").size();
            assertThat(received).isIn(20, 30);

            // What the message of the fault says: the broken files go, and the backup comes.
            Files.deleteIfExists(beside(runtime.stateFile(), "-wal"));
            Files.deleteIfExists(beside(runtime.stateFile(), "-shm"));
            Files.copy(backup, runtime.stateFile(), StandardCopyOption.REPLACE_EXISTING);
            runtime.start();
            runtime.awaitDrained();
            runtime.assertNoneLost("numbers", "n", 30);
            runtime.assertRepeatsKeepTheirIds("numbers", "n");
            // All that came after the backup, once more.
            assertThat(runtime.repeated("numbers", "n")).hasSize(received - 10);
            assertThat(runtime.deadLetters("numbers")).isEmpty();
        }
    }

    /** From another process: closing the file in this one would drop SQLite's locks on it. */
    private static void empty(Path state) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "for file; do : > \"$file\"; done",
                        "sh",
                        state.toString(),
                        beside(state, "-wal").toString())
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();
    }

    private static Path beside(Path state, String suffix) {
        return state.resolveSibling(state.getFileName() + suffix);
    }
}
