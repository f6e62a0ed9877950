package io.factstream;

import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.config.NearestName;
import io.factstream.config.Settings;
import io.factstream.querytest.QueryTest;
import io.factstream.querytest.QueryTestFile;
import io.factstream.querytest.QueryTestRun;
import io.factstream.routes.StreamDefinitions;
import io.factstream.session.SessionIds;
import io.factstream.stream.StreamDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Runs the tests that stand beside the streams, {@code <stream>.test.yaml}. Nothing is sent; no source is needed. */
public final class StreamTests {

    /**
     * How one test ended.
     *
     * @param failures what differs, each with its place; empty when it passed
     */
    public record Outcome(String stream, String test, List<String> failures) {
        /** Whether all was as it must be. */
        public boolean passed() {
            return failures.isEmpty();
        }
    }

    private StreamTests() {}

    /**
     * Runs tests.
     *
     * @param streams whose; none for all streams that have a file of tests
     * @return how each ended, at least one
     * @throws ConfigurationException when a file cannot be read, or there is none
     */
    public static List<Outcome> run(Settings settings, Collection<String> streams) throws InterruptedException {
        Path folder = settings.get(KnownSettings.ROUTES);
        Map<String, Path> files = files(folder);
        Collection<String> chosen = streams.isEmpty() ? files.keySet() : streams;
        if (chosen.isEmpty()) {
            throw new ConfigurationException(
                    folder.toString(),
                    "holds no tests",
                    "Write <stream>" + QueryTestFile.ENDING + " beside a stream; docs/routes.md shows the form");
        }
        List<Outcome> outcomes = new ArrayList<>();
        try (TemporaryFolder scratch = new TemporaryFolder("factstream-test")) {
            String session = new SessionIds(Clock.systemUTC(), new SecureRandom()).next();
            QueryTestRun run = new QueryTestRun(Application.pages(settings, session), scratch.path());
            StreamDefinitions definitions = RouteValues.definitions(settings);
            for (String stream : chosen) {
                Path file = files.get(stream);
                if (file == null) {
                    throw new ConfigurationException(
                            folder.resolve(stream + QueryTestFile.ENDING).toString(),
                            "there is no such file",
                            NearestName.of(stream, files.keySet())
                                    .map(nearest -> "Did you mean " + nearest + "?")
                                    .orElse("Write it; docs/routes.md shows the form"));
                }
                StreamDefinition definition = definitions.stream(stream);
                for (QueryTest test : QueryTestFile.read(file)) {
                    outcomes.add(new Outcome(stream, test.name(), run.run(definition, test)));
                }
            }
        }
        return outcomes;
    }

    private static Map<String, Path> files(Path folder) {
        Map<String, Path> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(folder)) {
            all.filter(file -> file.toString().endsWith(QueryTestFile.ENDING)).forEach(file -> {
                String name = String.valueOf(file.getFileName());
                files.put(name.substring(0, name.length() - QueryTestFile.ENDING.length()), file);
            });
        } catch (IOException e) {
            throw new ConfigurationException(folder.toString(), "cannot be listed", "Let this user read it", e);
        }
        return files;
    }
}
