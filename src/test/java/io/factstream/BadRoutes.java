package io.factstream;

import static io.factstream.BadInput.Kind.ROUTES;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.routes.Defaults;
import io.factstream.routes.RouteFolder;
import io.factstream.stream.RefusedStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Route and query files that cannot work. */
final class BadRoutes {

    private static final String QUERY = "SELECT n AS _watermark FROM facts\n";

    private static final String GOOD = """
            # A comment, so that lines differ from items.
            - route:
                id: refunds
                description: One event a refund.
                from:
                  id: read-refunds
                  description: Reads them.
                  uri: kamelet:fact-stream
                  parameters:
                    stream: refunds
                    eventType: refund
                    query: refunds.sql
                  steps:
                    - to:
                        id: send-refunds
                        description: Sends them.
                        uri: direct:send-batch
            """;

    private BadRoutes() {}

    static List<BadInput> all() {
        List<BadInput> all = new ArrayList<>(List.of(
                changed("what is no YAML", "from:", "from: [", "refunds.camel.yaml:"),
                changed("a tab as indentation", "      parameters:", "\t  parameters:", "refunds.camel.yaml:"),
                changed(
                        "a line indented too far",
                        "    description: One",
                        "      description: One",
                        "refunds.camel.yaml:"),
                changed("a key given twice", "eventType: refund", "stream: refunds", "refunds.camel.yaml:"),
                changed(
                        "a parameter that a stream does not have",
                        "eventType: refund",
                        "eventType: refund\n        colour: blue",
                        "refunds.camel.yaml:12",
                        "'colour'"),
                changed(
                        "a misspelt parameter",
                        "eventType",
                        "eventtype",
                        "refunds.camel.yaml:11",
                        "Did you mean eventType?"),
                changed(
                        "a parameter in kebab-case",
                        "eventType",
                        "event-type",
                        "refunds.camel.yaml:11",
                        "Did you mean eventType?"),
                changed("a missing parameter", "        eventType: refund\n", "", "refunds.camel.yaml:10", "eventType"),
                changed(
                        "a parameter without a value",
                        "eventType: refund",
                        "eventType:",
                        "refunds.camel.yaml:11",
                        "eventType"),
                changed(
                        "a kamelet that does not exist",
                        "kamelet:fact-stream",
                        "kamelet:fact-streem",
                        "refunds.camel.yaml:8",
                        "fact-streem",
                        "Did you mean fact-stream?"),
                changed(
                        "a step to a route that does not exist",
                        "direct:send-batch",
                        "direct:send-bach",
                        "refunds.camel.yaml:17",
                        "Did you mean direct:send-batch?"),
                changed(
                        "parameters in the uri",
                        "kamelet:fact-stream",
                        "kamelet:fact-stream?stream=refunds",
                        "refunds.camel.yaml:8"),
                changed(
                        "a stream id that is none",
                        "stream: refunds",
                        "stream: My Refunds",
                        "refunds.camel.yaml:10",
                        "'My Refunds'"),
                changed(
                        "a settle that is no duration",
                        "query: refunds.sql",
                        "query: refunds.sql\n        settle: soon",
                        "refunds.camel.yaml:13",
                        "'soon'"),
                folder(
                        "a stream id used twice",
                        folder -> Files.writeString(
                                folder.resolve("zz.camel.yaml"),
                                GOOD.replace("id: refunds", "id: zz")
                                        .replace("id: send-refunds", "id: send-zz")
                                        .replace("id: read-refunds", "id: read-zz")),
                        "zz.camel.yaml:10",
                        "refunds.camel.yaml:10"),
                folder(
                        "a route id used twice",
                        folder -> Files.writeString(
                                folder.resolve("zz.camel.yaml"), GOOD.replace("stream: refunds", "stream: zz")),
                        "zz.camel.yaml:3",
                        "refunds.camel.yaml:3"),
                folder(
                        "a route file under a name that is not loaded",
                        folder -> Files.move(folder.resolve("refunds.camel.yaml"), folder.resolve("refunds.yml")),
                        "refunds.yml",
                        "refunds.camel.yaml"),
                folder("an empty folder", folder -> Files.delete(folder.resolve("refunds.camel.yaml")), "routes"),
                folder(
                        "a folder without the shared flow",
                        folder -> Files.delete(folder.resolve("flow/fact-stream.kamelet.yaml")),
                        "routes"),
                folder(
                        "a route file that is not encoded in UTF-8",
                        folder ->
                                Files.write(folder.resolve("refunds.camel.yaml"), new byte[] {'#', (byte) 0xfc, '\n'}),
                        "refunds.camel.yaml"),
                folder(
                        "a query file that is missing",
                        folder -> Files.delete(folder.resolve("refunds.sql")),
                        "refunds.camel.yaml:12",
                        "refunds.sql"),
                folder(
                        "an empty query file",
                        folder -> Files.writeString(folder.resolve("refunds.sql"), "-- to do\n"),
                        "refunds.sql"),
                folder(
                        "a query file that is not encoded in UTF-8",
                        folder -> Files.write(folder.resolve("refunds.sql"), new byte[] {'-', '-', (byte) 0xfc, '\n'}),
                        "refunds.sql"),
                folder(
                        "two statements",
                        folder -> Files.writeString(
                                folder.resolve("refunds.sql"), QUERY.replace("\n", ";\n") + "SELECT 1"),
                        "refunds.sql:2")));
        all.addAll(List.of(
                started(
                        "a misspelt option of an endpoint",
                        other("timer:tick", "perriod: 1000", "log:tick"),
                        "other.camel.yaml:",
                        "perriod"),
                started(
                        "a component that does not exist",
                        other("timer:tick", "period: 1000", "kafka:tick"),
                        "other.camel.yaml:",
                        "kafka"),
                started(
                        "a step that does not exist",
                        other("timer:tick", "period: 1000", "log:tick").replace("- to:", "- too:"),
                        "other.camel.yaml:",
                        "too"),
                started(
                        "a step in kebab-case",
                        other("timer:tick", "period: 1000", "log:tick").replace("- to:", "- set-body:"),
                        "other.camel.yaml:",
                        "set-body"),
                started(
                        "a setting that does not exist",
                        other("timer:{{my.timer}}", "period: 1000", "log:tick"),
                        "other.camel.yaml:",
                        "my.timer"),
                started(
                        "a secret as a setting",
                        other("timer:tick", "period: 1000", "log:{{eventhubs.connection-string}}"),
                        "other.camel.yaml:",
                        "eventhubs.connection-string")));
        return all;
    }

