package io.factstream.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.factstream.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteFilesTest {

    private static final String GOOD = """
            # A comment, so that lines differ from items.
            - route:
                id: pings
                from:
                  uri: kamelet:fact-stream
                  parameters:
                    stream: pings
                    eventType: ping
                    query: pings.sql
                  steps:
                    - to:
                        uri: direct:send-batch
            """;

    private final Path folder;

    RouteFilesTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void a_folder_with_the_shared_flow_and_one_stream() throws IOException {
        Files.createDirectories(folder.resolve("flow"));
        try (Stream<Path> flow = Files.list(Path.of("routes/flow"))) {
            for (Path file : flow.toList()) {
                Files.copy(file, folder.resolve("flow").resolve(file.getFileName()));
            }
        }
        Files.writeString(folder.resolve("pings.camel.yaml"), GOOD);
        Files.writeString(folder.resolve("pings.sql"), "SELECT 1 AS _watermark");
    }

    @Test
    void the_shipped_routes_are_accepted() {
        assertThatCode(() -> Defaults.check(RouteFolder.withFlow(Path.of("routes"))))
                .doesNotThrowAnyException();
    }

    @Test
    void a_good_stream_is_accepted() {
        assertThatCode(() -> Defaults.check(RouteFolder.withFlow(folder))).doesNotThrowAnyException();
    }

    @Test
    void a_misspelt_parameter_is_refused_with_its_line_and_the_nearest_right_one() throws IOException {
        write(GOOD.replace("eventType:", "eventTyp:"));

        assertRefused("pings.camel.yaml:8: a stream has no parameter 'eventTyp'. Did you mean eventType?");
    }

    @Test
    void a_missing_parameter_is_refused_with_the_line_of_the_parameters() throws IOException {
        write(GOOD.replace("        eventType: ping\n", ""));

        assertRefused("pings.camel.yaml:7: the stream has no parameter eventType. Add it");
    }

    @Test
    void a_missing_query_file_is_refused_with_the_line_that_names_it() throws IOException {
        Files.delete(folder.resolve("pings.sql"));

        assertRefused("pings.camel.yaml:9: there is no query file");
    }

    @Test
    void a_stream_id_that_is_used_twice_is_refused_with_both_places() throws IOException {
        Files.writeString(folder.resolve("second.camel.yaml"), GOOD.replace("id: pings", "id: second"));

        assertRefused("second.camel.yaml:7: the stream 'pings' is used in " + folder + "/pings.camel.yaml:7 already");
    }

    @Test
    void what_is_no_yaml_is_refused_with_its_line() throws IOException {
        write(GOOD.replace("    from:", "   from: [\n"));

        assertRefused("pings.camel.yaml:", "is no YAML");
    }

    @Test
    void a_stream_id_that_cannot_be_one_is_refused_with_its_form() throws IOException {
        write(GOOD.replace("stream: pings", "stream: My Pings"));

        assertRefused("pings.camel.yaml:7: 'My Pings' is no stream id. Use lower-case letters");
    }

    @Test
    void a_duration_that_is_none_is_refused_with_its_line() throws IOException {
        write(GOOD.replace("query: pings.sql", "query: pings.sql\n        settle: soon"));

        assertRefused("pings.camel.yaml:10: settle is 'soon', which is not a duration. Give a duration from 0s to 30d");
    }

    @Test
    void what_camel_says_of_a_route_has_the_line_of_the_step_or_option_that_it_names() throws IOException {
        write(GOOD + """
                    - to:
                        uri: log:pings
                        parameters:
                          levl: WARN
            """);
        String file = folder.resolve("pings.camel.yaml").toString();

        assertThat(RoutePlace.of(RouteFolder.withFlow(folder), "pings", "something"))
                .isEqualTo(file + ":3");
        assertThat(RoutePlace.of(RouteFolder.withFlow(folder), "pings", "No endpoint could be found for: log://pings"))
                .isEqualTo(file + ":14");
        assertThat(RoutePlace.of(
                        RouteFolder.withFlow(folder),
                        "pings",
                        "log://pings?levl=WARN … Unknown parameters=[{levl=WARN}]"))
                .isEqualTo(file + ":16");
        assertThat(RoutePlace.of(RouteFolder.withFlow(folder), "unknown", "something"))
                .isEqualTo(folder.toString());
    }

    @Test
    void the_short_form_of_camel_is_refused_with_what_to_write() throws IOException {
        write(GOOD.replace("- route:\n    id: pings\n    from:", "- from:")
                .replace("      uri:", "    uri:")
                .replace("      parameters:", "    parameters:")
                .replace("      steps:", "    steps:"));

        assertRefused("pings.camel.yaml:2: the stream begins with 'from', Camel's short form. Write '- route:'");
    }

    @Test
    void a_byte_order_mark_before_a_route_or_query_file_is_passed_over() throws IOException {
        write("\uFEFF" + GOOD);
        Files.writeString(folder.resolve("pings.sql"), "\uFEFFSELECT 1 AS _watermark");

        assertThatCode(() -> Defaults.check(RouteFolder.withFlow(folder))).doesNotThrowAnyException();
        assertThat(new StreamDefinitions(RouteFolder.withFlow(folder), Defaults.values())
                        .stream("pings").query())
                .isEqualTo("SELECT 1 AS _watermark");
    }

    @Test
    void options_in_the_uri_are_refused() throws IOException {
        write(GOOD.replace("kamelet:fact-stream", "kamelet:fact-stream?stream=pings"));

        assertRefused("pings.camel.yaml:5: the uri has more than kamelet:fact-stream in it");
    }

    @Test
    void a_folder_without_a_stream_or_without_the_shared_flow_is_refused() throws IOException {
        Files.delete(folder.resolve("pings.camel.yaml"));
        Files.delete(folder.resolve("flow/fact-stream.kamelet.yaml"));

        assertRefused("holds no stream", "has no flow/fact-stream.kamelet.yaml");
    }

    @Test
    void all_mistakes_are_told_at_once() throws IOException {
        write(GOOD.replace("eventType:", "eventTyp:").replace("pings.sql", "nothing.sql"));

        assertRefused("eventTyp", "Did you mean eventType?", "nothing.sql");
    }

    @Test
    void the_fingerprint_of_a_stream_is_that_of_its_files() throws IOException {
        String before = fingerprint();
        Files.writeString(folder.resolve("pings.sql"), "SELECT 1   AS _watermark; -- the same");
        String commented = fingerprint();
        Files.writeString(folder.resolve("pings.sql"), "SELECT 2 AS _watermark");
        String changed = fingerprint();

        assertThat(commented).isEqualTo(before);
        assertThat(changed).isNotEqualTo(before);
    }

    private String fingerprint() {
        return new StreamDefinitions(RouteFolder.withFlow(folder), Defaults.values())
                .stream("pings").fingerprint();
    }

    private void write(String route) throws IOException {
        Files.writeString(folder.resolve("pings.camel.yaml"), route);
    }

    private void assertRefused(String... parts) {
        assertThatThrownBy(() -> Defaults.check(RouteFolder.withFlow(folder)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(parts);
    }
}
