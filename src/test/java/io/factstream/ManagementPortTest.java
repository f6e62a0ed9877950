package io.factstream;

import static io.factstream.RuntimeUnderTest.eventually;
import static io.factstream.WebCalls.AS_JSON;
import static io.factstream.WebCalls.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.factstream.config.KnownSettings;
import io.factstream.journal.Action;
import io.factstream.stream.StreamState;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the management port answers, and whom. */
class ManagementPortTest {

    private static RuntimeUnderTest runtime;

    @BeforeAll
    static void start(@TempDir Path folder) {
        runtime = RuntimeUnderTest.in(folder)
                .with(KnownSettings.MANAGEMENT_ENABLED, "true")
                .with(KnownSettings.MANAGEMENT_PORT, "0")
                .with(KnownSettings.BATCH_MAX_BYTES, "4KB")
                .load("CREATE TABLE facts AS SELECT range + 1 AS n FROM range(100)")
                .stream(
                        "facts",
                        "SELECT n AS _watermark, n % 3 AS _partition_key, n,"
                                + " CASE WHEN n = 7 THEN repeat('x', 5000) END AS text FROM facts")
                .start();
        runtime.awaitDrained();
    }

    @AfterAll
    static void stop() {
        runtime.close();
    }

    @Test
    void metrics_are_there_for_prometheus() throws Exception {
        String metrics = get("/observe/metrics").body();

        assertThat(metrics)
                .contains("factstream_events_sent_total{event_type=\"facts\",hub=\"facts\",stream=\"facts\"} ")
                .contains(
                        "factstream_stream_state{event_type=\"facts\",hub=\"facts\",state=\"running\",stream=\"facts\"} ")
                .contains("factstream_step_seconds{event_type=\"facts\",hub=\"facts\",step=\"send\",stream=\"facts\","
                        + "quantile=\"0.99\"}")
                .contains("factstream_dead_letters{category=\"validation\"} 1.0")
                .contains("factstream_hub_breaker_state{hub=\"facts\",state=\"closed\"} 1.0")
                .contains("jvm_memory_used_bytes");
    }

    @Test
    void the_dashboard_and_the_alerts_ask_for_what_is_there_and_nothing_else() throws Exception {
        String scrape = get("/observe/metrics").body();

        assertThat(MonitoringFiles.dashboardQueries()).hasSizeGreaterThan(15).allSatisfy(query -> assertThat(
                        MonitoringFiles.missing(query, scrape))
                .as(query)
                .isEmpty());
        assertThat(MonitoringFiles.alerts()).isNotEmpty().allSatisfy((name, alert) -> {
            String query = alert.path("expr").textValue();
            assertThat(MonitoringFiles.missing(query, scrape)).as(name).isEmpty();
            assertThat(alert.path("labels").path("severity").textValue())
                    .as(name)
                    .isIn("page", "ticket");
            assertThat(alert.path("annotations").path("summary").textValue())
                    .as(name)
                    .isNotBlank();
            assertThat(alert.path("annotations").path("description").textValue())
                    .as(name)
                    .isNotBlank();
        });
        assertThat(MonitoringFiles.missing("rate(factstream_event_sent_total[1m])", scrape))
                .isNotEmpty();
        assertThat(MonitoringFiles.missing("factstream_stream_state{state=\"broken\"}", scrape))
                .isNotEmpty();
    }

    @Test
    void every_metric_and_every_alert_is_explained() throws Exception {
        String docs = Files.readString(Path.of("docs", "operations.md"));

        assertThat(MonitoringFiles.names(get("/observe/metrics").body()))
                .filteredOn(name -> name.startsWith("factstream_"))
                .hasSizeGreaterThan(20)
                .allSatisfy(name -> assertThat(docs).contains(name.replaceFirst("_(count|sum|max)$", "")));
        assertThat(MonitoringFiles.alerts().keySet())
                .allSatisfy(alert -> assertThat(docs).contains("`" + alert + "`"));
    }

