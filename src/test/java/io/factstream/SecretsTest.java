package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.factstream.cli.Main;
import io.factstream.config.KnownSettings;
import io.factstream.localhub.Fault;
import io.factstream.localhub.LocalEventHubs;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.management.JMException;
import javax.management.JMRuntimeException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Recognisable secrets, planted wherever one can get in: the connection string, the environment, values of rows, and what
 * a hub or DuckDB says of an error. None is to be read anywhere but, where it is a value of a row, in payloads.
 */
class SecretsTest {

    private static final String KEY = "RecognisableKey0123456789+/abcdefghijklmnop=";

    /** Without the characters that an encoding could change. */
    private static final String PART_OF_KEY = "RecognisableKey0123456789";

    /** Of the encrypted DuckDB file among the resources; with it, that is read. */
    private static final String SOURCE_KEY = "it's-a-recognisable-key";

    private static final String PART_OF_SOURCE_KEY = "a-recognisable";

    private static final String ROW = "RecognisableValueOfARow";
    private static final String SAID_BY_HUB = "RecognisableWordOfTheHub";
    private static final String ENVIRONMENT = "RecognisableVariable";

    private static final String HUB_TEXT =
            "refused: Endpoint=sb://x/;SharedAccessKey=" + SAID_BY_HUB + "; Authorization: Bearer " + SAID_BY_HUB
                    + "; token SharedAccessSignature sr=x&sig=" + SAID_BY_HUB + "&se=1; password=" + SAID_BY_HUB;

    @Test
    void no_secret_is_in_any_log_line_property_dead_letter_attribute_or_outcome(@TempDir Path folder) throws Exception {
        LocalEventHubs.Builder hubs = LocalEventHubs.builder()
                .hub(RuntimeUnderTest.HUB, RuntimeUnderTest.PARTITIONS)
                .key("Sender", KEY);
        List<String> logged = new ArrayList<>();
        Path state;
        try (CapturedLog log = CapturedLog.asWritten(org.slf4j.Logger.ROOT_LOGGER_NAME, Level.DEBUG);
                CapturedLog azure = CapturedLog.asWritten("com.azure", Level.DEBUG);
                RuntimeUnderTest runtime = RuntimeUnderTest.in(folder, hubs)
                        .with(KnownSettings.SEND_DEADLINE, "10s")
                        .with(KnownSettings.TRY_TIMEOUT, "3s")
                        .with(KnownSettings.BATCH_MAX_BYTES, "4KB")
                        .load("CREATE TABLE facts AS SELECT range + 1 AS n, '" + ROW + "' AS secret,"
                                + " repeat('x', 100) AS text FROM range(60)")
                        .load("UPDATE facts SET text = repeat('x', 5000) WHERE n = 7")
                        .stream(
                                "facts",
                                "SELECT n AS _watermark, n, text, 'Bearer ' || secret AS \"Authorization\","
                                        + " secret AS \"SharedAccessKey\", secret AS \"x-opt-partition-key\","
                                        + " {'CamelHttpUri': secret} AS headers FROM facts")
                        .stream("cast", "SELECT n AS _watermark,\n CAST(secret AS INTEGER) AS n FROM facts")
                        .stream("thrown", "SELECT n AS _watermark, error(secret) AS n FROM facts")
                        .stream("broken", "SELECT n AS _watermark FROM nowhere")) {
            state = runtime.stateFile();
            assertThat(runtime.setting(KnownSettings.CONNECTION_STRING)).contains(PART_OF_KEY);
            runtime.hubs().faults().always(new Fault.AnswerToken(401, HUB_TEXT));
            runtime.start();
            String refused = runtime.awaitFailing("facts");
            runtime.hubs().faults().clear();
            runtime.hubs()
                    .faults()
                    .always(new Fault.Reject("com.microsoft:argument-error", HUB_TEXT), batch -> batch.events().stream()
                            .anyMatch(event -> event.text().contains("\"n\":9,")));
            runtime.awaitReceived("facts", 58);
            RuntimeUnderTest.eventually("dead letters")
                    .until(() -> runtime.deadLetters("facts").size() == 2);
            runtime.hubs().faults().clear();
            runtime.hubs().faults().always(new Fault.Reject("amqp:unauthorized-access", HUB_TEXT));
            runtime.load("INSERT INTO facts SELECT n + 60, secret, text FROM facts WHERE n > 10");
            String rejected = runtime.awaitFailing("facts");
            runtime.awaitFailing("cast");
            runtime.awaitFailing("thrown");

            Map<String, String> attributes = attributes();
            Path health = state.resolveSibling(state.getFileName() + ".health");
            RuntimeUnderTest.eventually("a sign of life")
                    .until(() -> Files.readString(health), text -> text.contains("cast"));
            String signs = Files.readString(health);
            runtime.hubs().faults().clear();
            runtime.awaitReceived("facts", 108);

            assertThat(List.of(refused, rejected)).allSatisfy(error -> assertThat(error)
                    .contains("refused: Endpoint=sb://x/;SharedAccessKey=***")
                    .doesNotContain(PART_OF_KEY, SAID_BY_HUB));
            assertThat(attributes).hasSizeGreaterThan(500).containsKey("io.factstream:name=facts,type=stream State");
            assertNoSecret(attributes);
            assertNoSecret(Map.of("health", signs));
            assertThat(runtime.received("facts")).allSatisfy(event -> {
                assertThat(event.payload().path("Authorization").textValue()).isEqualTo("Bearer " + ROW);
                assertNoSecret(Map.of(
                        "properties", event.stored().properties().toString(),
                        "key", String.valueOf(event.json().path("partition_key")),
                        "trace id", event.traceId()));
            });
            runtime.stop();
            logged.addAll(log.lines());
            logged.addAll(azure.lines());
        }
        assertThat(logged).hasSizeGreaterThan(100).anyMatch(line -> line.contains("stream=cast"));
        assertThat(logged).allSatisfy(line -> assertNoSecret(Map.of("line", line)));
        Map<String, String> stored = stored(state);
        assertThat(stored.keySet()).contains("dead_letter.error", "session_stream.outcome");
        assertNoSecret(stored);
    }

