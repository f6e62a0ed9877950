package io.factstream;

import io.factstream.config.ConfigurationException;
import io.factstream.routes.RouteFiles;
import io.factstream.routes.StreamDefinitions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A route file with the queries that it names, as they were at one moment.
 *
 * @param file the route file
 * @param text its content
 * @param queries the content of each query file that it names; empty where there is none
 * @param routes the ids of its routes
 * @param streams the ids of its streams
 */
record RouteVersion(Path file, String text, Map<Path, String> queries, Set<String> routes, Set<String> streams) {

    /**
     * All route files of a folder.
     *
     * @param definitions says what a file holds
     * @param known what was seen before, to spare the parsing of what has not changed
     * @throws ConfigurationException when the folder is not there
     */
    static Map<Path, RouteVersion> all(Path folder, StreamDefinitions definitions, Map<Path, RouteVersion> known) {
        if (!Files.isDirectory(folder)) {
            throw new ConfigurationException(folder.toString(), "is no folder", "Mount it");
        }
        Map<Path, RouteVersion> versions = new TreeMap<>();
        for (Path file : RouteFiles.files(folder)) {
            RouteVersion version = of(file, definitions, known.get(file));
            if (version != null) {
                versions.put(file, version);
            }
        }
        return versions;
    }

    private static @Nullable RouteVersion of(Path file, StreamDefinitions definitions, @Nullable RouteVersion known) {
        String text = read(file);
        if (text == null) {
            // Gone since it was listed.
            return null;
        }
        StreamDefinitions.Contents contents = known != null && known.text.equals(text)
                ? new StreamDefinitions.Contents(known.routes, known.streams, known.queries.keySet())
                : definitions.contents(file);
        Map<Path, String> queries = new LinkedHashMap<>();
        for (Path query : contents.queries()) {
            String sql = read(query);
            queries.put(query, sql == null ? "" : sql);
        }
        return new RouteVersion(file, text, queries, contents.routes(), contents.streams());
    }

    /** As text of one byte a character: what is no UTF-8 is for the checks to tell. Null when it is not there. */
    private static @Nullable String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return null;
        }
    }

    /** The content of the route file as it is to be loaded again. */
    String yaml() {
        return new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** The route file and its queries. */
    List<Path> files() {
        return Stream.concat(Stream.of(file), queries.keySet().stream()).toList();
    }
}
