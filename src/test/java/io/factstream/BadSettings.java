package io.factstream;

import static io.factstream.BadInput.Kind.SETTINGS;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.factstream.config.ConfigurationException;
import io.factstream.config.SettingsLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Settings that cannot work: in a file, in the environment, or together. */
final class BadSettings {

    private static final String KEY = "SharedAccessKeyName=Sender;SharedAccessKey=aKey";
    private static final String STRING = "Endpoint=sb://retail.servicebus.windows.net;" + KEY;

    private BadSettings() {}

    static List<BadInput> all() {
        return List.of(
                inFile(
                        "a misspelt key",
                        "factstream.poll.intervall=1s",
                        "application.properties:1: factstream.poll.intervall",
                        "Did you mean factstream.poll.interval?"),
                inFile(
                        "a key without its prefix",
                        "poll.interval=1s",
                        "application.properties:1",
                        "factstream.poll.interval"),
                inFile("a key that belongs to nobody", "my.own.key=1", "application.properties:1: my.own.key"),
                inFile("a key given twice", "eventhubs.name=a\neventhubs.name=b", "application.properties:2", "line 1"),
                inFile(
                        "a number out of range",
                        "factstream.page.max-rows=0",
                        "application.properties:1",
                        "1 to 1,000,000"),
                inFile(
                        "a number that is none",
                        "factstream.page.max-rows=1,000",
                        "application.properties:1",
                        "\"1,000\""),
                inFile(
                        "a duration without a unit",
                        "factstream.poll.interval=1000",
                        "application.properties:1",
                        "has no unit"),
                inFile(
                        "a duration in a unit that is none",
                        "factstream.poll.interval=5 minutes",
                        "application.properties:1",
                        "\"5 minutes\""),
                inFile(
                        "a size in a unit that is none",
                        "factstream.page.max-bytes=16 megs",
                        "application.properties:1",
                        "\"16 megs\""),
                inFile(
                        "a choice that is none",
                        "factstream.event.non-finite=drop",
                        "application.properties:1",
                        "string or null or dead-letter"),
                inFile(
                        "an escape that is none",
                        "factstream.source.file=C:\\users\\facts.duckdb",
                        "application.properties:1"),
                inFile(
                        "two settings that contradict each other",
                        "factstream.hold.initial-delay=1m\nfactstream.hold.max-delay=1s",
                        "factstream.hold.max-delay",
                        "application.properties:2"),
                inFile(
                        "a deadline that the SDK's own tries outlast",
                        "factstream.send.deadline=5s",
                        "factstream.send.deadline",
                        "eventhubs.try-timeout"),
                inFile(
                        "a management port that no machine has",
                        "factstream.management.port=98765",
                        "application.properties:1",
                        "0 to 65,535"),
                inFile(
                        "a connection string where another value belongs",
                        "eventhubs.name=" + STRING,
                        "application.properties:1: eventhubs.name",
                        "EVENTHUBS_CONNECTION_STRING"),
                inFile(
                        "a connection string in place of the file that holds it",
                        "eventhubs.connection-string-file=" + STRING,
                        "application.properties:1: eventhubs.connection-string-file"),
                inFile(
                        "a connection string in a setting of Camel's",
                        "camel.component.azure-eventhubs.connection-string=" + STRING,
                        "application.properties:1"),
                BadInput.of(
                        SETTINGS,
                        "a file that is not encoded in UTF-8",
                        folder -> {
                            Path file = folder.resolve("application.properties");
                            Files.write(file, new byte[] {'#', (byte) 0xfc, '\n'});
                            return refusal(folder, file, Map.of(), Map.of());
                        },
                        "application.properties"),
                BadInput.of(
                        SETTINGS,
                        "a file that is missing",
                        folder -> refusal(folder, folder.resolve("mine.properties"), Map.of(), Map.of()),
                        "mine.properties"),
                BadInput.of(
                        SETTINGS,
                        "a misspelt environment variable",
                        folder -> refusal(folder, null, Map.of("FACTSTREAM_SOURCE_FLIE", "facts.duckdb"), Map.of()),
                        "FACTSTREAM_SOURCE_FLIE (environment)",
                        "Did you mean FACTSTREAM_SOURCE_FILE?"),
                set(
                        "no source",
                        settings -> settings.remove("factstream.source.file"),
                        "factstream.source.file",
                        "FACTSTREAM_SOURCE_FILE"),
                set(
                        "a source that is missing",
                        settings -> settings.put("factstream.source.file", "/nowhere/facts.duckdb"),
                        "factstream.source.file (command line)",
                        "/nowhere/facts.duckdb"),
                set(
                        "a source that is a folder",
                        settings -> settings.put("factstream.source.file", settings.get("factstream.routes")),
                        "factstream.source.file (command line)"),
                set(
                        "a routes folder that is missing",
                        settings -> settings.put("factstream.routes", "/nowhere"),
                        "factstream.routes (command line)",
                        "/nowhere"),
                set(
                        "the source as the state",
                        settings -> settings.put("factstream.state.file", settings.get("factstream.source.file")),
                        "factstream.state.file"),
                set(
                        "a folder as the state",
                        settings -> settings.put("factstream.state.file", settings.get("factstream.routes")),
                        "factstream.state.file"),
                set(
                        "a state where no file can be made",
                        settings -> settings.put(
                                "factstream.state.file", settings.get("factstream.source.file") + "/state.db"),
                        "factstream.state.file"),
                set(
                        "no connection string",
                        settings -> settings.remove("eventhubs.connection-string"),
                        "eventhubs.connection-string",
                        "EVENTHUBS_CONNECTION_STRING"),
                set(
                        "the connection string and its file",
                        settings -> settings.put("eventhubs.connection-string-file", "secret"),
                        "eventhubs.connection-string-file",
                        "eventhubs.connection-string (command line)"),
                set(
                        "a file of the connection string that is missing",
                        settings -> {
                            settings.remove("eventhubs.connection-string");
                            settings.put("eventhubs.connection-string-file", "/nowhere/secret");
                        },
                        "eventhubs.connection-string-file",
                        "does not exist"),
                set(
                        "a key of the source in place of the file that holds it",
                        settings -> settings.put("factstream.source.key-file", "a/recognisable/key="),
                        "factstream.source.key-file",
                        "names a file that does not exist"),
                connection("a connection string without an endpoint", KEY, "Endpoint"),
                connection(
                        "a connection string without a key",
                        "Endpoint=sb://retail.servicebus.windows.net;SharedAccessKeyName=Sender",
                        "SharedAccessKey"),
                connection("a connection string with a part too many", STRING + ";Color=blue", "part 4"),
                connection("a connection string in quotation marks", '"' + STRING + '"', "quotation marks"),
                connection(
                        "a connection string whose key broke it",
                        "Endpoint=sb://retail.servicebus.windows.net;SharedAccessKeyName=Sender;SharedAccessKey=aKey;ofTwo",
                        "part 4"),
                connection("a connection string whose endpoint is no address", "Endpoint=sb://a b;" + KEY, "Endpoint"),
                set(
                        "no hub",
                        settings -> settings.put("eventhubs.connection-string", STRING),
                        "eventhubs.name",
                        "EVENTHUBS_NAME"),
                set(
                        "a hub that is not the one of the connection string",
                        settings -> {
                            settings.put("eventhubs.connection-string", STRING + ";EntityPath=retail");
                            settings.put("eventhubs.name", "sales");
                        },
                        "eventhubs.name",
                        "\"sales\""),
                set(
                        "a hub's name that is none",
                        settings -> settings.put("eventhubs.name", "my hub"),
                        "eventhubs.name",
                        "\"my hub\""),
                set(
                        "a namespace that is not the one of the connection string",
                        settings -> settings.put("eventhubs.namespace", "wholesale"),
                        "eventhubs.namespace",
                        "\"wholesale\""),
                set(
                        "an Azure identity and a connection string",
                        settings -> {
                            settings.put("eventhubs.authentication", "azure-identity");
                            settings.put("eventhubs.namespace", "retail");
                        },
                        "eventhubs.connection-string (command line)",
                        "azure-identity"));
    }

