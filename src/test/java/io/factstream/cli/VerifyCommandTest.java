package io.factstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.factstream.localhub.LocalEventHubs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerifyCommandTest {

    private static final String HUB = "facts";

    private final Path folder;
    private final LocalEventHubs hubs = LocalEventHubs.builder().hub(HUB, 2).start();

    VerifyCommandTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void a_stream_that_has_delivered_its_rows() throws SQLException, IOException {
        write("CREATE TABLE facts AS SELECT range + 1 AS n, repeat('x', CASE range WHEN 6 THEN 5000 ELSE 5 END) AS text"
                + " FROM range(100)");
        Path flow = Files.createDirectories(folder.resolve("routes").resolve("flow"));
        try (Stream<Path> shared = Files.list(Path.of("routes", "flow"))) {
            for (Path file : shared.toList()) {
                Files.copy(file, flow.resolve(file.getFileName()));
            }
        }
        Files.writeString(
                flow.resolveSibling("facts.sql"),
                "SELECT n AS _watermark, n % 2 AS _partition_key, n, text FROM facts");
        Files.writeString(flow.resolveSibling("facts.camel.yaml"), """
                - route:
                    id: facts
                    from:
                      uri: kamelet:fact-stream
                      parameters:
                        stream: facts
                        eventType: fact
                        query: facts.sql
                      steps:
                        - to: direct:send-batch
                """);
        assertThat(execute("run", "--once").code()).isEqualTo(ExitCodes.FAILED);
    }

    @AfterEach
    void close() {
        hubs.close();
    }

    @Test
    void what_is_all_there_exits_with_0_and_says_so() {
        CommandRun run = execute("verify", "facts");

        assertThat(run.code()).as(run.errors()).isEqualTo(ExitCodes.DONE);
        assertThat(run.out())
                .contains("stream facts, up to its watermark BIGINT 100")
                .containsPattern("delivered +99\\R")
                .containsPattern("dead-lettered +1 ")
                .containsPattern("watermark 7, id \\S+: VALIDATION ")
                .contains("all there")
                .doesNotContain("NOT");
    }

    @Test
    void what_is_missing_exits_with_1_and_is_listed_up_to_the_limit() throws SQLException {
        write("INSERT INTO facts SELECT 101 + range, 'unsent' FROM range(10)");
        execute("watermark", "rewind", "facts", "--to", "110", "--why", "a test");

        CommandRun run = execute("verify", "facts", "--limit", "2");

        assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
        assertThat(run.out())
                .contains("missing, the first 2 of 10:")
                .containsPattern("watermark 101, id \\p{XDigit}{32}, key 1\\R")
                .contains("watermark 102,")
                .doesNotContain("watermark 103,")
                .contains("NOT all there: 10 missing, 0 extra");
    }

    @Test
    void a_machine_gets_one_json_object_with_all_findings() throws SQLException, IOException {
        write("INSERT INTO facts SELECT 101 + range, 'unsent' FROM range(10)");
        execute("watermark", "rewind", "facts", "--to", "110", "--why", "a test");
        write("DELETE FROM facts WHERE n = 50");

        CommandRun run = execute(
                "verify", "facts", "--json", "--limit", "0", "--from", "7", "--position", "2020-01-01T00:00:00+01:00");

        assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
        JsonNode json = new ObjectMapper().readTree(run.out());
        assertThat(json.path("stream").textValue()).isEqualTo("facts");
        assertThat(json.path("watermark").path("value").textValue()).isEqualTo("110");
        assertThat(json.path("from").textValue()).isEqualTo("7");
        assertThat(json.path("position").textValue()).isEqualTo("2019-12-31T23:00:00Z");
        assertThat(json.path("complete").booleanValue()).isFalse();
        assertThat(json.path("rows").intValue()).isEqualTo(103);
        assertThat(json.path("delivered").intValue()).isEqualTo(92);
        assertThat(json.path("dead_lettered").intValue()).isEqualTo(1);
        assertThat(json.path("missing").intValue()).isEqualTo(10);
        assertThat(json.path("extra").intValue()).isEqualTo(1);
        assertThat(json.path("missing_rows")).hasSize(10);
        assertThat(json.path("missing_rows").path(0).path("watermark").textValue())
                .isEqualTo("101");
        assertThat(json.path("dead_lettered_rows").path(0).path("watermark").textValue())
                .isEqualTo("7");
        assertThat(json.path("extra_events")).hasSize(1);
        JsonNode extra = json.path("extra_events").path(0);
        assertThat(hubs.events(HUB, Integer.parseInt(extra.path("partition").textValue()))
                        .get(extra.path("sequence_number").intValue())
                        .text())
                .contains("\"n\":50,");
        assertThat(json.path("partitions")).hasSize(2);
    }

    @Test
    void a_hub_that_has_dropped_its_beginning_says_that_rows_sent_then_look_missing() {
        hubs.forget(HUB, 1, 40);

        CommandRun run = execute("verify", "facts");

        assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
        assertThat(run.out())
                .contains("the hub no longer holds the beginning of partitions 1: ")
                .contains("--from");
    }

    @Test
    void a_hub_that_is_away_exits_with_2_since_nothing_is_known() {
        hubs.suspend();

        CommandRun run = execute("verify", "facts");

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.errors()).contains("hub facts cannot be read").doesNotContain("\tat ");
    }

    @Test
    void a_source_that_is_no_longer_a_database_exits_with_2() throws IOException {
        Files.writeString(folder.resolve("facts.duckdb"), "no database ".repeat(1000));

        CommandRun run = execute("verify", "facts");

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.errors()).contains("facts.duckdb").doesNotContain("\tat ");
    }

    @ParameterizedTest
    @CsvSource({
        "--limit, -1, --limit",
        "--position, yesterday, 'neither earliest nor a time'",
        "--from, x, 'is no BIGINT'",
        "--scratch, /dev/null/x, 'is no folder that this user may write to'",
        "--config, missing.properties, missing.properties"
    })
    void options_that_make_no_sense_exit_with_2(String option, String value, String words) {
        CommandRun run = execute("verify", "facts", option, value);

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.errors()).contains(words);
    }

    private void write(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + folder.resolve("facts.duckdb"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private CommandRun execute(String... arguments) {
        return CommandRun.with(
                Map.of(
                        "factstream.source.file", folder.resolve("facts.duckdb"),
                        "factstream.state.file", folder.resolve("state.db"),
                        "factstream.routes", folder.resolve("routes"),
                        "factstream.batch.max-bytes", "4KB",
                        "factstream.send.deadline", "3s",
                        "eventhubs.try-timeout", "2s",
                        "eventhubs.connection-string", hubs.connectionString(HUB)),
                List.of(arguments));
    }
}
