package io.factstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.factstream.localhub.LocalEventHubs;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestCommandTest {

    private static final String SOUND = """
            tables:
              facts:
                n: BIGINT
                text: VARCHAR
                money: DECIMAL(9,2)
                list: BIGINT[]
                part: STRUCT(a INTEGER)
            tests:
              - name: all kinds of values
                rows:
                  facts:
                    - {n: 1, text: "017", money: 1.50, list: [1, 2], part: {a: 3}}
                    - {n: 2, text: null}
                events:
                  - {event_type: fact, watermark: "2", payload: {n: 2, text: null}}
                  - watermark: "1"
                    exact: true
                    payload: {n: 1, text: "017", money: 1.5, list: [1, 2], part: {a: 3}}
                    properties: {stream: facts, schema_version: "1.0"}
            """;

    private final Path folder;
    private final LocalEventHubs hubs = LocalEventHubs.builder().hub("facts", 1).start();

    @SuppressWarnings("NullAway.Init")
    private Cli cli;

    TestCommandTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void a_stream_without_a_source() throws Exception {
        cli = new Cli(folder, hubs, "facts").stream("facts", "SELECT n AS _watermark, * FROM facts");
    }

    @AfterEach
    void close() {
        hubs.close();
    }

    @Test
    void rows_that_give_the_expected_events_pass_and_no_source_is_needed() throws Exception {
        write(SOUND);

        Cli.Run run = cli.execute("test");

        assertThat(run.code()).as(run.out() + run.errors()).isZero();
        assertThat(run.lines()).containsExactly("passed  facts: all kinds of values", "1 tests, 0 failed");
        assertThat(hubs.count("facts")).isZero();
    }

    @Test
    void every_difference_is_told_with_its_line_and_what_came_instead() throws Exception {
        write(SOUND.replace("n: 2, text: null}}", "n: 2, text: a}}")
                        .replace("payload: {n: 1, text: \"017\", money: 1.5, ", "payload: {n: 1, text: \"017\", ")
                + "  - name: too few\n    rows: {facts: [{n: 1}, {n: 2}]}\n    events: [{watermark: \"1\"}]\n"
                + "  - name: too many\n    events: [{watermark: \"7\"}]\n"
                + "  - name: must fail\n    error: Conversion\n");

        Cli.Run run = cli.execute("test", "facts", "--json");

        assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
        JsonNode json = new ObjectMapper().readTree(run.out());
        assertThat(json.path("failed").intValue()).isEqualTo(4);
        assertThat(failure(json, 0, 0)).contains("facts.test.yaml:15: payload.text is missing and must be \"a\"");
        assertThat(failure(json, 0, 1)).contains("facts.test.yaml:16: payload.money is not expected; the event is {");
        assertThat(failure(json, 1, 0)).contains("facts.test.yaml:20: an event came out that is not expected: {");
        assertThat(failure(json, 2, 0)).contains(": no event like this came out: {\"watermark\":\"7\"}");
        assertThat(failure(json, 3, 0)).contains("must fail with \"Conversion\", but gives 0 events");
    }

    @Test
    void a_query_that_fails_fails_its_test_unless_that_is_expected() throws Exception {
        cli.stream("facts", "SELECT n AS _watermark, CAST(text AS INTEGER) AS number FROM facts");
        write("""
                tables: {facts: {n: BIGINT, text: VARCHAR}}
                tests:
                  - name: unexpected
                    rows: {facts: [{n: 1, text: one}]}
                    events: [{}]
                  - name: expected
                    rows: {facts: [{n: 1, text: one}]}
                    error: Conversion Error
                """);

        Cli.Run run = cli.execute("test");

        assertThat(run.lines().get(0)).isEqualTo("FAILED  facts: unexpected");
        assertThat(run.lines().get(1)).contains("the stream 'facts' fails:").contains("Conversion Error");
        assertThat(run.lines().get(2)).isEqualTo("passed  facts: expected");
    }

    @Test
    void a_file_that_makes_no_sense_is_refused_with_its_lines() throws Exception {
        write(SOUND.replace("event_type: fact", "eventtype: fact")
                .replace("money: 1.50", "mony: 1.50")
                .replace("  - name: all", "  - title: all"));

        Cli.Run run = cli.execute("test");

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.errors())
                .contains("facts.test.yaml:9: a test has no part 'title'")
                .contains("facts.test.yaml:12: the table has no column 'mony'. Did you mean money?")
                .contains("facts.test.yaml:15: an event has no part 'eventtype'. Did you mean event_type?");
    }

    private static String failure(JsonNode json, int test, int number) {
        return json.path("outcomes").path(test).path("failures").path(number).textValue();
    }

    private void write(String tests) throws Exception {
        Files.writeString(cli.routes().resolve("facts.test.yaml"), tests);
    }
}
