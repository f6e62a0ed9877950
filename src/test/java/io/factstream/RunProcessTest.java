package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.factstream.cli.Main;
import io.factstream.config.KnownSettings;
import io.factstream.session.Outcome;
import io.factstream.session.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code run} in a process of its own: how it ends, and what its end does to the rows. */
class RunProcessTest {

    private static final int ROWS = 30_000;
    private static final int PAGE = 500;
    private static final String QUERY = "SELECT n AS _watermark, n % 10 AS _partition_key, n FROM facts";

    @Test
    void a_kill_at_any_moment_repeats_at_most_a_page_with_the_same_ids(@TempDir Path folder)
            throws InterruptedException {
        try (RuntimeUnderTest runtime = facts(folder).with(KnownSettings.PAGE_MAX_ROWS, String.valueOf(PAGE))) {
            int until = ThreadLocalRandom.current().nextInt(1, ROWS / 2);
            try (JavaProcess killed = run(runtime)) {
                runtime.awaitReceived("facts", until);

                killed.kill();
            }

            assertThat(runtime.received("facts").size()).isLessThan(ROWS);
            try (JavaProcess again = run(runtime, "--once")) {
                assertThat(again.exitCode()).as(again::output).isZero();
            }
            runtime.assertNoneLost("facts", "n", ROWS);
            runtime.assertRepeatsKeepTheirIds("facts", "n");
            assertThat(runtime.repeated("facts", "n")).hasSizeLessThanOrEqualTo(PAGE);
        }
    }

    @Test
    void commands_tell_a_runtime_that_lives_from_one_that_was_killed_a_moment_ago(@TempDir Path folder)
            throws InterruptedException {
        try (RuntimeUnderTest runtime = facts(folder)) {
            try (JavaProcess killed = run(runtime)) {
                runtime.awaitReceived("facts", ROWS);
                RuntimeUnderTest.eventually("a first report")
                        .until(() -> !runtime.<Boolean>state(
                                state -> state.status().reports().isEmpty()));
                assertThat(command(runtime, 0, "status")).contains(" runs since ");
                assertThat(command(runtime, 0, "sessions")).contains(" running ");

                killed.kill();
            }

            assertThat(command(runtime, 0, "status")).contains("no runtime: session", "did not end: it was killed");
            assertThat(command(runtime, 0, "sessions")).contains(" killed ");
            assertThat(command(runtime, 1, "health")).contains("the runtime was killed");
        }
    }

    private static String command(RuntimeUnderTest runtime, int code, String command) throws InterruptedException {
        try (JavaProcess process = JavaProcess.start(
                runtime.folder(),
                Main.class,
                command,
                "--config",
                runtime.settingsFile().toString())) {
            assertThat(process.exitCode()).as(process::output).isEqualTo(code);
            return process.output();
        }
    }

    @Test
    void a_signal_ends_it_with_0_and_its_session_with_nothing_to_repeat(@TempDir Path folder)
            throws InterruptedException {
        try (RuntimeUnderTest runtime = facts(folder).with(KnownSettings.PAGE_MAX_ROWS, String.valueOf(PAGE))) {
            try (JavaProcess stopped = run(runtime)) {
                runtime.awaitReceived("facts", 1_000);

                stopped.terminate();

                assertThat(stopped.exitCode()).as(stopped::output).isZero();
                assertThat(stopped.output())
                        .containsPattern("session=\\S+ stops: the process was asked to end, by SIGTERM or Ctrl-C")
                        .containsPattern(
                                "session=\\S+ ended outcome=stopped rows=\\d+ events=\\d+ deadLettered=0 seconds=")
                        .doesNotContain("Exception")
                        .doesNotContain("ERROR");
            }
            assertThat(runtime.received("facts").size()).isLessThan(ROWS);
            Session session = runtime.state(state -> state.sessions().recent(1)).get(0);
            assertThat(session.outcome()).isEqualTo(Outcome.STOPPED);
            runtime.start();
            runtime.awaitDrained();
            runtime.assertEachOnce("facts", "n", ROWS);
        }
    }

    @Test
    void a_run_to_the_present_end_exits_with_0_and_prints_a_summary(@TempDir Path folder) throws InterruptedException {
        try (RuntimeUnderTest runtime = facts(folder);
                JavaProcess process = run(runtime, "--once")) {
            assertThat(process.exitCode()).as(process::output).isZero();

            assertThat(process.output())
                    .containsPattern("facts +30,000 +30,000 ")
                    .contains("30,000 events sent, 0 dead-lettered, 0 streams failed");
            runtime.assertEachOnce("facts", "n", ROWS);
        }
    }

