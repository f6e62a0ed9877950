package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.factstream.config.ConfigurationException;
import io.factstream.config.ConfigurationException.Problem;
import io.factstream.config.NonFinite;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A query whose answer changes as time passes or at each reading is refused; one that only reads its rows is not. */
class SteadyAnswerTest {

    private static Connection connection;
    private static Path files;

    @BeforeAll
    static void open(@TempDir Path folder) throws SQLException {
        files = folder;
        FactTable table = new FactTable(folder.resolve("facts.duckdb"));
        table.write(
                "CREATE TABLE orders AS SELECT now()::TIMESTAMP - INTERVAL (i) HOUR AS t, i AS n, i % 3 AS store, 'x' || i"
                        + " AS key FROM range(300) r(i)",
                "CREATE TABLE stores AS SELECT i AS store, TIMESTAMP '2026-01-01' AS opened, TIMESTAMP '2027-01-01' AS"
                        + " closes FROM range(3) r(i)",
                "CREATE TABLE devices AS SELECT TIMESTAMP '2026-01-01' + INTERVAL (i) MINUTE AS t, uuid() AS uuid, i AS n,"
                        + " TIMESTAMP '2026-01-01' AS today, i % 2 AS random, TIMESTAMP '2026-01-01' AS now, DATE"
                        + " '2026-01-01' AS current_date, 3 AS age FROM range(6) r(i)",
                "COPY orders TO '" + folder.resolve("orders.parquet") + "'",
                "COPY orders TO '" + folder.resolve("orders.csv") + "'",
                "CREATE VIEW filed(at_, n) AS SELECT t, n FROM '" + folder.resolve("orders.parquet") + "'",
                "CREATE VIEW filed_lately AS FROM filed WHERE at_ > now() - INTERVAL 7 DAY",
                "CREATE VIEW recent AS SELECT * FROM orders WHERE t > now()::TIMESTAMP - INTERVAL 7 DAY",
                "CREATE VIEW recent_too AS SELECT t, n FROM recent",
                "CREATE VIEW settled AS SELECT * FROM orders WHERE t <= now()",
                "CREATE VIEW stamped AS SELECT *, now() AS seen FROM orders",
                "CREATE MACRO fresh(x) AS x > now()::TIMESTAMP - INTERVAL 7 DAY",
                "CREATE MACRO fresh_orders() AS TABLE SELECT * FROM orders WHERE t > current_date - 7",
                "CREATE MACRO midnight(x) AS date_trunc('day', x)");
        connection = table.source().open();
    }