    @Test
    void health_is_up_while_streams_run() throws Exception {
        assertThat(get("/observe/health").statusCode()).isEqualTo(200);
        assertThat(get("/observe/health/live").body()).contains("\"status\":\"UP\"");
        assertThat(get("/observe/health/ready").body()).contains("\"status\":\"UP\"", "stream-facts", "hub-facts");
    }

    @Test
    void the_status_holds_what_a_page_shows() throws Exception {
        JsonNode status = json(get("/api/status"));

        assertThat(status.path("session").textValue())
                .isEqualTo(runtime.application().sessionId());
        assertThat(status.path("well").booleanValue()).isTrue();
        assertThat(status.path("warnings").toString()).contains("1 dead letters");
        JsonNode stream = status.path("streams").path(0);
        assertThat(stream.path("stream").textValue()).isEqualTo("facts");
        assertThat(stream.path("eventsSent").longValue()).isEqualTo(99);
        assertThat(stream.path("watermark").textValue()).isEqualTo("BIGINT 100");
        assertThat(stream.path("deadLetters").longValue()).isEqualTo(1);
        assertThat(stream.path("errors").path("validation").longValue()).isEqualTo(1);
        assertThat(stream.path("times").path("send").path("p99").doubleValue()).isPositive();
        assertThat(stream.path("history").has("eventsPerSecond")).isTrue();
        assertThat(status.path("hubs").path(0).path("breaker").textValue()).isEqualTo("closed");
        assertThat(status.path("sessions").path(0).path("outcome").textValue()).isEqualTo("running");
        eventually("a first sample of the partitions").untilAsserted(() -> assertThat(
                        json(get("/api/status")).path("streams").path(0).path("partitions"))
                .isNotEmpty());
    }

    @Test
    void dead_letters_are_shown_with_their_events() throws Exception {
        JsonNode letters =
                json(get("/api/dead-letters?category=validation&stream=facts")).path("deadLetters");
        assertThat(letters).hasSize(1);
        assertThat(letters.path(0).has("event")).isFalse();

        JsonNode letter =
                json(get("/api/dead-letters/" + letters.path(0).path("id").textValue()));

        assertThat(letter.path("event").textValue()).contains("\"n\":7", "xxxxx");
        assertThat(letter.path("error").textValue()).contains("bytes");
        assertThat(json(get("/api/dead-letters?category=network")).path("deadLetters"))
                .isEmpty();
        assertThat(get("/api/dead-letters?category=bad").statusCode()).isEqualTo(400);
        assertThat(get("/api/dead-letters/nothing").statusCode()).isEqualTo(404);
    }

