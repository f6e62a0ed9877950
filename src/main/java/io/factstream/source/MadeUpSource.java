package io.factstream.source;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A small DuckDB file with given tables and rows, for trying a query on. */
public final class MadeUpSource {

    /**
     * A table.
     *
     * @param columns the type of each column, as DuckDB writes it, in order
     * @param rows the values of each row by column; what a row does not name is NULL
     */
    public record Table(String name, Map<String, String> columns, List<Map<String, Value>> rows) {
        public Table {
            columns = new LinkedHashMap<>(columns);
            rows = List.copyOf(rows);
        }
    }

    /**
     * A value of a row.
     *
     * @param text what is cast to the column's type; null for NULL
     * @param json whether the text is JSON, for types with parts
     */
    public record Value(@Nullable String text, boolean json) {
        private String sql(String type) {
            if (text == null) {
                return "NULL";
            }
            String literal = "'" + text.replace("'", "''") + "'";
            return "CAST(" + (json ? "CAST(" + literal + " AS JSON)" : literal) + " AS " + type + ")";
        }
    }

    private MadeUpSource() {}

    /**
     * Makes the file.
     *
     * @param file must not exist
     * @throws SQLException when DuckDB knows a type not, or a value is none of its type
     */
    public static void create(Path file, List<Table> tables) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
            for (Table table : tables) {
                create(statement, table);
            }
        }
    }

    private static void create(Statement statement, Table table) throws SQLException {
        statement.execute("CREATE TABLE " + name(table.name())
                + table.columns().entrySet().stream()
                        .map(column -> name(column.getKey()) + " " + column.getValue())
                        .collect(Collectors.joining(", ", " (", ")")));
        for (Map<String, Value> row : table.rows()) {
            if (row.isEmpty()) {
                statement.execute("INSERT INTO " + name(table.name()) + " DEFAULT VALUES");
                continue;
            }
            statement.execute("INSERT INTO " + name(table.name())
                    + row.keySet().stream().map(MadeUpSource::name).collect(Collectors.joining(", ", " (", ")"))
                    + row.entrySet().stream()
                            .map(value -> value.getValue().sql(table.columns().getOrDefault(value.getKey(), "VARCHAR")))
                            .collect(Collectors.joining(", ", " VALUES (", ")")));
        }
    }

    private static String name(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }
}