    /** Camel by itself would look for each placeholder of a route in the environment first. */
    @Test
    void a_setting_wins_over_the_environment_in_routes_too(@TempDir Path folder) throws InterruptedException {
        Map<String, String> elsewhere = Map.of("EVENTHUBS_NAME", "elsewhere");
        try (RuntimeUnderTest runtime = facts(folder);
                JavaProcess process = JavaProcess.start(
                        folder,
                        elsewhere,
                        Main.class,
                        "run",
                        "--once",
                        "--config",
                        runtime.settingsFile().toString(),
                        "-D",
                        "eventhubs.name=" + RuntimeUnderTest.HUB);
                JavaProcess demo = JavaProcess.start(folder, elsewhere, Main.class, "demo", "--rows", "1000")) {
            assertThat(process.exitCode()).as(process::output).isZero();
            assertThat(demo.exitCode()).as(demo::output).isZero();

            runtime.assertEachOnce("facts", "n", ROWS);
        }
    }

    @Test
    void a_run_with_a_stream_that_fails_exits_with_1_and_delivers_the_others(@TempDir Path folder)
            throws InterruptedException {
        try (RuntimeUnderTest runtime = facts(folder).stream("broken", "SELEKT n AS _watermark FROM facts");
                JavaProcess process = run(runtime, "--once")) {
            assertThat(process.exitCode()).as(process::output).isEqualTo(1);

            assertThat(process.output()).contains("broken.sql").contains("1 streams failed");
            assertThat(command(runtime, 0, "status")).containsPattern("broken +stopped .*broken.sql");
            runtime.assertEachOnce("facts", "n", ROWS);
        }
    }

    @Test
    void a_configuration_that_cannot_work_exits_with_2_and_says_how_to_mend_it(@TempDir Path folder)
            throws InterruptedException {
        try (RuntimeUnderTest runtime = facts(folder)) {
            String config = runtime.settingsFile().toString();
            Map<String, JavaProcess> processes = new HashMap<>();
            // Side by side, since each takes a while to start.
            processes.put(
                    "eventhubs.connection-string",
                    JavaProcess.start(
                            folder,
                            Main.class,
                            "run",
                            "--once",
                            "-D",
                            "factstream.source.file=" + runtime.source(),
                            "-D",
                            "factstream.state.file=" + runtime.stateFile()));
            processes.put(
                    "factstream.poll.interval",
                    JavaProcess.start(
                            folder, Main.class, "run", "--config", config, "-D", "factstream.poll.intervall=1s"));
            processes.put(
                    "factstream.routes",
                    JavaProcess.start(
                            folder,
                            Main.class,
                            "run",
                            "--once",
                            "--config",
                            config,
                            "-D",
                            "factstream.routes=" + folder.resolve("nowhere")));

            for (Map.Entry<String, JavaProcess> refused : processes.entrySet()) {
                try (JavaProcess process = refused.getValue()) {
                    assertThat(process.exitCode()).as(process::output).isEqualTo(2);
                    assertThat(process.output()).contains(refused.getKey()).doesNotContain("\tat ");
                }
            }
            assertThat(runtime.hubs().count(RuntimeUnderTest.HUB)).isZero();
        }
    }

    @Test
    void with_json_every_line_is_an_object_and_names_the_session(@TempDir Path folder)
            throws InterruptedException, IOException {
        try (RuntimeUnderTest runtime = facts(folder).stream("broken", "SELEKT n AS _watermark FROM facts");
                JavaProcess process = JavaProcess.start(
                        folder,
                        Map.of("FACTSTREAM_LOG_FORMAT", "json"),
                        Main.class,
                        "run",
                        "--once",
                        "--json",
                        "--config",
                        runtime.settingsFile().toString())) {
            assertThat(process.exitCode()).as(process::output).isEqualTo(1);

            Map<String, JsonNode> lines = new HashMap<>();
            for (String line : process.output().lines().toList()) {
                JsonNode object = new ObjectMapper().readTree(line);
                assertThat(object.path("session").textValue()).as(line).isNotBlank();
                lines.put(object.path("stream").asText(), object);
            }
            assertThat(line(lines, "broken").path("level").textValue()).isEqualTo("WARN");
            JsonNode summary = line(lines, "");
            assertThat(summary.path("delivered").booleanValue()).isFalse();
            assertThat(summary.path("streams").path(1).path("events_sent").longValue())
                    .isEqualTo(ROWS);
        }
    }

    private static RuntimeUnderTest facts(Path folder) {
        return RuntimeUnderTest.in(folder)
                .load("CREATE TABLE facts AS SELECT range + 1 AS n FROM range(" + ROWS + ")")
                .stream("facts", QUERY);
    }

    private static JavaProcess run(RuntimeUnderTest runtime, String... options) {
        String[] arguments = new String[3 + options.length];
        arguments[0] = "run";
        arguments[1] = "--config";
        arguments[2] = runtime.settingsFile().toString();
        System.arraycopy(options, 0, arguments, 3, options.length);
        return JavaProcess.start(runtime.folder(), Main.class, arguments);
    }

    private static JsonNode line(Map<String, JsonNode> byStream, String stream) {
        return Objects.requireNonNull(byStream.get(stream), () -> "no line of '" + stream + "' in " + byStream);
    }
}