    @Test
    void a_stream_is_paused_and_resumed_and_who_did_it_is_recorded() throws Exception {
        HttpResponse<String> paused =
                post("/api/streams/facts/pause", "{}", "Content-Type", "application/json", "X-FactStream-User", "ann");

        assertThat(paused.statusCode()).as(paused.body()).isEqualTo(200);
        assertThat(runtime.status("facts").state()).isEqualTo(StreamState.PAUSED);
        assertThat(post("/api/streams/facts/resume", "{}", AS_JSON).body()).isEqualTo("{\"done\":\"resumed\"}");
        assertThat(runtime.status("facts").state()).isEqualTo(StreamState.RUNNING);
        assertThat(runtime.application().control().recent(100)).anySatisfy(action -> {
            assertThat(action.kind()).isEqualTo(Action.Kind.PAUSE);
            assertThat(action.who()).isEqualTo("ann, management port from 127.0.0.1");
        });
        HttpResponse<String> unknown = post("/api/streams/fact/pause", "{}", AS_JSON);
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).contains("no stream 'fact'", "facts");
    }

    @Test
    void dead_letters_are_replayed() throws Exception {
        String id = json(get("/api/dead-letters"))
                .path("deadLetters")
                .path(0)
                .path("id")
                .textValue();

        assertThat(post("/api/dead-letters/" + id + "/replay", "", AS_JSON).body())
                .contains("\"delivered\":0", "\"failed\":1");
        assertThat(post("/api/dead-letters/replay", "{\"stream\":\"facts\"}", AS_JSON)
                        .body())
                .contains("\"delivered\":0", "\"failed\":1");
        assertThat(post("/api/dead-letters/replay", "{\"stream\":\"other\"}", AS_JSON)
                        .body())
                .contains("\"failed\":0");
        assertThat(post("/api/dead-letters/replay", "{", AS_JSON).statusCode()).isEqualTo(400);
    }

    @Test
    void pages_of_other_sites_can_do_nothing() throws Exception {
        assertThat(post(
                                "/api/streams/facts/pause",
                                "{}",
                                "Content-Type",
                                "application/json",
                                "Origin",
                                "http://evil.example")
                        .statusCode())
                .isEqualTo(403);
        assertThat(post(
                                "/api/streams/facts/pause",
                                "{}",
                                "Content-Type",
                                "application/json",
                                "Sec-Fetch-Site",
                                "cross-site")
                        .statusCode())
                .isEqualTo(403);
        assertThat(post("/api/streams/facts/pause", "{}", "Content-Type", "text/plain")
                        .statusCode())
                .isEqualTo(400);
        assertThat(post("/observe/jolokia", "{}", "Origin", "http://evil.example")
                        .statusCode())
                .isEqualTo(403);
        assertThat(get("/api/streams/facts/pause").statusCode()).isNotEqualTo(200);
        assertThat(runtime.status("facts").state()).isEqualTo(StreamState.RUNNING);
    }

    @Test
    void a_name_of_others_that_leads_here_is_refused() throws Exception {
        assertThat(raw("GET /api/status HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 403")
                .doesNotContain("facts");
    }

    @Test
    void jolokia_reads_and_changes_nothing() throws Exception {
        String bean = "io.factstream:type=stream,name=facts";
        assertThat(get("/observe/jolokia/read/" + bean + "/EventsSent").body()).contains("\"value\":99");

        assertThat(get("/observe/jolokia/exec/" + bean + "/pause").body()).contains("\"status\":403");
        assertThat(post(
                                "/observe/jolokia/",
                                "{\"type\":\"exec\",\"mbean\":\"" + bean + "\",\"operation\":\"pause\"}",
                                AS_JSON)
                        .body())
                .contains("\"status\":403");
        assertThat(get("/observe/jolokia/read/java.lang:type=Runtime/SystemProperties")
                        .body())
                .contains("\"status\":403")
                .doesNotContain("user.home");
        assertThat(runtime.status("facts").state()).isEqualTo(StreamState.RUNNING);
    }

    @Test
    void every_answer_tells_browsers_to_be_strict() throws Exception {
        for (String path : List.of("/", "/page.js", "/api/status", "/observe/metrics", "/observe/health")) {
            HttpResponse<String> answer = get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            assertThat(answer.headers().firstValue("content-security-policy"))
                    .as(path)
                    .get()
                    .asString()
                    .startsWith("default-src 'none'; script-src 'self'; style-src 'self'");
            assertThat(answer.headers().firstValue("x-content-type-options"))
                    .as(path)
                    .contains("nosniff");
        }
    }

    private static URI port() {
        return runtime.application().managementAddress().orElseThrow();
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return WebCalls.get(port(), path);
    }

    private static HttpResponse<String> post(String path, String body, String... headers)
            throws IOException, InterruptedException {
        return WebCalls.post(port(), path, body, headers);
    }

    private static String raw(String request) throws IOException {
        try (Socket socket = new Socket(port().getHost(), port().getPort());
                OutputStream out = socket.getOutputStream();
                InputStream in = socket.getInputStream()) {
            out.write(request.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
