package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.factstream.cli.Main;
import io.factstream.stream.StreamState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams that people pause and watch from another process, through the state. */
class PauseTest {

    private static final Duration OBEYED_WITHIN = Duration.ofSeconds(2);

    @Test
    void a_command_in_another_process_pauses_and_resumes_a_stream_and_shows_it(@TempDir Path folder)
            throws InterruptedException, IOException {
        try (RuntimeUnderTest runtime = facts(folder).start()) {
            runtime.awaitDrained();

            String paused = run(runtime, 0, "pause", "facts");

            assertThat(paused).contains("stream facts: paused");
            assertThat(runtime.status("facts").state()).isEqualTo(StreamState.PAUSED);
            assertThat(runtime.status("others").state()).isEqualTo(StreamState.RUNNING);
            runtime.load("INSERT INTO facts SELECT range + 11 FROM range(10)");
            runtime.awaitReceived("others", 20);
            assertThat(runtime.received("facts")).hasSize(10);
            JsonNode status = new ObjectMapper().readTree(run(runtime, 0, "status", "facts", "--json"));
            assertThat(status.path("running").booleanValue()).isTrue();
            assertThat(status.path("session").textValue())
                    .isEqualTo(runtime.application().sessionId());
            assertThat(status.path("streams")).hasSize(1);
            JsonNode facts = status.path("streams").path(0);
            assertThat(facts.path("state").textValue()).isEqualTo("paused");
            assertThat(facts.path("watermark").path("value").textValue()).isEqualTo("10");
            assertThat(facts.path("paused").path("who").textValue()).isEqualTo(System.getProperty("user.name"));

            assertThat(run(runtime, 0, "resume", "--all"))
                    .contains("stream facts: resumed", "stream others: was not paused");

            runtime.awaitReceived("facts", 20);
            runtime.awaitDrained();
            runtime.assertEachOnce("facts", "n", 20);
        }
    }

    @Test
    void a_wish_is_obeyed_within_two_seconds_and_survives_restarts(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = facts(folder).start()) {
            runtime.awaitDrained();
            runtime.pauses(pauses -> pauses.pause("facts", "anna"));
            RuntimeUnderTest.eventually("obeyed")
                    .atMost(OBEYED_WITHIN)
                    .until(() -> runtime.status("facts").state() == StreamState.PAUSED);
            runtime.stop();
            runtime.load("INSERT INTO facts SELECT range + 11 FROM range(10)");

            runtime.start();

            runtime.awaitReceived("others", 20);
            assertThat(runtime.status("facts").state()).isEqualTo(StreamState.PAUSED);
            assertThat(Objects.requireNonNull(runtime.watermark("facts")).value())
                    .isEqualTo("10");
            runtime.pauses(pauses -> pauses.resume("facts", "anna"));
            RuntimeUnderTest.eventually("obeyed")
                    .atMost(OBEYED_WITHIN)
                    .until(() -> runtime.status("facts").state() != StreamState.PAUSED);
            runtime.awaitDrained();
            runtime.assertEachOnce("facts", "n", 20);

            // What is paused in the process alone stays so while others obey.
            runtime.stream("facts").pause();
            runtime.pauses(pauses -> pauses.pause("others", "anna"));
            RuntimeUnderTest.eventually("others obey")
                    .until(() -> runtime.status("others").state() == StreamState.PAUSED);
            assertThat(runtime.status("facts").state()).isEqualTo(StreamState.PAUSED);
        }
    }

    @Test
    void a_run_to_the_present_end_does_not_wait_for_a_paused_stream_and_says_so(@TempDir Path folder)
            throws InterruptedException {
        try (RuntimeUnderTest runtime = facts(folder).start()) {
            runtime.awaitDrained();
            runtime.stop();
            runtime.load("INSERT INTO facts SELECT range + 11 FROM range(10)");
            runtime.pauses(pauses -> pauses.pause("facts", "anna"));

            String output = run(runtime, 1, "run", "--once");

            assertThat(output).contains("paused, nothing was read; factstream resume facts");
            assertThat(runtime.received("facts")).hasSize(10);
            assertThat(runtime.received("others")).hasSize(20);
        }
    }

    private static RuntimeUnderTest facts(Path folder) {
        return RuntimeUnderTest.in(folder).load("CREATE TABLE facts AS SELECT range + 1 AS n FROM range(10)").stream(
                "facts", "SELECT n AS _watermark, n FROM facts")
                .stream("others", "SELECT n AS _watermark, n FROM facts");
    }

    private static String run(RuntimeUnderTest runtime, int code, String... arguments) throws InterruptedException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--config", runtime.settingsFile().toString()));
        try (JavaProcess process = JavaProcess.start(runtime.folder(), Main.class, all.toArray(String[]::new))) {
            assertThat(process.exitCode()).as(process::output).isEqualTo(code);
            return process.output();
        }
    }
}
