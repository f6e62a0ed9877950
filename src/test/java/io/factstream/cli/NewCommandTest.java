package io.factstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.localhub.LocalEventHubs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewCommandTest {

    private final Path folder;
    private final LocalEventHubs hubs = LocalEventHubs.builder().hub("facts", 2).start();

    @SuppressWarnings("NullAway.Init")
    private Cli cli;

    NewCommandTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void tables_of_several_kinds() throws Exception {
        cli = new Cli(folder, hubs, "facts");
        cli.sql(
                "CREATE TABLE sales AS SELECT TIMESTAMP '2026-01-01' + to_seconds(range::INTEGER) AS created_at,"
                        + " TIMESTAMP '2026-02-01' AS updated_at, 'S-' || range AS sale_id, range % 3 AS store_id,"
                        + " range % 40 AS product_id, CASE WHEN range % 2 = 0 THEN range % 9 END AS customer_id, range AS"
                        + " \"order\", 'x' AS _loaded_by, 12.5::DECIMAL(9,2) AS amount FROM range(200)",
                "CREATE TABLE counters AS SELECT range AS seq, 'c' AS name FROM range(10)",
                "CREATE TABLE names AS SELECT 'a' AS name, 1.5 AS height",
                "CREATE TABLE empty_facts (event_ts TIMESTAMP, trace_id VARCHAR, store_id BIGINT)");
    }

    @AfterEach
    void close() {
        hubs.close();
    }

    @Test
    void what_is_written_says_why_passes_validate_and_runs() throws Exception {
        Cli.Run run = cli.execute("new", "sale-made", "--table", "sales");
        Cli.Run counters = cli.execute("new", "counted", "--table", "counters", "--json");
        Cli.Run validated = cli.execute("validate");
        cli.execute("run", "--once");

        assertThat(run.code()).as(run.errors()).isZero();
        assertThat(run.out())
                .contains("wrote " + cli.routes().resolve("sale-made.sql"))
                .contains("Watermark: created_at, a TIMESTAMP; every row has one, and rows lie in its order")
                .contains("Trace id: sale_id; no two rows share one")
                .contains("Partition key: store_id; its events stay in order, and it has about 3 values");
        assertThat(cli.routes().resolve("sale-made.sql"))
                .content()
                .contains("-- Watermark: created_at")
                .contains("\n  created_at AS _watermark,\n  sale_id AS _trace_id,\n  store_id AS _partition_key,\n")
                .contains("\n  \"order\",\n  _loaded_by AS loaded_by,\n  amount\nFROM sales\n");
        assertThat(counters.out())
                .startsWith("{\"stream\":\"counted\",\"files\":[\"")
                .contains("Watermark: seq, a BIGINT")
                .contains("Partition key: none");
        assertThat(validated.code()).as(validated.out()).isZero();
        assertThat(validated.out()).contains("0 errors, 0 unchecked, 0 warnings; 2 streams examined");
        assertThat(hubs.count("facts")).isEqualTo(210);
    }

    @Test
    void nanoseconds_in_utc_are_drafted_as_the_watermark_and_run() throws Exception {
        cli.sql(
                "CREATE TABLE only_ns AS SELECT i AS id, TIMESTAMPTZ_NS '2026-01-31 10:15:30.000000001+00' AS created_at FROM"
                        + " range(50) t(i)");

        Cli.Run run = cli.execute("new", "only-ns", "--table", "only_ns");
        Cli.Run validated = cli.execute("validate");
        Cli.Run once = cli.execute("run", "--once");

        assertThat(run.out()).contains("Watermark: created_at, a TIMESTAMPTZ_NS");
        assertThat(validated.out()).contains("0 errors, 0 unchecked, 0 warnings");
        assertThat(once.code()).as(once.errors()).isZero();
        assertThat(hubs.events("facts")).hasSize(50).allSatisfy(event -> assertThat(event.text())
                .contains("\"ingest_timestamp\":\"2026-01-31T10:15:30.000000001Z\""));
    }

    @Test
    void tables_in_schemas_are_drafted_whatever_dots_and_quotes_their_names_have() throws Exception {
        cli.sql(
                "CREATE SCHEMA raw",
                "CREATE SCHEMA \"a.b\"",
                "CREATE TABLE raw.orders AS SELECT range AS seq FROM range(3)",
                "CREATE TABLE \"a.b\".\"c \"\"d\"\"\" AS SELECT range AS seq FROM range(4)",
                "CREATE TABLE \"x.y\" AS SELECT range AS seq FROM range(5)");

        List<Cli.Run> drafts = List.of(
                cli.execute("new", "one", "--table", "raw.orders"),
                cli.execute("new", "two", "--table", "\"a.b\".\"c \"\"d\"\"\""),
                cli.execute("new", "three", "--table", "\"x.y\""),
                cli.execute("new", "four", "--table", "x.y"));
        Cli.Run once = cli.execute("run", "--once");

        assertThat(drafts)
                .allSatisfy(draft -> assertThat(draft.code()).as(draft.errors()).isZero());
        assertThat(cli.routes().resolve("two.sql")).content().contains("FROM \"a.b\".\"c \"\"d\"\"\"\n");
        assertThat(once.code()).as(once.errors()).isZero();
        assertThat(hubs.count("facts")).isEqualTo(3 + 4 + 5 + 5);
    }

    @Test
    void an_empty_table_is_judged_by_its_names() {
        Cli.Run run = cli.execute("new", "hoped-for", "--table", "empty_facts");

        assertThat(run.code()).as(run.errors()).isZero();
        assertThat(run.out())
                .contains("Watermark: event_ts, a TIMESTAMP; the table is empty, so this is by name and type alone")
                .contains("Trace id: trace_id; by its name, as the table is empty")
                .contains("Partition key: store_id");
    }

    @Test
    void nothing_is_ever_written_over() throws Exception {
        cli.stream("taken", "SELECT 1 AS _watermark");
        Files.writeString(cli.routes().resolve("half.sql"), "mine");

        Cli.Run taken = cli.execute("new", "taken", "--table", "sales");
        Cli.Run half = cli.execute("new", "half", "--table", "sales");

        assertThat(taken.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(taken.errors()).contains("has the stream 'taken' already");
        assertThat(half.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(half.errors()).contains("half.sql: is there already");
        assertThat(cli.routes().resolve("half.sql")).content().isEqualTo("mine");
        assertThat(cli.routes().resolve("half.camel.yaml")).doesNotExist();
    }

    @Test
    void a_table_that_is_misspelt_or_has_nothing_to_advance_by_is_refused() {
        Cli.Run misspelt = cli.execute("new", "s", "--table", "sale");
        Cli.Run names = cli.execute("new", "n", "--table", "names");
        Cli.Run id = cli.execute("new", "No Id", "--table", "sales");

        assertThat(misspelt.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(misspelt.errors()).contains("has no table 'sale'. Did you mean sales?");
        assertThat(names.errors()).contains("table names: has no column by which a stream could advance");
        assertThat(id.errors()).contains("'No Id': is no stream id");
    }
}
