package io.factstream.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.Application;
import io.factstream.TemporaryFolder;
import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.config.Settings;
import io.factstream.config.SettingsLoader;
import io.factstream.localhub.LocalEventHubs;
import io.factstream.sample.RetailSample;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The whole way from rows to events, on this machine alone. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description =
                "Makes a DuckDB file of retail facts, streams it to an embedded event hub, and reads the hub back.",
        footer = {
            "",
            "Needs no cloud account and no settings. Leaves nothing behind unless --folder is given.",
            "Example:  factstream demo --rows 2000000"
        })
final class DemoCommand implements Callable<Integer> {

    private static final String HUB = "retail";
    private static final int PARTITIONS = 4;
    private static final int SHOWN = 3;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "200000",
            description = "About how many rows: ${DEFAULT-VALUE}.")
    private long rows;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "The same seed makes the same rows.")
    private long seed;

    @Option(names = "--folder", paramLabel = "DIR", description = "Keeps the DuckDB file and the state here.")
    @Nullable
    private Path folder;

    @Option(names = "--json", description = "Writes one JSON object at the end.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (rows < 1) {
            throw new ConfigurationException("--rows", rows + " is too few", "Give at least 1");
        }
        if (folder != null) {
            return demo(Files.createDirectories(folder).toAbsolutePath());
        }
        try (TemporaryFolder temporary = new TemporaryFolder("factstream-demo")) {
            return demo(temporary.path());
        }
    }

    private int demo(Path place) throws Exception {
        // With --json what is for people goes where logs go.
        PrintWriter out =
                json ? spec.commandLine().getErr() : spec.commandLine().getOut();
        Path source = place.resolve("retail.duckdb");
        if (!Files.exists(source)) {
            long start = System.nanoTime();
            RetailSample.create(source, rows, seed);
            say(out, "made    about %,d rows in %s (%.1f s)", rows, source, secondsSince(start));
        }
        try (LocalEventHubs hubs = LocalEventHubs.builder().hub(HUB, PARTITIONS).start();
                HubReader reader = new HubReader(hubs.connectionString(HUB), SHOWN)) {
            say(out, "started an embedded event hub with %d partitions on port %d", PARTITIONS, hubs.port());
            long start = System.nanoTime();
            boolean delivered = stream(settings(place, source, hubs), out);
            double seconds = secondsSince(start);
            HubReader.Count count = reader.awaitEnd(Duration.ofMinutes(10));
            say(out, "%nread back from the hub by an Event Hubs consumer:");
            count.samples().forEach(sample -> say(out, "  %s", sample));
            say(out, "");
            count.byType().forEach((type, events) -> say(out, "  %-24s %,12d", type, events));
            say(
                    out,
                    "  %-24s %,12d events, %,d of them repeated; %,.0f events/s, first event after %.2f s",
                    "in all",
                    count.events(),
                    count.repeated(),
                    count.events() / seconds,
                    (count.firstArrivalNanos() - start) / 1e9);
            if (json) {
                PrintWriter object = spec.commandLine().getOut();
                object.println(json(count, seconds, (count.firstArrivalNanos() - start) / 1e9));
                object.flush();
            }
            return delivered && count.repeated() == 0 ? ExitCodes.DONE : ExitCodes.FAILED;
        }
    }

    private static ObjectNode json(HubReader.Count count, double seconds, double firstAfterSeconds) {
        ObjectNode object = Json.object();
        object.put("events", count.events())
                .put("repeated", count.repeated())
                .put("seconds", seconds)
                .put("first_event_after_seconds", firstAfterSeconds);
        count.byType().forEach(object.putObject("by_type")::put);
        return object;
    }

    private static Settings settings(Path place, Path source, LocalEventHubs hubs) {
        SettingsLoader loader = new SettingsLoader(place, home(), Map.of());
        Map<String, String> settings = new HashMap<>(Map.of(
                KnownSettings.SOURCE_FILE.key(), source.toString(),
                KnownSettings.STATE_FILE.key(), place.resolve("factstream.db").toString(),
                KnownSettings.CONNECTION_STRING.key(), hubs.connectionString(HUB)));
        // Whatever streams lie in the folder: it is the sample that is shown.
        settings.put(
                KnownSettings.ROUTES.key(),
                loader.shippedRoutes().orElse(Path.of("routes")).toString());
        return loader.load(null, settings);
    }

    private static @Nullable Path home() {
        String home = System.getProperty("factstream.home");
        return home == null ? null : Path.of(home);
    }

    /** Returns whether everything was delivered. */
    private static boolean stream(Settings settings, PrintWriter out) throws InterruptedException {
        settings.validateForRun();
        try (Application application = new Application(settings, true)) {
            application.start();
            try (Progress progress = Progress.of(application, out)) {
                new Drain(application).await();
                progress.finish();
            }
            return Summary.print(application, out);
        }
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    private static void say(PrintWriter out, String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
        out.flush();
    }
}
