package io.factstream.source;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.DateTimeException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A small DuckDB file with given tables and rows, for trying a query on. */
public final class MadeUpSource {

    /**
     * A table.
     *
     * @param name as a query writes it: with its schema, where that is not the usual one, and in quotes where it must be
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
     * @param text what is cast to the column's type; null for NULL. The offset or zone of a time is applied
     * @param json whether the text is JSON, for types with parts
     */
    public record Value(@Nullable String text, boolean json) {
        private String sql(DuckDbType type) {
            if (text == null) {
                return "NULL";
            }
            String written = json ? TimesInJson.inUtc(text, type) : TimeText.isFor(type) ? TimeText.inUtc(text) : text;
            String literal = "'" + written.replace("'", "''") + "'";
            return json ? "CAST(" + literal + " AS JSON)" : literal;
        }
    }

    private MadeUpSource() {}

    /**
     * Makes the file.
     *
     * @param file must not exist
     * @throws SQLException when DuckDB knows a type not, or a value is none of its type
     * @throws DateTimeException when the offset or zone of a time cannot be applied
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
        List<String> parts = TableName.parts(table.name());
        String name = written(parts);
        if (parts.size() > 1) {
            statement.execute("CREATE SCHEMA IF NOT EXISTS " + written(parts.subList(0, parts.size() - 1)));
        }
        statement.execute("CREATE TABLE " + name
                + table.columns().entrySet().stream()
                        .map(column -> TableName.quoted(column.getKey()) + " " + column.getValue())
                        .collect(Collectors.joining(", ", " (", ")")));
        Map<String, DuckDbType> types = types(statement, name);
        for (Map<String, Value> row : table.rows()) {
            if (row.isEmpty()) {
                statement.execute("INSERT INTO " + name + " DEFAULT VALUES");
                continue;
            }
            statement.execute("INSERT INTO " + name
                    + row.keySet().stream().map(TableName::quoted).collect(Collectors.joining(", ", " (", ")"))
                    + row.entrySet().stream()
                            .map(value -> "CAST("
                                    + value.getValue().sql(Objects.requireNonNull(types.get(value.getKey())))
                                    + " AS " + table.columns().get(value.getKey()) + ")")
                            .collect(Collectors.joining(", ", " VALUES (", ")")));
        }
    }

    /** The type of each column as DuckDB writes it, whatever name was given for it. */
    private static Map<String, DuckDbType> types(Statement statement, String table) throws SQLException {
        Map<String, DuckDbType> types = new HashMap<>();
        try (ResultSet columns = statement.executeQuery("DESCRIBE " + table)) {
            while (columns.next()) {
                types.put(columns.getString(1), DuckDbType.parse(columns.getString(2)));
            }
        }
        return types;
    }

    private static String written(List<String> parts) {
        return parts.stream().map(TableName::quoted).collect(Collectors.joining("."));
    }
}