    private interface Change {
        void of(Path routes) throws IOException;
    }

    private static BadInput changed(String what, String from, String to, String... names) {
        return folder(
                what, routes -> Files.writeString(routes.resolve("refunds.camel.yaml"), GOOD.replace(from, to)), names);
    }

    /** A folder that would do, but for one change. */
    private static BadInput folder(String what, Change change, String... names) {
        return BadInput.of(
                ROUTES,
                what,
                folder -> {
                    Path routes = folder.resolve("routes");
                    Files.createDirectories(routes.resolve("flow"));
                    try (Stream<Path> flow = Files.list(Path.of("routes/flow"))) {
                        for (Path file : flow.toList()) {
                            Files.copy(file, routes.resolve("flow").resolve(file.getFileName()));
                        }
                    }
                    Files.writeString(routes.resolve("refunds.camel.yaml"), GOOD);
                    Files.writeString(routes.resolve("refunds.sql"), QUERY);
                    change.of(routes);
                    return BadInput.message(catchThrowableOfType(
                            ConfigurationException.class, () -> Defaults.check(RouteFolder.withFlow(routes))));
                },
                names);
    }

    /** What only Camel can tell. */
    private static BadInput started(String what, String route, String... names) {
        return BadInput.of(
                ROUTES,
                what,
                folder -> {
                    try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                            .load("CREATE TABLE facts AS SELECT 1 AS n")
                            .with(KnownSettings.SHUTDOWN_TIMEOUT, "1s")) {
                        runtime.write("refunds.sql", QUERY);
                        runtime.write("refunds.camel.yaml", GOOD);
                        runtime.write("other.camel.yaml", route);
                        runtime.start();
                        // The stream beside it runs.
                        runtime.awaitReceived("refunds", 1);
                        return runtime.application().streams().refused().stream()
                                .map(RefusedStream::why)
                                .collect(Collectors.joining("\n"));
                    }
                },
                names);
    }

    private static String other(String from, String option, String to) {
        return """
                # A route of somebody's own, beside the streams.
                - route:
                    id: other
                    description: Does something else.
                    from:
                      id: tick
                      description: Ticks.
                      uri: %s
                      parameters:
                        %s
                      steps:
                        - to:
                            id: tock
                            description: Tocks.
                            uri: %s
                """.formatted(from, option, to);
    }
}
