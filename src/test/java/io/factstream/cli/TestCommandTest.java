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
    void the_offsets_and_zones_of_times_are_applied_in_rows_and_in_expected_times() throws Exception {
        cli.stream("facts", "SELECT t AS _watermark, * EXCLUDE (t) FROM facts");
        write("""
                tables:
                  facts: {t: DATETIME, s: TIMESTAMP_S, ns: TIMESTAMP_NS, z: TIMESTAMPTZ, d: DATE, l: "TIMESTAMP[]", p: "STRUCT(seen TIMESTAMP, note VARCHAR)"}
                tests:
                  - name: offsets
                    rows:
                      facts:
                        - t: 2026-01-31T10:15:30+02:00
                          s: 2026-01-31 10:15:30 Europe/Helsinki
                          ns: 2026-01-31T10:15:30.000000001+02:00
                          z: 2026-01-31T10:15:30+02:00
                          d: 2026-01-31T23:15:30-05:00
                          l: [2026-01-31T10:15:30+02:00]
                          p: {seen: 2026-01-31T10:15:30+02:00, note: 2026-01-31T10:15:30+02:00}
                    events:
                      - ingest_timestamp: 2026-01-31T09:15:30+01:00
                        watermark: 2026-01-31T10:15:30+02:00
                        payload:
                          s: 2026-01-31T08:15:30.000000Z
                          ns: 2026-01-31T08:15:30.000000001Z
                          z: 2026-01-31T08:15:30.000000Z
                          d: 2026-02-01
                          l: [2026-01-31T08:15:30.000000Z]
                          p: {seen: 2026-01-31T08:15:30.000000Z, note: 2026-01-31T10:15:30+02:00}
                  - name: another time
                    rows: {facts: [{t: 2026-01-31T10:15:30+02:00}]}
                    events: [{ingest_timestamp: 2026-01-31T10:15:30+01:00}]
                  - name: no zone
                    rows: {facts: [{t: 2026-01-31T10:15:30 Nowhere/Town}]}
                    events: [{}]
                """);

        Cli.Run run = cli.execute("test");

        assertThat(run.lines().get(0)).as(run.out()).isEqualTo("passed  facts: offsets");
        assertThat(run.lines().get(1)).isEqualTo("FAILED  facts: another time");
        assertThat(run.lines().get(2)).contains("ingest_timestamp is \"2026-01-31T08:15:30.000000Z\" and must be");
        assertThat(run.lines().get(4)).contains("there is no time zone 'Nowhere/Town'");
    }

    @Test
    void tables_may_lie_in_schemas_and_have_any_name_that_a_query_can_write() throws Exception {
        cli.stream(
                "facts",
                "SELECT o.t AS _watermark, o.n, d.m, p.k FROM raw.orders AS o, \"a.b\".\"c \"\"d\"\"\" AS d, \"one piece\" AS p");
        write("""
                tables:
                  raw.orders: {t: TIMESTAMP, n: BIGINT}
                  raw.refunds: {t: TIMESTAMP}
                  '"a.b"."c \"\"d\"\"\"': {m: BIGINT}
                  one piece: {k: BIGINT}
                tests:
                  - name: joined
                    rows:
                      raw.orders: [{t: 2026-01-31, n: 7}]
                      '"a.b"."c \"\"d\"\"\"': [{m: 8}]
                      one piece: [{k: 9}]
                    events: [{payload: {n: 7, m: 8, k: 9}}]
                """);

        Cli.Run run = cli.execute("test");

        assertThat(run.lines()).containsExactly("passed  facts: joined", "1 tests, 0 failed");
    }

    @Test
    void every_word_of_yaml_for_no_value_is_null_and_in_quotes_a_text() throws Exception {
        cli.stream("facts", "SELECT n AS _watermark, text IS NULL AS nothing, text, list FROM facts");
        write("""
                tables: {facts: {n: BIGINT, text: VARCHAR, list: "VARCHAR[]"}}
                tests:
                  - name: nulls
                    rows:
                      facts:
                        - {n: 1, text: ~, list: [~, "~", Null, 017]}
                        - {n: 2, text: NULL}
                        - {n: 3, text: }
                        - {n: 4, text: "~"}
                        - {n: 5, text: 'NULL'}
                        - {n: 6, text: 017}
                    events:
                      - {watermark: "1", payload: {nothing: true, text: ~, list: [~, "~", null, "017"]}}
                      - {watermark: "2", payload: {nothing: true, text: Null}}
                      - {watermark: "3", payload: {nothing: true, text: }}
                      - {watermark: "4", payload: {nothing: false, text: "~"}}
                      - {watermark: "5", payload: {nothing: false, text: "NULL"}}
                      - {watermark: "6", payload: {nothing: false, text: 017}}
                """);

        Cli.Run run = cli.execute("test");

        assertThat(run.lines()).containsExactly("passed  facts: nulls", "1 tests, 0 failed");
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
