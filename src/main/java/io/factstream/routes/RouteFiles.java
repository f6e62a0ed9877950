package io.factstream.routes;

import io.factstream.config.ConfigurationException;
import io.factstream.config.NearestName;
import io.factstream.config.Problems;
import io.factstream.stream.StreamDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.util.TimeUtils;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/**
 * The route files of a folder, checked for the mistakes that Camel would report late, without a line, or not at all:
 * what is no YAML, unknown and missing parameters of a stream, a missing query file, an id used twice.
 */
public final class RouteFiles {

    private static final String KAMELET = "kamelet:fact-stream";
    private static final String KAMELET_FILE = "flow/fact-stream.kamelet.yaml";
    private static final String ROUTES = ".camel.yaml";

    /** A number with a unit, milliseconds without one; or a setting. */
    private static final Pattern DURATION = Pattern.compile("\\d+(ms|s|m|h|d)?|\\{\\{.+}}");

    private final Path folder;
    private final Problems problems = new Problems();
    private final Map<String, String> streams = new HashMap<>();
    private final Map<String, String> routes = new HashMap<>();
    private List<String> known = List.of();
    private List<String> required = List.of();

    private RouteFiles(Path folder) {
        this.folder = folder;
    }

    /**
     * Checks the route files of a folder and of the folder {@code flow} in it.
     *
     * @throws ConfigurationException naming every mistake with its file and line
     */
    public static void check(Path folder) {
        RouteFiles files = new RouteFiles(folder);
        files.problems.collect(files::readKamelet);
        for (Path file : files.list()) {
            files.problems.collect(() -> files.check(YamlFile.read(file)));
        }
        if (files.streams.isEmpty()) {
            files.problems.add(
                    folder.toString(),
                    "holds no stream",
                    "Add a route file whose source is " + KAMELET + "; docs/routes.md shows one");
        }
        files.problems.refuseIfAny();
    }

    /**
     * Identifies the query of a stream, as its route file defines it now.
     *
     * @throws ConfigurationException when no route file has a stream of that id, or its query cannot be read
     */
    public static String fingerprint(Path folder, String stream) {
        return definition(folder, stream).fingerprint();
    }

    /**
     * A stream as its route file defines it now, without what is left to settings and to defaults of the flow: its hub
     * may be a placeholder, and its settle is zero.
     *
     * @throws ConfigurationException when no route file has a stream of that id, or its query cannot be read
     */
    public static StreamDefinition definition(Path folder, String stream) {
        RouteFiles files = new RouteFiles(folder);
        return files.list().stream()
                .map(file -> YamlFile.read(file).root().orElse(null))
                .filter(Objects::nonNull)
                .flatMap(root -> YamlFile.items(root).stream())
                .flatMap(item -> YamlFile.at(item, "route", "from", "parameters").stream())
                .filter(parameters -> parameter(parameters, "stream", "").equals(stream))
                .findFirst()
                .map(parameters -> new StreamDefinition(
                        stream,
                        parameter(parameters, "eventType", ""),
                        folder.resolve(parameter(parameters, "query", "")),
                        files.query(parameter(parameters, "query", "")),
                        parameter(parameters, "watermark", "_watermark"),
                        parameter(parameters, "hub", "{{eventhubs.name}}"),
                        Duration.ZERO))
                .orElseThrow(() -> new ConfigurationException(
                        folder.toString(), "has no stream '" + stream + "'", "Check the id in the route files"));
    }

