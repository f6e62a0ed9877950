#!/usr/bin/env bash
# DuckDB 2.0.0.1 (org.duckdb:duckdb_jdbc), read_parquet over two files.
# Guess: a field of a STRUCT that the first file has and the second lacks is refused, as a missing column is.
# Seen:  it is NULL, and the field that the second file has in its place is left out, without an error. Within lists, too.
#        A loader that renames a field of a struct so loses its values in every query over old and new files;
#        union_by_name=true keeps both fields.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy \
  -Dartifact=org.duckdb:duckdb_jdbc:2.0.0.1 -DoutputDirectory="$work"
cat > "$work/Seen.java" <<'JAVA'
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

public class Seen {
    public static void main(String[] arguments) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:")) {
            copy(connection, "SELECT 1 AS id, {'city': 'Turku', 'zip': '20100'} AS address, [{'sku': 'A', 'n': 1}] AS lines", "a");
            copy(connection, "SELECT 2 AS id, {'city': 'Espoo', 'postcode': '02100'} AS address, [{'sku': 'B', 'count': 7}] AS lines", "b");
            copy(connection, "SELECT 3 AS id, [{'sku': 'C', 'n': 2}] AS lines", "c");
            show(connection, "renamed field: ", "SELECT * FROM read_parquet(['a.parquet', 'b.parquet']) WHERE id = 2");
            show(connection, "by name:       ", "SELECT * FROM read_parquet(['a.parquet', 'b.parquet'], union_by_name = true) WHERE id = 2");
            show(connection, "missing column:", "SELECT * FROM read_parquet(['a.parquet', 'c.parquet']) WHERE id = 3");
        }
    }

    private static void copy(Connection connection, String query, String name) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("COPY (" + query + ") TO '" + name + ".parquet'");
        }
    }

    private static void show(Connection connection, String what, String query) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(query)) {
            row.next();
            System.out.println(what + " " + row.getString("address") + " " + row.getString("lines"));
        } catch (SQLException e) {
            System.out.println(what + " " + (e.getMessage().contains("could not be found in file") ? "refused" : e.getMessage()));
        }
    }
}
JAVA
cat > "$work/expected" <<'TEXT'
renamed field:  {'city': Espoo, 'zip': NULL} [{'sku': B, 'n': NULL}]
by name:        {'city': Espoo, 'zip': NULL, 'postcode': 02100} [{'sku': B, 'n': NULL, 'count': 7}]
missing column: refused
TEXT
cd "$work"
java -cp "$work/*" Seen.java | tee seen
diff expected seen && echo "as it was seen"
