package io.factstream.routes;

import io.factstream.config.ConfigurationException;
import io.factstream.config.ConfigurationException.Problem;
import io.factstream.config.NearestName;
import io.factstream.config.Problems;
import io.factstream.stream.StreamDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/**
 * The route files of a folder, checked for the mistakes that Camel would report late, without a line, or not at all:
 * what is no YAML, unknown and missing parameters of a stream, a missing query file, an id used twice, a file that nobody
 * would load. Files and folders may be links, as those of a mounted ConfigMap are.
 */
public final class RouteFiles {

    private static final String ANY_KAMELET = "kamelet:";
    private static final String KAMELETS = ".kamelet.yaml";
    private static final String DIRECT = "direct:";
    private static final String ROUTES = ".camel.yaml";
    private static final Pattern YAML = Pattern.compile("(?i)(\\.camel)?\\.ya?ml$");
    /** How deep route files are looked for that lie where none is loaded from. */
    private static final int DEPTH = 5;

    private final RouteFolder routeFolder;
    private final Path folder;
    private final StreamDefinitions definitions;
    private final Problems shared = new Problems();
    private final Map<Path, Problems> ofFiles = new TreeMap<>();
    private final Map<String, Use> streams = new HashMap<>();
    private final Map<String, Use> routes = new HashMap<>();
    private final Map<String, Use> steps = new HashMap<>();
    private FactStreamKamelet kamelet = new FactStreamKamelet(List.of(), List.of(), Map.of());

    /** Where an id is used. */
    private record Use(YamlFile file, Node id) {
        String place() {
            return file.place(id);
        }
    }

    private RouteFiles(RouteFolder routes, Properties values) {
        this.routeFolder = routes;
        this.folder = routes.streams();
        this.definitions = new StreamDefinitions(routes, values);
    }

    /**
     * What is wrong in a folder.
     *
     * @param shared with the folder itself or the shared flow: no stream can run
     * @param ofFiles with route files, each by its file: what is in that file cannot run
     */
    public record Mistakes(List<Problem> shared, Map<Path, List<Problem>> ofFiles) {

        /** All of them, each with its file and line; empty when nothing is wrong. */
        public List<Problem> all() {
            List<Problem> all = new ArrayList<>(shared);
            ofFiles.values().forEach(all::addAll);
            return all;
        }

        /** What is wrong with a route file. */
        public List<Problem> of(Path file) {
            return ofFiles.getOrDefault(file, List.of());
        }
    }

    /**
     * Checks the route files of a folder and of its flow.
     *
     * @param values what {@code {{…}}} in the files stands for
     */
    public static Mistakes mistakes(RouteFolder routes, Properties values) {
        RouteFiles files = new RouteFiles(routes, values);
        files.gather();
        Map<Path, List<Problem>> ofFiles = new TreeMap<>();
        files.ofFiles.forEach((file, problems) -> {
            if (problems.count() > 0) {
                ofFiles.put(file, problems.all());
            }
        });
        return new Mistakes(files.shared.all(), ofFiles);
    }

    /**
     * How the files of a folder are written.
     *
     * @param faults what Camel's schema does not allow, and Camel refuses
     * @param advice what runs, and should be mended all the same: what editors mark, what is written in short form, and
     *     what has no id or description
     */
    public record Form(List<Problem> faults, List<Problem> advice) {}