    /**
     * A stream as its route file defines it now, without a runtime.
     *
     * @param values what {@code {{…}}} in the file stands for
     * @throws ConfigurationException when no route file has a stream of that id, or what it says makes no sense
     */
    public static StreamDefinition stream(Path folder, String stream, Properties values) {
        RouteFiles files = new RouteFiles(folder);
        Map<String, Node> streams = files.streamParameters();
        Node given = streams.get(stream);
        if (given == null) {
            throw new ConfigurationException(
                    folder.toString(),
                    "has no stream '" + stream + "'",
                    NearestName.of(stream, streams.keySet())
                            .map(nearest -> "Did you mean " + nearest + "?")
                            .orElse("It has " + String.join(", ", streams.keySet())));
        }
        Node properties = YamlFile.read(folder.resolve(KAMELET_FILE))
                .root()
                .flatMap(root -> YamlFile.at(root, "spec", "definition", "properties"))
                .orElse(given);
        // Never started: it only knows how the runtime will read a placeholder.
        CamelContext camel = new DefaultCamelContext();
        try {
            camel.getPropertiesComponent().setInitialProperties(values);
            UnaryOperator<String> value = name -> camel.resolvePropertyPlaceholders(parameter(
                    given,
                    name,
                    YamlFile.at(properties, name, "default").map(YamlFile::text).orElse("")));
            String query = value.apply("query");
            return new StreamDefinition(
                    stream,
                    value.apply("eventType"),
                    folder.resolve(query).normalize(),
                    files.query(query),
                    value.apply("watermark"),
                    value.apply("hub"),
                    Duration.ofMillis(TimeUtils.toMilliSeconds(value.apply("settle"))));
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    "stream '" + stream + "'",
                    "its parameters cannot be read: " + e.getMessage(),
                    "Correct its route file in " + folder,
                    e);
        } finally {
            camel.stop();
        }
    }

    /** The parameters of all streams, by id. */
    private Map<String, Node> streamParameters() {
        Map<String, Node> found = new TreeMap<>();
        for (Path file : list()) {
            for (Node item : YamlFile.read(file).root().map(YamlFile::items).orElse(List.of())) {
                YamlFile.at(item, "route", "from")
                        .filter(from -> YamlFile.at(from, "uri")
                                .map(YamlFile::text)
                                .orElse("")
                                .equals(KAMELET))
                        .flatMap(from -> YamlFile.at(from, "parameters"))
                        .ifPresent(parameters -> found.put(parameter(parameters, "stream", ""), parameters));
            }
        }
        return found;
    }

    /** The file and line of a route, for a message; the folder when no file has a route of that id. */
    public static String place(Path folder, String routeId) {
        // What runs a stream's flow is made from the kamelet, under an id that Camel chooses.
        if (routeId.startsWith("fact-stream-")) {
            return folder.resolve(KAMELET_FILE).toString();
        }
        for (Path path : new RouteFiles(folder).list()) {
            YamlFile file = YamlFile.read(path);
            for (Node item : file.root().map(YamlFile::items).orElse(List.of())) {
                Optional<String> place = YamlFile.at(item, "route", "id")
                        .filter(id -> YamlFile.text(id).equals(routeId))
                        .map(file::place);
                if (place.isPresent()) {
                    return place.get();
                }
            }
        }
        return folder.toString();
    }

    private String query(String name) {
        Path file = folder.resolve(name);
        try {
            return StreamDefinition.statement(file, Files.readString(file));
        } catch (IOException e) {
            throw new ConfigurationException(file.toString(), "cannot be read", "Put the stream's SELECT there", e);
        }
    }

    private static String parameter(Node parameters, String name, String otherwise) {
        return YamlFile.at(parameters, name).map(YamlFile::text).orElse(otherwise);
    }

    private void readKamelet() {
        Path file = folder.resolve(KAMELET_FILE);
        if (!Files.exists(file)) {
            throw new ConfigurationException(
                    folder.toString(), "has no " + KAMELET_FILE, "Copy the folder flow of the distribution there");
        }
        YamlFile.read(file).root().ifPresent(root -> {
            known = YamlFile.at(root, "spec", "definition", "properties")
                    .map(YamlFile::keys)
                    .orElse(List.of());
            required = YamlFile.at(root, "spec", "definition", "required")
                    .map(node ->
                            YamlFile.items(node).stream().map(YamlFile::text).toList())
                    .orElse(List.of());
        });
    }

    private List<Path> list() {
        try (Stream<Path> files = Files.find(folder, 2, (file, attributes) -> attributes.isRegularFile())) {
            return files.filter(file -> file.toString().endsWith(ROUTES))
                    .filter(file -> folder.equals(file.getParent())
                            || folder.resolve("flow").equals(file.getParent()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new ConfigurationException(folder.toString(), "cannot be listed", "Let this user read it", e);
        }
    }

    private void check(YamlFile file) {
        Node root = file.root().orElse(null);
        if (root == null) {
            return;
        }
        for (Node item : YamlFile.items(root)) {
            YamlFile.at(item, "route").ifPresent(route -> checkRoute(file, route));
        }
    }

    private void checkRoute(YamlFile file, Node route) {
        YamlFile.at(route, "id").ifPresent(id -> refuseSecondUse(file, id, routes, "route id"));
        YamlFile.at(route, "from", "uri")
                .filter(uri -> YamlFile.text(uri).startsWith(KAMELET))
                .ifPresent(uri -> checkStream(file, route, uri));
    }

    private void checkStream(YamlFile file, Node route, Node uri) {
        if (!YamlFile.text(uri).equals(KAMELET)) {
            problems.add(
                    file.place(uri),
                    "the uri has more than " + KAMELET + " in it",
                    "Put what follows under parameters, one a line");
            return;
        }
        Node parameters = YamlFile.at(route, "from", "parameters").orElse(uri);
        for (NodeTuple parameter : YamlFile.entries(parameters)) {
            String name = YamlFile.text(parameter.getKeyNode());
            if (!known.contains(name)) {
                problems.add(
                        file.place(parameter.getKeyNode()),
                        "a stream has no parameter '" + name + "'",
                        NearestName.of(name, known)
                                .map(nearest -> "Did you mean " + nearest + "?")
                                .orElse("It has " + String.join(", ", known)));
            }
        }
        List<String> given = YamlFile.keys(parameters);
        for (String name : required) {
            if (!given.contains(name)) {
                problems.add(file.place(parameters), "the stream has no parameter " + name, "Add it");
            }
        }
        YamlFile.at(parameters, "stream").ifPresent(id -> {
            if (!StreamDefinition.isId(YamlFile.text(id))) {
                problems.add(file.place(id), "'" + YamlFile.text(id) + "' is no stream id", StreamDefinition.ID_FORM);
            }
            refuseSecondUse(file, id, streams, "stream");
        });
        for (String duration : List.of("settle", "pollInterval")) {
            YamlFile.at(parameters, duration)
                    .filter(value -> !DURATION.matcher(YamlFile.text(value)).matches())
                    .ifPresent(value -> problems.add(
                            file.place(value),
                            duration + " is '" + YamlFile.text(value) + "'",
                            "Use a duration such as 500ms, 10s or 5m"));
        }
        YamlFile.at(parameters, "query")
                .filter(query -> !Files.isRegularFile(folder.resolve(YamlFile.text(query))))
                .ifPresent(query -> problems.add(
                        file.place(query),
                        "there is no query file " + folder.resolve(YamlFile.text(query)),
                        "Put the stream's SELECT there, or name the file it is in"));
    }

    private void refuseSecondUse(YamlFile file, Node id, Map<String, String> used, String what) {
        String first = used.putIfAbsent(YamlFile.text(id), file.place(id));
        if (first != null) {
            problems.add(
                    file.place(id),
                    "the " + what + " '" + YamlFile.text(id) + "' is used in " + first + " already",
                    "Give each its own; a stream's watermark is kept under its id");
        }
    }
}
