package io.factstream.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.factstream.config.Secret;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Opening files as loaders leave them: with logs that are another's, encrypted, without a place to spill.
 *
 * <p>The encrypted files were made by the JDBC drivers 1.4.1.0 and, where their names say so, 1.4.0.0, with {@code ATTACH …
 * (ENCRYPTION_KEY 'it''s-a-recognisable-key', BLOCK_SIZE 16384)}, and the last with {@code ENCRYPTION_CIPHER 'CTR'}: DuckDB
 * 2.0 reads them by itself but writes none without an extension.
 */
@Timeout(60)
class OpeningTest {

    private static final String KEY = "it's-a-recognisable-key";
    private static final Courtesy ALONE = new Courtesy(Duration.ofDays(1), Duration.ZERO, 1);

    private Path folder;
    private Path file;

    @BeforeEach
    void place(@TempDir Path folder) {
        this.folder = folder;
        file = folder.resolve("facts.duckdb");
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1.0.0", "v2.0.0"})
    void the_log_of_another_database_is_told_as_that_and_what_to_do(String version) throws Exception {
        killedLoader(version, file, "CREATE TABLE facts (n INTEGER)", "INSERT INTO facts VALUES (1)");
        Path next = folder.resolve("next.duckdb");
        write(version, next, "CREATE TABLE sales AS SELECT 7 AS n");
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);

        try (DuckDbSource source = source(null, 256)) {
            assertThat(refusal(source, "SELECT n FROM sales"))
                    .startsWith("source " + file + " cannot be read with its write-ahead log " + file + ".wal: it ")
                    .endsWith(
                            "as where a file was renamed into the place of one whose loader was killed; remove that log"
                                    + " if the file itself is the one you mean");

            Files.delete(log());
            assertThat(read(source, "SELECT n FROM sales")).isEqualTo("7");
        }
    }

    @Test
    void a_log_that_makes_duckdb_fail_of_itself_keeps_nobody_from_the_mended_file() throws Exception {
        killedLoader("v1.0.0", file, "CREATE TABLE facts (n INTEGER, s VARCHAR)", "INSERT INTO facts VALUES (1, 'a')");
        Path next = folder.resolve("next.duckdb");
        write("v1.0.0", next, "CREATE TABLE facts AS SELECT 'x' AS n, DATE '2026-01-01' AS s");
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);

