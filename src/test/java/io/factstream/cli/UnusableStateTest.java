package io.factstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.localhub.LocalEventHubs;
import io.factstream.state.SqliteState;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code run} does with something that is no sound state: it refuses it, and touches neither it nor the hub. */
class UnusableStateTest {

    private static final String HUB = "facts";

    private interface Making {
        void at(Path file) throws Exception;
    }

    static List<Arguments> states() {
        return List.of(
                state("an empty file", Files::createFile, "it is empty", "put back a backup"),
                state("a folder", Files::createDirectory, "is no file", "Name a file"),
                state(
                        "a text",
                        file -> Files.writeString(file, "no state".repeat(1000)),
                        "not an SQLite database",
                        "Name another file"),
                state(
                        "a database of another application",
                        file -> execute(file, "CREATE TABLE mine (a)"),
                        "not a state of FactStream",
                        "Name another file"),
                state(
                        "a state of a newer FactStream",
                        file -> {
                            sound(file);
                            execute(file, "PRAGMA user_version = 999");
                        },
                        "version 999",
                        "Use the newer FactStream"),
                state(
                        "a state that was cut off",
                        file -> {
                            sound(file);
                            byte[] whole = Files.readAllBytes(file);
                            Files.write(file, Arrays.copyOf(whole, whole.length / 2));
                        },
                        "malformed",
                        "put back a backup"),
                state(
                        "a state with noise in it",
                        file -> {
                            sound(file);
                            byte[] content = Files.readAllBytes(file);
                            byte[] noise = new byte[4096];
                            new Random(1).nextBytes(noise);
                            System.arraycopy(noise, 0, content, content.length - noise.length, noise.length);
                            Files.write(file, content);
                        },
                        "malformed",
                        "put back a backup"),
                state(
                        "a state that may not be written",
                        file -> {
                            sound(file);
                            assertThat(file.toFile().setWritable(false)).isTrue();
                            assumeFalse(Files.isWritable(file), "this user may write everything");
                        },
                        "may not be written",
                        "Give the user of this process the right to write"));
    }

    private static Arguments state(String what, Making making, String fault, String mend) {
        return Arguments.of(what, making, fault, mend);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("states")
    void run_refuses_it_by_name_with_the_mend_and_leaves_it_as_it_is(
            String what, Making making, String fault, String mend, @TempDir Path folder) throws Exception {
        Path state = Files.createDirectory(folder.resolve("state")).resolve("factstream.db");
        making.at(state);
        byte[] before = content(state);
        List<Path> files = files(state);
        execute("duckdb", folder.resolve("facts.duckdb"), "CREATE TABLE numbers AS SELECT range AS n FROM range(10)");
        stream(folder.resolve("routes"));
        StringWriter errors = new StringWriter();
        try (LocalEventHubs hubs = LocalEventHubs.builder().hub(HUB, 1).start()) {

            int code = Main.commandLine()
                    .setOut(new PrintWriter(new StringWriter()))
                    .setErr(new PrintWriter(errors, true))
                    .execute(
                            "run",
                            "--once",
                            "--set",
                            "factstream.source.file=" + folder.resolve("facts.duckdb"),
                            "--set",
                            "factstream.state.file=" + state,
                            "--set",
                            "factstream.routes=" + folder.resolve("routes"),
                            "--set",
                            "eventhubs.connection-string=" + hubs.connectionString(HUB));

            assertThat(code).isEqualTo(ExitCodes.REFUSED);
            assertThat(errors.toString())
                    .contains(state.toString())
                    .contains(fault)
                    .contains(mend)
                    .doesNotContain("\tat ");
            assertThat(hubs.count(HUB)).isZero();
        }
        assertThat(content(state)).isEqualTo(before);
        assertThat(files(state)).isEqualTo(files);
    }

    private static void sound(Path file) {
        SqliteState.open(file, new DeadLetterLimit(1, "test")).close();
    }

    private static void execute(Path file, String sql) throws SQLException {
        execute("sqlite", file, sql);
    }

    private static void execute(String driver, Path file, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:" + driver + ":" + file);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
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
