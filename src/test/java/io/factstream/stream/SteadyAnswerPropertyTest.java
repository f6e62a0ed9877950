package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.config.ConfigurationException;
import io.factstream.config.NonFinite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** However a comparison with the present time is spelled and wherever it stands, it is told which way it goes. */
class SteadyAnswerPropertyTest {

    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static Connection connection;

    @BeforeContainer
    static void open() throws SQLException, IOException {
        folder = Files.createTempDirectory("steady");
        FactTable table = new FactTable(folder.resolve("facts.duckdb"));
        table.write(
                "CREATE TABLE orders AS SELECT TIMESTAMP '2026-01-01' + INTERVAL (i) HOUR AS t, i AS n, i % 3 AS store,"
                        + " TIMESTAMP '2026-01-01' AS now, 3 AS today FROM range(30) r(i)");
        connection = table.source().open();
    }

    @AfterContainer
    static void close() throws SQLException, IOException {
        connection.close();
        Files.deleteIfExists(folder.resolve("facts.duckdb"));
        Files.delete(folder);
    }

    @Property(tries = 150)
    void a_condition_is_refused_where_rows_leave_and_passes_where_they_only_come(@ForAll("spellings") Spelling spelling)
            throws SQLException {
        String query = spelling.query();

        assertThat(isRefused(query)).as(query).isEqualTo(spelling.leaves());
    }

    private static boolean isRefused(String query) throws SQLException {
        try {
            PageQuery prepared = PageQuery.prepare(FactTable.stream(query), connection, NonFinite.STRING);
            assertThat(prepared.advice()).as(query).isEmpty();
            return false;
        } catch (ConfigurationException e) {
            assertThat(e).hasMessageContaining("leaves rows out whose watermark is too old");
            return true;
        }
    }

    /**
     * A comparison.
     *
     * @param measure of a time, {@code %s} stands for it
     * @param present how the present time is spelled
     * @param young whether it holds for young rows, which then leave as they grow old
     * @param form how two measures are compared: {@code %1$s} is the row's, {@code %2$s} that of the present
     * @param place where the condition stands
     */
    record Spelling(String measure, String present, boolean young, Form form, Place place) {

        boolean leaves() {
            return young;
        }

        String query() {
            String row = measure.formatted("o.t");
            String now = measure.formatted("(" + present + " - INTERVAL 7 DAY)");
            return place.query.formatted((young ? form.young : form.old).formatted(row, now));
        }
    }

    enum Form {
        PLAIN("%1$s > %2$s", "%1$s <= %2$s"),
        TURNED("%2$s <= %1$s", "%2$s > %1$s"),
        NEGATED("NOT (%1$s < %2$s)", "NOT (%1$s >= %2$s)"),
        DIFFERENCE("%1$s - %2$s > %1$s - %1$s", "%2$s - %1$s > %1$s - %1$s"),
        BOUNDED("%1$s BETWEEN %2$s AND %2$s", "NOT (%1$s BETWEEN %2$s AND %1$s)"),
        EITHER("(%1$s > %2$s OR o.n < 0)", "(%1$s < %2$s OR o.n < 0)"),
        BOTH("o.n >= 0 AND %1$s >= %2$s", "o.n >= 0 AND %1$s < %2$s"),
        TWICE("NOT NOT %1$s > %2$s", "NOT NOT %1$s < %2$s");

        private final String young;
        private final String old;

        Form(String young, String old) {
            this.young = young;
            this.old = old;
        }
    }

    enum Place {
        WHERE("SELECT o.t AS _watermark, o.n FROM orders o WHERE %s"),
        SUBQUERY("SELECT t AS _watermark, n FROM (SELECT o.* FROM orders o WHERE %s)"),
        COMMON("WITH r AS (SELECT o.* FROM orders o WHERE %s) SELECT t AS _watermark, n FROM r WHERE n >= 0"),
        COLUMN("SELECT t AS _watermark, n FROM (SELECT o.*, %s AS met FROM orders o) WHERE met"),
        JOIN("SELECT o.t AS _watermark, o.n FROM orders o JOIN orders p ON o.n = p.n AND %s"),
        JOINED("SELECT p.t AS _watermark, p.n FROM orders p JOIN (SELECT o.n FROM orders o WHERE %s) USING (n)"),
        WITHIN("SELECT t AS _watermark, n FROM orders WHERE n IN (SELECT o.n FROM orders o WHERE %s)"),
        EXISTS("SELECT p.t AS _watermark, p.n FROM orders p WHERE EXISTS (FROM orders o WHERE o.n = p.n AND %s)"),
        ALSO("SELECT t AS _watermark, n FROM orders UNION ALL SELECT o.t, o.n FROM orders o WHERE %s"),
        QUALIFY(
                "SELECT o.t AS _watermark, o.n FROM orders o QUALIFY row_number() OVER (PARTITION BY o.n ORDER BY o.t) = 1"
                        + " AND %s"),
        FILE_LIKE("SELECT q.t AS _watermark, n FROM (SELECT DISTINCT o.t, o.n FROM orders o WHERE %s) q");

        private final String query;

        Place(String query) {
            this.query = query;
        }
    }

    @Provide
    Arbitrary<Spelling> spellings() {
        return Combinators.combine(
                        Arbitraries.of(
                                "%s",
                                "%s::DATE",
                                "CAST(%s AS TIMESTAMP)",
                                "date_trunc('day', %s)",
                                "epoch_ms(%s)",
                                "epoch(%s)",
                                "(%s + INTERVAL 1 DAY)",
                                "time_bucket(INTERVAL 1 HOUR, %s)",
                                "2 * epoch(%s)",
                                "date_diff('hour', TIMESTAMP '2020-01-01', %s)"),
                        Arbitraries.of(
                                "now()::TIMESTAMP",
                                "current_timestamp::TIMESTAMP",
                                "localtimestamp",
                                "current_localtimestamp()",
                                "get_current_timestamp()::TIMESTAMP",
                                "current_date::TIMESTAMP",
                                "today()::TIMESTAMP",
                                "system.main.now()::TIMESTAMP",
                                "(SELECT now())::TIMESTAMP",
                                "greatest(now(), NULL)::TIMESTAMP"),
                        Arbitraries.of(true, false),
                        Arbitraries.of(Form.class),
                        Arbitraries.of(Place.class))
                .as(Spelling::new);
    }
}
