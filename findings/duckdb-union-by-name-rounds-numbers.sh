#!/usr/bin/env bash
# DuckDB 2.0.0.1 (org.duckdb:duckdb_jdbc), read_parquet with union_by_name=true, the usual remedy for files whose types differ.
# Guess: where one file has BIGINT and another DOUBLE, the values of the first stay what they are, or it is refused.
# Seen:  the column is DOUBLE, so an id of 17 digits becomes its neighbour, and a cast back does not bring it again; and where
#        one file has TIMESTAMP and another TIMESTAMPTZ, local times become instants of the session's time zone.
#        A DECIMAL beside a BIGINT keeps every digit.
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
            statement.execute("SET TimeZone = 'Asia/Tokyo'");
            statement.execute("COPY (SELECT 90071992547409931::BIGINT AS id, TIMESTAMP '2026-01-31 10:15:30' AS t) TO 'long.parquet'");
            statement.execute("COPY (SELECT 1.5::DOUBLE AS id, TIMESTAMPTZ '2026-01-31 10:15:30+00' AS t) TO 'double.parquet'");
            statement.execute("COPY (SELECT 1.5::DECIMAL(4,1) AS id, TIMESTAMP '2026-01-31 10:15:30' AS t) TO 'decimal.parquet'");
            show(statement, "beside DOUBLE: ", "'long.parquet', 'double.parquet'");
            show(statement, "beside DECIMAL:", "'long.parquet', 'decimal.parquet'");
        }
    }

    private static void show(Statement statement, String what, String files) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT typeof(id), id::HUGEINT, typeof(t), strftime(make_timestamp(epoch_us(t)), '%H:%M')"
                + " FROM read_parquet([" + files + "], union_by_name = true, filename = true) WHERE filename = 'long.parquet'")) {
            row.next();
            System.out.println(what + " " + row.getString(1) + " " + row.getString(2) + ", " + row.getString(3) + " " + row.getString(4));
        }
    }
}
JAVA
cat > "$work/expected" <<'TEXT'
beside DOUBLE:  DOUBLE 90071992547409936, TIMESTAMP WITH TIME ZONE 01:15
beside DECIMAL: DECIMAL(20,1) 90071992547409931, TIMESTAMP 10:15
TEXT
cd "$work"
java -cp "$work/*" Seen.java | tee seen
diff expected seen && echo "as it was seen"
