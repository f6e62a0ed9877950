package io.factstream.bench;

import io.factstream.cli.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** FactStream as it is shipped, in a process of its own, with default settings and the shared flow of this checkout. */
final class FactStreamRun {

    private static final Path FLOW = Path.of("routes", "flow");

    private final @Nullable Path launcher;
    private final Path folder;
    private final Path routes;
    private final Map<String, String> environment = new HashMap<>();

    /**
     * Prepares its folder.
     *
     * @param launcher of the distribution to run; null to run it from the class path
     * @param folder for its routes, state and output; must be empty
     */
    FactStreamRun(@Nullable Path launcher, Path folder, Path source, String connectionString, String hub)
            throws IOException {
        this.launcher = launcher;
        this.folder = folder;
        routes = Files.createDirectories(folder.resolve("routes"));
        Path flow = Files.createDirectories(routes.resolve("flow"));
        try (Stream<Path> files = Files.list(FLOW)) {
            for (Path file : files.toList()) {
                Files.copy(file, flow.resolve(file.getFileName()));
            }
        }
        environment.put("FACTSTREAM_SOURCE_FILE", source.toString());
        environment.put("FACTSTREAM_STATE_FILE", folder.resolve("factstream.db").toString());
        environment.put("FACTSTREAM_ROUTES", routes.toString());
        environment.put("EVENTHUBS_CONNECTION_STRING", connectionString);
        environment.put("EVENTHUBS_NAME", hub);
        // Any that is free: another runtime may have the usual one.
        environment.put("FACTSTREAM_MANAGEMENT_PORT", "0");
    }

    /** Sets a setting by its environment variable. */
    FactStreamRun with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Adds a stream. */
    FactStreamRun stream(String id, String query) throws IOException {
        Files.writeString(routes.resolve(id + ".sql"), query + "\n");
        Files.writeString(routes.resolve(id + ".camel.yaml"), """
                - route:
                    id: %1$s
                    description: A stream to be measured.
                    from:
                      id: read-%1$s
                      description: Reads a table page by page.
                      uri: kamelet:fact-stream
                      parameters:
                        stream: %1$s
                        eventType: receipt_line_added
                        query: %1$s.sql
                      steps:
                        - to:
                            id: send-%1$s
                            description: Hands each batch to the one sender of the hub.
                            uri: direct:send-batch
                """.formatted(id));
        return this;
    }

    /** Starts it with {@code run} and these options. */
    JavaProcess start(List<String> javaOptions, String... options) throws IOException {
        List<String> arguments =
                Stream.concat(Stream.of("run"), Stream.of(options)).toList();
        if (launcher != null) {
            return JavaProcess.launch(folder, launcher, javaOptions, environment, arguments);
        }
        return JavaProcess.start(
                folder,
                Stream.concat(JavaProcess.LAUNCHER_OPTIONS.stream(), javaOptions.stream())
                        .toList(),
                environment,
                Main.class,
                arguments);
    }

    /**
     * The launcher of a distribution that has been packed, after the archive of classes was made that it uses, as whoever
     * installs FactStream is told to; null where there is no distribution.
     */
    static @Nullable Path launcher(Path distribution) throws IOException, InterruptedException {
        Path launcher = distribution.resolve("bin").resolve("factstream");
        if (!Files.exists(launcher)) {
            return null;
        }
        Process archiving = new ProcessBuilder(
                        launcher.resolveSibling("archive-classes").toString())
                .inheritIO()
                .start();
        if (archiving.waitFor() != 0) {
            throw new IllegalStateException("archive-classes ended with " + archiving.exitValue());
        }
        return launcher;
    }
}