        try (DuckDbSource source = source(null, 256)) {
            assertThat(refusal(source, "SELECT n FROM facts")).contains("it does not fit the tables of the file");

            Files.delete(log());
            assertThat(read(source, "SELECT n FROM facts")).isEqualTo("x");
        }
    }

    @Test
    void a_damaged_log_is_told_as_damage() throws Exception {
        killedLoader(
                "v2.0.0", file, "CREATE TABLE facts (n INTEGER)", "INSERT INTO facts SELECT range FROM range(2000)");
        byte[] log = Files.readAllBytes(log());
        Arrays.fill(log, log.length / 2, log.length / 2 + 100, (byte) 7);
        Files.write(log(), log);

        try (DuckDbSource source = source(null, 256)) {
            assertThat(refusal(source, "SELECT n FROM facts"))
                    .contains(file + ".wal: it may be corrupt or half copied: Corrupt WAL file", "put back a backup");
        }
    }

    @Test
    void a_query_that_spills_runs_where_the_folder_does_not_exist_yet_and_leaves_none() throws Exception {
        write("v2.0.0", file, "CREATE TABLE facts AS SELECT range AS n, md5(range::VARCHAR) AS s FROM range(1000000)");

        try (DuckDbSource source = source(null, 32)) {
            assertThat(read(
                            source,
                            "SELECT s FROM (SELECT *, lag(s) OVER (ORDER BY s DESC) AS l FROM facts) WHERE l IS NULL"))
                    .startsWith("fffff");
        }
        assertThat(folder.resolve("spill")).doesNotExist();
    }

    @Test
    void a_folder_for_spilling_that_cannot_be_made_is_told_as_that() throws Exception {
        write("v2.0.0", file, "CREATE TABLE facts AS SELECT range AS n, md5(range::VARCHAR) AS s FROM range(1000000)");
        Files.createFile(folder.resolve("spill"));

        try (DuckDbSource source = source(null, 32)) {
            assertThat(refusal(source, "SELECT s, lag(s) OVER (ORDER BY s DESC) FROM facts"))
                    .startsWith("a query of source " + file + " needs the disk for what does not fit into memory, and"
                            + " cannot use " + folder.resolve("spill") + ": ")
                    .doesNotContain("corrupt");
        }
    }

    @Test
    void an_encrypted_file_is_read_with_its_key_its_log_too() throws Exception {
        encrypted("encrypted");
        copy("encrypted.duckdb.wal", log());

        try (DuckDbSource source = source(KEY, 256)) {
            assertThat(read(source, "SELECT count(*) || ' ' || max(made) FROM facts"))
                    .isEqualTo("40 2026-01-01 00:40:00");
        }
    }

    @Test
    void an_encrypted_file_of_1_4_0_is_read_with_its_key() throws Exception {
        encrypted("encrypted-by-1.4.0");

        try (DuckDbSource source = source(KEY, 256)) {
            assertThat(read(source, "SELECT sum(n)::VARCHAR FROM facts")).isEqualTo("465");
        }
    }

    @Test
    void what_is_wrong_with_a_key_is_told_and_never_the_key() throws Exception {
        encrypted("encrypted");
        assertThat(refusal(null)).contains(file + " is encrypted; set factstream.source.key-file");
        assertThat(refusal("a-recognisable-mistake"))
                .contains("is encrypted with another key than the one in the file");

        encrypted("encrypted-ctr");
        assertThat(refusal(KEY)).contains("is encrypted by the cipher CTR");

        Files.delete(file);
        write("v2.0.0", file, "CREATE TABLE facts AS SELECT 1 AS n");
        assertThat(refusal(KEY)).contains("is not encrypted, but factstream.source.key-file names a key");

        Files.writeString(file, "no database");
        assertThat(refusal(KEY)).contains("is not a DuckDB database file");
        Files.delete(file);
        assertThat(refusal(KEY)).contains("does not exist");
    }

    @Test
    void a_query_cannot_ask_for_the_key() throws Exception {
        encrypted("encrypted");

        try (DuckDbSource source = source(KEY, 256)) {
            for (String asking : new String[] {"duckdb_databases()", "duckdb_settings()", "duckdb_logs"}) {
                assertThat(read(source, "SELECT string_agg(x::VARCHAR, ' ') FROM " + asking + " x"))
                        .doesNotContain("recognisable");
            }
        }
    }

    private String refusal(@Nullable String key) {
        try (DuckDbSource source = source(key, 256)) {
            SourceException refused = catchThrowableOfType(
                    SourceException.class, () -> source.open().close());
            assertThat(refused).isInstanceOf(SourceUnavailableException.class);
            StringWriter trace = new StringWriter();
            refused.printStackTrace(new PrintWriter(trace));
            assertThat(trace.toString()).doesNotContain("recognisable");
            return String.valueOf(refused.getMessage());
        }
    }

    private static String refusal(DuckDbSource source, String query) {
        SourceException refused = catchThrowableOfType(SourceException.class, () -> {
            String unexpected = read(source, query);
            assertThat(unexpected).as("no refusal").isEmpty();
        });
        assertThat(refused).isInstanceOf(SourceUnavailableException.class);
        return String.valueOf(refused.getMessage());
    }

    private static String read(DuckDbSource source, String query) {
        try (Connection connection = source.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return String.valueOf(rows.getString(1));
        } catch (SQLException e) {
            throw source.failure(e);
        }
    }

    private DuckDbSource source(@Nullable String key, int megabytes) {
        return new DuckDbSource(
                file,
                key == null ? null : new Secret(key),
                (long) megabytes << 20,
                1,
                Duration.ofSeconds(30),
                folder.resolve("spill"),
                ALONE);
    }

    private Path log() {
        return folder.resolve("facts.duckdb.wal");
    }

    private void encrypted(String name) throws Exception {
        copy(name + ".duckdb", file);
    }

    private static void copy(String resource, Path to) throws Exception {
        try (var in = OpeningTest.class.getResourceAsStream("/source/" + resource)) {
            assertThat(in).as(resource).isNotNull();
            Files.copy(java.util.Objects.requireNonNull(in), to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void write(String version, Path file, String... statements) throws SQLException {
        write(version, file, true, statements);
    }

    /** The first statement is in the file, the others are in its log only. */
    private static void killedLoader(String version, Path file, String... statements) throws SQLException {
        write(version, file, false, statements);
    }

    private static void write(String version, Path file, boolean closed, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("ATTACH '" + file + "' AS made (STORAGE_VERSION '" + version + "')");
            statement.execute("USE made");
            statement.execute("PRAGMA disable_checkpoint_on_shutdown");
            for (int i = 0; i < statements.length; i++) {
                statement.execute(statements[i]);
                if (closed || i == 0) {
                    statement.execute("CHECKPOINT made");
                }
            }
        }
    }
}
