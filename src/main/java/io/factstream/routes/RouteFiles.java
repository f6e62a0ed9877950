package io.factstream.routes;

import io.factstream.config.ConfigurationException;
import io.factstream.config.ConfigurationException.Problem;
import io.factstream.config.NearestName;
import io.factstream.config.Problems;
import io.factstream.stream.StreamDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
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

    private static final String ANY_KAMELET = "kamelet:";
    private static final String STREAM = "fact-stream";
    private static final String KAMELET = ANY_KAMELET + STREAM;
    private static final String KAMELETS = ".kamelet.yaml";
    private static final String KAMELET_FILE = "flow/" + STREAM + KAMELETS;
    private static final String DIRECT = "direct:";
    private static final String ROUTES = ".camel.yaml";
    private static final Pattern YAML = Pattern.compile("(?i)(\\.camel)?\\.ya?ml$");

    /** A number with a unit, milliseconds without one; or a setting. */
    private static final Pattern DURATION = Pattern.compile("\\d+(ms|s|m|h|d)?|\\{\\{.+}}");

    private final Path folder;
    private final Problems problems = new Problems();
    private final Map<String, String> streams = new HashMap<>();
    private final Map<String, String> routes = new HashMap<>();
    private final Map<String, String> steps = new HashMap<>();
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
        files.gather();
        files.problems.refuseIfAny();
    }

    /**
     * All that {@link #check} would refuse.
     *
     * @return each with its file and line; empty when nothing is wrong
     */
    public static List<Problem> errors(Path folder) {
        RouteFiles files = new RouteFiles(folder);
        files.gather();
        return files.problems.all();
    }

    /**
     * How the files of a folder are written.
     *
     * @param faults what Camel's schema does not allow, and Camel refuses
     * @param advice what runs, and should be mended all the same: what editors mark, what is written in short form, and
     *     what has no id or description
     */
    public record Form(List<Problem> faults, List<Problem> advice) {}

    /** Looks at the form of all files of a folder; what is no YAML is passed over, as an error that {@link #errors} tells. */
    public static Form form(Path folder) {
        RouteFiles files = new RouteFiles(folder);
        Problems faults = new Problems();
        Problems advice = new Problems();
        for (Path path : files.list(name -> name.endsWith(ROUTES) || name.endsWith(KAMELETS))) {
            new Problems().collect(() -> {
                YamlFile file = YamlFile.read(path);
                CamelSchema.check(file, faults, advice);
                RouteForm.check(file, advice);
            });
        }
        return new Form(faults.all(), advice.all());
    }

    /**
     * What Camel's schema says of a file that Camel has refused.
     *
     * @return empty when the schema allows what Camel does not
     */
    public static List<Problem> faults(Path file) {
        Problems faults = new Problems();
        faults.collect(() -> CamelSchema.check(YamlFile.read(file), faults, faults));
        return faults.all();
    }

    /** The route files beside the shared flow, in the order in which they are loaded. */
    public static List<Path> files(Path folder) {
        RouteFiles files = new RouteFiles(folder);
        return files.list().stream()
                .filter(file -> folder.equals(file.getParent()))
                .toList();
    }

    /** The streams that a route file defines, by id, each with the file and line of its parameters. */
    public static Map<String, String> streams(Path file) {
        RouteFiles files = new RouteFiles(Objects.requireNonNull(file.getParent()));
        YamlFile yaml = YamlFile.read(file);
        Map<String, String> places = new TreeMap<>();
        files.streamParameters(List.of(file)).forEach((id, parameters) -> places.put(id, yaml.place(parameters)));
        return places;
    }

    /**
     * What a route file holds, as far as it can be read.
     *
     * @param routes the ids of its routes
     * @param streams the ids of its streams
     * @param queries the query files that it names
     */
    public record Contents(Set<String> routes, Set<String> streams, Set<Path> queries) {}

    /** What a route file holds now; nothing where it is no YAML. */
    public static Contents contents(Path file) {
        Path folder = Objects.requireNonNull(file.getParent());
        Contents contents = new Contents(new TreeSet<>(), new TreeSet<>(), new TreeSet<>());
        // What is no YAML is an error, and told as one.
        new Problems().collect(() -> {
            new RouteFiles(folder).streamParameters(List.of(file)).forEach((id, parameters) -> {
                contents.streams.add(id);
                contents.queries.add(
                        folder.resolve(parameter(parameters, "query", "")).normalize());
            });
            for (Node item : YamlFile.read(file).root().map(YamlFile::items).orElse(List.of())) {
                YamlFile.at(item, "route", "id").map(YamlFile::text).ifPresent(contents.routes::add);
            }
        });
        return contents;
    }

    private void gather() {
        problems.collect(this::readKamelet);
        int before = problems.count();
        for (Path file : list()) {
            problems.collect(() -> check(YamlFile.read(file)));
        }
        refuseRoutesUnderOtherNames();
        if (problems.count() == before) {
            refuseStepsToNowhere();
        }
        // What is wrong in a file may be its stream.
        if (streams.isEmpty() && problems.count() == before) {
            problems.add(
                    folder.toString(),
                    "holds no stream",
                    "Add a route file whose source is " + KAMELET + "; docs/routes.md shows one");
        }
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
                        StreamDefinition.read(folder.resolve(parameter(parameters, "query", ""))),
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
        Map<String, Node> streams = files.streamParameters(files.list());
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
                    StreamDefinition.read(folder.resolve(query)),
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

    /** The parameters of all streams of some files, by id. */
    private Map<String, Node> streamParameters(List<Path> routeFiles) {
        Map<String, Node> found = new TreeMap<>();
        for (Path file : routeFiles) {
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
        return list(name -> name.endsWith(ROUTES));
    }

    private List<Path> list(Predicate<String> name) {
        try (Stream<Path> files = Files.find(folder, 2, (file, attributes) -> attributes.isRegularFile())) {
            return files.filter(file -> name.test(file.getFileName().toString()))
                    .filter(file -> folder.equals(file.getParent())
                            || folder.resolve("flow").equals(file.getParent()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new ConfigurationException(folder.toString(), "cannot be listed", "Let this user read it", e);
        }
    }

    /** Camel would pass them over without a word, and with them a stream. */
    private void refuseRoutesUnderOtherNames() {
        for (Path file : list(name -> YAML.matcher(name).find() && !name.endsWith(ROUTES))) {
            boolean routes = YamlFile.read(file)
                    .root()
                    .map(root -> YamlFile.items(root).stream()
                            .anyMatch(item -> YamlFile.at(item, "route").isPresent()))
                    .orElse(false);
            if (routes) {
                problems.add(
                        file.toString(),
                        "holds a route, but is not loaded under this name",
                        "Name it " + YAML.matcher(file.getFileName().toString()).replaceFirst(ROUTES)
                                + ", or move it out of this folder");
            }
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
        refuseStepIdsUsedTwice(file, route);
        YamlFile.at(route, "from", "uri")
                .filter(uri -> YamlFile.text(uri).startsWith(ANY_KAMELET))
                .ifPresent(uri -> checkKamelet(file, route, uri));
    }

    /** Camel refuses them too, without a line. */
    private void refuseStepIdsUsedTwice(YamlFile file, Node node) {
        for (NodeTuple entry : YamlFile.entries(node)) {
            String key = YamlFile.text(entry.getKeyNode());
            if (key.equals("steps")) {
                YamlFile.items(entry.getValueNode()).stream()
                        .flatMap(step -> YamlFile.entries(step).stream())
                        .flatMap(step -> YamlFile.at(step.getValueNode(), "id").stream())
                        .forEach(id -> refuseSecondUse(file, id, steps, "id of a step"));
            }
            if (!key.equals("parameters")) {
                refuseStepIdsUsedTwice(file, entry.getValueNode());
            }
        }
        YamlFile.items(node).forEach(item -> refuseStepIdsUsedTwice(file, item));
    }

    private void checkKamelet(YamlFile file, Node route, Node uri) {
        String name = YamlFile.text(uri).substring(ANY_KAMELET.length()).split("[/?]", 2)[0];
        if (name.equals(STREAM)) {
            checkStream(file, route, uri);
        } else if (!Files.exists(folder.resolve("flow").resolve(name + KAMELETS))) {
            problems.add(
                    file.place(uri),
                    "there is no kamelet " + name,
                    NearestName.of(name, List.of(STREAM))
                            .map(nearest -> "Did you mean " + nearest + "?")
                            .orElse("Put flow/" + name + KAMELETS + " there, or correct the name"));
        }
    }

    /** A step that leads to no route would fail at the first event, after a long wait. */
    private void refuseStepsToNowhere() {
        Map<String, String> targets = new LinkedHashMap<>();
        Set<String> sources = new HashSet<>();
        for (Path path : list(name -> name.endsWith(ROUTES) || name.endsWith(KAMELETS))) {
            problems.collect(() -> {
                YamlFile file = YamlFile.read(path);
                file.root().ifPresent(root -> gatherDirect(file, root, false, targets, sources));
            });
        }
        targets.forEach((target, place) -> {
            if (!sources.contains(target)) {
                problems.add(
                        place,
                        "no route begins with " + target,
                        NearestName.of(target, sources)
                                .map(nearest -> "Did you mean " + nearest + "?")
                                .orElse("Correct the name, or add the route"));
            }
        });
    }

    private static void gatherDirect(
            YamlFile file, Node node, boolean from, Map<String, String> targets, Set<String> sources) {
        for (NodeTuple entry : YamlFile.entries(node)) {
            String key = YamlFile.text(entry.getKeyNode());
            Node value = entry.getValueNode();
            String uri = YamlFile.text(value);
            if (key.equals("uri") && uri.startsWith(DIRECT) && !uri.contains("{")) {
                String name = uri.split("\\?", 2)[0];
                if (from) {
                    sources.add(name);
                } else {
                    targets.putIfAbsent(name, file.place(value));
                }
            }
            gatherDirect(file, value, key.equals("from"), targets, sources);
        }
        for (Node item : YamlFile.items(node)) {
            gatherDirect(file, item, false, targets, sources);
        }
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
        if (!known.isEmpty()) {
            checkNames(file, parameters);
        }
        given(parameters, "stream").ifPresent(id -> {
            if (!StreamDefinition.isId(YamlFile.text(id))) {
                problems.add(file.place(id), "'" + YamlFile.text(id) + "' is no stream id", StreamDefinition.ID_FORM);
            }
            refuseSecondUse(file, id, streams, "stream");
        });
        for (String duration : List.of("settle", "pollInterval")) {
            given(parameters, duration)
                    .filter(value -> !DURATION.matcher(YamlFile.text(value)).matches())
                    .ifPresent(value -> problems.add(
                            file.place(value),
                            duration + " is '" + YamlFile.text(value) + "'",
                            "Use a duration such as 500ms, 10s or 5m"));
        }
        given(parameters, "query").ifPresent(query -> checkQuery(file, query));
    }

    private void checkNames(YamlFile file, Node parameters) {
        Set<String> given = new HashSet<>();
        for (NodeTuple parameter : YamlFile.entries(parameters)) {
            String name = YamlFile.text(parameter.getKeyNode());
            given.add(name);
            if (!known.contains(name)) {
                Optional<String> nearest = NearestName.of(name, known);
                // Whoever misspelt a parameter need not hear that it is missing.
                nearest.ifPresent(given::add);
                problems.add(
                        file.place(parameter.getKeyNode()),
                        "a stream has no parameter '" + name + "'",
                        nearest.map(meant -> "Did you mean " + meant + "?")
                                .orElse("It has " + String.join(", ", known)));
            } else if (YamlFile.text(parameter.getValueNode()).isBlank()) {
                problems.add(
                        file.place(parameter.getKeyNode()),
                        "the parameter " + name + " has no value",
                        required.contains(name) ? "Give it one" : "Give it one, or remove it");
            }
        }
        for (String name : required) {
            if (!given.contains(name)) {
                problems.add(file.place(parameters), "the stream has no parameter " + name, "Add it");
            }
        }
    }

    private void checkQuery(YamlFile file, Node query) {
        Path sql = folder.resolve(YamlFile.text(query)).normalize();
        if (Files.isRegularFile(sql)) {
            problems.collect(() -> StreamDefinition.read(sql));
        } else {
            problems.add(
                    file.place(query),
                    "there is no query file " + sql,
                    "Put the stream's SELECT there, or name the file it is in");
        }
    }

    /** A parameter with a value. */
    private static Optional<Node> given(Node parameters, String name) {
        return YamlFile.at(parameters, name)
                .filter(value -> !YamlFile.text(value).isBlank());
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
