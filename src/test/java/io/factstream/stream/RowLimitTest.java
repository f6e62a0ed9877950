package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.config.NonFinite;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowLimitTest {

    private static final RowLimit LIMIT = RowLimit.of(RowLimit.LEAST);

    private FactTable table;

    @BeforeEach
    void open(@TempDir Path folder) {
        table = new FactTable(folder.resolve("facts.duckdb"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "repeat('x', 2_000_000)                                                   ; 2000000",
                "to_json([repeat('x', 5_000_000)])                                        ; 5000004",
                "encode(repeat('x', 2_000_000))                                           ; 2000000",
                "repeat('01', 1_000_000)::BIT                                             ; 2000000",
                "range(2_000_000)                                                         ; 4000000",
                "[repeat('x', 1_000_000), NULL, repeat('y', 1_000_000)]                   ; 2000006",
                "[[1], [2, 3], repeat([4], 2_000_000)]                                    ; 4000012",
                "[repeat('x', 1_500_000), 'y']::VARCHAR[2]                                ; 1500005",
                "{'a': {'b': repeat('x', 2_000_000), 'c': 1}, 'd': NULL::VARCHAR}         ; 2000000",
                "{'a': [{'b': [repeat('x', 2_000_000)]}]}                                 ; 2000004",
                "[[[[range(2_000_000)]]]]                                                 ; 4000008",
                "{'a': [[[[{'b': repeat('x', 2_000_000)}]]]]}                             ; 2000008",
                "[[[[[[[[]], repeat([[]], 2_000_000)]]]]]]                                 ; 4000016",
                "MAP {'k': repeat('x', 2_000_000)}                                        ; 2000005",
                "MAP {repeat('x', 2_000_000): 1}                                          ; 2000004",
                "union_value(t := repeat('x', 2_000_000))                                 ; 2000000",
                "row(1, repeat('x', 2_000_000))                                           ; 2000000",
            })
    void a_value_that_is_too_large_leaves_its_row_without_a_payload_and_with_its_size(String value, long size)
            throws SQLException {
        table.write("CREATE TABLE t AS SELECT 7 AS w, " + value + " AS v UNION ALL SELECT 7, NULL");

        String query = "SELECT w AS _watermark, w AS _trace_id, w AS _partition_key, v FROM t";

        List<byte[]> rows = rows(query, LIMIT);

        assertThat(rows).hasSize(2);
        byte[] row = rows.stream()
                .filter(bytes -> event(bytes).isTooLarge())
                .findFirst()
                .orElseThrow();
        assertThat(row).hasSizeLessThan(1_000);
        Event event = event(row);
        assertThat(event.largeBytes()).isEqualTo(size);
        assertThat(event.watermark()).isEqualTo("7");
        assertThat(event.traceId()).isEqualTo("7");
        assertThat(event.partitionKey()).isEqualTo("7");
        // Whether its values were measured or its JSON was: it is known by the same.
        assertThat(rows(query, LIMIT.measured()))
                .anySatisfy(measured -> assertThat(measured).isEqualTo(row));
    }

    @Test
    void a_row_is_too_large_by_its_json_too() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 7 AS w, repeat(chr(1), 900_000) AS v");

        Event event =
                event(rows("SELECT w AS _watermark, v FROM t", LIMIT.measured()).get(0));

        assertThat(event.isTooLarge()).isTrue();
        assertThat(event.largeBytes()).isEqualTo(900_000);
    }

    @Test
    void many_columns_together_are_too_large() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 7 AS w, repeat('x', 600_000) AS a, repeat('y', 600_000) AS b");

        Event event = event(rows("SELECT w AS _watermark, a, b FROM t", LIMIT).get(0));

        assertThat(event.largeBytes()).isEqualTo(1_200_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"_trace_id", "_partition_key", "_correlation_id", "_parent_event_id"})
    void a_text_of_the_envelope_that_is_too_large_is_left_out(String column) throws SQLException {
        table.write("CREATE TABLE t AS SELECT 7 AS w, repeat('x', 2_000_000) AS v");

        byte[] row = rows("SELECT w AS _watermark, v AS " + column + " FROM t", LIMIT)
                .get(0);

        assertThat(row).hasSizeLessThan(1_000);
        Event event = event(row);
        assertThat(event.isTooLarge()).isTrue();
        assertThat(event.traceId()).hasSize(32);
        assertThat(event.partitionKey()).isNull();
    }

    @Test
    void ids_of_rows_that_are_too_large_differ_where_the_rows_do_and_stay() throws SQLException {
        table.write(
                "CREATE TABLE t AS SELECT 7 AS w, repeat(x, 2_000_000) AS v FROM (VALUES ('a'), ('b'), ('b')) r(x)");
        String query = "SELECT w AS _watermark, v FROM t";

        List<String> ids = ids(rows(query, LIMIT));

        assertThat(ids).doesNotHaveDuplicates();
        assertThat(ids).filteredOn(id -> id.endsWith("-2")).hasSize(1);
        assertThat(ids(rows(query, LIMIT.measured()))).containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void a_row_of_as_many_bytes_as_may_be_is_read() throws SQLException {
        int others = "7".length() + Event.Part.values().length - 1 + ",\"v\":\"\"".length();
        table.write("CREATE TABLE t AS SELECT 7 AS w, repeat('x', " + (RowLimit.LEAST - others)
                + ") AS v UNION ALL SELECT 8, repeat('x', " + (RowLimit.LEAST - others + 1) + ")");

        List<byte[]> rows = rows("SELECT w AS _watermark, v FROM t", LIMIT);

        assertThat(rows.get(0)).hasSize((int) RowLimit.LEAST);
        assertThat(event(rows.get(0)).isTooLarge()).isFalse();
        assertThat(event(rows.get(1)).isTooLarge()).isTrue();
    }

    @Test
    void a_column_may_be_named_as_what_is_put_beside_it() throws SQLException {
        table.write("CREATE TABLE t AS SELECT 7 AS \"_event\", ['x'] AS \"event\", 'z' AS n");

        assertThat(rows("SELECT \"_event\" AS _watermark, * EXCLUDE (\"_event\") FROM t", LIMIT))
                .singleElement()
                .satisfies(row ->
                        assertThat(new String(row, StandardCharsets.UTF_8)).endsWith(",\"event\":[\"x\"],\"n\":\"z\""));
    }

    private static Event event(byte[] row) {
        return Event.of(row, new ContentIds("sale"));
    }

    private static List<String> ids(List<byte[]> rows) {
        ContentIds ids = new ContentIds("sale");
        return rows.stream().map(row -> Event.of(row, ids).traceId()).toList();
    }

    private List<byte[]> rows(String query, RowLimit limit) throws SQLException {
        try (Connection connection = table.source().open();
                Statement statement = connection.createStatement()) {
            PageQuery pages = PageQuery.prepare(FactTable.stream(query), connection, NonFinite.STRING);
            Window all = pages.nextUpTo(connection, null, null, 100).orElseThrow();
            List<byte[]> rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery(pages.pageSql(all, limit))) {
                while (result.next()) {
                    rows.add(result.getBytes(1));
                }
            }
            return rows;
        }
    }
}
