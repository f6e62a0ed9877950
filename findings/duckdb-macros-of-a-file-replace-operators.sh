#!/usr/bin/env bash
# DuckDB 2.0.0.1 (org.duckdb:duckdb_jdbc), a file that holds macros named like functions and operators of DuckDB.
# Guess: count(*), + and || are what they are everywhere; a macro of that name is refused, or called only by its schema.
# Seen:  in every session that opens the file by its URL, count(*) calls the macro count_star, and + and || call theirs; views
#        and checks of other people give other results without an error. Where the file is attached beside another database,
#        or the function is called as system.main.name, it is the built-in one.
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
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:facts.duckdb");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE facts AS SELECT i, $$x$$ AS x FROM range(5) r(i)");
            statement.execute("CREATE MACRO count_star() AS 1");
            statement.execute("CREATE MACRO \"+\"(a, b) AS 42");
            statement.execute("CREATE MACRO \"||\"(a, b) AS $$joined$$");
        }
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:facts.duckdb")) {
            show(connection, "opened:        ", "SELECT count(*), any_value(x || i), any_value(2 + 3) FROM facts");
            show(connection, "by their paths:", "SELECT system.main.count_star(), any_value(system.main.\"||\"(x, i)), any_value(system.main.\"+\"(2, 3)) FROM facts WHERE i = 0");
        }
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("ATTACH $$facts.duckdb$$ AS facts (READ_ONLY)");
            show(connection, "attached:      ", "SELECT count(*), any_value(x || 0), any_value(2 + 3) FROM facts.facts");
        }
    }

    private static void show(Connection connection, String what, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            System.out.println(what + " " + row.getString(1) + ", " + row.getString(2) + ", " + row.getString(3));
        }
    }
}
JAVA
cat > "$work/expected" <<'TEXT'
opened:         1, joined, 42
by their paths: 1, x0, 5
attached:       5, x0, 5
TEXT
cd "$work"
java -cp "$work/*" Seen.java | tee seen
diff expected seen && echo "as it was seen"
