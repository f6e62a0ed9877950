package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.config.ConfigurationException.Problem;
import io.factstream.source.DuckDbSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files whose columns differ are told before DuckDB rounds what is in them. */
class FileSchemasTest {

    private FactTable table = new FactTable(Path.of("facts.duckdb"));
    private Path folder = Path.of(".");

    @BeforeEach
    void files(@TempDir Path temporary) throws SQLException {
        folder = temporary;
        table = new FactTable(folder.resolve("facts.duckdb"));
        String t = "SELECT TIMESTAMP '2026-01-01' AS t, ";
        table.write(
                "COPY (" + t + "1 AS amount) TO '" + folder + "/types-a.parquet'",
                "COPY (" + t + "1.5::DOUBLE AS amount) TO '" + folder + "/types-b.parquet'",
                "COPY (" + t + "1 AS amount, 2 AS note) TO '" + folder + "/names-a.parquet'",
                "COPY (" + t + "1 AS amount, 3 AS other) TO '" + folder + "/names-b.parquet'",
                "COPY (" + t + "1 AS n) TO '" + folder + "/same-a.parquet'",
                "COPY (" + t + "2 AS N) TO '" + folder + "/same-b.parquet'",
                "COPY (" + t + "1 AS n) TO '" + folder + "/lines-a.csv'",
                "COPY (" + t + "'x' AS n) TO '" + folder + "/lines-b.csv'",
                "CREATE VIEW filed AS SELECT * FROM '" + folder + "/types-*.parquet'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FROM '{}/types-*.parquet'",
                "FROM read_parquet('{}/types-*.parquet')",
                "FROM read_parquet(['{}/types-a.parquet', '{}/types-b.parquet'])",
                "FROM (SELECT * FROM parquet_scan('{}/types-?.parquet', filename := true)) WHERE amount > 0",
                "FROM filed"
            })
    void a_type_that_differs_is_told_with_both_files(String from) throws SQLException {
        assertThat(differences("SELECT t AS _watermark, amount " + from))
                .singleElement()
                .satisfies(problem -> assertThat(problem.toString())
                        .contains(
                                "the column amount is a DOUBLE in " + folder + "/types-b.parquet",
                                "INTEGER in " + folder + "/types-a.parquet",
                                "rounded"));
    }

    @Test
    void by_name_it_is_told_that_one_type_is_made_of_them() throws SQLException {
        assertThat(differences(
                        "SELECT t AS _watermark, amount FROM read_parquet('{}/types-*.parquet', union_by_name = true)"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.toString()).contains("makes one type of them"));
    }

    @Test
    void columns_that_are_not_in_all_files_are_told_unless_they_are_read_by_name() throws SQLException {
        String names = "SELECT t AS _watermark, amount FROM read_parquet('{}/names-*.parquet'";

        assertThat(differences(names + ")"))
                .extracting(Problem::toString)
                .satisfiesExactlyInAnyOrder(
                        told -> assertThat(told).contains("the column note of", "is not in"),
                        told -> assertThat(told).contains("the column other of", "is left out"));
        assertThat(differences(names + ", union_by_name = true)")).isEmpty();
    }

    @Test
    void csv_files_are_looked_at_too() throws SQLException {
        assertThat(differences("SELECT t AS _watermark, n FROM read_csv('{}/lines-*.csv')"))
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.toString()).contains("VARCHAR in " + folder + "/lines-b.csv", "BIGINT in"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FROM '{}/same-*.parquet'",
                "FROM '{}/types-a.parquet'",
                "FROM read_csv('{}/lines-*.csv', columns = {'t': 'TIMESTAMP', 'n': 'VARCHAR'})",
                "FROM range(3) r(t)"
            })
    void files_that_have_the_same_columns_are_no_news(String from) throws SQLException {
        assertThat(differences("SELECT t AS _watermark " + from)).isEmpty();
    }

    private List<Problem> differences(String query) throws SQLException {
        try (DuckDbSource source = table.source();
                Connection connection = source.open()) {
            return FileSchemas.differences(FactTable.stream(query.replace("{}", folder.toString())), connection);
        }
    }
}