    @AfterAll
    static void close() throws SQLException {
        connection.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT t AS _watermark, n FROM orders WHERE t > now()::TIMESTAMP - INTERVAL 7 DAY",
                "SELECT t AS _watermark, n FROM orders WHERE t >= current_timestamp - INTERVAL 7 DAY",
                "SELECT t AS _watermark, n FROM orders WHERE t > localtimestamp - INTERVAL 7 DAY",
                "SELECT t AS _watermark, n FROM orders WHERE t > current_localtimestamp() - INTERVAL 7 DAY",
                "SELECT t AS _watermark, n FROM orders WHERE t > transaction_timestamp() - INTERVAL 7 DAY",
                "SELECT t AS _watermark, n FROM orders WHERE t > today() - 7",
                "SELECT t AS _watermark, n FROM orders WHERE t > system.main.now() - INTERVAL 7 DAY",
                "SELECT t AS _watermark, n FROM orders WHERE t > NOW() - to_days(7)",
                "SELECT t AS _watermark, n FROM orders WHERE t + INTERVAL 7 DAY > now()::TIMESTAMP",
                "SELECT t AS _watermark, n FROM orders WHERE now() < t + INTERVAL 7 DAY",
                "SELECT t AS _watermark, n FROM orders WHERE t::DATE > current_date - 7",
                "SELECT t AS _watermark, n FROM orders WHERE CAST(t AS DATE) >= CAST(now() AS DATE) - INTERVAL 1 WEEK",
                "SELECT t AS _watermark, n FROM orders WHERE t::DATE = current_date",
                "SELECT t AS _watermark, n FROM orders WHERE t::DATE IN (current_date, current_date - 1)",
                "SELECT t AS _watermark, n FROM orders WHERE t BETWEEN now()::TIMESTAMP - INTERVAL 7 DAY AND now()",
                "SELECT t AS _watermark, n FROM orders WHERE NOT (t <= now()::TIMESTAMP - INTERVAL 7 DAY)",
                "SELECT t AS _watermark, n FROM orders WHERE NOT t < now() - INTERVAL 7 DAY OR n = 3",
                "SELECT t AS _watermark, n FROM orders WHERE date_diff('day', t, now()::TIMESTAMP) < 7",
                "SELECT t AS _watermark, n FROM orders WHERE datediff('hour', t, now()::TIMESTAMP) <= 168",
                "SELECT t AS _watermark, n FROM orders WHERE date_sub('day', t, now()::TIMESTAMP) < 7",
                "SELECT t AS _watermark, n FROM orders WHERE age(t) < INTERVAL 7 DAY",
                "SELECT t AS _watermark, n FROM orders WHERE age(now()::TIMESTAMP, t) < INTERVAL 7 DAY",
                "SELECT t AS _watermark, n FROM orders WHERE now()::TIMESTAMP - t < INTERVAL 7 DAY",
                "SELECT t AS _watermark, n FROM orders WHERE date_trunc('day', t) >= date_trunc('day', now()) - INTERVAL 7"
                        + " DAY",
                "SELECT t AS _watermark, n FROM orders WHERE epoch(t) > epoch(now()) - 604800",
                "SELECT t AS _watermark, n FROM orders WHERE epoch_ms(t) > epoch_ms(now()) - 7 * 86400000",
                "SELECT t AS _watermark, n FROM orders WHERE t::VARCHAR > (now() - INTERVAL 7 DAY)::VARCHAR",
                "SELECT t AS _watermark, n FROM orders WHERE year(t) = year(now())",
                "SELECT t AS _watermark, n FROM orders WHERE extract(epoch FROM now()) - extract(epoch FROM t) < 604800",
                "SELECT t AS _watermark, n FROM orders WHERE time_bucket(INTERVAL 1 DAY, t) > now() - INTERVAL 7 DAY",
                "SELECT t AS _watermark, n FROM orders WHERE t > greatest(now(), TIMESTAMPTZ '2026-01-01') - INTERVAL 7 DAY",
                "SELECT t AS _watermark, n FROM (SELECT * FROM orders WHERE t > now()::TIMESTAMP - INTERVAL 7 DAY)",
                "WITH r AS (SELECT * FROM orders WHERE t > now()::TIMESTAMP - INTERVAL 7 DAY) SELECT t AS _watermark, n FROM"
                        + " r",
                "WITH r AS MATERIALIZED (FROM orders WHERE fresh(t)) SELECT t AS _watermark, n FROM r",
                "WITH c AS (SELECT now()::TIMESTAMP - INTERVAL 7 DAY AS since) SELECT t AS _watermark, n FROM orders, c WHERE"
                        + " t > since",
                "SELECT t AS _watermark, n FROM orders WHERE t > (SELECT now()::TIMESTAMP - INTERVAL 7 DAY)",
                "SELECT t AS _watermark, n FROM orders, (VALUES (now()::TIMESTAMP - INTERVAL 7 DAY)) AS v(since) WHERE t >"
                        + " since",
                "SELECT t AS _watermark, n FROM (SELECT *, t + INTERVAL 7 DAY AS until FROM orders) WHERE until > now()",
                "SELECT o.t AS _watermark, o.n FROM orders o JOIN stores s ON s.store = o.store AND o.t > now() - INTERVAL 7"
                        + " DAY",
                "SELECT max(t) AS _watermark, store FROM orders GROUP BY store HAVING max(t) > now() - INTERVAL 7 DAY",
                "SELECT t AS _watermark, n FROM orders UNION ALL SELECT t, n FROM orders WHERE t > now() - INTERVAL 7 DAY",
                "SELECT t AS _watermark, n FROM orders QUALIFY row_number() OVER (PARTITION BY n ORDER BY t) = 1 AND t >"
                        + " now() - INTERVAL 7 DAY",
                "SELECT t AS _watermark, n FROM orders WHERE n IN (SELECT n FROM orders WHERE t > now() - INTERVAL 7 DAY)",
                "SELECT t AS _watermark, n FROM orders SEMI JOIN (FROM orders WHERE t > now() - INTERVAL 7 DAY) USING (n)",
                "SELECT t AS _watermark, n FROM orders o WHERE EXISTS (FROM orders p WHERE p.n = o.n AND p.t > now() -"
                        + " INTERVAL 7 DAY)",
                "SELECT t AS _watermark, n FROM orders ANTI JOIN (FROM orders WHERE t < now() - INTERVAL 7 DAY) USING (n)",
                "SELECT t AS _watermark, n FROM orders EXCEPT SELECT t, n FROM orders WHERE t < now() - INTERVAL 7 DAY",
                "SELECT t AS _watermark, n FROM recent",
                "SELECT t AS _watermark, n FROM recent_too",
                "SELECT t AS _watermark, n FROM stamped WHERE t > seen - INTERVAL 7 DAY",
                "SELECT t AS _watermark, n FROM orders WHERE fresh(t)",
                "SELECT t AS _watermark, n FROM fresh_orders()",
                "SELECT t AS _watermark, n FROM orders WHERE t > midnight(now()) - INTERVAL 7 DAY",
                "SELECT t AS _watermark, n FROM orders WHERE t > (SELECT max(t) FROM orders)",
                "SELECT t AS _watermark, n FROM orders WHERE t = (SELECT max(t) FROM orders)",
                "FROM (SELECT t AS _watermark, n FROM orders) WHERE _watermark > now() - INTERVAL 7 DAY",
                "SELECT epoch_ms(t) AS _watermark, n FROM orders WHERE t > now() - INTERVAL 7 DAY",
                "SELECT t AS _watermark, n FROM orders WHERE (t > now()::TIMESTAMP - INTERVAL 7 DAY) = true",
                "SELECT t AS _watermark, n FROM orders WHERE true = (t > now()::TIMESTAMP - INTERVAL 7 DAY)",
                "SELECT t AS _watermark, n FROM orders WHERE (t > now()::TIMESTAMP - INTERVAL 7 DAY) IS TRUE",
                "SELECT t AS _watermark, n FROM orders WHERE (t > now()::TIMESTAMP - INTERVAL 7 DAY) IS NOT FALSE",
                "SELECT t AS _watermark, n FROM orders WHERE (t > now()::TIMESTAMP - INTERVAL 7 DAY) IS DISTINCT FROM false",
                "SELECT t AS _watermark, n FROM orders WHERE (t > now()::TIMESTAMP - INTERVAL 7 DAY) <> false",
                "SELECT t AS _watermark, n FROM orders WHERE (t <= now()::TIMESTAMP - INTERVAL 7 DAY) IS NOT TRUE",
                "SELECT t AS _watermark, n FROM orders WHERE (t <= now()::TIMESTAMP - INTERVAL 7 DAY) = false",
                "SELECT t AS _watermark, n FROM orders WHERE (t > now()::TIMESTAMP - INTERVAL 7 DAY) <> (n = 3)",
                "SELECT t AS _watermark, n FROM orders JOIN (SELECT unnest(generate_series(current_date - 7, current_date, INTERVAL 1 DAY)) AS d) s ON t::DATE = d",
                "SELECT t AS _watermark, n FROM orders WHERE t::DATE IN (SELECT unnest(range(current_date - 7, current_date, INTERVAL 1 DAY))::DATE)"
            })
    void a_query_that_leaves_out_what_grows_old_is_refused(String query) {
        assertThat(refusal(query)).hasMessageContaining("leaves rows out whose watermark is too old");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT t AS _watermark, n FROM orders WHERE random() < 0.1",
                "SELECT t AS _watermark, n FROM orders WHERE n = 1 OR RANDOM() < 0.1",
                "SELECT t AS _watermark, n FROM (SELECT *, random() AS r FROM orders) WHERE r < 0.1",
                "SELECT t AS _watermark, n FROM (FROM orders USING SAMPLE 10%)",
                "SELECT t AS _watermark, n FROM (FROM orders ORDER BY random() LIMIT 10)",
                "SELECT t AS _watermark, n FROM orders WHERE hash(uuid()) % 2 = 0",
                "SELECT t AS _watermark, n FROM orders WHERE n IN (SELECT n FROM orders TABLESAMPLE 10%)"
            })
    void a_query_that_takes_rows_at_random_is_refused(String query) {
        assertThat(refusal(query)).hasMessageContaining("at random");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "SELECT now() AS _watermark, key FROM orders | sales.sql:1: the watermark _watermark depends on the present",
                "SELECT epoch_ms(now()) AS _watermark, key FROM orders | the watermark _watermark depends on the present time",
                "SELECT current_date AS _watermark, key FROM orders | the watermark _watermark depends on the present time",
                "SELECT coalesce(t, now()) AS _watermark, key FROM orders | the watermark _watermark depends",
                "SELECT (random() * 100)::INT AS _watermark, key FROM orders | the watermark _watermark is another one",
                "SELECT t AS _watermark, uuid() AS _trace_id, key FROM orders | the column _trace_id is another one",
                "SELECT t AS _watermark,\\n gen_random_uuid()::VARCHAR AS _trace_id FROM orders | sales.sql:2: the column",
                "SELECT t AS _watermark, concat(key, now()) AS _trace_id FROM orders | the column _trace_id depends",
                "SELECT t AS _watermark, uuidv7() AS _correlation_id, key AS _trace_id FROM orders | column _correlation_id",
                "SELECT t AS _watermark, random() AS _parent_event_id, key AS _trace_id FROM orders | _parent_event_id",
                "SELECT t AS _watermark, current_date::VARCHAR AS _partition_key, n FROM orders | the column _partition_key",
                "SELECT t AS _watermark, seen AS _partition_key, n FROM stamped | the column _partition_key depends",
                "SELECT t AS _watermark, u AS _trace_id FROM (SELECT *, uuid() AS u FROM orders) | _trace_id is another"
            })
    void ids_and_watermarks_that_change_are_refused(String query, String message) {
        assertThat(refusal(query.replace("\\n", "\n"))).hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT t AS _watermark, n FROM devices WHERE uuid IS NOT NULL",
                "SELECT t AS _watermark, n FROM devices WHERE random = 1",
                "SELECT t AS _watermark, n FROM devices WHERE t >= today",
                "SELECT t AS _watermark, n FROM devices WHERE t >= now",
                "SELECT t AS _watermark, n FROM devices WHERE t >= \"current_date\"",
                "SELECT t AS _watermark, n FROM devices WHERE t >= current_date",
                "SELECT t AS _watermark, uuid AS _trace_id, random, today, now, age FROM devices d WHERE d.age = 3",
                "SELECT t AS _watermark, * EXCLUDE (t) FROM devices",
                "SELECT t AS _watermark, n FROM orders WHERE t <= now()",
                "SELECT t AS _watermark, n FROM orders WHERE t < current_date AND n > 3",
                "SELECT t AS _watermark, n FROM orders WHERE t + INTERVAL 1 HOUR < now()::TIMESTAMP",
                "SELECT t AS _watermark, n FROM orders WHERE date_diff('minute', t, now()::TIMESTAMP) >= 5",
                "SELECT t AS _watermark, n FROM orders WHERE age(t) > INTERVAL 5 MINUTE",
                "SELECT t AS _watermark, n FROM orders WHERE NOT t > now()",
                "SELECT t AS _watermark, n FROM orders WHERE t::DATE <> current_date",
                "SELECT t AS _watermark, n FROM orders WHERE t BETWEEN TIMESTAMP '2020-01-01' AND now()",
                "SELECT t AS _watermark, n FROM settled",
                "SELECT t AS _watermark, n FROM orders WHERE (t <= now()::TIMESTAMP) = true",
                "SELECT t AS _watermark, n FROM orders WHERE (t <= now()::TIMESTAMP) IS TRUE",
                "SELECT t AS _watermark, n FROM orders WHERE (t > now()::TIMESTAMP) IS NOT TRUE",
                "SELECT t AS _watermark, n FROM orders WHERE (t > now()::TIMESTAMP) = false",
                "SELECT t AS _watermark, n FROM orders WHERE (n > 3) IS DISTINCT FROM false AND (n > 2) <> (store = 1)",
                "SELECT t AS _watermark, n, unnest([1, 2, 3]) AS i FROM orders",
                "SELECT t AS _watermark, n FROM orders JOIN (SELECT unnest(range(DATE '2026-01-01', DATE '2027-12-31', INTERVAL 1 DAY)) AS d) s ON t::DATE = d",
                "SELECT t AS _watermark, n FROM orders WHERE t > TIMESTAMP '2020-01-01' + INTERVAL 1 DAY AND n > 2",
                "SELECT o.t AS _watermark, o.n FROM orders o JOIN stores s USING (store) WHERE o.t > s.opened",
                "SELECT t AS _watermark, n FROM orders o WHERE t >= (SELECT opened FROM stores s WHERE s.store = o.store)",
                "SELECT t AS _watermark, n FROM orders WHERE t >= (SELECT min(opened) FROM stores)",
                "SELECT t AS _watermark, n FROM orders WHERE store IN (SELECT store FROM stores)",
                "SELECT t AS _watermark, n, (SELECT max(t) FROM orders) AS newest FROM orders",
                "SELECT t AS _watermark, key AS _trace_id, now() AS exported_at FROM orders",
                "SELECT t AS _watermark, key AS _trace_id, now() AS _event_time, uuid() AS batch FROM orders",
                "SELECT t AS _watermark, n, CASE WHEN n < 0 THEN error('a negative n') END AS checked FROM orders",
                "SELECT t AS _watermark, n FROM orders WHERE current_schema() = 'main'",
                "SELECT t AS _watermark, t + INTERVAL 3 DAY AS due FROM orders",
                "SELECT t AS _watermark, n, 'now()' AS text FROM orders -- WHERE t > now()",
                "SELECT t AS _watermark, n AS \"now()\", n AS \"random()\" FROM orders",
                "SELECT t AS _watermark, list_transform([n], lambda random: random + 1) AS l FROM orders",
                "SELECT t AS _watermark, n FROM orders QUALIFY row_number() OVER (PARTITION BY n ORDER BY t) = 1",
                "SELECT t AS _watermark, n FROM (FROM orders ORDER BY n LIMIT 10)",
                "SELECT t AS _watermark, n FROM orders WHERE hash(key) % 10 = 0",
                "SELECT max(t) AS _watermark, store FROM orders GROUP BY store",
                "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r WHERE i < 5) SELECT t AS _watermark, i FROM"
                        + " r JOIN orders ON n = i",
                "SELECT range AS _watermark, 1 AS n FROM range(TIMESTAMP '2026-01-01', now()::TIMESTAMP, INTERVAL 1 DAY)",
                "SELECT TIMESTAMP '2026-01-31' AS _watermark, {} AS e, {'a': {}} AS n",
                "SELECT unnest([t]) AS _watermark, n FROM orders",
                "PIVOT (SELECT t AS _watermark, store FROM orders) ON store USING count(*)",
                "FROM orders SELECT t AS _watermark, n"
            })
    void what_gives_the_same_at_each_reading_passes(String query) throws SQLException {
        assertThat(PageQuery.prepare(FactTable.stream(query), connection, NonFinite.STRING)
                        .advice())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "SELECT t AS _watermark, key, now() AS exported_at FROM orders | the column exported_at depends on the present",
                "SELECT t AS _watermark, key, uuid() AS u FROM orders | the column u is another one at each reading",
                "SELECT t AS _watermark, seen FROM stamped | the column seen depends on the present time",
                "SELECT t AS _watermark, age(t) AS old, key FROM orders | the column old depends on the present time",
                "SELECT t AS _watermark, now() AS _event_time, key FROM orders | the column _event_time depends",
                "SELECT t AS _watermark, o.n, c FROM orders o LEFT JOIN (SELECT store, count(*) AS c FROM orders WHERE t > now()"
                        + " - INTERVAL 30 DAY GROUP BY store) USING (store) | the column c depends on the present time",
                "SELECT t AS _watermark, n FROM orders JOIN stores USING (store) WHERE closes > now() | leaves rows out as time",
                "SELECT t AS _watermark, n FROM orders WHERE strftime(t, '%Y%m%d') >= strftime(now(), '%Y%m%d') | which rows",
                "SELECT t AS _watermark, n FROM orders WHERE localtime > TIME '12:00:00' | which rows the query takes depends",
                "SELECT t AS _watermark, n FROM orders WHERE CASE WHEN t > now() THEN false ELSE true END | which rows",
                "SELECT t AS _watermark, n FROM orders WHERE EXISTS (FROM stores WHERE closes > now()) | which rows the query",
                "SELECT t AS _watermark, n FROM orders WHERE t > (SELECT opened FROM stores WHERE store = 1) | looks up",
                "SELECT t AS _watermark, n FROM orders WHERE t > TIMESTAMP '2026-01-01' | begins at a watermark of its own"
            })
    void what_may_change_is_told(String query, String advice) throws InterruptedException, SQLException {
        List<Problem> told = PageQuery.prepare(FactTable.stream(query), connection, NonFinite.STRING)
                .advice();
        String all = told.toString()
                + QuerySyntax.fixedBound(FactTable.stream(query), connection)
                        .map(place -> "begins at a watermark of its own")
                        .orElse("");

        assertThat(all).contains(advice);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "SELECT t AS _watermark, n FROM orders\\nWHERE t > now() - INTERVAL 7 DAY | sales.sql:2:",
                "SELECT t AS _watermark, 'Grüße 世界' AS g FROM orders\\nWHERE t <= now()\\n AND current_date < t | sales.sql:3:",
                "WITH c AS (SELECT\\n now() AS m) SELECT t AS _watermark, n FROM orders, c\\nWHERE t > m | sales.sql:2:",
                "SELECT t AS _watermark, n FROM orders\\nWHERE t > (SELECT max(t) FROM orders) | sales.sql:2:",
                "SELECT t AS _watermark, n\\nFROM recent | sales.sql: the query leaves rows out",
                "SELECT t AS _watermark, n\\nFROM recent | by a view or macro that it uses"
            })
    void a_refusal_names_the_line_of_the_call(String query, String message) {
        assertThat(refusal(query.replace("\\n", "\n"))).hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT t AS _watermark, n FROM '{}/orders.parquet' WHERE t > now() - INTERVAL 7 DAY",
                "SELECT f.t AS _watermark, n FROM read_parquet(['{}/orders.parquet'], union_by_name := true) f WHERE f.t::DATE"
                        + " > current_date - 7",
                "WITH r AS (FROM read_csv('{}/orders.csv', header := true)) SELECT t AS _watermark, n FROM r WHERE age(t) <"
                        + " INTERVAL 7 DAY",
                "SELECT orders.t AS _watermark, n FROM '{}/orders.parquet' WHERE orders.t > now() - INTERVAL 7 DAY",
                "SELECT at_ AS _watermark, n FROM filed WHERE at_ > today() - 7",
                "SELECT at_ AS _watermark, n FROM filed_lately",
                "SELECT at_ AS _watermark, f.n FROM filed f JOIN orders o USING (n) WHERE fresh(at_)"
            })
    void files_are_judged_like_tables(String query) throws SQLException {
        assertThat(refusal(query.replace("{}", files.toString())))
                .hasMessageContaining("leaves rows out whose watermark is too old");
        try (Statement statement = connection.createStatement();
                ResultSet left = statement.executeQuery("SELECT count(*) FROM duckdb_tables() WHERE temporary"
                        + " UNION ALL SELECT count(*) FROM duckdb_functions() WHERE database_name = 'temp'")) {
            while (left.next()) {
                assertThat(left.getLong(1)).isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT t AS _watermark, n FROM '{}/orders.parquet' WHERE t <= now() AND n > 3",
                "SELECT at_ AS _watermark, f.n FROM filed f JOIN orders o USING (n) WHERE at_ < today()",
                "SELECT t AS _watermark, * EXCLUDE (t) FROM read_parquet('{}/*.parquet')"
            })
    void files_pass_like_tables(String query) throws SQLException {
        StreamDefinition stream = FactTable.stream(query.replace("{}", files.toString()));

        assertThat(PageQuery.prepare(stream, connection, NonFinite.STRING).advice())
                .isEmpty();
    }

    @Test
    void a_macro_of_ones_own_named_as_a_function_of_the_present_time_is_what_it_is(@TempDir Path folder)
            throws SQLException {
        FactTable table = new FactTable(folder.resolve("facts.duckdb"));
        table.write(
                "CREATE TABLE orders AS SELECT TIMESTAMP '2026-01-31' AS t, 1 AS n",
                "CREATE MACRO today() AS DATE '2026-01-01'");
        StreamDefinition stream = FactTable.stream("SELECT t AS _watermark, n FROM orders WHERE t > today()");

        try (Connection own = table.source().open()) {
            assertThat(PageQuery.prepare(stream, own, NonFinite.STRING).advice())
                    .isEmpty();
        }
    }

    private static ConfigurationException refusal(String query) {
        ConfigurationException refusal = catchThrowableOfType(
                ConfigurationException.class,
                () -> PageQuery.prepare(FactTable.stream(query), connection, NonFinite.STRING));
        assertThat(refusal).as(query).isNotNull();
        assertThat(refusal.mend()).isNotBlank();
        return refusal;
    }
}
