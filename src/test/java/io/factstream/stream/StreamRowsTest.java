package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.factstream.config.ConfigurationException;
import io.factstream.config.NonFinite;
import io.factstream.stream.StreamRows.Row;
import io.factstream.watermark.Watermark;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamRowsTest {

    private static final Instant NOW = Instant.parse("2026-01-02T12:00:00Z");
    private static final StreamDefinition STREAM =
            FactTable.stream("SELECT w AS _watermark, k AS _partition_key, p FROM t");

    private FactTable table;

    @BeforeEach
    void rows_with_a_long_tie_in_the_middle_and_some_that_are_identical(@TempDir Path folder) throws SQLException {
        table = new FactTable(folder.resolve("facts.duckdb"));
        table.write(
                "CREATE TABLE t AS SELECT CASE WHEN x BETWEEN 2000 AND 6999 THEN 2000 ELSE x END::BIGINT AS w,"
                        + " x // 3 AS p, CASE WHEN x % 5 > 0 THEN x % 5 END AS k FROM range(9000) r(x)",
                "INSERT INTO t VALUES (NULL, 1, NULL)");
    }

    @ParameterizedTest
    @ValueSource(ints = {700, 4999, 9000})
    void up_to_any_watermark_it_gives_the_ids_that_pages_of_any_size_gave(int pageRows)
            throws SQLException, InterruptedException {
        List<String> sent = new ArrayList<>();
        Watermark at = null;
        int pages = 0;
        for (Optional<Window> page = next(at, pageRows); page.isPresent(); page = next(at, pageRows)) {
            sent.addAll(ids(page.get()));
            at = page.get().to();
            if (pages++ % 4 > 0) {
                continue;
            }

            assertThat(upTo(at)).extracting(Row::id).containsExactlyInAnyOrderElementsOf(sent);
        }
        assertThat(sent).hasSize(9000).doesNotHaveDuplicates();
    }

    @Test
    void rows_come_in_order_with_watermark_and_key() throws InterruptedException {
        List<Row> rows = upTo(Watermark.of("BIGINT", "8999"));

        assertThat(rows).extracting(row -> Long.parseLong(row.watermark())).isSorted();
        assertThat(rows.get(1)).satisfies(row -> {
            assertThat(row.watermark()).isEqualTo("1");
            assertThat(row.partitionKey()).isEqualTo("1");
        });
        assertThat(rows.get(0).partitionKey()).isNull();
    }

    @Test
    void after_a_watermark_within_a_value_come_its_other_rows_and_all_later_ones()
            throws SQLException, InterruptedException {
        Watermark within = next(
                        next(Watermark.of("BIGINT", "1999"), 1000).orElseThrow().to(), 1000)
                .orElseThrow()
                .to();
        assertThat(within.isWhole()).isFalse();

        List<Row> after = new ArrayList<>();
        rows().after(within, after::addAll);

        List<String> all = new ArrayList<>(upTo(within).stream().map(Row::id).toList());
        assertThat(after).extracting(Row::id).doesNotContainAnyElementsOf(all);
        after.forEach(row -> all.add(row.id()));
        assertThat(all).hasSize(9000);
    }

    @Test
    void it_stops_when_the_taker_has_enough() throws InterruptedException {
        List<Row> taken = new ArrayList<>();

        rows().after(Watermark.of("BIGINT", "10"), page -> {
            taken.addAll(page);
            return false;
        });

        assertThat(taken).hasSizeBetween(1, 1000);
    }

    @Test
    void a_loader_can_write_between_pages() throws InterruptedException {
        List<Row> taken = new ArrayList<>();

        rows().after(Watermark.of("BIGINT", "-1"), page -> {
            if (taken.isEmpty()) {
                write("INSERT INTO t VALUES (9000, 1, NULL)");
            }
            return taken.addAll(page);
        });

        assertThat(taken).hasSize(9001);
    }

    @Test
    void a_watermark_of_another_type_is_refused() {
        assertThatThrownBy(() -> upTo(Watermark.of("DATE", "2026-01-01")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("was a DATE and is now a BIGINT");
    }

    private StreamRows rows() {
        return new StreamRows(
                STREAM, table.source(), NonFinite.STRING, 1 << 20, Duration.ofMillis(5), Duration.ofSeconds(10));
    }

    private List<Row> upTo(Watermark end) throws InterruptedException {
        List<Row> rows = new ArrayList<>();
        rows().upTo(end, page -> {
            rows.addAll(page);
            return true;
        });
        return rows;
    }

    private void write(String sql) {
        try {
            table.write(sql);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private Optional<Window> next(@Nullable Watermark after, int maxRows) throws SQLException {
        try (Connection connection = table.source().open()) {
            return PageQuery.prepare(STREAM, connection, NonFinite.STRING).next(connection, after, NOW, maxRows);
        }
    }

    /** As a stream makes them. */
    private List<String> ids(Window page) throws SQLException {
        List<String> ids = new ArrayList<>();
        ContentIds made = new ContentIds(STREAM.eventType());
        try (Connection connection = table.source().open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(PageQuery.prepare(STREAM, connection, NonFinite.STRING)
                        .pageSql(page, RowLimit.of(RowLimit.LEAST)))) {
            while (rows.next()) {
                ids.add(Event.of(rows.getBytes(1), made).traceId());
            }
        }
        return ids;
    }
}