    @Test
    void the_key_of_an_encrypted_source_is_in_no_log_line_property_attribute_or_state(@TempDir Path folder)
            throws Exception {
        Path source = folder.resolve("encrypted.duckdb");
        for (String name : List.of("encrypted.duckdb", "encrypted.duckdb.wal")) {
            Files.copy(Path.of("src/test/resources/source", name), folder.resolve(name));
        }
        Path key = Files.writeString(folder.resolve("key"), "\uFEFF" + SOURCE_KEY + "\r\n");
        List<String> logged = new ArrayList<>();
        Path state;
        try (CapturedLog log = CapturedLog.asWritten(org.slf4j.Logger.ROOT_LOGGER_NAME, Level.DEBUG);
                RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                        .with(KnownSettings.SOURCE_FILE, source.toString())
                        .with(KnownSettings.SOURCE_KEY_FILE, key.toString())
                        .stream(
                                "facts",
                                "SELECT n AS _watermark, n, duckdb_databases FROM facts, duckdb_databases()")) {
            state = runtime.stateFile();
            runtime.start();
            runtime.awaitReceived("facts", 40);
            Map<String, String> attributes = attributes();
            runtime.received("facts")
                    .forEach(event -> assertThat(event.json().toString()).doesNotContain(PART_OF_SOURCE_KEY));
            runtime.stop();

            Files.writeString(key, PART_OF_SOURCE_KEY + "-mistaken");
            runtime.start();
            String refused = runtime.awaitFailing("facts");
            attributes.putAll(attributes());
            runtime.stop();

            assertThat(refused).contains("is encrypted with another key", "factstream.source.key-file");
            assertThat(attributes).hasSizeGreaterThan(300);
            attributes.forEach((name, text) -> assertThat(text).as(name).doesNotContain(PART_OF_SOURCE_KEY));
            logged.addAll(log.lines());
        }
        assertThat(logged).hasSizeGreaterThan(50);
        assertThat(logged).allSatisfy(line -> assertThat(line).doesNotContain(PART_OF_SOURCE_KEY));
        stored(state).forEach((name, text) -> assertThat(text).as(name).doesNotContain(PART_OF_SOURCE_KEY));
    }

