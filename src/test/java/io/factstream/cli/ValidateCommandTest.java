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

class ValidateCommandTest {

    private static final String HUB = "facts";

    private final Path folder;
    private final LocalEventHubs hubs = LocalEventHubs.builder().hub(HUB, 2).start();

    @SuppressWarnings("NullAway.Init")
    private Cli cli;

    ValidateCommandTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void a_folder_with_a_sound_stream() throws Exception {
        cli = new Cli(folder, hubs, HUB);
        cli.sql(
                "CREATE TABLE facts AS SELECT TIMESTAMP '2026-01-01' + to_seconds((range // 3)::INTEGER) AS ts, range AS n,"
                        + " 'text' AS text, [range] AS list, 1.5::DOUBLE AS number FROM range(300)");
        cli.stream("sound", "SELECT\n  ts AS _watermark,\n  n AS _partition_key,\n  n,\n  text\nFROM facts");
    }

    @AfterEach
    void close() {
        hubs.close();
    }

    @Test
    void a_sound_folder_has_no_findings_and_each_stream_a_summary_and_nothing_is_sent_or_saved() throws Exception {
        cli.sql("INSERT INTO facts VALUES (TIMESTAMP '2020-01-01', 0, 'late', [], 0), (NULL, 1, 'never', [], 0)");

        Cli.Run run = cli.execute("validate", "--online");

        assertThat(run.code()).as(run.out() + run.errors()).isZero();
        assertThat(run.lines().get(0))
                .endsWith(
                        "sound.sql: warning: 1 of 302 rows have no _watermark and can never be read; Give them one, or"
                                + " exclude them in the query");
        assertThat(run.out())
                .contains("stream sound: 302 rows, 301 events expected")
                .contains("_watermark TIMESTAMP, 101 values, at most 3 rows share one, 1 rows have none, 0 wait")
                .contains("rows do not lie in the order of the watermark: 1 step back")
                .contains("settle         all values are whole seconds")
                .contains("set settle to 1s where")
                .containsPattern("page +22,000 rows, about [\\d,]+ bytes")
                .containsPattern("largest event +[34]\\d\\d bytes on the wire, of the first 301")
                .contains("columns        _watermark TIMESTAMP, _partition_key BIGINT, n BIGINT, text VARCHAR")
                .contains("0 errors, 0 unchecked, 1 warning; 1 stream examined");
        assertThat(folder.resolve("state.db")).doesNotExist();
        assertThat(hubs.count(HUB)).isZero();
    }

    @Test
    void a_settle_is_advised_until_the_stream_has_it() throws Exception {
        assertThat(cli.execute("validate", "--json").out()).contains("\"advised_settle\":\"1s\"");

        cli.with("factstream.poll.settle", "1s");

        assertThat(cli.execute("validate", "--json").out()).contains("\"advised_settle\":null");
        assertThat(cli.execute("validate").out()).doesNotContain("settle ");
    }

    @Test
    void a_query_that_spills_to_the_disk_runs_before_there_is_a_state_and_nothing_is_left_of_it() throws Exception {
        Path state = folder.resolve("not/yet/state.db");
        cli.with("factstream.state.file", state.toString()).with("factstream.source.memory-limit", "32MB");
        cli.sql("CREATE TABLE large AS SELECT range AS n, md5(range::VARCHAR) AS s FROM range(500000)");
        cli.stream(
                "spilling",
                "SELECT n AS _watermark, s, below FROM (SELECT *, lag(s) OVER (ORDER BY s DESC) AS below FROM large)\n"
                        + "WHERE s < '0001'");

        for (String[] command : new String[][] {{"validate", "spilling"}, {"preview", "spilling"}, {"run", "--once"}}) {
            Cli.Run run = cli.execute(command);

            assertThat(run.code()).as(run.out() + run.errors()).isZero();
            assertThat(state.resolveSibling("spill")).doesNotExist();
            assertThat(Path.of(System.getProperty("java.io.tmpdir"))
                            .resolve("factstream-spill-"
                                    + ProcessHandle.current().pid()))
                    .doesNotExist();
        }
        assertThat(hubs.count(HUB)).isEqualTo(300 + 6);
    }

    @Test
    void json_that_has_a_name_more_than_once_is_sent_as_it_stands_and_warned_of() throws Exception {
        cli.stream("repeating", "SELECT ts AS _watermark, '{\"a\":1,\"a\":2}'::JSON AS body, n FROM facts WHERE n < 3");

        Cli.Run checked = cli.execute("validate", "repeating");
        Cli.Run sent = cli.execute("run", "--once");

        assertThat(checked.code()).as(checked.out() + checked.errors()).isZero();
        assertThat(checked.out())
                .contains("warning: of the first 3 events 3 are JSON in which one object has a name more than once");
        assertThat(sent.code()).as(sent.out() + sent.errors()).isZero();
        assertThat(hubs.count(HUB)).isEqualTo(300 + 3);
    }

