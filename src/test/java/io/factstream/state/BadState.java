package io.factstream.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.factstream.deadletter.DeadLetterLimit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Something that lies where the state should be, and is no sound state.
 *
 * @param making puts it there
 * @param fault words of the message that say what is wrong
 * @param mend words of the message that say what to do
 */
public record BadState(String what, Making making, String fault, String mend) {

    private static final int NOISE = 4_096;

    /** Puts something in a place where nothing is. */
    @FunctionalInterface
    public interface Making {
        void at(Path file) throws Exception;
    }

    /** All of them. */
    public static List<BadState> all() {
        return List.of(
                new BadState("an empty file", Files::createFile, "is empty", "put back a backup"),
                new BadState(
                        "a text",
                        file -> Files.writeString(file, "no state".repeat(1000)),
                        "not an SQLite database",
                        "Name another file"),
                new BadState(
                        "a database of something else",
                        file -> execute(file, "CREATE TABLE mine (a)"),
                        "not a state of FactStream",
                        "Name another file"),
                new BadState(
                        "a state of a newer FactStream",
                        file -> {
                            sound(file);
                            execute(file, "PRAGMA user_version = 999");
                        },
                        "version 999",
                        "Use the newer FactStream"),
                new BadState(
                        "a state that is cut off",
                        file -> {
                            sound(file);
                            byte[] whole = Files.readAllBytes(file);
                            Files.write(file, Arrays.copyOf(whole, whole.length / 2));
                        },
                        "malformed",
                        "put back a backup"),
                new BadState(
                        "a state with noise in it",
                        file -> {
                            sound(file);
                            byte[] content = Files.readAllBytes(file);
                            byte[] noise = new byte[NOISE];
                            new Random(1).nextBytes(noise);
                            System.arraycopy(noise, 0, content, content.length - NOISE, NOISE);
                            Files.write(file, content);
                        },
                        "malformed",
                        "put back a backup"));
    }

    /** One that is sound, but that this user may not write; skips the test for a user who may write everything. */
    public static BadState readOnly() {
        return new BadState(
                "a state that may not be written",
                file -> {
                    sound(file);
                    assertThat(file.toFile().setWritable(false)).isTrue();
                    assumeFalse(Files.isWritable(file), "this user may write everything");
                },
                "may not be written",
                "Give the user of this process the right to write");
    }

    private static void sound(Path file) {
        SqliteState.open(file, new DeadLetterLimit(1, "test")).close();
    }

    private static void execute(Path file, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** In the list of tests. */
    @Override
    public String toString() {
        return what;
    }
}