    private static BadInput inFile(String what, String line, String... names) {
        return BadInput.of(
                SETTINGS,
                what,
                folder -> {
                    Path file = folder.resolve("application.properties");
                    Files.writeString(file, line + "\n");
                    return refusal(folder, file, Map.of(), Map.of());
                },
                names);
    }

    private interface Change {
        void of(Map<String, String> settings);
    }

    /** Settings that would do, but for one change. */
    private static BadInput set(String what, Change change, String... names) {
        return BadInput.of(
                SETTINGS,
                what,
                folder -> {
                    Files.createDirectories(folder.resolve("routes"));
                    Files.createFile(folder.resolve("facts.duckdb"));
                    Map<String, String> settings = new LinkedHashMap<>();
                    settings.put(
                            "factstream.source.file",
                            folder.resolve("facts.duckdb").toString());
                    settings.put(
                            "factstream.state.file", folder.resolve("state.db").toString());
                    settings.put("factstream.routes", folder.resolve("routes").toString());
                    settings.put("eventhubs.connection-string", STRING + ";EntityPath=retail");
                    change.of(settings);
                    return refusal(folder, null, Map.of(), settings);
                },
                names);
    }

    private static BadInput connection(String what, String connectionString, String... names) {
        return set(what, settings -> settings.put("eventhubs.connection-string", connectionString), names);
    }

    private static String refusal(
            Path folder, @Nullable Path file, Map<String, String> environment, Map<String, String> settings) {
        ConfigurationException refusal =
                catchThrowableOfType(ConfigurationException.class, () -> new SettingsLoader(folder, null, environment)
                        .load(file, settings)
                        .validateForRun());
        return BadInput.message(refusal);
    }
}
