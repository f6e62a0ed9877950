package io.factstream.stream;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Which functions give another value each time or each query, by DuckDB's own catalog. */
record FunctionStability(Set<String> byRow, Set<String> byQuery, Set<String> macros) {

    /**
     * The functions that tell the present time, with their type. The catalog counts the local ones as consistent, though
     * they tell another time in each transaction.
     */
    static final Map<String, String> PRESENT = Map.of(
            "now", "TIMESTAMP WITH TIME ZONE",
            "get_current_timestamp", "TIMESTAMP WITH TIME ZONE",
            "transaction_timestamp", "TIMESTAMP WITH TIME ZONE",
            "current_localtimestamp", "TIMESTAMP",
            "current_date", "DATE",
            "today", "DATE",
            "get_current_time", "TIME WITH TIME ZONE",
            "current_localtime", "TIME");

    /** Consistent within a query only, and yet the same in all that FactStream asks. */
    private static final Set<String> OF_THE_SESSION = Set.of(
            "current_database",
            "current_schema",
            "current_schemas",
            "current_setting",
            "getvariable",
            "in_search_path");

    /** Not to be called once for several rows, though they give no value of their own. */
    private static final Set<String> WITHOUT_VALUE = Set.of("error", "sleep_ms", "setseed", "write_log");

    static FunctionStability of(Connection connection) throws SQLException {
        Set<String> byRow = new HashSet<>();
        Set<String> byQuery = new HashSet<>();
        Set<String> macros = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT DISTINCT function_name, stability, function_type FROM system.main.duckdb_functions() WHERE"
                                + " stability IN ('VOLATILE', 'CONSISTENT_WITHIN_QUERY')"
                                + " OR (function_type = 'macro' AND NOT internal)")) {
            while (rows.next()) {
                String name = rows.getString(1).toLowerCase(Locale.ROOT);
                if ("macro".equals(rows.getString(3))) {
                    macros.add(name);
                } else if ("VOLATILE".equals(rows.getString(2))) {
                    byRow.add(name);
                } else {
                    byQuery.add(name);
                }
            }
        }
        byRow.removeAll(WITHOUT_VALUE);
        byQuery.removeAll(OF_THE_SESSION);
        return new FunctionStability(byRow, byQuery, macros);
    }

    /** Whether a function gives another value each time that it is called. */
    boolean isOfChance(String function) {
        return byRow.contains(function.toLowerCase(Locale.ROOT));
    }

    /** Whether a function gives another value in each query. */
    boolean isOfTheMoment(String function) {
        String name = function.toLowerCase(Locale.ROOT);
        return PRESENT.containsKey(name) || byQuery.contains(name);
    }

    /** Whether the present time that a function tells begins anew each day. */
    static boolean isTimeOfDay(String function) {
        return PRESENT.getOrDefault(function.toLowerCase(Locale.ROOT), "").startsWith("TIME ")
                || PRESENT.getOrDefault(function.toLowerCase(Locale.ROOT), "").equals("TIME");
    }
}
