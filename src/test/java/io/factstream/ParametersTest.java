package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.factstream.RuntimeUnderTest.Received;
import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.localhub.LocalEventHubs;
import io.factstream.stream.StreamDefinition;
import io.factstream.validation.Finding;
import io.factstream.validation.Severity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The parameters of a stream's route file reach the stream as they stand there: those who check a stream and those who run
 * it read the same.
 */
class ParametersTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What something between a route file and a stream might take for its own. */
    private static final List<String> PIECES = List.of(
            "&",
            "%",
            "+",
            "#",
            "?",
            "=",
            ":",
            ",",
            "*",
            "\\",
            "/",
            ";",
            "@",
            "RAW(",
            ")",
            "RAW{",
            "}",
            "}}",
            "$",
            "${body}",
            "$simple{body}",
            "'",
            "\"",
            " ",
            "  ",
            "%41",
            "%2B",
            "&stream=other",
            "#bean:streams",
            "#class:java.lang.String",
            "~",
            "null",
            "|",
            "<",
            ">",
            "é",
            "日本",
            "\uD83D\uDE80",
            "a",
            "Z",
            "9",
            "-",
            ".",
            "\t",
            "order");

    private static final List<String> HUBS = List.of("facts", "R.and_D-hub", "0123");

    /**
     * Parameters of one stream.
     *
     * @param quoted whether YAML gets them between single quotes; else as JSON
     */
    record Parameters(String eventType, String column, String file, String hub, boolean quoted) {

        String yaml(String text) throws IOException {
            return quoted && !text.contains("\t") ? "'" + text.replace("'", "''") + "'" : JSON.writeValueAsString(text);
        }
    }

    private static Arbitrary<String> texts() {
        return Arbitraries.of(PIECES)
                .list()
                .ofMinSize(1)
                .ofMaxSize(6)
                .map(pieces -> String.join("", pieces))
                .filter(text -> !text.isBlank());
    }

    @Provide
    Arbitrary<List<Parameters>> streams() {
        return Combinators.combine(
                        texts(),
                        texts(),
                        texts().map(text -> text.replace("/", "_")),
                        Arbitraries.of(HUBS),
                        Arbitraries.of(true, false))
                .as(Parameters::new)
                .list()
                .ofSize(12);
    }

    @Property(tries = 5, shrinking = ShrinkingMode.OFF)
    void what_checks_and_what_runs_read_every_parameter_as_it_stands(@ForAll("streams") List<Parameters> streams)
            throws Exception {
        Path folder = Files.createTempDirectory("parameters");
        LocalEventHubs.Builder hubs = LocalEventHubs.builder();
        HUBS.forEach(hub -> hubs.hub(hub, 2));
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder, hubs).load("CREATE TABLE facts AS SELECT 1 AS n")) {
            runtime.with(KnownSettings.CONNECTION_STRING, runtime.hubs().connectionString())
                    .with(KnownSettings.HUB_NAME, RuntimeUnderTest.HUB);
            Map<String, Parameters> byId = new LinkedHashMap<>();
            for (Parameters parameters : streams) {
                String id = "stream-" + byId.size();
                byId.put(id, parameters);
                write(runtime, id, parameters);
            }

            assertThat(Validation.of(runtime.settings(), List.of(), false, 1).findings())
                    .filteredOn(finding -> finding.severity() == Severity.ERROR)
                    .isEmpty();
            runtime.start();
            runtime.awaitDrained();

            for (Map.Entry<String, Parameters> entry : byId.entrySet()) {
                Parameters parameters = entry.getValue();
                StreamDefinition runs = runtime.stream(entry.getKey()).definition();
                StreamDefinition checked = RouteValues.definitions(runtime.settings()).stream(entry.getKey());
                assertThat(runs).isEqualTo(checked);
                assertThat(runs.eventType()).isEqualTo(parameters.eventType());
                assertThat(runs.watermarkColumn()).isEqualTo(parameters.column());
                assertThat(runs.queryFile()).isEqualTo(query(runtime, entry.getKey(), parameters));
                assertThat(runs.hub()).isEqualTo(parameters.hub());
                String preview = StreamPreview.of(runtime.settings(), entry.getKey(), 1, OptionalInt.of(2)).stream();
                assertThat(preview).isEqualTo(entry.getKey());
                assertThat(runtime.hubs().events(parameters.hub()).stream()
                                .filter(event ->
                                        entry.getKey().equals(event.properties().get("stream")))
                                .map(Received::of)
                                .map(event -> event.json().path("event_type").textValue()))
                        .containsExactly(parameters.eventType());
            }
        }
    }

    private static Path query(RuntimeUnderTest runtime, String id, Parameters parameters) {
        return Path.of(runtime.setting(KnownSettings.ROUTES)).resolve(id + parameters.file() + ".sql");
    }

    private static void write(RuntimeUnderTest runtime, String id, Parameters parameters) throws IOException {
        Files.writeString(
                query(runtime, id, parameters),
                "SELECT n AS \"" + parameters.column().replace("\"", "\"\"") + "\", n AS number FROM facts");
        route(
                runtime,
                id,
                "eventType: " + parameters.yaml(parameters.eventType()),
                "watermark: " + parameters.yaml(parameters.column()),
                "query: " + parameters.yaml(id + parameters.file() + ".sql"),
                "hub: " + parameters.yaml(parameters.hub()));
    }

    private static void route(RuntimeUnderTest runtime, String id, String... parameters) {
        runtime.route(id, id + ".sql");
        Path file = Path.of(runtime.setting(KnownSettings.ROUTES)).resolve(id + ".camel.yaml");
        try {
            List<String> lines = Files.readAllLines(file);
            lines.removeIf(line ->
                    line.strip().startsWith("eventType:") || line.strip().startsWith("query:"));
            int at = lines.indexOf("        stream: " + id) + 1;
            for (String parameter : parameters) {
                lines.add(at, "        " + parameter);
            }
            Files.write(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void a_placeholder_stands_for_the_setting_also_when_a_changed_query_is_accepted(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                .load("CREATE TABLE facts AS SELECT 1 AS n")
                .with(KnownSettings.EVENT_SOURCE, "shop")) {
            runtime.write("orders.sql", "SELECT n AS _watermark, n FROM facts");
            route(runtime, "orders", "eventType: '{{factstream.event.source}} order'", "query: orders.sql");
            runtime.start();
            runtime.awaitDrained();
            runtime.stop();
            runtime.write("orders.sql", "SELECT n AS _watermark, n, 'new' AS mark FROM facts");

            runtime.acceptQuery("orders");
            runtime.load("INSERT INTO facts VALUES (2)").start();

            runtime.awaitReceived("orders", 2);
            assertThat(runtime.received("orders")).allSatisfy(event -> assertThat(
                            event.json().path("event_type").textValue())
                    .isEqualTo("shop order"));
        }
    }

    @Test
    void what_cannot_reach_the_stream_is_refused_with_its_line_by_validate_and_by_run(@TempDir Path folder)
            throws Exception {
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder).load("CREATE TABLE facts AS SELECT 1 AS n")) {
            runtime.write("orders.sql", "SELECT n AS _watermark, n FROM facts");
            route(
                    runtime,
                    "orders",
                    "hub: my hub",
                    "pollInterval: 10",
                    "settle: '{{my.settle}}'",
                    "eventType: ~",
                    "query: orders.sql");

            List<Finding> found =
                    Validation.of(runtime.settings(), List.of(), false, 1).findings();

            String file = Path.of(runtime.setting(KnownSettings.ROUTES))
                    .resolve("orders.camel.yaml")
                    .toString();
            assertThat(found)
                    .filteredOn(finding -> finding.severity() == Severity.ERROR)
                    .extracting(Finding::toString)
                    .satisfiesExactlyInAnyOrder(
                            line -> assertThat(line).contains(file + ":11", "eventType has no value"),
                            line -> assertThat(line).contains(file + ":12", "settle", "my.settle"),
                            line -> assertThat(line).contains(file + ":13", "pollInterval is '10', which has no unit"),
                            line -> assertThat(line).contains(file + ":14", "hub is 'my hub'", "event hub"));
            assertThatThrownBy(runtime::start)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll(file + ":11", file + ":12", file + ":13", file + ":14");
        }
    }

    @Test
    void the_poll_interval_of_a_stream_is_the_one_in_its_route_file(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder).load("CREATE TABLE facts AS SELECT 1 AS n")) {
            runtime.write("orders.sql", "SELECT n AS _watermark, n FROM facts");
            route(runtime, "orders", "eventType: order", "query: orders.sql", "pollInterval: 1m30s");

            runtime.start();

            assertThat(runtime.application().context().getRoutes())
                    .anyMatch(route -> route.getEndpoint().getEndpointKey().contains("scheduler://orders?delay=90000"));
        }
    }
}