    @Test
    void no_process_writes_a_secret_wherever_somebody_put_it(@TempDir Path folder) throws Exception {
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(
                folder,
                LocalEventHubs.builder()
                        .hub(RuntimeUnderTest.HUB, RuntimeUnderTest.PARTITIONS)
                        .key("Sender", KEY))
                .load("CREATE TABLE facts AS SELECT range + 1 AS n, '" + ROW + "' AS secret FROM range(50)")
                .stream("facts", "SELECT n AS _watermark, n FROM facts")
                .stream("cast", "SELECT n AS _watermark, secret::INTEGER AS n FROM facts")) {
            String connectionString = runtime.setting(KnownSettings.CONNECTION_STRING);
            Path file = Files.writeString(folder.resolve("secret"), connectionString);
            runtime.without(KnownSettings.CONNECTION_STRING);
            String config = runtime.settingsFile().toString();
            Map<String, String> variable =
                    Map.of("EVENTHUBS_CONNECTION_STRING", connectionString, "AZURE_CLIENT_SECRET", ENVIRONMENT);
            assertExit(1, folder, variable, "run", "--once", "--config", config);
            assertExit(2, folder, variable, "run", "--config", config, "-D", "eventhubs.name=" + connectionString);
            assertExit(2, folder, variable, "run", "--connection-string=" + connectionString, connectionString);
            assertExit(
                    2, folder, Map.of("EVENTHUBS_CONNECTION_STRING_FILE", connectionString), "run", "--config", config);
            assertExit(
                    1,
                    folder,
                    Map.of("EVENTHUBS_CONNECTION_STRING_FILE", file.toString()),
                    "run",
                    "--once",
                    "--config",
                    config);
            runtime.assertEachOnce("facts", "n", 50);
        }
    }

    /** Of two streams one fails, so that a run ends with 1; what was misplaced is refused with 2. */
    private static void assertExit(int code, Path folder, Map<String, String> environment, String... arguments)
            throws InterruptedException {
        try (JavaProcess process = JavaProcess.start(folder, environment, Main.class, arguments)) {
            assertThat(process.exitCode()).as(process::output).isEqualTo(code);
            assertThat(process.output()).isNotBlank();
            assertNoSecret(Map.of("output", process.output()));
        }
    }

    private static void assertNoSecret(Map<String, String> texts) {
        assertThat(texts)
                .allSatisfy((name, text) ->
                        assertThat(text).as(name).doesNotContain(PART_OF_KEY, ROW, SAID_BY_HUB, ENVIRONMENT));
    }

    /** Everything in the state but events, which hold payloads: all values of a column joined, by its name. */
    private static Map<String, String> stored(Path state) throws SQLException {
        Map<String, String> stored = new TreeMap<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + state);
                Statement statement = connection.createStatement()) {
            List<String> columns = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery("SELECT t.name || '.' || c.name FROM sqlite_schema t,"
                    + " pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'")) {
                while (rows.next()) {
                    columns.add(rows.getString(1));
                }
            }
            columns.remove("dead_letter.event");
            for (String column : columns) {
                String[] parts = column.split("\\.", 2);
                try (ResultSet rows =
                        statement.executeQuery("SELECT group_concat(" + parts[1] + ", char(10)) FROM " + parts[0])) {
                    rows.next();
                    stored.put(column, String.valueOf(rows.getString(1)));
                }
            }
        }
        return stored;
    }

    /** Every readable attribute of every MBean of this process, as text. */
    private static Map<String, String> attributes() throws JMException {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        Map<String, String> attributes = new TreeMap<>();
        List<ObjectName> names = new ArrayList<>(server.queryNames(null, null));
        for (ObjectName name : names) {
            for (MBeanAttributeInfo attribute : server.getMBeanInfo(name).getAttributes()) {
                if (attribute.isReadable()) {
                    attributes.put(
                            name.getCanonicalName() + " " + attribute.getName(),
                            value(server, name, attribute.getName()));
                }
            }
        }
        return attributes;
    }

    private static String value(MBeanServer server, ObjectName name, String attribute) throws JMException {
        try {
            Object value = server.getAttribute(name, attribute);
            return value instanceof Object[] some ? List.of(some).toString() : String.valueOf(value);
        } catch (JMRuntimeException unsupported) {
            // Some of the JVM's own say so in this way.
            return String.valueOf(unsupported.getCause());
        }
    }
}
