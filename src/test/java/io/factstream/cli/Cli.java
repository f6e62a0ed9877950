package io.factstream.cli;

import io.factstream.localhub.LocalEventHubs;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine;

/** Commands as a person types them, with a folder of routes, a source and a state of their own. */
final class Cli {

    private final Path folder;
    private final Map<String, String> settings = new LinkedHashMap<>();

    Cli(Path folder, LocalEventHubs hubs, String hub) throws IOException {
        this.folder = folder;
        settings.put("factstream.source.file", folder.resolve("facts.duckdb").toString());
        settings.put("factstream.state.file", folder.resolve("state.db").toString());
        settings.put("factstream.routes", routes().toString());
        settings.put("factstream.send.deadline", "3s");
        settings.put("eventhubs.try-timeout", "2s");
        settings.put("eventhubs.connection-string", hubs.connectionString(hub));
        Path flow = Files.createDirectories(routes().resolve("flow"));
        try (Stream<Path> shared = Files.list(Path.of("routes", "flow"))) {
            for (Path file : shared.toList()) {
                Files.copy(file, flow.resolve(file.getFileName()));
            }
        }
    }

    Path routes() {
        return folder.resolve("routes");
    }

    Cli with(String key, String value) {
        settings.put(key, value);
        return this;
    }

    Cli without(String key) {
        settings.remove(key);
        return this;
    }

    /** A route file that nothing can be said against, and its query. */
    Cli stream(String id, String query) throws IOException {
        Files.writeString(routes().resolve(id + ".sql"), query);
        Files.writeString(routes().resolve(id + ".camel.yaml"), """
                - route:
                    id: %1$s
                    description: One event a row.
                    from:
                      id: read-%1$s
                      description: Reads them.
                      uri: kamelet:fact-stream
                      parameters:
                        stream: %1$s
                        eventType: fact
                        query: %1$s.sql
                      steps:
                        - to:
                            id: send-%1$s
                            description: Sends them.
                            uri: direct:send-batch
                """.formatted(id));
        return this;
    }

    /** Changes a text in a file of the routes folder. */
    void edit(String name, String from, String to) throws IOException {
        Path file = routes().resolve(name);
        String before = Files.readString(file);
        if (!before.contains(from)) {
            throw new IllegalArgumentException(name + " holds no " + from);
        }
        Files.writeString(file, before.replace(from, to));
    }

    void sql(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + folder.resolve("facts.duckdb"));
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** What a command ended with. */
    record Run(int code, String out, String errors) {
        List<String> lines() {
            return out.lines().toList();
        }
    }

    Run execute(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        settings.forEach((key, value) -> all.addAll(List.of("--set", key + "=" + value)));
        StringWriter out = new StringWriter();
        StringWriter errors = new StringWriter();
        String[] given = all.toArray(String[]::new);
        CommandLine command =
                Main.commandLine(given).setOut(new PrintWriter(out)).setErr(new PrintWriter(errors, true));
        int code = command.execute(given);
        return new Run(code, out.toString(), errors.toString());
    }
}
