package io.factstream.source;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A table of the source and what its columns hold, for guessing what each is for.
 *
 * @param name as a query writes it, quoted where it must be
 * @param rows how many it has
 * @param keywords words of SQL that are no names without quotes
 */
public record TableProfile(String name, long rows, List<ColumnProfile> columns, Set<String> keywords) {

    private static final String OWN_NAME = "t";

    public TableProfile {
        columns = List.copyOf(columns);
        keywords = Set.copyOf(keywords);
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

    /** The tables and views of a source. */
    public static List<TableName> tables(DuckDbSource source) {
        try (Connection connection = source.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT table_catalog, table_schema, table_name FROM"
                        + " system.information_schema.tables WHERE table_catalog = system.main.current_database()"
                        + " ORDER BY table_schema, table_name")) {
            List<TableName> names = new ArrayList<>();
            while (rows.next()) {
                names.add(new TableName(rows.getString(1), rows.getString(2), rows.getString(3)));
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
    public static TableProfile of(DuckDbSource source, TableName table) {
        try (Connection connection = source.open();
                Statement statement = connection.createStatement()) {
            Set<String> keywords = keywords(statement);
            // Where a database has the name of the table's schema, DuckDB would not know which of the two is meant.
            String name = isDatabase(statement, table.schema())
                    ? TableName.quoted(table.database(), keywords) + "." + table.written(keywords)
                    : table.written(keywords);
            List<Column> columns = new ArrayList<>();
            try (ResultSet described = statement.executeQuery("DESCRIBE SELECT * FROM " + name)) {
                while (described.next()) {
                    columns.add(new Column(described.getString(1), DuckDbType.parse(described.getString(2))));
                }
            }
            return new TableProfile(name, rows(statement, name), profiles(statement, name, columns), keywords);
        } catch (SQLException e) {
            throw source.failure(e);
        }
    }

    private static boolean isDatabase(Statement statement, String schema) throws SQLException {
        try (ResultSet rows = statement.executeQuery("SELECT 1 FROM system.main.duckdb_databases() WHERE"
                + " system.main.lower(database_name) = system.main.lower('" + schema.replace("'", "''") + "')")) {
            return rows.next();
        }
    }

    private static Set<String> keywords(Statement statement) throws SQLException {
        Set<String> keywords = new HashSet<>();
        try (ResultSet rows = statement.executeQuery(
                "SELECT keyword_name FROM system.main.duckdb_keywords()" + " WHERE keyword_category <> 'unreserved'")) {
            while (rows.next()) {
                keywords.add(rows.getString(1));
            }
        }
        return keywords;
    }

    private static long rows(Statement statement, String table) throws SQLException {
        try (ResultSet count = statement.executeQuery("SELECT system.main.count(*) FROM " + table)) {
            count.next();
            return count.getLong(1);
        }
    }

    private static List<ColumnProfile> profiles(Statement statement, String table, List<Column> columns)
            throws SQLException {
        List<ColumnProfile> profiles = new ArrayList<>();
        for (Column column : columns) {
            String value = OWN_NAME + "." + TableName.quoted(column.name());
            boolean plain = column.type() instanceof DuckDbType.Scalar scalar
                    && !scalar.name().matches("BLOB|JSON|VARIANT|GEOMETRY");
            String sql = "SELECT system.main.count(*) FILTER (WHERE v IS NULL), "
                    + (plain ? "system.main.approx_count_distinct(v)" : "0") + ", system.main.count(*), "
                    + (plain ? "system.main.count(*) FILTER (WHERE v < before)" : "0") + " FROM (SELECT " + value
                    + " AS v, " + (plain ? "system.main.lag(" + value + ") OVER ()" : "NULL") + " AS before FROM "
                    + table + " AS " + OWN_NAME + ")";
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
                ResultSet row = statement.executeQuery("SELECT system.main.count(DISTINCT " + value
                        + ") = system.main.count(*) FROM " + table + " AS " + OWN_NAME)) {
            row.next();
            return row.getBoolean(1);
        }
    }

    /** As a query writes the name of a column. */
    public String written(String column) {
        return TableName.quoted(column, keywords);
    }
}
