package io.factstream;

import static io.factstream.BadInput.Kind.SOURCE;
import static io.factstream.BadInput.Kind.STATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.source.DuckDbSource;
import io.factstream.source.LoaderProcess;
import io.factstream.source.SourceException;
import io.factstream.state.BadState;
import io.factstream.state.BadState.Making;
import io.factstream.state.SqliteState;
import io.factstream.state.StateException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** Sources and states that are no such thing. */
final class BadFiles {

    private static final String TABLE = "CREATE TABLE facts AS SELECT x, md5(x::VARCHAR) AS y FROM range(20000) r(x)";

    private BadFiles() {}

    static List<BadInput> all() {
        Stream<BadInput> states = Stream.concat(
                        BadState.all().stream(),
                        Stream.of(new BadState("a folder", Files::createDirectory, "is a folder", "Name another file")))
                .map(BadFiles::state);
        return Stream.of(sources().stream(), states, Stream.of(stateInNoFolder()))
                .flatMap(all -> all)
                .toList();
    }

    private static List<BadInput> sources() {
        return List.of(
                source("a file that is missing", file -> {}, "does not exist", "factstream.source.file"),
                source("a folder", Files::createDirectory, "is a directory"),
                source("an empty file", Files::createFile, "is not a DuckDB database file"),
                source("a text", file -> Files.writeString(file, "n,text\n1,one\n"), "is not a DuckDB database file"),
                source(
                        "an SQLite database",
                        file -> sqlite(file, "CREATE TABLE facts (n)"),
                        "is not a DuckDB database file"),
                source(
                        "a file that is cut off",
                        file -> {
                            duckDb(file);
                            change(file, bytes -> Arrays.copyOf(bytes, bytes.length / 2));
                        },
                        "cannot be read"),
                source(
                        "a file with noise in it",
                        file -> {
                            duckDb(file);
                            change(file, bytes -> {
                                noise(bytes, 20_000, bytes.length - 20_000);
                                return bytes;
                            });
                        },
                        "cannot be read"),
                source(
                        "a file of a newer DuckDB",
                        file -> {
                            duckDb(file);
                            change(file, BadFiles::ofANewerDuckDb);
                        },
                        "newer DuckDB"),
                source(
                        "a file beside the write-ahead log of another",
                        file -> {
                            withLog(file.resolveSibling("facts.other"));
                            Files.move(file.resolveSibling("facts.other.wal"), Path.of(file + ".wal"));
                            duckDb(file.resolveSibling("facts.new"));
                            Files.move(file.resolveSibling("facts.new"), file);
                        },
                        "facts.duckdb.wal: it is another database's",
                        "remove that log"),
                source(
                        "an encrypted file without its key",
                        file -> Files.copy(Path.of("src/test/resources/source/encrypted.duckdb"), file),
                        "is encrypted",
                        "factstream.source.key-file"),
                source(
                        "a link that leads nowhere",
                        file -> Files.createSymbolicLink(file, file.resolveSibling("gone.duckdb")),
                        "is a link to a file that does not exist"),
                BadInput.of(
                        SOURCE,
                        "a file that a loader holds",
                        folder -> {
                            Path file = folder.resolve("facts.duckdb");
                            duckDb(file);
                            try (LoaderProcess loader = LoaderProcess.holding(file)) {
                                assertThat(loader.pid()).isPositive();
                                return read(file);
                            }
                        },
                        "facts.duckdb",
                        "is held by process"));
    }

    private static BadInput stateInNoFolder() {
        return BadInput.of(
                STATE,
                "a folder that cannot be made",
                folder -> {
                    Path inTheWay = Files.createFile(folder.resolve("state"));
                    return open(inTheWay.resolve("factstream.db"));
                },
                "factstream.db",
                "cannot be created");
    }

    private static BadInput source(String what, Making making, String... names) {
        return BadInput.of(
                SOURCE,
                what,
                folder -> {
                    Path file = folder.resolve("facts.duckdb");
                    making.at(file);
                    String message = leftAsItWas(file, () -> read(file));
                    assertThat(message).contains("facts.duckdb");
                    return message;
                },
                names);
    }

    private static BadInput state(BadState bad) {
        return BadInput.of(
                STATE,
                bad.what(),
                folder -> {
                    Path file = folder.resolve("factstream.db");
                    bad.making().at(file);
                    return leftAsItWas(file, () -> open(file));
                },
                "factstream.db",
                bad.fault(),
                bad.mend());
    }

    private static String leftAsItWas(Path file, Callable<String> told) throws Exception {
        byte[] before = content(file);
        String message = told.call();
        assertThat(content(file)).as("left as it was").isEqualTo(before);
        return message;
    }

    private static byte[] content(Path file) throws IOException {
        return Files.isRegularFile(file) ? Files.readAllBytes(file) : new byte[0];
    }

    /** As a stream does it; its status then shows the message. */
    private static String read(Path file) {
        DuckDbSource source =
                new DuckDbSource(file, 256L << 20, 1, Duration.ofSeconds(30), file.resolveSibling("spill"));
        return BadInput.message(catchThrowableOfType(SourceException.class, () -> {
            try (Connection connection = source.open();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT max(y), max(x) FROM facts")) {
                rows.next();
            } catch (SQLException e) {
                throw source.failure(e);
            }
        }));
    }

    private static String open(Path file) {
        return BadInput.message(
                catchThrowableOfType(StateException.class, () -> SqliteState.open(file, new DeadLetterLimit(1, "test"))
                        .close()));
    }

    private static void duckDb(Path file) throws SQLException {
        execute("jdbc:duckdb:" + file, TABLE);
    }

    private static void withLog(Path file) throws SQLException {
        execute(
                "jdbc:duckdb:" + file,
                "PRAGMA disable_checkpoint_on_shutdown; CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1)");
    }

    private static void sqlite(Path file, String sql) throws SQLException {
        execute("jdbc:sqlite:" + file, sql);
    }

    private static void execute(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private interface Edit {
        byte[] of(byte[] bytes);
    }

    private static void change(Path file, Edit edit) throws IOException {
        Files.write(file, edit.of(Files.readAllBytes(file)));
    }

    private static void noise(byte[] bytes, int from, int length) {
        byte[] noise = new byte[length];
        new Random(1).nextBytes(noise);
        System.arraycopy(noise, 0, bytes, from, length);
    }

    /** Writes a storage version of the future into the main header, and the header's checksum anew. */
    private static byte[] ofANewerDuckDb(byte[] bytes) {
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(12, 1_000);
        long checksum = 5381;
        for (int at = 8; at < 4_096; at += Long.BYTES) {
            checksum ^= header.getLong(at) * 0xbf58476d1ce4e5b9L;
        }
        header.putLong(0, checksum);
        return bytes;
    }
}
