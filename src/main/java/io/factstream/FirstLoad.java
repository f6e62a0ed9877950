package io.factstream;

import io.factstream.config.ConfigurationException;
import io.factstream.config.ConfigurationException.Problem;
import io.factstream.config.Settings;
import io.factstream.routes.RouteFiles;
import io.factstream.routes.RouteFolder;
import io.factstream.routes.StreamDefinitions;
import io.factstream.stream.StreamDefinition;
import io.factstream.stream.Streams;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The route files that a runtime starts with. Each is loaded by itself, as a change of it is later: what is wrong in one
 * keeps that one from running, and no other.
 */
final class FirstLoad {

    private static final Logger LOG = LoggerFactory.getLogger(FirstLoad.class);

    private final RouteFolder folder;
    private final Settings settings;
    private final StreamDefinitions definitions;
    private final Streams streams;
    private final RouteSwitch routes;
    private final Map<Path, List<Problem>> mistakes = new TreeMap<>();
    private final Map<Path, RouteVersion> running = new TreeMap<>();
    private final Map<Path, RouteVersion> refused = new TreeMap<>();
    private Map<Path, RouteVersion> found = Map.of();

    FirstLoad(Settings settings, StreamDefinitions definitions, Streams streams, RouteSwitch routes) {
        this.folder = RouteFolder.of(settings);
        this.settings = settings;
        this.definitions = definitions;
        this.streams = streams;
        this.routes = routes;
    }

    /**
     * Looks for mistakes before anything runs.
     *
     * @throws ConfigurationException when the folder or the shared flow is wrong, or no file is right that has a stream
     */
    void look() {
        RouteFiles.Mistakes all = RouteFiles.mistakes(folder, RouteValues.of(settings));
        if (!all.shared().isEmpty()) {
            throw new ConfigurationException(all.all());
        }
        mistakes.putAll(all.ofFiles());
        found = RouteVersion.all(folder.streams(), definitions, Map.of());
        boolean any = found.values().stream()
                .anyMatch(version ->
                        !version.streams().isEmpty() && all.of(version.file()).isEmpty());
        if (!any) {
            throw new ConfigurationException(all.all());
        }
    }

    /**
     * Loads what can run; the rest is told.
     *
     * @throws ConfigurationException when no stream is left
     */
    void load() {
        // What streams lead to comes before them.
        List<RouteVersion> order = found.values().stream()
                .sorted(Comparator.comparing(
                        (RouteVersion version) -> !version.streams().isEmpty()))
                .toList();
        for (RouteVersion version : order) {
            if (!mistakes.containsKey(version.file())) {
                load(version);
            }
        }
        if (streams.all().isEmpty()) {
            throw new ConfigurationException(
                    mistakes.values().stream().flatMap(List::stream).toList());
        }
        mistakes.forEach((file, problems) -> {
            RouteVersion version = found.get(file);
            String why = problems.stream().map(Problem::toString).collect(Collectors.joining("\n"));
            streams.refuse(file, version == null ? List.of() : version.streams(), why);
            if (version != null) {
                refused.put(file, version);
            }
            LOG.error("file={} refused, nothing of it runs: {}", file, why);
        });
    }

    private void load(RouteVersion version) {
        try {
            Map<String, StreamDefinition> made = definitions.of(version.file());
            routes.load(version, made);
            running.put(version.file(), version);
        } catch (ConfigurationException e) {
            mistakes.put(version.file(), new ArrayList<>(e.problems()));
        } catch (RuntimeException e) {
            // Whatever it is, it is that of this file: the others run.
            LOG.error("file={} could not be loaded", version.file(), e);
            mistakes.put(
                    version.file(),
                    List.of(new Problem(
                            version.file().toString(),
                            "could not be loaded: " + e.getMessage(),
                            "Correct the file; the log has the details")));
        }
        if (mistakes.containsKey(version.file())) {
            routes.discard(version);
        }
    }

    /**
     * For a runtime that is there for one stream.
     *
     * @throws ConfigurationException when that stream was refused
     */
    void require(String stream) {
        for (RouteVersion version : refused.values()) {
            if (version.streams().contains(stream)) {
                throw new ConfigurationException(mistakes.getOrDefault(version.file(), List.of()));
            }
        }
    }

    /** What runs now, by file. */
    Map<Path, RouteVersion> running() {
        return running;
    }

    /** What was refused, by file. */
    Map<Path, RouteVersion> refused() {
        return refused;
    }
}
