package io.factstream.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.factstream.deadletter.DeadLetter;
import io.factstream.deadletter.DeadLetterFilter;
import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.deadletter.DeliveryFailure;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Severity;
import io.factstream.state.Schema.Migration;
import io.factstream.state.StateException.Fault;
import io.factstream.watermark.Rows;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.Watermark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opening a state, and what keeps it from being one. */
class SqliteStateTest {

    private static final DeadLetterLimit LIMIT = new DeadLetterLimit(1_000, "limit");
    private static final Watermark ONE = Watermark.of("BIGINT", "1");

    private Path folder;
    private Path file;

    @BeforeEach
    void nameTheFile(@TempDir Path temporary) {
        folder = temporary;
        file = folder.resolve("state.db");
    }

    private static void makeState(Path file) {
        try (SqliteState state = SqliteState.open(file, LIMIT)) {
            state.watermarks().advance("sales", "q1", null, ONE, Rows.passed(1));
            for (int n = 0; n < 200; n++) {
                state.watermarks().advance("stream-" + n, "q".repeat(200), null, ONE, Rows.passed(1));
            }
        }
    }

    private static void execute(Path file, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** A schema with one step more than that of this FactStream. */
    private static StateException refusal(Path file) {
        return catchThrowableOfType(
                StateException.class, () -> SqliteState.open(file, LIMIT).close());
    }

    private static StateException refusalToRead(Path file) {
        return catchThrowableOfType(
                StateException.class, () -> SqliteState.openReadOnly(file).close());
    }

    private static List<String> filesIn(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(each -> String.valueOf(each.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void a_new_state_is_made_with_its_folders_and_kept() throws IOException {
        Path deep = folder.resolve("a/b/state.db");

        makeState(deep);

        assertThat(filesIn(folder.resolve("a/b"))).containsExactly("state.db");
        try (SqliteState state = SqliteState.open(deep, LIMIT)) {
            assertThat(state.watermarks().find("sales"))
                    .map(SavedWatermark::position)
                    .contains(ONE);
        }
    }

    @Test
    void a_path_may_hold_any_character() throws IOException {
        Path odd = folder.resolve("it's 100%41 odd?a=b&c#d;é.db");

        makeState(odd);

        assertThat(filesIn(folder)).containsExactly(String.valueOf(odd.getFileName()));
        try (SqliteState state = SqliteState.openReadOnly(odd)) {
            assertThat(state.watermarks().find("sales")).isPresent();
        }
    }

    @Test
    void all_files_of_a_state_belong_to_their_owner_alone() throws IOException {
        assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"));
        try (SqliteState state = SqliteState.open(file, LIMIT)) {
            state.watermarks().advance("sales", "q1", null, ONE, Rows.passed(1));

            assertThat(filesIn(folder)).containsExactly("state.db", "state.db-shm", "state.db-wal");
            for (String each : filesIn(folder)) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(each))))
                        .as(each)
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void of_two_that_make_a_state_at_once_both_use_the_same() throws Exception {
        for (int round = 0; round < 20; round++) {
            Path each = folder.resolve("state-" + round + ".db");
            CyclicBarrier together = new CyclicBarrier(2);
            ExecutorService threads = Executors.newFixedThreadPool(2);
            Callable<SqliteState> open = () -> {
                together.await();
                return SqliteState.open(each, LIMIT);
            };
            Future<SqliteState> first = threads.submit(open);
            Future<SqliteState> second = threads.submit(open);
            threads.shutdown();
            try (SqliteState one = first.get();
                    SqliteState other = second.get()) {
                one.watermarks().advance("sales", "q1", null, ONE, Rows.passed(1));
                assertThat(other.watermarks().find("sales")).isPresent();
            }
        }
        assertThat(filesIn(folder)).hasSize(20);
    }

    @Test
    void a_state_that_is_missing_cannot_be_opened_for_reading() {
        assertThat(refusalToRead(file).fault()).isEqualTo(Fault.MISSING);
        assertThat(file).doesNotExist();
    }

    @Test
    void a_state_opened_for_reading_refuses_every_change_by_name() {
        makeState(file);
        try (SqliteState state = SqliteState.openReadOnly(file)) {
            assertThatThrownBy(() -> state.watermarks().set("sales", ONE, null, "jane", "why"))
                    .isInstanceOf(StateException.class)
                    .hasMessageContaining(file.toString());
            assertThat(state.watermarks().find("sales")).isPresent();
        }
    }

    @Test
    void a_closed_state_says_so_and_closes_twice() {
        SqliteState state = SqliteState.open(file, LIMIT);
        state.close();
        state.close();

        var closed = catchThrowableOfType(
                StateException.class, () -> state.watermarks().find("sales"));

        assertThat(closed.fault()).isEqualTo(Fault.CLOSED);
    }

    @Test
    void a_state_of_a_newer_version_is_refused_and_left_as_it_is() throws Exception {
        makeState(file);
        execute(file, "PRAGMA user_version = 99");
        byte[] before = Files.readAllBytes(file);

        assertThat(refusal(file).fault()).isEqualTo(Fault.NEWER);
        assertThat(refusal(file)).hasMessageContaining("version 99").hasMessageContaining("Use the newer FactStream");
        assertThat(refusalToRead(file).fault()).isEqualTo(Fault.NEWER);
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void a_state_of_an_older_version_is_brought_up_to_date_when_opened_for_writing_only() {
        makeState(file);
        Schema next = withStepAfterAll("CREATE TABLE more (a)");

        assertThatThrownBy(() -> SqliteDatabase.openReadOnly(file, next, Duration.ofSeconds(1)))
                .isInstanceOfSatisfying(
                        StateException.class, e -> assertThat(e.fault()).isEqualTo(Fault.OLDER));
        SqliteDatabase.open(file, next, Duration.ofSeconds(1)).close();

        try (SqliteDatabase database = SqliteDatabase.openReadOnly(file, next, Duration.ofSeconds(1))) {
            assertThat(database.<Integer>read(connection ->
                            Sql.one(connection, "SELECT count(*) FROM more, watermark", row -> row.getInt(1))))
                    .isZero();
        }
        assertThat(refusal(file).fault()).isEqualTo(Fault.NEWER);
    }

    /** Only the last step is taken of a file that went through all that there are. */
    private static Schema withStepAfterAll(String... statements) {
        List<Migration> steps =
                new ArrayList<>(Collections.nCopies(Schema.CURRENT.version(), new Migration(List.of())));
        steps.add(new Migration(List.of(statements)));
        return new Schema(steps);
    }

    @Test
    void dead_letters_of_an_older_version_are_kept_in_their_order() throws SQLException {
        DeadLetter letter = new DeadLetter(
                "sales",
                "sale",
                "trace",
                "key",
                null,
                "1",
                new byte[] {1, 2},
                Map.of("a", "b"),
                "hub",
                new DeliveryFailure(ErrorCategory.VALIDATION, Severity.PERMANENT, "why"),
                Instant.parse("2026-01-02T03:04:05Z"),
                Instant.parse("2026-01-02T03:04:06Z"),
                2,
                0,
                "session",
                null);
        makeState(file);
        for (String sql : List.of(
                "DROP TABLE stream_report",
                "DROP TABLE pause",
                "DROP TABLE action",
                "DROP TABLE hub_partitions",
                "DROP TABLE coverage",
                "DROP TABLE coverage_bucket",
                "ALTER TABLE watermark DROP COLUMN columns",
                "ALTER TABLE watermark_change DROP COLUMN old_columns",
                "DROP TABLE dead_letter",
                """
                CREATE TABLE dead_letter (
                    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, stream TEXT NOT NULL,
                    category TEXT NOT NULL, severity TEXT NOT NULL, first_failed TEXT NOT NULL,
                    last_failed TEXT NOT NULL, attempts INTEGER NOT NULL, session_id TEXT NOT NULL,
                    hub TEXT NOT NULL, event_type TEXT NOT NULL, trace_id TEXT NOT NULL, partition_key TEXT,
                    position TEXT NOT NULL, error TEXT NOT NULL, properties TEXT NOT NULL, event BLOB NOT NULL)""",
                "CREATE INDEX dead_letter_by_kind ON dead_letter (stream, category, severity, first_failed)",
                "INSERT INTO dead_letter VALUES (41, '" + letter.id() + "', 'sales', 'VALIDATION', 'PERMANENT',"
                        + " '2026-01-02T03:04:05.000000Z', '2026-01-02T03:04:06.000000Z', 2, 'session', 'hub', 'sale',"
                        + " 'trace', 'key', '1', 'why', '{\"a\":\"b\"}', x'0102')",
                "PRAGMA user_version = 1")) {
            execute(file, sql);
        }

        try (SqliteState state = SqliteState.open(file, LIMIT)) {
            assertThat(state.deadLetters().list(DeadLetterFilter.EVERY, 10)).containsExactly(letter);
            state.deadLetters().store(List.of(letter));
            assertThat(state.deadLetters().summary().size()).isEqualTo(1);
            assertThat(state.watermarks().find("sales")).isPresent();
        }
    }

    @Test
    void a_version_step_that_fails_leaves_the_state_as_it_was() {
        makeState(file);
        Schema broken = withStepAfterAll("CREATE TABLE more (a)", "CREATE NONSENSE");

        assertThatThrownBy(() -> SqliteDatabase.open(file, broken, Duration.ofSeconds(1)))
                .isInstanceOf(StateException.class)
                .hasCauseInstanceOf(SQLException.class);

        try (SqliteState state = SqliteState.open(file, LIMIT)) {
            assertThat(state.watermarks().find("sales")).isPresent();
        }
    }

    @Test
    void a_file_that_is_no_database_is_refused_and_left_as_it_is() throws IOException {
        byte[] noise = new byte[10_000];
        new Random(1).nextBytes(noise);
        Files.write(file, noise);

        StateException refusal = refusal(file);

        assertThat(refusal.fault()).isEqualTo(Fault.NOT_A_STATE);
        assertThat(refusal).hasMessageContaining(file.toString()).hasCauseInstanceOf(SQLException.class);
        assertThat(refusalToRead(file).fault()).isEqualTo(Fault.NOT_A_STATE);
        assertThat(Files.readAllBytes(file)).isEqualTo(noise);
        assertThat(filesIn(folder)).containsExactly("state.db");
    }

    @Test
    void a_database_of_another_application_is_refused() throws SQLException {
        execute(file, "CREATE TABLE mine (a)");

        assertThat(refusal(file).fault()).isEqualTo(Fault.NOT_A_STATE);
        assertThat(refusal(file)).hasMessageContaining("not a state of FactStream");
    }

    @Test
    void a_truncated_state_is_refused_and_left_as_it_is() throws IOException {
        makeState(file);
        byte[] whole = Files.readAllBytes(file);
        for (int length : new int[] {50, 4_096, 8_192, whole.length / 2, whole.length - 4_096}) {
            byte[] rest = Arrays.copyOf(whole, length);
            Path truncated = folder.resolve("truncated-" + length + ".db");
            Files.write(truncated, rest);

            assertThat(refusal(truncated)).as("%d bytes", length).isNotNull();
            assertThat(refusal(truncated).fault()).as("%d bytes", length).isEqualTo(Fault.DAMAGED);
            assertThat(Files.readAllBytes(truncated)).isEqualTo(rest);
        }
    }

    @Test
    void a_state_with_a_page_of_noise_is_refused() throws IOException {
        makeState(file);
        byte[] content = Files.readAllBytes(file);
        byte[] noise = new byte[4_096];
        new Random(1).nextBytes(noise);
        System.arraycopy(noise, 0, content, content.length - noise.length, noise.length);
        Files.write(file, content);

        assertThat(refusal(file).fault()).isEqualTo(Fault.DAMAGED);
        assertThat(refusal(file)).hasMessageContaining("put back a backup");
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
    }

    @Test
    void an_emptied_state_is_not_taken_for_a_new_one() throws IOException {
        Files.createFile(file);

        assertThat(refusal(file).fault()).isEqualTo(Fault.DAMAGED);
        assertThat(refusalToRead(file).fault()).isEqualTo(Fault.DAMAGED);
        assertThat(file).isEmptyFile();
    }

    @Test
    void a_folder_in_place_of_the_file_is_refused() {
        assertThat(refusal(folder).fault()).isEqualTo(Fault.NOT_A_STATE);
        assertThat(refusal(folder)).hasMessageContaining("it is a folder");
        assertThat(refusalToRead(folder).fault()).isEqualTo(Fault.NOT_A_STATE);
    }

    @Test
    void a_file_in_place_of_the_folder_is_refused() throws IOException {
        Path inTheWay = Files.createFile(folder.resolve("in-the-way"));

        assertThat(refusal(inTheWay.resolve("state.db")).fault()).isEqualTo(Fault.IO);
    }

    @Test
    void a_link_to_nowhere_is_refused() throws IOException {
        Files.createSymbolicLink(file, folder.resolve("nowhere.db"));

        assertThat(refusal(file).fault()).isEqualTo(Fault.IO);
        assertThat(filesIn(folder)).containsExactly("state.db");
    }

    @Test
    void a_file_that_may_not_be_written_is_refused_for_writing() throws IOException {
        makeState(file);
        assumeTrue(file.toFile().setWritable(false));
        assumeFalse(Files.isWritable(file), "this user may write everything");

        StateException refusal = refusal(file);

        assertThat(refusal.fault()).isEqualTo(Fault.READ_ONLY);
        assertThat(refusal).hasMessageContaining(file.toString()).hasMessageContaining("right to write");
        try (SqliteState state = SqliteState.openReadOnly(file)) {
            assertThat(state.watermarks().find("sales")).isPresent();
        }
    }

    @Test
    void a_folder_that_may_not_be_written_is_refused() throws IOException {
        makeState(file);
        assumeTrue(folder.toFile().setWritable(false));
        try {
            assumeFalse(Files.isWritable(folder), "this user may write everything");

            assertThat(refusal(file).fault()).isEqualTo(Fault.READ_ONLY);
            assertThat(refusal(folder.resolve("new.db")).fault()).isEqualTo(Fault.READ_ONLY);
            assertThat(refusalToRead(file).fault()).isEqualTo(Fault.READ_ONLY);
            assertThat(refusalToRead(file)).hasMessageContaining("-shm");
        } finally {
            assertThat(folder.toFile().setWritable(true)).isTrue();
        }
    }

    @Test
    void a_state_that_another_process_holds_is_busy_and_works_again_after() throws SQLException {
        makeState(file);
        try (SqliteState state = new SqliteState(
                        file,
                        SqliteDatabase.open(file, Schema.CURRENT, Duration.ofMillis(50)),
                        LIMIT,
                        Clock.systemUTC());
                Connection holder = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = holder.createStatement()) {
            Watermark two = Watermark.of("BIGINT", "2");
            statement.execute("BEGIN IMMEDIATE");

            var busy = catchThrowableOfType(
                    StateException.class, () -> state.watermarks().advance("sales", "q1", ONE, two, Rows.passed(1)));
            assertThat(busy.fault()).isEqualTo(Fault.BUSY);
            assertThat(state.watermarks().find("sales"))
                    .map(SavedWatermark::position)
                    .contains(ONE);

            statement.execute("ROLLBACK");
            state.watermarks().advance("sales", "q1", ONE, two, Rows.passed(1));
            assertThat(state.watermarks().find("sales"))
                    .map(SavedWatermark::position)
                    .contains(two);
        }
    }
}
