package io.factstream.state;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.factstream.deadletter.DeadLetter;
import io.factstream.deadletter.DeadLetterFilter;
import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.deadletter.DeliveryFailure;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Severity;
import io.factstream.state.StateException.Fault;
import io.factstream.watermark.Rows;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.Watermark;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConfig;

/** What was saved stays saved: when the process is killed, and when the disk is full. */
class SqliteDurabilityTest {

    private static final DeadLetterLimit LIMIT = new DeadLetterLimit(1_000, "limit");
    private static final int READ_BEFORE_THE_KILL = 300;

    private Path file;

    @BeforeEach
    void nameTheFile(@TempDir Path folder) {
        file = folder.resolve("state.db");
    }

    /** Advances a watermark for ever, saying each value once it is saved. */
    static final class Child {
        public static void main(String[] arguments) {
            try (SqliteState state = SqliteState.open(Path.of(arguments[0]), LIMIT)) {
                Watermark from = null;
                for (long n = 1; true; n++) {
                    Watermark to = Watermark.of("BIGINT", Long.toString(n));
                    state.watermarks().advance("sales", "q1", from, to, Rows.passed(1));
                    System.out.println(n);
                    from = to;
                }
            }
        }
    }

    @Test
    @Timeout(60)
    void what_was_saved_before_the_process_was_killed_is_there_after() throws Exception {
        // Given a process that saves as fast as it can
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long last = 0;
        try (BufferedReader saved = child.inputReader()) {
            while (last < READ_BEFORE_THE_KILL) {
                last = Long.parseLong(saved.readLine());
            }

            // When it is killed (by its handle, which leaves what it said to be read)
            assertThat(child.toHandle().destroyForcibly()).isTrue();
            assertThat(child.waitFor(30, SECONDS)).isTrue();
            for (String line = saved.readLine(); line != null; line = saved.readLine()) {
                // The kill may have cut the last line short, which makes it smaller.
                last = line.isEmpty() ? last : Math.max(last, Long.parseLong(line));
            }
        } finally {
            child.destroyForcibly();
        }

        // Then a reader, and after it a writer, find all that it said
        try (SqliteState reader = SqliteState.openReadOnly(file)) {
            assertThat(position(reader)).isGreaterThanOrEqualTo(last);
        }
        try (SqliteState state = SqliteState.open(file, LIMIT)) {
            long found = position(state);
            assertThat(found).isGreaterThanOrEqualTo(last);
            assertThat(state.watermarks().find("sales").orElseThrow().rows()).isEqualTo(found);
        }
    }

    private static long position(SqliteState state) {
        return state.watermarks()
                .find("sales")
                .map(SavedWatermark::position)
                .map(position -> Long.parseLong(position.value()))
                .orElseThrow();
    }

    @Test
    void a_full_disk_loses_nothing_and_saving_works_again_when_there_is_space() throws SQLException {
        // Given a state that cannot grow
        SqliteState.open(file, LIMIT).close();
        SQLiteConfig forReading = new SQLiteConfig();
        forReading.setReadOnly(true);
        Connection reader = forReading.createConnection("jdbc:sqlite:" + file);
        Connection writer = new SQLiteConfig().createConnection("jdbc:sqlite:" + file);
        allowPages(writer, 60);
        Watermark one = Watermark.of("BIGINT", "1");
        try (SqliteState state =
                new SqliteState(file, new SqliteDatabase(file, reader, writer), LIMIT, Clock.systemUTC())) {
            state.watermarks().advance("sales", "q1", null, one, Rows.passed(1));
            DeadLetter held = letter(0, 100);
            state.deadLetters().store(List.of(held));

            // When letters are stored for which there is no space
            List<DeadLetter> many = List.of(letter(1, 100), letter(2, 100_000), letter(3, 200_000));
            StateException full = catchThrowableOfType(
                    StateException.class, () -> state.deadLetters().store(many));

            // Then none of them is stored, and all that was there is
            assertThat(full.fault()).isEqualTo(Fault.FULL);
            assertThat(full)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("Free space")
                    .hasCauseInstanceOf(SQLException.class);
            assertThat(state.deadLetters().list(DeadLetterFilter.EVERY, 10)).containsExactly(held);
            assertThat(state.watermarks().find("sales"))
                    .map(SavedWatermark::position)
                    .contains(one);

            // And saving works again when there is space
            allowPages(writer, 1_000);
            state.deadLetters().store(many);
            assertThat(state.deadLetters().count()).isEqualTo(4);
        }
    }

    private static void allowPages(Connection connection, int pages) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA max_page_count = " + pages);
        }
    }

    private static DeadLetter letter(int number, int bytes) {
        Instant failed = Instant.parse("2026-01-02T03:04:05Z");
        return new DeadLetter(
                "sales",
                "sale",
                "trace-" + number,
                null,
                null,
                "1",
                new byte[bytes],
                Map.of(),
                "hub",
                new DeliveryFailure(ErrorCategory.VALIDATION, Severity.PERMANENT, "why"),
                failed,
                failed,
                1,
                0,
                "session-1",
                null);
    }
}