    /** Looks at the form of all files of a folder; what is no YAML is passed over, as a mistake that {@link #mistakes} tells. */
    public static Form form(RouteFolder routes) {
        Problems faults = new Problems();
        Problems advice = new Problems();
        for (Path path : list(routes, name -> name.endsWith(ROUTES) || name.endsWith(KAMELETS))) {
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

    /** The route files beside the shared flow, by name. */
    public static List<Path> files(Path folder) {
        return in(folder, name -> name.endsWith(ROUTES));
    }

    /** The route files of the shared flow, by name. Named one by one, since Camel finds none behind a link. */
    public static List<Path> flow(RouteFolder routes) {
        return Files.isDirectory(routes.flow()) ? in(routes.flow(), name -> name.endsWith(ROUTES)) : List.of();
    }

    /** The streams that a route file defines, by id, each with the file and line of its parameters. */
    public static Map<String, String> streams(Path file) {
        YamlFile yaml = YamlFile.read(file);
        Map<String, String> places = new TreeMap<>();
        StreamSource.of(yaml).forEach(source -> places.put(source.id(), yaml.place(source.parameters())));
        return places;
    }

    /** The route files of a folder and of its shared flow. */
    static List<Path> all(RouteFolder routes) {
        return list(routes, name -> name.endsWith(ROUTES));
    }

    private static List<Path> list(RouteFolder routes, Predicate<String> name) {
        List<Path> found = new ArrayList<>(in(routes.streams(), name));
        if (Files.isDirectory(routes.flow())) {
            found.addAll(in(routes.flow(), name));
        }
        return found;
    }

    /** The files right in a folder, also where it or they are links. */
    private static List<Path> in(Path folder, Predicate<String> name) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> name.test(String.valueOf(file.getFileName())))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new ConfigurationException(folder.toString(), "cannot be listed", "Let this user read it", e);
        }
    }

    private void gather() {
        shared.collect(() -> kamelet = FactStreamKamelet.of(routeFolder));
        int flow = shared.count();
        Map<Path, YamlFile> parsed = new LinkedHashMap<>();
        for (Path file : list(routeFolder, name -> name.endsWith(ROUTES) || name.endsWith(KAMELETS))) {
            problemsOf(file).collect(() -> parsed.put(file, YamlFile.read(file)));
        }
        parsed.values().stream()
                .sorted(Comparator.comparing(this::claim))
                .filter(file -> file.path().toString().endsWith(ROUTES))
                .forEach(this::check);
        refuseStepsToNowhere(parsed.values());
        tellOfFilesThatNobodyLoads();
        // What is wrong in a file may be its stream.
        if (streams.isEmpty()
                && shared.count() == flow
                && ofFiles.values().stream().allMatch(file -> file.count() == 0)) {
            shared.add(
                    folder.toString(),
                    "holds no stream",
                    "Add a route file whose source is " + FactStreamKamelet.URI + "; docs/routes.md shows one");
        }
    }

    /** A mistake in the shared flow is one of everybody. */
    private Problems problemsOf(Path file) {
        return folder.equals(file.getParent()) ? ofFiles.computeIfAbsent(file, path -> new Problems()) : shared;
    }

    /** Who comes first has the ids that several use: the flow, then the files that are named after their stream. */
    private int claim(YamlFile file) {
        if (!folder.equals(file.path().getParent())) {
            return 0;
        }
        return StreamSource.of(file).stream().anyMatch(source -> isNamedAfter(file, source.id())) ? 1 : 2;
    }

    private static boolean isNamedAfter(YamlFile file, String stream) {
        return String.valueOf(file.path().getFileName()).equals(stream + ROUTES);
    }

    private void check(YamlFile file) {
        Problems problems = problemsOf(file.path());
        for (Node item : file.root().map(YamlFile::items).orElse(List.of())) {
            YamlFile.at(item, "route").ifPresent(route -> checkRoute(file, route, problems));
            YamlFile.at(item, "from")
                    .filter(StreamSource::isStream)
                    .ifPresent(from -> problems.add(
                            file.place(item),
                            "the stream begins with 'from', Camel's short form",
                            "Write '- route:' with an id and a description, and the 'from' below it; docs/routes.md"
                                    + " shows the form"));
        }
    }

    private void checkRoute(YamlFile file, Node route, Problems problems) {
        YamlFile.at(route, "id").ifPresent(id -> refuseSecondUse(new Use(file, id), routes, "route id", problems));
        refuseStepIdsUsedTwice(file, route, problems);
        YamlFile.at(route, "from", "uri")
                .filter(uri -> YamlFile.text(uri).startsWith(ANY_KAMELET))
                .ifPresent(uri -> checkKamelet(file, route, uri, problems));
    }

    /** Camel refuses them too, without a line. */
    private void refuseStepIdsUsedTwice(YamlFile file, Node node, Problems problems) {
        for (NodeTuple entry : YamlFile.entries(node)) {
            String key = YamlFile.text(entry.getKeyNode());
            if (key.equals("steps")) {
                YamlFile.items(entry.getValueNode()).stream()
                        .flatMap(step -> YamlFile.entries(step).stream())
                        .flatMap(step -> YamlFile.at(step.getValueNode(), "id").stream())
                        .forEach(id -> refuseSecondUse(new Use(file, id), steps, "id of a step", problems));
            }
            if (!key.equals("parameters")) {
                refuseStepIdsUsedTwice(file, entry.getValueNode(), problems);
            }
        }
        YamlFile.items(node).forEach(item -> refuseStepIdsUsedTwice(file, item, problems));
    }

    private void checkKamelet(YamlFile file, Node route, Node uri, Problems problems) {
        String name = YamlFile.text(uri).substring(ANY_KAMELET.length()).split("[/?]", 2)[0];
        if (name.equals(FactStreamKamelet.NAME)) {
            checkStream(file, route, uri, problems);
        } else if (!Files.exists(routeFolder.flow().resolve(name + KAMELETS))) {
            problems.add(
                    file.place(uri),
                    "there is no kamelet " + name,
                    NearestName.of(name, List.of(FactStreamKamelet.NAME))
                            .map(nearest -> "Did you mean " + nearest + "?")
                            .orElse("Put " + routeFolder.flow().resolve(name + KAMELETS)
                                    + " there, or correct the name"));
        }
    }

    /** A step that leads to no route would fail at the first event, after a long wait. */
    private void refuseStepsToNowhere(Iterable<YamlFile> files) {
        Map<YamlFile, Map<String, String>> targets = new LinkedHashMap<>();
        Set<String> sources = new HashSet<>();
        for (YamlFile file : files) {
            Map<String, String> ofFile = targets.computeIfAbsent(file, one -> new LinkedHashMap<>());
            file.root().ifPresent(root -> gatherDirect(file, root, false, ofFile, sources));
        }
        targets.forEach((file, ofFile) -> ofFile.forEach((target, place) -> {
            if (!sources.contains(target)) {
                problemsOf(file.path())
                        .add(
                                place,
                                "no route begins with " + target,
                                NearestName.of(target, sources)
                                        .map(nearest -> "Did you mean " + nearest + "?")
                                        .orElse("Correct the name, or add the route"));
            }
        }));
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

    private void checkStream(YamlFile file, Node route, Node uri, Problems problems) {
        if (!YamlFile.text(uri).equals(FactStreamKamelet.URI)) {
            problems.add(
                    file.place(uri),
                    "the uri has more than " + FactStreamKamelet.URI + " in it",
                    "Put what follows under parameters, one a line");
            return;
        }
        StreamSource source =
                new StreamSource(file, YamlFile.at(route, "from", "parameters").orElse(uri));
        if (!kamelet.known().isEmpty()) {
            checkNames(source, problems);
        }
        source.given("stream").ifPresent(id -> {
            if (!StreamDefinition.isId(YamlFile.text(id))) {
                problems.add(file.place(id), "'" + YamlFile.text(id) + "' is no stream id", StreamDefinition.ID_FORM);
            }
            refuseSecondStream(new Use(file, id), problems);
        });
        if (!kamelet.known().isEmpty()) {
            definitions.check(source, kamelet, problems);
        }
    }

    private void checkNames(StreamSource source, Problems problems) {
        Set<String> given = new HashSet<>();
        for (NodeTuple parameter : YamlFile.entries(source.parameters())) {
            String name = YamlFile.text(parameter.getKeyNode());
            String place = source.file().place(parameter.getKeyNode());
            given.add(name);
            if (!kamelet.known().contains(name)) {
                Optional<String> nearest = NearestName.of(name, kamelet.known());
                // Whoever misspelt a parameter need not hear that it is missing.
                nearest.ifPresent(given::add);
                problems.add(
                        place,
                        "a stream has no parameter '" + name + "'",
                        nearest.map(meant -> "Did you mean " + meant + "?")
                                .orElse("It has " + String.join(", ", kamelet.known())));
            } else if (!StreamSource.isGiven(parameter.getValueNode())) {
                problems.add(
                        place,
                        "the parameter " + name + " has no value",
                        kamelet.required().contains(name) ? "Give it one" : "Give it one, or remove it");
            }
        }
        for (String name : kamelet.required()) {
            if (!given.contains(name)) {
                problems.add(source.file().place(source.parameters()), "the stream has no parameter " + name, "Add it");
            }
        }
    }

    /** Which of two files is the one that a watermark belongs to is told by their names, or else nobody knows. */
    private void refuseSecondStream(Use use, Problems problems) {
        Use first = streams.get(YamlFile.text(use.id()));
        refuseSecondUse(use, streams, "stream", problems);
        if (first != null && !isNamedAfter(first.file(), YamlFile.text(use.id()))) {
            refuseSecondUse(
                    first,
                    Map.of(YamlFile.text(use.id()), use),
                    "stream",
                    problemsOf(first.file().path()));
        }
    }

    private static void refuseSecondUse(Use use, Map<String, Use> used, String what, Problems problems) {
        String id = YamlFile.text(use.id());
        Use first = used.get(id);
        if (first == null) {
            used.put(id, use);
            return;
        }
        problems.add(
                use.place(),
                "the " + what + " '" + id + "' is used in " + first.place() + " already",
                "Give each its own; a stream's watermark is kept under its id");
    }

    /** Camel would pass them over without a word, and with them a stream. */
    private void tellOfFilesThatNobodyLoads() {
        for (Path file : list(routeFolder, name -> YAML.matcher(name).find() && !name.endsWith(ROUTES))) {
            refuseIfItHoldsRoutes(
                    file,
                    problemsOf(file),
                    "holds a route, but is not loaded under this name",
                    "Name it "
                            + YAML.matcher(String.valueOf(file.getFileName())).replaceFirst(ROUTES)
                            + ", or move it out of this folder");
        }
        for (Path below : subfolders()) {
            try (Stream<Path> files =
                    Files.find(below, DEPTH, (file, attributes) -> attributes.isRegularFile() && isYaml(file))) {
                files.sorted()
                        .forEach(file -> refuseIfItHoldsRoutes(
                                file,
                                ofFiles.computeIfAbsent(file, path -> new Problems()),
                                "holds a route, but is not loaded from a folder below " + folder,
                                "Move it to " + folder + ", or its folder elsewhere"));
            } catch (IOException | UncheckedIOException e) {
                ofFiles.computeIfAbsent(below, path -> new Problems())
                        .add(below.toString(), "cannot be listed", "Let this user read it");
            }
        }
    }

    /** What is hidden is no folder of a person: a ConfigMap keeps its versions in such. */
    private List<Path> subfolders() {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(Files::isDirectory)
                    .filter(below -> !String.valueOf(below.getFileName()).startsWith("."))
                    .filter(below -> !String.valueOf(below.getFileName()).equals(RouteFolder.FLOW))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new ConfigurationException(folder.toString(), "cannot be listed", "Let this user read it", e);
        }
    }

    private static boolean isYaml(Path file) {
        return YAML.matcher(String.valueOf(file.getFileName())).find();
    }

    private static void refuseIfItHoldsRoutes(Path file, Problems problems, String what, String mend) {
        boolean routes;
        try {
            routes = YamlFile.read(file)
                    .root()
                    .map(root -> YamlFile.items(root).stream()
                            .anyMatch(item -> YamlFile.at(item, "route").isPresent()
                                    || YamlFile.at(item, "from").isPresent()))
                    .orElse(false);
        } catch (ConfigurationException e) {
            // Under such a name it need not be for the runtime.
            routes = String.valueOf(file.getFileName()).endsWith(ROUTES);
        }
        if (routes) {
            problems.add(file.toString(), what, mend);
        }
    }
}
