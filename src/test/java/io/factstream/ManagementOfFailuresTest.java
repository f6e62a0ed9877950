package io.factstream;

import static io.factstream.WebCalls.AS_JSON;
import static io.factstream.WebCalls.get;
import static io.factstream.WebCalls.json;
import static io.factstream.WebCalls.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.stream.StreamState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The management port where something is not well: a stream that fails, a port that is taken, a caller without a token. */
class ManagementOfFailuresTest {

    @Test
    void a_port_that_is_taken_is_refused_with_what_to_do(@TempDir Path other) throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                RuntimeUnderTest second = RuntimeUnderTest.in(other)) {
            second.load("CREATE TABLE facts AS SELECT 1 AS n").stream("facts", "SELECT n AS _watermark, n FROM facts")
                    .with(KnownSettings.MANAGEMENT_ENABLED, "true")
                    .with(KnownSettings.MANAGEMENT_PORT, Integer.toString(taken.getLocalPort()));

            assertThatThrownBy(second::start)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort() + " cannot be opened")
                    .hasMessageContaining("Set factstream.management.port to one that is free");
        }
    }

    @Test
    void a_stream_that_fails_makes_the_runtime_not_ready_and_leaves_it_alive(@TempDir Path other)
            throws IOException, InterruptedException {
        try (RuntimeUnderTest failing = RuntimeUnderTest.in(other)) {
            failing.load("CREATE TABLE facts AS SELECT 1 AS n").stream("good", "SELECT n AS _watermark, n FROM facts")
                    .stream("bad", "SELECT n AS _watermark, n FROM nowhere")
                    .with(KnownSettings.MANAGEMENT_ENABLED, "true")
                    .with(KnownSettings.MANAGEMENT_PORT, "0")
                    .with(KnownSettings.MANAGEMENT_TOKEN, "0123456789abcdef")
                    .start();
            failing.awaitFailing("bad");
            failing.awaitReceived("good", 1);
            URI port = failing.application().managementAddress().orElseThrow();

            HttpResponse<String> ready = get(port, "/observe/health/ready");

            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body())
                    .contains("\"status\":\"DOWN\"", "stream bad is failing", "nowhere")
                    .doesNotContain("stream good is failing");
            assertThat(get(port, "/observe/health").statusCode()).isEqualTo(503);
            assertThat(get(port, "/observe/health/live").statusCode()).isEqualTo(200);
            JsonNode status = json(get(port, "/api/status"));
            assertThat(status.path("well").booleanValue()).isFalse();
            assertThat(status.path("needsToken").booleanValue()).isTrue();
            assertThat(status.path("problems")).hasSize(1);
            assertThat(get(port, "/observe/metrics").body())
                    .contains("factstream_pages_failed_total{category=\"configuration\",event_type=\"bad\"");

            assertThat(get(port, "/api/dead-letters").statusCode()).isEqualTo(403);
            assertThat(post(port, "/api/streams/good/pause", "{}", AS_JSON).statusCode())
                    .isEqualTo(403);
            assertThat(failing.status("good").state()).isEqualTo(StreamState.RUNNING);
            assertThat(post(
                                    port,
                                    "/api/streams/good/pause",
                                    "{}",
                                    "Content-Type",
                                    "application/json",
                                    "Authorization",
                                    "Bearer 0123456789abcdef")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(failing.status("good").state()).isEqualTo(StreamState.PAUSED);
        }
    }
}
