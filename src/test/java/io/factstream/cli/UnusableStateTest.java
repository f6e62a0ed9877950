package io.factstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.localhub.LocalEventHubs;
import io.factstream.state.BadState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code run} does with something that is no sound state: it refuses it, and touches neither it nor the hub. */
class UnusableStateTest {

    private static final String HUB = "facts";

    static Stream<BadState> states() {
        return Stream.concat(
                BadState.all().stream(),
                Stream.of(
                        new BadState("a folder", Files::createDirectory, "is no file", "Name a file"),
                        BadState.readOnly()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("states")
    void run_refuses_it_by_name_with_the_mend_and_leaves_it_as_it_is(BadState bad, @TempDir Path folder)
            throws Exception {
        Path state = Files.createDirectory(folder.resolve("state")).resolve("factstream.db");
        bad.making().at(state);
        byte[] before = content(state);
        List<Path> files = files(state);
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + folder.resolve("facts.duckdb"));
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE numbers AS SELECT range AS n FROM range(10)");
        }
        stream(folder.resolve("routes"));
        try (LocalEventHubs hubs = LocalEventHubs.builder().hub(HUB, 1).start()) {

            CommandRun run = CommandRun.with(
                    Map.of(
                            "factstream.source.file", folder.resolve("facts.duckdb"),
                            "factstream.state.file", state,
                            "factstream.routes", folder.resolve("routes"),
                            "eventhubs.connection-string", hubs.connectionString(HUB)),
                    List.of("run", "--once"));

            assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
            assertThat(run.errors())
                    .contains(state.toString())
                    .contains(bad.fault())
                    .contains(bad.mend())
                    .doesNotContain("\tat ");
            assertThat(hubs.count(HUB)).isZero();
        }
        assertThat(content(state)).isEqualTo(before);
        assertThat(files(state)).isEqualTo(files);
    }

    private static byte[] content(Path file) throws IOException {
        return Files.isDirectory(file) ? new byte[0] : Files.readAllBytes(file);
    }

    /** What lies beside it, but for what SQLite puts there even to read. */
    private static List<Path> files(Path state) throws IOException {
        try (Stream<Path> files = Files.walk(state.resolveSibling("."))) {
            return files.filter(file -> !file.toString().matches(".*-(wal|shm)"))
                    .sorted()
                    .toList();
        }
    }

    /** The shared flow, and one stream, which would send at once if it were let. */
    private static void stream(Path routes) throws IOException {
        Path shipped = Path.of("routes", "flow");
        Files.createDirectories(routes.resolve("flow"));
        try (Stream<Path> files = Files.list(shipped)) {
            for (Path file : files.toList()) {
                Files.copy(file, routes.resolve("flow").resolve(file.getFileName()));
            }
        }
        Files.writeString(routes.resolve("numbers.sql"), "SELECT n AS _watermark, n FROM numbers");
        Files.writeString(routes.resolve("numbers.camel.yaml"), """
                - route:
                    id: numbers
                    description: A stream under test.
                    from:
                      id: read-numbers
                      description: Reads its query.
                      uri: kamelet:fact-stream
                      parameters:
                        stream: numbers
                        eventType: number
                        query: numbers.sql
                      steps:
                        - to:
                            id: send-numbers
                            description: Sends.
                            uri: direct:send-batch
                """);
    }
}
