package io.factstream.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DuckDbSourceTest {

    private static final Path TASKS = Path.of("/proc/self/task");
    private static final int MANY_THREADS = 20;

    private Path file;

    @BeforeEach
    void place(@TempDir Path folder) {
        file = folder.resolve("facts.duckdb");
    }

    @Test
    void a_connection_reads_the_file_in_utc_and_cannot_write() throws SQLException {
        write("CREATE TABLE t AS SELECT TIMESTAMPTZ '2026-01-02 03:04:05+02' AS x");

        try (Connection connection = source().open()) {
            assertThat(text(connection, "SELECT current_setting('TimeZone')")).isEqualTo("UTC");
            assertThat(text(connection, "SELECT CAST(x AS VARCHAR) FROM t")).isEqualTo("2026-01-02 01:04:05+00");
            assertThatThrownBy(() -> connection.createStatement().execute("INSERT INTO t VALUES (now())"))
                    .hasMessageContaining("read-only");
        }
    }

    @Test
    void a_source_that_is_warmed_up_leaves_the_file_to_the_loader() throws SQLException {
        DuckDbSource source = source();

        source.warmUp();

        assertThat(file).doesNotExist();
        write("CREATE TABLE t AS SELECT 42 AS x");
        try (Connection connection = source.open()) {
            assertThat(text(connection, "SELECT x FROM t")).isEqualTo("42");
            source.warmUp();
            assertThat(text(connection, "SELECT x FROM t")).isEqualTo("42");
        }
    }

    /** DuckDB would do so from some fifty million rows on, which no test makes; the benchmark does. */
    @Test
    void a_query_is_not_planned_apart_for_each_part_of_a_large_table() throws SQLException {
        write("CREATE TABLE t AS SELECT 1 AS x");

        try (Connection connection = source().open()) {
            assertThat(text(connection, "SELECT current_setting('disabled_optimizers')"))
                    .isEqualTo("partitioned_execution");
        }
    }

    /** Names that DuckDB has for what is its own, keywords, and names that must be quoted. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "facts.duckdb",
                "my facts.db",
                "it's.duckdb",
                "say \"hi\".duckdb",
                "a.b.duckdb",
                ".hidden.duckdb",
                "..db",
                "main.duckdb",
                "MAIN",
                "Temp.db",
                "system",
                "memory.duckdb",
                "Memory.db",
                "information_schema.duckdb",
                "pg_catalog.duckdb",
                "select.duckdb",
                "_row.duckdb",
                "no.file",
                "1.db",
                "*.db"
            })
    void a_query_may_name_the_database_as_duckdb_does_when_it_opens_the_file_itself(String name) throws SQLException {
        file = file.resolveSibling(name);
        String itself;
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE t AS SELECT 7 AS x");
            statement.execute("CREATE SCHEMA s; CREATE TABLE s.t AS SELECT 8 AS x");
            itself = text(connection, "SELECT current_database()");
        }

        try (DuckDbSource source = source()) {
            // The second time it is attached anew.
            for (int opening = 0; opening < 2; opening++) {
                try (Connection connection = source.open();
                        Connection second = source.getConnection()) {
                    assertThat(text(connection, "SELECT current_database()")).isEqualTo(itself);
                    assertThat(text(connection, "SELECT x FROM t")).isEqualTo("7");
                    assertThat(text(connection, "SELECT x FROM main.t")).isEqualTo("7");
                    assertThat(text(connection, "SELECT x FROM s.t")).isEqualTo("8");
                    assertThat(text(second, "SELECT x FROM \"" + itself.replace("\"", "\"\"") + "\".main.t"))
                            .isEqualTo("7");
                }
            }
            assertThat(TableProfile.tables(source)).map(TableName::toString).containsExactly("t", "s.t");
        }
        write("INSERT INTO t VALUES (9)");
    }

    @Test
    void a_source_that_was_closed_can_be_opened_again_as_another_opening() throws SQLException {
        write("CREATE TABLE t AS SELECT 1 AS x");
        DuckDbSource source = source();
        source.open().close();
        long opening = source.opening();
        source.close();

        try (Connection connection = source.open()) {
            assertThat(text(connection, "SELECT x FROM t")).isEqualTo("1");
            assertThat(source.opening()).isGreaterThan(opening);
        }
        source.close();
    }

    /** What DuckDB takes beside the file is seen by its threads, of which each of these has many. */
    @Test
    void a_source_that_is_closed_takes_nothing_more_and_few_of_those_that_are_not(@TempDir Path folder)
            throws SQLException, IOException {
        assumeTrue(Files.isDirectory(TASKS), "only Linux tells the threads of a process");
        long before = tasks();
        List<DuckDbSource> sources = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            file = folder.resolve(i + ".duckdb");
            write("CREATE TABLE t AS SELECT 1 AS x");
            DuckDbSource source = new DuckDbSource(
                    file, 256L << 20, MANY_THREADS, Duration.ofSeconds(30), file.resolveSibling("spill"));
            sources.add(source);
            source.open().close();
        }

        await().untilAsserted(() -> assertThat(tasks() - before).isLessThan(3L * MANY_THREADS));

        sources.forEach(DuckDbSource::close);

        await().untilAsserted(() -> assertThat(tasks() - before).isLessThan(MANY_THREADS / 2));
    }

    private static long tasks() throws IOException {
        try (Stream<Path> tasks = Files.list(TASKS)) {
            return tasks.count();
        }
    }

    @Test
    void many_connections_read_side_by_side() throws SQLException {
        write("CREATE TABLE t AS SELECT 1 AS x");
        DuckDbSource source = source();

        try (Connection one = source.open();
                Connection two = source.open()) {
            assertThat(text(one, "SELECT x FROM t")).isEqualTo(text(two, "SELECT x FROM t"));
        }
    }

    @Test
    void a_missing_file_is_named_with_the_setting_and_never_created() {
        assertThatThrownBy(() -> source().open())
                .isInstanceOf(SourceUnavailableException.class)
                .hasMessage("source " + file + " does not exist; set factstream.source.file"
                        + " (FACTSTREAM_SOURCE_FILE) to the loader's DuckDB file")
                .hasCauseInstanceOf(SQLException.class);
        assertThat(file).doesNotExist();
        assertThat(file.resolveSibling("facts.duckdb.wal")).doesNotExist();
    }

    @Test
    void a_directory_is_refused_as_one() throws IOException {
        Files.createDirectory(file);

        assertThatThrownBy(() -> source().open())
                .isInstanceOf(SourceUnavailableException.class)
                .hasMessage(
                        "source " + file + " is a directory; set factstream.source.file to the DuckDB file inside it");
    }

    @Test
    void a_text_file_is_no_database() throws IOException {
        Files.writeString(file, "a,b\n1,2\n".repeat(2_000));

        assertThatThrownBy(() -> source().open())
                .isInstanceOf(SourceUnavailableException.class)
                .hasMessage("source " + file
                        + " is not a DuckDB database file; set factstream.source.file to the loader's DuckDB"
                        + " file");
    }

    @Test
    void an_empty_file_is_unavailable_and_stays_empty() throws IOException {
        Files.createFile(file);

        assertThatThrownBy(() -> source().open())
                .isInstanceOf(SourceUnavailableException.class)
                .hasMessageStartingWith("source " + file + " ");
        assertThat(file).isEmptyFile();
    }

    @Test
    void random_bytes_are_no_database() throws IOException {
        byte[] bytes = new byte[20_000];
        new Random(1).nextBytes(bytes);
        Files.write(file, bytes);

        assertThatThrownBy(() -> source().open())
                .isInstanceOf(SourceUnavailableException.class)
                .hasMessageStartingWith("source " + file + " ");
    }

    @Test
    void a_file_that_was_cut_off_is_unavailable() throws Exception {
        write("CREATE TABLE t AS SELECT x, md5(x::VARCHAR) AS y FROM range(200000) r(x)");
        try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
            cut.setLength(cut.length() / 2);
        }

        assertThatThrownBy(() -> query("SELECT max(y) FROM t"))
                .isInstanceOf(SourceUnavailableException.class)
                .hasMessageStartingWith("source " + file + " cannot be read, it may be corrupt or half copied: ");
    }

    @Test
    void a_file_with_a_broken_header_or_block_is_unavailable() throws Exception {
        write("CREATE TABLE t AS SELECT x, md5(x::VARCHAR) AS y FROM range(200000) r(x)");
        byte[] noise = new byte[64];
        new Random(2).nextBytes(noise);
        try (RandomAccessFile broken = new RandomAccessFile(file.toFile(), "rw")) {
            for (long at = 20_000; at < broken.length(); at += 50_000) {
                broken.seek(at);
                broken.write(noise);
            }
        }

        assertThatThrownBy(() -> query("SELECT max(y), count(x) FROM t"))
                .isInstanceOf(SourceUnavailableException.class)
                .hasMessageStartingWith("source " + file + " cannot be read, it may be corrupt");
    }

    @Test
    void a_file_that_this_user_may_not_read_is_named_with_the_mend() throws Exception {
        write("CREATE TABLE t AS SELECT 1 AS x");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        assumeTrue(!Files.isReadable(file), "root reads everything");

        assertThatThrownBy(() -> source().open())
                .isInstanceOf(SourceUnavailableException.class)
                .hasMessage("source " + file + " cannot be read by this user; give read permission");
    }

    @Test
    void a_file_that_another_process_writes_is_busy_and_names_the_process() throws Exception {
        DuckDbSource source = source();
        try (LoaderProcess loader = LoaderProcess.holding(file)) {
            assertThatThrownBy(source::open)
                    .isInstanceOf(SourceBusyException.class)
                    .hasMessage("source " + file + " is held by process " + loader.pid());
        }

        try (Connection connection = source.open()) {
            assertThat(text(connection, "SELECT count(*) FROM held")).isEqualTo("0");
        }
    }

    @Test
    void a_file_that_this_process_writes_is_unavailable() throws SQLException {
        try (Connection writer = DriverManager.getConnection("jdbc:duckdb:" + file)) {
            writer.createStatement().execute("CREATE TABLE t (x INTEGER)");

            assertThatThrownBy(() -> source().open())
                    .isInstanceOf(SourceUnavailableException.class)
                    .hasMessage("source " + file
                            + " is already open in this process by other means; close that connection first");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SELEC x FROM t | SELEC",
                "SELECT x FROM nowhere | nowhere",
                "SELECT y FROM t | y",
                "SELECT CAST(z AS INTEGER) FROM t | INT32",
                "SELECT error(z) FROM t | Invalid Input Error",
                "SELECT nothing_like_it(x) FROM t | nothing_like_it"
            })
    void a_query_that_duckdb_refuses_is_a_failed_query_with_its_words(String query, String word) throws SQLException {
        write("CREATE TABLE t AS SELECT 1 AS x, 'not a number' AS z");

        assertThatThrownBy(() -> query(query))
                .isInstanceOf(QueryFailedException.class)
                .hasMessageContaining(word)
                .hasCauseInstanceOf(SQLException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CAST(v AS INTEGER)",
                "v::TIMESTAMP",
                "v::DATE",
                "v::TIME",
                "v::DOUBLE",
                "v::DECIMAL(10, 2)",
                "v::BOOLEAN",
                "v::UUID",
                "v::JSON",
                "v::INTERVAL",
                "('\\x' || v)::BLOB",
                "v::ENUM('a', 'b')",
                "v::INTEGER[]",
                "v::STRUCT(a INTEGER)",
                "v::MAP(VARCHAR, INTEGER)",
                "n::TINYINT",
                "(n::DOUBLE * 1e300)::INTEGER",
                "n * 9223372036854775807",
                "n % 0",
                "strptime(v, '%Y-%m-%d')",
                "error(v)",
                "v->>'$.a'",
                "regexp_matches('a', v || '(')",
                "from_base64(v || '!')",
                "unhex(v)",
                "date_trunc(v, now())",
                "make_date(n::INTEGER, 77, 88)",
                "now() AT TIME ZONE v",
                "(SELECT v FROM t)"
            })
    void an_error_never_repeats_a_value_of_a_row(String expression) throws SQLException {
        write("CREATE TABLE t AS SELECT x + 4711 AS n, 'ROW''S \" SECRET' AS v FROM range(3) r(x)");

        Throwable thrown = catchThrowable(() -> query("SELECT\n" + expression + " FROM t"));

        assertThat(thrown).isInstanceOf(QueryFailedException.class).hasMessageEndingWith(" to see the value");
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            assertThat(cause.toString()).doesNotContain("SECRET").doesNotContain("4711");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x'' to INT32 when casting from source column SECRET",
                "x\nLINE 7: SECRET",
                "\n\nLINE 7: SECRET\n",
                "x'' to SECRET",
                "x\" to INT32",
                "'' when casting from source column SECRET"
            })
    void a_value_that_looks_like_the_end_of_a_message_is_not_taken_for_it(String value) throws SQLException {
        write("CREATE TABLE t AS SELECT '" + value + "' AS v");

        assertThatThrownBy(() -> query("SELECT\nCAST(v AS INTEGER) FROM t"))
                .isInstanceOf(QueryFailedException.class)
                .hasMessage("Conversion Error: Could not convert a text to INT32 when casting from source column v."
                        + " Correct the rows or the query; run the query in DuckDB to see the value")
                .satisfies(thrown ->
                        assertThat(((QueryFailedException) thrown).line()).hasValue(2));
    }

    @Test
    void whoever_runs_a_statement_gets_an_error_without_values() throws SQLException {
        write("CREATE TABLE t AS SELECT 'SECRET' AS v");

        try (Connection connection = source().open();
                PreparedStatement statement = connection.prepareStatement("SELECT CAST(v AS INTEGER) FROM t")) {
            assertThatThrownBy(statement::executeQuery)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("INT32")
                    .hasMessageNotContaining("SECRET")
                    .hasNoCause();
        }
    }

    @Test
    void a_query_that_takes_too_long_is_given_up_and_says_which_setting_gives_it_more() throws SQLException {
        write("CREATE TABLE t AS SELECT x FROM range(100000) r(x)");
        DuckDbSource source =
                new DuckDbSource(file, 256L << 20, 1, Duration.ofSeconds(1), file.resolveSibling("spill"));

        assertThatThrownBy(() -> query(
                        source,
                        "SELECT count(*) FROM t a, t b, t c WHERE a.x + b.x * c.x = 7 AND md5(a.x::VARCHAR) > ''"))
                .isInstanceOf(QueryFailedException.class)
                .hasMessage("query gave no answer within 1 s; raise factstream.source.query-timeout or make the query"
                        + " cheaper");
    }

    @Test
    void a_page_that_does_not_fit_into_memory_is_too_large() throws SQLException {
        write("CREATE TABLE t AS SELECT x FROM range(2000000) r(x)");
        DuckDbSource source =
                new DuckDbSource(file, 20L << 20, 1, Duration.ofSeconds(30), file.resolveSibling("spill"));

        assertThatThrownBy(() -> query(source, "SELECT list(repeat(x::VARCHAR, 20)) FROM t"))
                .isInstanceOf(PageTooLargeException.class)
                .hasMessageStartingWith(
                        "a page of " + file + " does not fit into factstream.source.memory-limit: Out of Memory");
    }

    @Test
    void the_timeout_is_whole_seconds_and_at_least_one() {
        assertThat(new DuckDbSource(file, 1, 1, Duration.ofMillis(200), file).queryTimeoutSeconds())
                .isEqualTo(1);
        assertThat(new DuckDbSource(file, 1, 1, Duration.ofMinutes(2), file).queryTimeoutSeconds())
                .isEqualTo(120);
    }

    @Test
    void the_stamp_changes_when_a_writer_commits_and_only_then() throws SQLException {
        DuckDbSource source = source();
        FileStamp missing = source.stamp();
        write("CREATE TABLE t AS SELECT 1 AS x");
        FileStamp written = source.stamp();

        try (Connection reader = source.open()) {
            text(reader, "SELECT x FROM t");
        }

        assertThat(missing).isEqualTo(new FileStamp(-1, -1, -1, -1));
        assertThat(written).isNotEqualTo(missing).isEqualTo(source.stamp());
        write("INSERT INTO t VALUES (2)");
        assertThat(source.stamp()).isNotEqualTo(written);
    }

    @Test
    void the_stamp_changes_with_a_commit_that_is_only_in_the_log() throws SQLException {
        DuckDbSource source = source();
        try (Connection writer = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = writer.createStatement()) {
            statement.execute("CREATE TABLE t (x INTEGER)");
            FileStamp before = source.stamp();

            statement.execute("INSERT INTO t VALUES (1)");

            assertThat(source.stamp()).isNotEqualTo(before);
            assertThat(source.stamp().logSize()).isPositive();
        }
    }

    @Test
    void a_second_connection_of_one_who_has_the_file_open_never_waits() throws SQLException {
        write("CREATE TABLE t AS SELECT 1 AS x");
        DuckDbSource source = source(new Courtesy(Duration.ofNanos(1), Duration.ofMinutes(1), 1));

        try (Connection plan = source.open();
                Connection page = source.getConnection()) {
            assertThat(text(page, "SELECT x FROM t")).isEqualTo(text(plan, "SELECT x FROM t"));
        }
    }

    @Test
    void a_second_connection_is_closed_with_the_first() throws SQLException {
        write("CREATE TABLE t AS SELECT 1 AS x");
        DuckDbSource source = source();
        Connection plan = source.open();
        Connection page = source.getConnection();

        plan.close();

        assertThat(page.isClosed()).isTrue();
        // Nothing of this process is in a writer's way any more.
        write("INSERT INTO t VALUES (2)");
        try (Connection alone = source.getConnection()) {
            assertThat(text(alone, "SELECT count(*) FROM t")).isEqualTo("2");
        }
    }

    @Test
    void connections_closed_twice_and_openings_that_failed_leave_the_way_free() throws SQLException {
        DuckDbSource source = source(new Courtesy(Duration.ofMinutes(1), Duration.ofMillis(1), 1));
        for (int n = 0; n < 3; n++) {
            assertThatThrownBy(source::open).isInstanceOf(SourceUnavailableException.class);
        }
        write("CREATE TABLE t AS SELECT 1 AS x");

        Connection first = source.open();
        first.close();
        first.close();
        Connection second = source.open();
        second.close();

        assertThat(first.isClosed()).isTrue();
        source.open().close();
    }

    @Test
    void who_waits_for_the_other_streams_longer_than_a_query_may_take_is_told_what_keeps_the_file()
            throws SQLException {
        write("CREATE TABLE t AS SELECT 1 AS x");
        DuckDbSource source = new DuckDbSource(
                file,
                256L << 20,
                1,
                Duration.ofSeconds(1),
                file.resolveSibling("spill"),
                new Courtesy(Duration.ofMinutes(1), Duration.ofMillis(1), 1));

        try (Connection other = source.open()) {
            assertThatThrownBy(source::open)
                    .isInstanceOf(SourceBusyException.class)
                    .hasMessage("source " + file + " was being read by other streams of this runtime for 1 s; make"
                            + " their queries cheaper");
            assertThat(text(other, "SELECT x FROM t")).isEqualTo("1");
        }
    }

    @Test
    void who_is_interrupted_while_it_waits_stays_interrupted() throws SQLException {
        write("CREATE TABLE t AS SELECT 1 AS x");
        DuckDbSource source = source(new Courtesy(Duration.ofMinutes(1), Duration.ofMillis(1), 1));

        Thread.currentThread().interrupt();

        assertThatThrownBy(source::open)
                .isInstanceOf(SourceBusyException.class)
                .hasMessageContaining("the runtime is stopping");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void every_statement_comes_with_the_timeout_so_that_none_keeps_the_loader_out_for_ever() throws SQLException {
        write("CREATE TABLE t AS SELECT x FROM range(100000) r(x)");
        DuckDbSource source =
                new DuckDbSource(file, 256L << 20, 1, Duration.ofSeconds(1), file.resolveSibling("spill"));

        try (Connection connection = source.open()) {
            assertThatThrownBy(() -> text(
                            connection,
                            "SELECT count(*) FROM t a, t b, t c WHERE a.x + b.x * c.x = 7 AND md5(a.x::VARCHAR) > ''"))
                    .isInstanceOfSatisfying(SQLException.class, e -> assertThat(source.failure(e))
                            .isInstanceOf(QueryFailedException.class)
                            .hasMessageContaining("factstream.source.query-timeout"));
        }
    }

    /** The operating system shows the lock; without it a loader could write into what is being read. */
    @Test
    void whoever_has_the_file_open_keeps_the_loader_out_whatever_others_open_and_close_meanwhile() throws Exception {
        Path locks = Path.of("/proc/locks");
        assumeTrue(Files.isReadable(locks), "only Linux shows its locks");
        write("CREATE TABLE t AS SELECT 1 AS x");
        DuckDbSource source = source();
        String lock = ".* " + ProcessHandle.current().pid() + " \\S*:" + Files.getAttribute(file, "unix:ino") + " .*";
        ExecutorService threads = Executors.newFixedThreadPool(4);
        Callable<Integer> readingAgainAndAgain = () -> {
            int without = 0;
            for (int n = 0; n < 100; n++) {
                try (Connection connection = source.open()) {
                    text(connection, "SELECT x FROM t");
                    without += Files.readAllLines(locks).stream().anyMatch(line -> line.matches(lock)) ? 0 : 1;
                }
            }
            return without;
        };

        List<Future<Integer>> streams = threads.invokeAll(Collections.nCopies(4, readingAgainAndAgain));

        threads.shutdown();
        for (Future<Integer> stream : streams) {
            assertThat(stream.get()).as("times without the lock").isZero();
        }
    }

    private DuckDbSource source(Courtesy courtesy) {
        return new DuckDbSource(file, 256L << 20, 1, Duration.ofSeconds(30), file.resolveSibling("spill"), courtesy);
    }

    private DuckDbSource source() {
        return new DuckDbSource(file, 256L << 20, 1, Duration.ofSeconds(30), file.resolveSibling("spill"));
    }

    private void write(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void query(String sql) {
        query(source(), sql);
    }

    /** As a stream does it: whatever the driver throws goes through the source's own reading of it. */
    private static void query(DuckDbSource source, String sql) {
        try (Connection connection = source.open();
                Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery(sql)) {
                while (rows.next()) {
                    rows.getObject(1);
                }
            }
        } catch (SQLException e) {
            throw source.failure(e);
        }
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
