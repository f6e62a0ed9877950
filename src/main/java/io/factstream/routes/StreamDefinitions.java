package io.factstream.routes;

import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.config.NearestName;
import io.factstream.config.Problems;
import io.factstream.config.Setting;
import io.factstream.config.SettingType;
import io.factstream.stream.StreamDefinition;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Makes streams of what route files say. It is the one place that reads the parameters of a stream, for those who run it
 * and for those who check or show it: each reaches the stream exactly as it stands in the YAML.
 */
public final class StreamDefinitions {

    private final RouteFolder routes;
    private final Path folder;
    private final Placeholders placeholders;

    /**
     * @param routes the routes folder, from which query files are named
     * @param values what {@code {{…}}} in a route file stands for
     */
    public StreamDefinitions(RouteFolder routes, Properties values) {
        this.routes = routes;
        this.folder = routes.streams();
        this.placeholders = new Placeholders(values);
    }

    /**
     * A stream as its route file defines it now.
     *
     * @throws ConfigurationException when no route file has a stream of that id, or what it says makes no sense
     */
    public StreamDefinition stream(String id) {
        return make(find(folder, id), FactStreamKamelet.of(routes));
    }

    private static StreamSource find(Path folder, String id) {
        Map<String, StreamSource> sources = new TreeMap<>();
        for (Path file : RouteFiles.files(folder)) {
            StreamSource.of(YamlFile.read(file)).forEach(source -> sources.putIfAbsent(source.id(), source));
        }
        StreamSource found = sources.get(id);
        if (found == null) {
            throw new ConfigurationException(
                    folder.toString(),
                    "has no stream '" + id + "'",
                    NearestName.of(id, sources.keySet())
                            .map(nearest -> "Did you mean " + nearest + "?")
                            .orElse("It has " + String.join(", ", sources.keySet())));
        }
        return found;
    }

    /**
     * Refuses a stream that there is not.
     *
     * @throws ConfigurationException when no route file has a stream of that id
     */
    public static void require(Path folder, String stream) {
        find(folder, stream);
    }

    /**
     * The streams that a route file defines now, by id.
     *
     * @throws ConfigurationException naming all that makes no sense in it
     */
    public Map<String, StreamDefinition> of(Path file) {
        FactStreamKamelet kamelet = FactStreamKamelet.of(routes);
        Problems problems = new Problems();
        Map<String, StreamDefinition> made = new TreeMap<>();
        StreamSource.of(YamlFile.read(file))
                .forEach(source -> problems.collect(() -> made.put(source.id(), make(source, kamelet))));
        problems.refuseIfAny();
        return made;
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
    public Contents contents(Path file) {
        Contents contents = new Contents(new TreeSet<>(), new TreeSet<>(), new TreeSet<>());
        // What is no YAML is an error, and told as one.
        new Problems().collect(() -> {
            YamlFile yaml = YamlFile.read(file);
            for (Node item : yaml.root().map(YamlFile::items).orElse(List.of())) {
                YamlFile.at(item, "route", "id").map(YamlFile::text).ifPresent(contents.routes::add);
            }
            for (StreamSource source : StreamSource.of(yaml)) {
                contents.streams.add(source.id());
                // So is what names no file.
                new Problems().collect(() -> contents.queries.add(path(source, text(source, "query", Map.of()))));
            }
        });
        return contents;
    }

    /** How long a stream waits before it looks again when there was nothing to read. */
    Duration pollInterval(StreamSource source) {
        return parsed(
                source,
                "pollInterval",
                KnownSettings.POLL_INTERVAL,
                FactStreamKamelet.of(routes).defaults());
    }

    private StreamDefinition make(StreamSource source, FactStreamKamelet kamelet) {
        Problems problems = new Problems();
        check(source, kamelet, problems);
        problems.refuseIfAny();
        Map<String, String> defaults = kamelet.defaults();
        Path query = path(source, text(source, "query", defaults));
        return new StreamDefinition(
                source.id(),
                text(source, "eventType", defaults),
                query,
                StreamDefinition.read(query),
                text(source, "watermark", defaults),
                parsed(source, "hub", KnownSettings.HUB_NAME, defaults),
                parsed(source, "settle", KnownSettings.POLL_SETTLE, defaults));
    }

    /** Notes what makes no sense among the parameters that are given. */
    void check(StreamSource source, FactStreamKamelet kamelet, Problems problems) {
        Map<String, String> defaults = kamelet.defaults();
        problems.collect(() -> text(source, "eventType", defaults));
        problems.collect(() -> text(source, "watermark", defaults));
        problems.collect(() -> parsed(source, "hub", KnownSettings.HUB_NAME, defaults));
        problems.collect(() -> parsed(source, "settle", KnownSettings.POLL_SETTLE, defaults));
        problems.collect(() -> parsed(source, "pollInterval", KnownSettings.POLL_INTERVAL, defaults));
        if (source.given("query").isPresent()) {
            problems.collect(() -> checkQuery(source, path(source, text(source, "query", defaults))));
        }
    }

    private static void checkQuery(StreamSource source, Path query) {
        if (!Files.isRegularFile(query)) {
            throw new ConfigurationException(
                    source.place("query"),
                    "there is no query file " + query,
                    "Put the stream's SELECT there, or name the file it is in");
        }
        StreamDefinition.read(query);
    }

    private Path path(StreamSource source, String query) {
        try {
            return folder.resolve(query).normalize();
        } catch (InvalidPathException e) {
            throw new ConfigurationException(
                    source.place("query"), "query is '" + query + "', which no file can be called", "Rename it", e);
        }
    }

    /** A parameter, its placeholders resolved; what is left out is its default, and empty where it has none. */
    private String text(StreamSource source, String name, Map<String, String> defaults) {
        String otherwise = defaults.getOrDefault(name, "");
        String written = source.given(name).map(YamlFile::text).orElse(otherwise);
        try {
            String resolved = placeholders.resolve(written);
            return resolved != null ? resolved : Objects.requireNonNullElse(placeholders.resolve(otherwise), "");
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    source.place(name),
                    name + " is '" + written + "', and nothing stands for that: " + e.getMessage(),
                    "Set it, or correct the name",
                    e);
        }
    }

    /** A parameter that a setting has too, by the rule of that setting. */
    private <T> T parsed(StreamSource source, String name, Setting<T> setting, Map<String, String> defaults) {
        String text = text(source, name, defaults);
        boolean written = source.given(name)
                .filter(value -> !Placeholders.isIn(YamlFile.text(value)))
                .isPresent();
        boolean inMillis = !written && setting.type() instanceof SettingType.Time;
        try {
            return setting.type().parse(inMillis ? withUnit(text) : text);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    source.place(name),
                    name + " is '" + text + "', which " + e.getMessage(),
                    "Give " + setting.type().allowed(),
                    e);
        }
    }

    /** A duration of the settings stands in placeholders as Camel is given it: as a number of milliseconds. */
    private static String withUnit(String text) {
        if (!text.matches("\\d{1,12}")) {
            return text;
        }
        long millis = Long.parseLong(text);
        return millis / 1000 + "s" + millis % 1000 + "ms";
    }
}
