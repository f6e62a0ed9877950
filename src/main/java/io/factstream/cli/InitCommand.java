package io.factstream.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.config.SettingsLoader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a folder to start from. */
@Command(
        name = "init",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a folder to start from: settings in application.properties, and a folder routes for streams.",
            "Commands that are run in that folder use both. Nothing is written over."
        },
        footer = {
            "",
            "Exit codes: 0 made, 2 refused.",
            "Example:  factstream init shop --source /data/shop.duckdb && cd shop && factstream new orders --table orders"
        })
final class InitCommand implements Callable<Integer> {

    private static final String SETTINGS = "application.properties";

    @Parameters(paramLabel = "DIR", description = "The folder; it is made where there is none.")
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Option(names = "--source", paramLabel = "FILE", description = "The DuckDB file that the streams read.")
    @Nullable
    private Path source;

    @Option(
            names = "--with-flow",
            description =
                    "Copies the flow that all streams share, too, to change it. A copy does not follow an upgrade.")
    private boolean withFlow;

    @Option(names = "--json", description = "Writes one JSON object.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        Path routes = folder.resolve("routes");
        List<Path> made = new ArrayList<>();
        refuseWhatIsThere(routes);
        try {
            Files.createDirectories(routes);
            made.add(routes);
            made.add(Files.writeString(folder.resolve(SETTINGS), settings(), StandardOpenOption.CREATE_NEW));
            if (withFlow) {
                made.add(copyFlow(Files.createDirectory(routes.resolve("flow"))));
            }
        } catch (IOException e) {
            throw new ConfigurationException(
                    folder.toString(),
                    "cannot be written: " + e.getMessage(),
                    "Let this user write there, or name another folder",
                    e);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            ObjectNode object = Json.object();
            ArrayNode paths = object.putArray("made");
            made.forEach(path -> paths.add(path.toString()));
            out.println(object);
        } else {
            made.forEach(path -> out.println("made " + path));
            out.println("Next: cd " + folder
                    + (source == null ? ", set the source in " + SETTINGS : "")
                    + ", then factstream new STREAM --table TABLE");
        }
        out.flush();
        return ExitCodes.DONE;
    }

    private void refuseWhatIsThere(Path routes) {
        for (Path path : withFlow
                ? List.of(folder.resolve(SETTINGS), routes.resolve("flow"))
                : List.of(folder.resolve(SETTINGS))) {
            if (Files.exists(path)) {
                throw new ConfigurationException(
                        path.toString(), "is there already", "Name another folder; what is there stays as it is");
            }
        }
    }

    private String settings() {
        String file = source == null
                ? "#" + KnownSettings.SOURCE_FILE + "=/data/facts.duckdb"
                : KnownSettings.SOURCE_FILE + "="
                        + source.toAbsolutePath().normalize().toString().replace("\\", "\\\\");
        return """
                # What commands that are run in this folder go by; the environment and the command line outrank it.
                # docs/configuration.md of FactStream lists all settings.

                # The DuckDB file that the streams read.
                %s

                # The event hub. The connection string is a secret and is given by the environment variable
                # EVENTHUBS_CONNECTION_STRING, or by a file of its own.
                #eventhubs.name=retail
                #eventhubs.connection-string-file=/run/secrets/eventhubs
                """.formatted(file);
    }

    private static Path copyFlow(Path flow) throws IOException {
        Path shipped = SettingsLoader.ofThisProcess()
                .shippedRoutes()
                .map(routes -> routes.resolve("flow"))
                .filter(Files::isDirectory)
                .orElseThrow(() -> new ConfigurationException(
                        "--with-flow",
                        "finds no distribution to copy the flow from",
                        "Start factstream by its launcher"));
        try (Stream<Path> files = Files.list(shipped)) {
            for (Path file : files.sorted().toList()) {
                Files.copy(file, flow.resolve(file.getFileName()));
            }
        }
        return flow;
    }
}
