package io.factstream.source;

/**
 * A column that a query yields.
 *
 * @param name its name as the query gives it
 * @param type its DuckDB type, parsed
 */
public record Column(String name, DuckDbType type) {}