    @Test
    void everything_that_is_wrong_is_told_in_one_go_each_with_its_file_and_line() throws Exception {
        cli.stream("misspelt", "SELECT ts AS _watermark FROM facts");
        cli.edit("misspelt.camel.yaml", "eventType", "eventTyp");
        cli.stream("missing", "SELECT ts AS _watermark FROM facts");
        cli.edit("missing.camel.yaml", "        eventType: fact\n", "");
        cli.stream("option", "SELECT ts AS _watermark FROM facts");
        cli.edit(
                "option.camel.yaml",
                "            uri: direct:send-batch\n",
                "            uri: direct:send-batch\n            parameters:\n              tiemout: 5\n");
        cli.stream("step", "SELECT ts AS _watermark FROM facts");
        cli.edit("step.camel.yaml", "- to:", "- too:");
        cli.stream("twin", "SELECT ts AS _watermark FROM facts");
        cli.edit("twin.camel.yaml", "stream: twin", "stream: sound");
        cli.stream("same-id", "SELECT ts AS _watermark FROM facts");
        cli.edit("same-id.camel.yaml", "id: same-id", "id: step");
        cli.stream("no-watermark", "SELECT ts, n FROM facts");
        cli.stream("text-watermark", "SELECT\n  text AS _watermark,\n  n\nFROM facts");
        cli.stream("limited", "SELECT ts AS _watermark\nFROM facts\nORDER BY ts\nLIMIT 10");
        cli.stream("recent", "SELECT ts AS _watermark\nFROM facts\nWHERE ts > now() - INTERVAL 1 DAY");
        cli.stream("sent", "SELECT ts AS _watermark\nFROM facts\nWHERE ts > (SELECT max(ts) FROM facts WHERE n < 9)");
        cli.stream("key", "SELECT\n  ts AS _watermark,\n  list AS _partition_key\nFROM facts");
        cli.stream("syntax", "SELECT ts AS _watermark,\n  n,,\nFROM facts");
        cli.stream("table", "SELECT ts AS _watermark\nFROM fact");
        cli.stream("cast", "SELECT ts AS _watermark,\n  CAST(text AS INTEGER) AS n\nFROM facts");

        Cli.Run run = cli.execute("validate");

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.lines())
                .anyMatch(
                        line -> line.matches(
                                ".*/misspelt.camel.yaml:\\d+: error: a stream has no parameter 'eventTyp'; Did you mean eventType\\?"))
                .anyMatch(line ->
                        line.matches(".*/missing.camel.yaml:\\d+: error: the stream has no parameter eventType; .+"))
                .anyMatch(line -> line.matches(".*/option.camel.yaml:\\d+: error: .*tiemout.*; .+"))
                .anyMatch(line ->
                        line.matches(".*/step.camel.yaml:\\d+: error: there is no step 'too'; Did you mean to\\?"))
                .anyMatch(line -> line.matches(".*/twin.camel.yaml:\\d+: error: the stream 'sound' is used in .*; .+"))
                .anyMatch(line -> line.matches(".*/step.camel.yaml:2: error: the route id 'step' is used in .*; .+"))
                .anyMatch(line -> line.matches(".*/no-watermark.sql: error: the query has no column _watermark.*; .+"))
                .anyMatch(line -> line.matches(".*/text-watermark.sql:2: error: the watermark .* is a VARCHAR; .+"))
                .anyMatch(line -> line.matches(".*/limited.sql:4: error: the query ends in LIMIT.*; Take it out.*"))
                .anyMatch(line -> line.matches(".*/limited.sql:3: error: the query ends in ORDER BY.*; Take it out.*"))
                .anyMatch(line -> line.matches(".*/recent.sql:3: error: the query leaves rows out .*; Take the .*"))
                .anyMatch(line -> line.matches(".*/sent.sql:3: error: the query leaves rows out .*; Take the .*"))
                .anyMatch(
                        line -> line.matches(".*/key.sql:3: error: the column _partition_key is a BIGINT\\[\\].*; .+"))
                .anyMatch(line -> line.matches(".*/syntax.sql:2: error: is no SQL.*; Correct the query"))
                .anyMatch(line -> line.matches(".*/table.sql:2: error: .*fact.*; Correct the query.*"))
                .anyMatch(line -> line.matches(".*/cast.sql:2: error: .*; Correct the rows or the query.*"))
                .noneMatch(line -> line.contains("'text'"))
                .noneMatch(line -> line.contains("sound.sql"));
        assertThat(run.out()).contains("stream sound: 300 rows");
    }

    @Test
    void what_would_run_and_should_be_mended_all_the_same_is_a_warning() throws Exception {
        Files.writeString(cli.routes().resolve("short.camel.yaml"), """
                - route:
                    id: else
                    from:
                      uri: timer:tick?period=60000
                      steps:
                        - log: hello
                """);
        cli.stream(
                "bound",
                "SELECT ts AS _watermark, number AS _partition_key\nFROM facts\nWHERE ts >= TIMESTAMP '2026-01-01'");

        Cli.Run run = cli.execute("validate");

        assertThat(run.code()).as(run.out()).isZero();
        assertThat(run.lines())
                .anyMatch(line -> line.matches(".*/short.camel.yaml:1: warning: 'route' has no description; .+"))
                .anyMatch(
                        line -> line.matches(".*/short.camel.yaml:2: warning: the file is not named after its route.*"))
                .anyMatch(
                        line -> line.matches(".*/short.camel.yaml:3: warning: 'from' has no id and no description; .+"))
                .anyMatch(line -> line.matches(".*/short.camel.yaml:4: warning: the uri has options in it; .+"))
                .anyMatch(line -> line.matches(".*/short.camel.yaml:6: warning: 'log' is written in short form; .+"))
                .anyMatch(line -> line.matches(".*/bound.sql:1: warning: the column _partition_key is a DOUBLE.*; .+"))
                .anyMatch(
                        line -> line.matches(".*/bound.sql:3: warning: the query begins at a watermark of its own.*"));
    }

    @Test
    void named_streams_alone_are_checked_and_a_machine_gets_one_json_object() throws Exception {
        cli.stream("broken", "SELECT n FROM");

        Cli.Run run = cli.execute("validate", "sound", "--json");

        assertThat(run.code()).as(run.out()).isZero();
        JsonNode json = new ObjectMapper().readTree(run.out());
        assertThat(json.path("errors").intValue()).isZero();
        assertThat(json.path("findings")).isEmpty();
        JsonNode stream = json.path("streams").get(0);
        assertThat(stream.path("stream").textValue()).isEqualTo("sound");
        assertThat(stream.path("expected_events").intValue()).isEqualTo(300);
        assertThat(stream.path("largest_tie").intValue()).isEqualTo(3);
        assertThat(stream.path("in_order").booleanValue()).isTrue();
        assertThat(stream.path("columns").get(0).path("type").textValue()).isEqualTo("TIMESTAMP");
        JsonNode broken = new ObjectMapper()
                .readTree(cli.execute("validate", "broken", "--json").out());
        assertThat(broken.path("findings").get(0).path("severity").textValue()).isEqualTo("error");
        assertThat(broken.path("findings").get(0).path("where").textValue()).endsWith("broken.sql:1");
    }

    @Test
    void a_hub_that_refuses_is_an_error_and_settings_that_are_wrong_are_findings_too() {
        String wrongKey = hubs.connectionString(HUB).replaceFirst("SharedAccessKey=[^;]+", "SharedAccessKey=d3Jvbmc=");
        Cli.Run refused = cli.with("eventhubs.connection-string", wrongKey).execute("validate", "--online");
        Cli.Run misspelt = cli.with("factstream.pol.interval", "1s").execute("validate");

        assertThat(refused.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(refused.out()).containsPattern("(?m)^hub facts: error: .*refuses the login");
        assertThat(misspelt.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(misspelt.out())
                .contains("factstream.pol.interval")
                .contains("error")
                .contains("factstream.poll.interval");
    }

    @Test
    void without_a_connection_string_all_is_checked_but_the_hub() {
        Cli.Run offline = cli.without("eventhubs.connection-string").execute("validate");
        Cli.Run online = cli.execute("validate", "--online");

        assertThat(offline.code()).as(offline.out()).isZero();
        assertThat(offline.out())
                .containsPattern("(?m)^eventhubs.connection-string: warning: is not set")
                .contains("stream sound: ");
        assertThat(online.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(online.out()).containsPattern("(?m)^eventhubs.connection-string: error: is not set");
    }

    @Test
    void a_source_that_does_not_exist_is_an_error_and_the_routes_are_checked_all_the_same() throws Exception {
        cli.edit("sound.camel.yaml", "- to:", "- too:");

        Cli.Run run = cli.with(
                        "factstream.source.file",
                        folder.resolve("nothing.duckdb").toString())
                .execute("validate");

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.out()).contains("nothing.duckdb does not exist").contains("there is no step 'too'");
    }
}
