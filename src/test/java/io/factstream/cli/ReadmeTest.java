package io.factstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.routes.Defaults;
import io.factstream.routes.RouteFolder;
import io.factstream.routes.StreamDefinitions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the README says works. */
class ReadmeTest {

    private static final String LAUNCHER = "target/factstream/bin/factstream ";

    @Test
    void the_command_to_try_it_streams_a_sample_and_reads_it_back() throws IOException {
        String command = blocks("sh").get(0).strip();
        assertThat(command).startsWith("mvn -q -Dmaven.test.skip=true package && " + LAUNCHER);

        CommandRun run = run(command.substring(command.indexOf(LAUNCHER) + LAUNCHER.length()));

        assertThat(run.code()).isEqualTo(ExitCodes.DONE);
        assertThat(run.out())
                .contains("read back from the hub by an Event Hubs consumer")
                .contains("{\"event_type\":\"")
                .contains("0 of them repeated");
    }

    @Test
    void the_command_to_test_is_the_one_that_continuous_integration_runs() throws IOException {
        String command = blocks("sh").get(1).strip();

        assertThat(Files.readAllLines(Path.of(".ci/run"))).last().isEqualTo(command);
    }

    @Test
    void the_stream_to_add_is_accepted(@TempDir Path folder) throws IOException {
        Path flow = Files.createDirectories(folder.resolve("flow"));
        try (Stream<Path> shared = Files.list(Path.of("routes", "flow"))) {
            for (Path file : shared.toList()) {
                Files.copy(file, flow.resolve(file.getFileName()));
            }
        }
        Files.writeString(folder.resolve("refund-paid.sql"), blocks("sql").get(0));
        Files.writeString(
                folder.resolve("refund-paid.camel.yaml"), blocks("yaml").get(0));

        Defaults.check(RouteFolder.withFlow(folder));

        assertThat(new StreamDefinitions(RouteFolder.withFlow(folder), Defaults.values())
                        .stream("refund-paid").fingerprint())
                .hasSize(64);
    }

    @ParameterizedTest
    @MethodSource("commandsInText")
    void each_command_in_the_text_is_one_that_there_is(String command) {
        CommandRun run = run(command + " --help");

        assertThat(run.code()).isEqualTo(ExitCodes.DONE);
        assertThat(run.out()).startsWith("Usage: factstream " + command.split(" ", -1)[0]);
    }

    static Stream<String> commandsInText() {
        return Stream.of(
                "demo",
                "init",
                "run",
                "health",
                "status",
                "sessions",
                "pause",
                "resume",
                "tail",
                "completion",
                "watermark set",
                "watermark list",
                "watermark rewind",
                "watermark accept",
                "watermark history",
                "backfill",
                "dlq list",
                "dlq show",
                "dlq summary",
                "dlq replay",
                "dlq export",
                "dlq import",
                "dlq purge",
                "verify");
    }

    @Test
    void every_file_that_it_links_to_is_there() throws IOException {
        assertThat(Pattern.compile("\\]\\(([^)#]+)\\)")
                        .matcher(readme())
                        .results()
                        .map(link -> link.group(1))
                        .filter(link -> !link.startsWith("http")))
                .isNotEmpty()
                .allSatisfy(link -> assertThat(Path.of(link)).exists());
    }

    private static List<String> blocks(String language) throws IOException {
        return Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL)
                .matcher(readme())
                .results()
                .map((MatchResult block) -> block.group(1))
                .toList();
    }

    private static String readme() throws IOException {
        return Files.readString(Path.of("README.md"));
    }

    private static CommandRun run(String arguments) {
        return CommandRun.of(arguments.strip().split(" ", -1));
    }
}
