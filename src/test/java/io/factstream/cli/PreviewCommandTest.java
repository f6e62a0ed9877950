package io.factstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.factstream.localhub.LocalEventHubs;
import io.factstream.localhub.StoredEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreviewCommandTest {

    private static final String HUB = "facts";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final LocalEventHubs hubs = LocalEventHubs.builder().hub(HUB, 4).start();
    private final Path folder;

    @SuppressWarnings("NullAway.Init")
    private Cli cli;

    PreviewCommandTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void a_stream() throws Exception {
        cli = new Cli(folder, hubs, HUB);
        cli.sql("CREATE TABLE facts AS SELECT 300 - range AS n, 'é' AS text FROM range(300)");
        cli.stream("facts", "SELECT n AS _watermark, n % 7 AS _partition_key, n, text FROM facts");
    }

    @AfterEach
    void close() {
        hubs.close();
    }

    @Test
    void what_is_shown_is_what_is_sent_next_in_order_and_showing_it_sends_and_moves_nothing() throws Exception {
        JsonNode first = JSON.readTree(
                cli.execute("preview", "facts", "-n", "20", "--json").out());
        assertThat(hubs.count(HUB)).isZero();
        assertThat(folder.resolve("state.db")).doesNotExist();
        cli.execute("run", "--once");
        cli.sql("INSERT INTO facts SELECT 301, 'later'");

        JsonNode next = JSON.readTree(cli.execute("preview", "facts", "--json").out());

        assertThat(first.path("events")).hasSize(20);
        assertThat(first.path("events").findValuesAsText("watermark").get(19)).isEqualTo("20");
        for (JsonNode event : first.path("events")) {
            StoredEvent sent = sent(event.path("trace_id").textValue());
            assertThat(sent.partition()).isEqualTo(event.path("partition").asInt());
            assertThat(withoutSession(new String(sent.body(), StandardCharsets.UTF_8)))
                    .isEqualTo(withoutSession(event.path("body").textValue()));
            assertThat(sent.properties()).isEqualTo(JSON.convertValue(event.path("properties"), Map.class));
        }
        assertThat(next.path("after").textValue()).isEqualTo("BIGINT 300");
        assertThat(next.path("events")).hasSize(1);
        assertThat(next.path("events").get(0).path("body").textValue()).contains("\"later\"");
    }

    @Test
    void people_see_partition_key_size_id_properties_and_body() {
        Cli.Run run = cli.execute("preview", "facts", "-n", "1");

        assertThat(run.code()).as(run.errors()).isZero();
        assertThat(run.lines().get(0)).isEqualTo("stream facts, hub facts, from its first row: 1 events");
        assertThat(run.lines().get(2))
                .matches("1  partition [0-3], key 1, \\d{3} bytes on the wire, watermark 1, id [0-9a-f]{32}");
        assertThat(run.lines().get(3))
                .startsWith(
                        "   content_type=application/json event_type=fact schema_version=1.0 stream=facts trace_id=");
        assertThat(run.lines().get(4)).startsWith("   {\"event_type\":\"fact\",\"payload\":{\"n\":1,\"text\":\"é\"}");
    }

    @Test
    void rows_that_wait_for_their_time_are_told_by_preview_validate_and_status() throws Exception {
        cli.sql(
                "CREATE TABLE ahead AS SELECT (now() AT TIME ZONE 'UTC') + INTERVAL 2 HOUR - INTERVAL (range) SECOND AS ts"
                        + " FROM range(10)");
        cli.stream("facts", "SELECT ts AS _watermark FROM ahead");

        Cli.Run preview = cli.execute("preview", "facts", "--partitions", "1");
        Cli.Run validate = cli.execute("validate", "--online");
        Cli.Run once = cli.execute("run", "--once");

        String words =
                "10 rows wait, the first until 20.*: the newest _watermark lies 1 h 59 min in the future, as where a"
                        + " loader stores the local time of a zone 2 h ahead of UTC";
        assertThat(preview.out()).contains("nothing is to be sent").containsPattern(words);
        assertThat(validate.out()).containsPattern("facts.sql: warning: " + words);
        assertThat(once.out()).containsPattern("delivered, " + words);
    }

    @Test
    void without_a_hub_no_partition_is_known_unless_it_is_told_how_many_there_are() {
        hubs.close();

        Cli.Run unknown = cli.execute("preview", "facts", "-n", "1");
        Cli.Run told = cli.execute("preview", "facts", "-n", "1", "--partitions", "1");

        assertThat(unknown.code()).isZero();
        assertThat(unknown.out()).contains("no partition is known: hub facts").contains("1  partition unknown, key 1");
        assertThat(told.out()).contains("1  partition 0, key 1").doesNotContain("no partition is known");
    }

    @Test
    void an_event_that_no_hub_takes_is_told_to_become_a_dead_letter() throws Exception {
        cli.with("factstream.batch.max-bytes", "4KB").sql("UPDATE facts SET text = repeat('x', 5000) WHERE n = 1");

        Cli.Run run = cli.execute("preview", "facts", "-n", "2", "--partitions", "1");

        assertThat(run.out()).containsOnlyOnce("would become a dead letter: the event takes 5");
    }

    @Test
    void a_stream_that_does_not_exist_and_a_query_that_fails_are_told() throws Exception {
        cli.stream("broken", "SELECT n AS _watermark FROM nothing");

        Cli.Run misspelt = cli.execute("preview", "fact");
        Cli.Run broken = cli.execute("preview", "broken", "--partitions", "1");

        assertThat(misspelt.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(misspelt.errors()).contains("has no stream 'fact'. Did you mean facts?");
        assertThat(broken.code()).isEqualTo(ExitCodes.FAILED);
        assertThat(broken.errors()).contains("stream 'broken'").contains("nothing");
    }

    private StoredEvent sent(String traceId) {
        List<StoredEvent> found = hubs.events(HUB).stream()
                .filter(event -> traceId.equals(event.properties().get("trace_id")))
                .toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private static String withoutSession(String body) {
        return body.replaceFirst("\"session_id\":\"[^\"]+\"", "");
    }
}
