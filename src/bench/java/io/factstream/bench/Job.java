package io.factstream.bench;

import java.nio.file.Path;
import java.util.List;

/**
 * What a contender is to move.
 *
 * @param file the DuckDB file
 * @param query the stream's query
 * @param rows how many rows of it, from the first on
 * @param connectionString to the namespace
 * @param hub the hub's name
 */
record Job(Path file, String query, long rows, String connectionString, String hub) {

    List<String> arguments() {
        return List.of(file.toString(), query, Long.toString(rows), connectionString, hub);
    }

    static Job of(String[] arguments) {
        return new Job(Path.of(arguments[0]), arguments[1], Long.parseLong(arguments[2]), arguments[3], arguments[4]);
    }

    /** For a client of the hub alone. */
    String hubConnectionString() {
        return connectionString + ";EntityPath=" + hub;
    }
}
