package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.factstream.config.ConfigurationException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A query that would not give all its rows is refused; one whose parts do so is not. */
class QuerySyntaxTest {

    private static Connection connection;

    @BeforeAll
    static void open(@TempDir Path folder) throws SQLException {
        FactTable table = new FactTable(folder.resolve("facts.duckdb"));
        table.write("CREATE TABLE t AS SELECT 1 AS w, 'a' AS p");
        connection = table.source().open();
    }

    @AfterAll
    static void close() throws SQLException {
        connection.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "SELECT w FROM t LIMIT 10 | sales.sql:1: the query ends in LIMIT or OFFSET",
                "SELECT 'Grüße 世界',\\n w\\nFROM t\\nLIMIT 10 | sales.sql:4: the query ends in LIMIT or OFFSET",
                "SELECT w FROM t\\nOFFSET 3 | sales.sql:2: the query ends in LIMIT or OFFSET",
                "SELECT w FROM t LIMIT 10% | sales.sql:1: the query ends in LIMIT or OFFSET",
                "SELECT w FROM t LIMIT (SELECT 5) | sales.sql:1: the query ends in LIMIT or OFFSET",
                "SELECT w FROM t FETCH FIRST 3 ROWS ONLY | sales.sql:1: the query ends in LIMIT or OFFSET",
                "FROM t LIMIT 1 | sales.sql:1: the query ends in LIMIT or OFFSET",
                "(SELECT w FROM t LIMIT 1) | sales.sql:1: the query ends in LIMIT or OFFSET",
                "SELECT w FROM t UNION ALL SELECT w FROM t LIMIT 1 | sales.sql:1: the query ends in LIMIT or OFFSET",
                "WITH x AS (FROM t) SELECT w FROM x LIMIT 1 | sales.sql:1: the query ends in LIMIT or OFFSET",
                "SELECT w FROM t\\nORDER BY\\n w | sales.sql:3: the query ends in ORDER BY",
                "SELECT w FROM t\\nORDER BY ALL | sales.sql:2: the query ends in ORDER BY",
                "SELECT w FROM t\\nUSING SAMPLE 10 | sales.sql:2: the query takes a sample",
                "SELECT w FROM t TABLESAMPLE 10% | sales.sql:1: the query takes a sample",
                "SELECT w, 'LIMIT' -- LIMIT\\nFROM t\\nFETCH FIRST ROW ONLY | sales.sql:3: the query ends in LIMIT or OFFSET",
                "SELECT w FROM t\\nFETCH NEXT 3 ROWS ONLY | sales.sql:2: the query ends in LIMIT or OFFSET",
                "SELECT w FROM t OFFSET 2 ROWS\\nFETCH FIRST ROW ONLY | the query ends in LIMIT or OFFSET",
                "WITH x AS (\\n DELETE FROM t RETURNING *) SELECT w FROM x | sales.sql:2: the query changes rows, by DELETE",
                "SELECT * FROM (WITH x AS (INSERT INTO t VALUES (1, 'a') RETURNING *) FROM x) | changes rows, by INSERT",
                "WITH x AS (UPDATE t SET w = 2 RETURNING *) SELECT w FROM x | sales.sql:1: the query changes rows, by UPDATE",
                "-- one\\nSELEKT w | sales.sql:2: is no SQL: syntax error at or near \"SELEKT\"",
                "SELECT 'Grüße',\\n w FROM t\\nWHERE | sales.sql:3: is no SQL: syntax error",
                "SELECT w FROM t\\nWHERE p = 'open | sales.sql:2: is no SQL: unterminated string literal"
            })
    void what_would_not_give_all_rows_is_refused_with_its_line(String query, String message) throws SQLException {
        ConfigurationException refusal =
                catchThrowableOfType(ConfigurationException.class, () -> check(query.replace("\\n", "\n")));

        assertThat(refusal).hasMessageContaining(message).hasMessageNotContaining("..");
        assertThat(refusal.mend()).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT w FROM (SELECT w FROM t ORDER BY w LIMIT 10)",
                "WITH x AS (FROM t LIMIT 1) SELECT w FROM x",
                "SELECT w, (SELECT p FROM t LIMIT 1) FROM t",
                "SELECT w FROM t WHERE w IN (SELECT w FROM t LIMIT 5)",
                "(SELECT w FROM t LIMIT 1) UNION ALL SELECT w FROM t",
                "SELECT w, row_number() OVER (ORDER BY w) FROM t",
                "SELECT list(p ORDER BY w) FROM t GROUP BY w",
                "SELECT w, 'LIMIT 10 ORDER BY' FROM t -- LIMIT 10",
                "SELECT w AS \"limit\", p AS \"order\" FROM t",
                "SELECT w, 'DELETE FROM t' AS \"delete\", '\"type\":\"DELETE_QUERY_NODE\"' AS x FROM t",
                "SELECT DISTINCT w FROM t",
                "SELECT w FROM t QUALIFY row_number() OVER (PARTITION BY p ORDER BY w) = 1",
                "FROM t",
                "SELECT w AS _watermark FROM t WHERE w <= now() AND w IS NOT NULL AND w > 17",
                "VALUES (1, 2)",
                "SELECT * EXCLUDE (p), COLUMNS('p') FROM t"
            })
    void what_gives_all_rows_is_accepted(String query) {
        assertThatCode(() -> check(query)).doesNotThrowAnyException();
    }

    private static void check(String query) throws SQLException {
        QuerySyntax.check(FactTable.stream(query), connection);
    }
}
