#!/usr/bin/env bash
# DuckDB 2.0.0.1 (org.duckdb:duckdb_jdbc), the column stability of duckdb_functions().
# Guess: functions whose answer depends on the present time are CONSISTENT_WITHIN_QUERY or VOLATILE there, as now() is.
# Seen:  age(TIMESTAMP) with one argument, which measures from today, current_localtime() and current_localtimestamp() are
#        CONSISTENT, like md5(). Who judges by that column whether a query gives the same answer tomorrow is told that it does.
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
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery("SELECT function_name || ' ' || string_agg(DISTINCT stability, ', ') FROM duckdb_functions()"
                    + " WHERE function_name IN ('now', 'age', 'current_localtime', 'current_localtimestamp', 'md5')"
                    + " GROUP BY function_name ORDER BY function_name")) {
                while (rows.next()) {
                    System.out.println(rows.getString(1));
                }
            }
            try (ResultSet row = statement.executeQuery("SELECT age(TIMESTAMP '2026-01-01') = age(current_date::TIMESTAMP, TIMESTAMP '2026-01-01'),"
                    + " abs(epoch(current_localtimestamp()) - epoch(now()::TIMESTAMP)) < 86400")) {
                row.next();
                System.out.println("age measures from today: " + row.getBoolean(1));
                System.out.println("current_localtimestamp is the present: " + row.getBoolean(2));
            }
        }
    }
}
JAVA
cat > "$work/expected" <<'TEXT'
age CONSISTENT
current_localtime CONSISTENT
current_localtimestamp CONSISTENT
md5 CONSISTENT
now CONSISTENT_WITHIN_QUERY
age measures from today: true
current_localtimestamp is the present: true
TEXT
cd "$work"
java -cp "$work/*" Seen.java | tee seen
diff expected seen && echo "as it was seen"
