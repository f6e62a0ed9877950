package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.factstream.routes.RouteFiles;
import io.factstream.routes.RouteFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.apache.camel.Route;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Every file in routes/, those of tomorrow too: its form, its ids and descriptions, and that Camel can load it. */
class ShippedRoutesTest {

    private static final Path ROUTES = Path.of("routes");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Schema SCHEMA = schema();

    /** What holds a list of steps and is no step of its own. */
    private static final Set<String> WITHOUT_STEPS = Set.of("parameters", "expression", "redeliveryPolicy");

    /** Steps whose short form is a bare text. */
    private static final Set<String> STEPS = Set.of(
            "to", "toD", "log", "setBody", "setHeader", "setProperty", "filter", "split", "bean", "from", "route");

    static List<Path> routeFiles() throws IOException {
        return files(".camel.yaml");
    }

    static List<Path> kamelets() throws IOException {
        return files(".kamelet.yaml");
    }

    static List<Path> all() throws IOException {
        return Stream.concat(routeFiles().stream(), kamelets().stream()).toList();
    }

    private static List<Path> files(String ending) throws IOException {
        try (Stream<Path> files = Files.walk(ROUTES)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void validate_has_nothing_to_say_against_their_form() {
        RouteFiles.Form form = RouteFiles.form(RouteFolder.withFlow(ROUTES));

        assertThat(form.faults()).isEmpty();
        assertThat(form.advice()).isEmpty();
    }

    @Test
    void there_is_no_file_that_nobody_looks_at() throws IOException {
        try (Stream<Path> files = Files.walk(ROUTES)) {
            assertThat(files.filter(Files::isRegularFile))
                    .allMatch(file -> file.toString().matches(".*\\.(camel\\.yaml|kamelet\\.yaml|test\\.yaml|sql)"));
        }
    }

    @ParameterizedTest
    @MethodSource("routeFiles")
    void a_route_file_has_the_form_that_camel_documents(Path file) {
        assertThat(faults(read(file))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("kamelets")
    void the_template_of_a_kamelet_has_the_form_that_camel_documents(Path file) {
        JsonNode template = read(file).at("/spec/template");
        var route = JSON.createObjectNode();
        route.set("from", template.get("from"));
        var items = JSON.createArrayNode();
        items.addObject().set("route", route);
        if (template.has("beans")) {
            items.addObject().set("beans", template.get("beans"));
        }

        assertThat(faults(items)).isEmpty();
    }

    private static List<Error> faults(JsonNode file) {
        // A placeholder stands where the schema wants a number.
        return SCHEMA.validate(file).stream()
                .filter(fault -> !fault.getKeyword().equals("type")
                        || !fault.getInstanceNode().asText().startsWith("{{"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("all")
    void every_step_has_an_id_and_a_description(Path file) {
        List<String> lacking = new ArrayList<>();
        steps(read(file), (path, step) -> {
            if (!step.path("id").isTextual()
                    || step.path("description").asText().length() < 5) {
                lacking.add(path);
            }
        });

        assertThat(lacking).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("all")
    void nothing_is_written_in_short_form(Path file) {
        List<String> compact = new ArrayList<>();
        walk("", read(file), (path, node) -> node.properties().forEach(field -> {
            boolean bareText =
                    STEPS.contains(field.getKey()) && field.getValue().isTextual();
            boolean options =
                    field.getKey().equals("uri") && field.getValue().asText().contains("?");
            if (bareText || options) {
                compact.add(path + "/" + field.getKey());
            }
        }));

        assertThat(compact).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("kamelets")
    void every_parameter_of_a_kamelet_has_a_title_and_a_description(Path file) {
        JsonNode properties = read(file).at("/spec/definition/properties");

        assertThat(properties).isNotEmpty().allSatisfy(property -> {
            assertThat(property.path("title").asText()).isNotBlank();
            assertThat(property.path("description").asText()).endsWith(".");
            assertThat(property.path("type").asText()).isNotBlank();
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void a_file_is_named_after_its_main_route(Path file) {
        JsonNode content = read(file);
        String name =
                Objects.requireNonNull(file.getFileName()).toString().replaceAll("\\.(camel|kamelet)\\.yaml$", "");

        if (content.isArray()) {
            // A file of the shared flow may have several; one of them is what it is named after.
            assertThat(content.findValues("route").stream()
                            .map(route -> route.path("id").asText()))
                    .anyMatch(id -> id.equals(name) || (id + "s").equals(name));
        } else {
            assertThat(content.at("/metadata/name").asText()).isEqualTo(name);
        }
    }

    @Test
    void an_id_is_used_once_in_all_files() throws IOException {
        Map<String, List<String>> used = new TreeMap<>();
        for (Path file : all()) {
            steps(read(file), (path, step) -> used.computeIfAbsent(
                            step.path("id").asText(), id -> new ArrayList<>())
                    .add(file + path));
        }

        assertThat(used).hasSizeGreaterThan(40).allSatisfy((id, places) -> {
            assertThat(places).as(id).hasSize(1);
            assertThat(id).matches("[a-z0-9]+(-([a-z0-9]+|\\{\\{[a-z]+}}))*");
        });
    }

    /** Camel would keep what became of each part until the last one is over: of each batch its marshalled events. */
    @Test
    void parts_that_are_sent_one_after_the_other_are_forgotten_one_after_the_other() throws IOException {
        List<JsonNode> splits = new ArrayList<>();
        for (Path file : all()) {
            steps(read(file), (path, step) -> {
                if (path.endsWith("/split") && !step.path("parallelProcessing").asBoolean()) {
                    splits.add(step);
                }
            });
        }

        assertThat(splits).hasSizeGreaterThan(1).allSatisfy(split -> assertThat(
                        split.path("streaming").asBoolean())
                .as(split.path("id").asText())
                .isTrue());
    }

    /** Camel would keep what the method is called of, up to a thousand objects: pages and batches fill the heap. */
    @Test
    void no_expression_calls_a_method_of_what_a_message_carries() throws IOException {
        assertThat(all()).isNotEmpty().allSatisfy(file -> assertThat(Files.readAllLines(file))
                .as(file.toString())
                .noneMatch(line -> line.matches(".*\\$\\{(body|header|exchangeProperty)[^}]*\\(.*")));
    }

    @Test
    void camel_loads_all_of_them_without_connecting_anywhere(@TempDir Path folder) throws IOException {
        try (RuntimeUnderTest runtime = RuntimeUnderTest.shipped(folder).with("camel.main.autoStartup", "false")) {
            runtime.start();

            List<String> ids = routeFiles().stream()
                    .flatMap(file -> read(file).findValues("route").stream())
                    .map(route -> route.path("id").asText())
                    .toList();
            assertThat(runtime.application().context().getRoutes())
                    .extracting(Route::getRouteId)
                    .containsAll(ids);
            assertThat(runtime.hubs().connections()).isZero();
        }
    }

    private static Schema schema() {
        try (InputStream in = Objects.requireNonNull(
                ShippedRoutesTest.class.getClassLoader().getResourceAsStream("schema/camelYamlDsl.json"))) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_4)
                    .getSchema(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode read(Path file) {
        try {
            Object content = new Load(
                            LoadSettings.builder().setAllowDuplicateKeys(false).build())
                    .loadFromString(Files.readString(file));
            return JSON.valueToTree(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Visits routes, route configurations, what starts them, their steps, and the clauses for failures. */
    private static void steps(JsonNode file, BiConsumer<String, JsonNode> visitor) {
        walk("", file, (path, node) -> node.properties().forEach(field -> {
            String key = field.getKey();
            JsonNode value = field.getValue();
            String place = path + "/" + key;
            if (value.isObject()
                    && Set.of("route", "routeConfiguration", "from", "onException", "doFinally")
                            .contains(key)) {
                visitor.accept(place, value);
            } else if (key.equals("deadLetterChannel")) {
                assertThat(value.path("id").isTextual()).as(place).isTrue();
            } else if (key.equals("steps")) {
                value.forEach(step -> step.properties().forEach(only -> {
                    if (!only.getKey().equals("doFinally")) {
                        visitor.accept(place + "/" + only.getKey(), only.getValue());
                    }
                }));
            } else if (key.equals("doCatch")) {
                value.forEach(clause -> visitor.accept(place, clause));
            }
        }));
    }

    private static void walk(String path, JsonNode node, BiConsumer<String, JsonNode> visitor) {
        if (node.isObject()) {
            visitor.accept(path, node);
            node.properties().forEach(field -> {
                if (!WITHOUT_STEPS.contains(field.getKey())) {
                    walk(path + "/" + field.getKey(), field.getValue(), visitor);
                }
            });
        }
        if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                walk(path + "/" + i, node.get(i), visitor);
            }
        }
    }
}
