package io.factstream.source;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A table of the source and what its columns hold, for guessing what each is for.
 *
 * @param name as a query writes it, quoted where it must be
 * @param rows how many it has
 */
public record TableProfile(String name, long rows, List<ColumnProfile> columns) {

    /** Words of SQL that are likely names of columns, and cannot stand without quotes. */
    private static final List<String> RESERVED = List.of(
            "all",
            "and",
            "any",
            "as",
            "asc",
            "both",
            "case",
            "cast",
            "check",
            "column",
            "constraint",
            "create",
            "default",
            "desc",
            "distinct",
            "do",
            "else",
            "end",
            "except",
            "false",
            "fetch",
            "for",
            "foreign",
            "from",
            "grant",
            "group",
            "having",
            "in",
            "initially",
            "intersect",
            "into",
            "lateral",
            "leading",
            "limit",
            "not",
            "null",
            "offset",
            "on",
            "only",
            "or",
            "order",
            "pivot",
            "placing",
            "primary",
            "qualify",
            "references",
            "returning",
            "select",
            "show",
            "some",
            "summarize",
            "symmetric",
            "table",
            "then",
            "to",
            "trailing",
            "true",
            "union",
            "unique",
            "unpivot",
            "using",
            "variadic",
            "when",
            "where",
            "window",
            "with");

    public TableProfile {
        columns = List.copyOf(columns);
    }

    /**
     * A column.
     *
     * @param nulls rows without a value
     * @param values how many different values there are, about; 0 for types with parts
     * @param unique whether no value comes twice, and none is missing; false where the table is empty
     * @param stepsBack how many rows have a lower value than the row before, as they lie in the table
     */
    public record ColumnProfile(Column column, long nulls, long values, boolean unique, long stepsBack) {}

    /** The tables and views of a source, by the names that a query gives them. */
    public static List<String> tables(DuckDbSource source) {
        try (Connection connection = source.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT CASE WHEN table_schema = 'main' THEN table_name ELSE table_schema || '.' || table_name END"
                                + " FROM information_schema.tables WHERE table_catalog = current_database() ORDER BY 1")) {
            List<String> names = new ArrayList<>();
            while (rows.next()) {
                names.add(rows.getString(1));
            }
            return names;
        } catch (SQLException e) {
            throw source.failure(e);
        }
    }

    /**
     * Looks at a table, by one pass over it and one more for each column that looks unique.
     *
     * @param table one of {@link #tables}
     * @throws SourceException when the source is away, busy, or has no such table
     */
    public static TableProfile of(DuckDbSource source, String table) {
        String name =
                Arrays.stream(table.split("\\.", 2)).map(TableProfile::quoted).collect(Collectors.joining("."));
        try (Connection connection = source.open();
                Statement statement = connection.createStatement()) {
            List<Column> columns = new ArrayList<>();
            try (ResultSet described = statement.executeQuery("DESCRIBE SELECT * FROM " + name)) {
                while (described.next()) {
                    columns.add(new Column(described.getString(1), DuckDbType.parse(described.getString(2))));
                }
            }
            return new TableProfile(name, rows(statement, name), profiles(statement, name, columns));
        } catch (SQLException e) {
            throw source.failure(e);
        }
    }

    private static long rows(Statement statement, String table) throws SQLException {
        try (ResultSet count = statement.executeQuery("SELECT count(*) FROM " + table)) {
            count.next();
            return count.getLong(1);
        }
    }

    private static List<ColumnProfile> profiles(Statement statement, String table, List<Column> columns)
            throws SQLException {
        List<ColumnProfile> profiles = new ArrayList<>();
        for (Column column : columns) {
            String value = quoted(column.name());
            boolean plain = column.type() instanceof DuckDbType.Scalar scalar
                    && !scalar.name().matches("BLOB|JSON|VARIANT|GEOMETRY");
            String sql = "SELECT count(*) - count(v), " + (plain ? "approx_count_distinct(v)" : "0") + ", count(*), "
                    + (plain ? "count(*) FILTER (WHERE v < before)" : "0") + " FROM (SELECT " + value + " AS v, "
                    + (plain ? "lag(" + value + ") OVER ()" : "NULL") + " AS before FROM " + table + ")";
            try (ResultSet row = statement.executeQuery(sql)) {
                row.next();
                long nulls = row.getLong(1);
                long values = row.getLong(2);
                long rows = row.getLong(3);
                // The estimate is off by a few percent.
                boolean perhaps = plain && rows > 0 && nulls == 0 && values * 10 > rows * 8;
                boolean unique = perhaps && isUnique(statement.getConnection(), table, value);
                profiles.add(new ColumnProfile(column, nulls, unique ? rows : values, unique, row.getLong(4)));
            }
        }
        return profiles;
    }

    private static boolean isUnique(Connection connection, String table, String value) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT count(DISTINCT " + value + ") = count(*) FROM " + table)) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static String quoted(String name) {
        return name.matches("[a-z_][a-z0-9_]*") && !RESERVED.contains(name)
                ? name
                : "\"" + name.replace("\"", "\"\"") + "\"";
    }

    /** As a query writes the name of a column. */
    public static String columnName(Column column) {
        return quoted(column.name());
    }
}
