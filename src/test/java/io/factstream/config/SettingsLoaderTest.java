package io.factstream.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.factstream.config.ConfigurationException.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsLoaderTest {

    private static final String KEY_OF_A_HUB = "c2VjcmV0LWtleQ==";
    private static final String CONNECTION_STRING =
            "Endpoint=sb://retail.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey=" + KEY_OF_A_HUB;

    private final Path folder;

    SettingsLoaderTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void defaults_hold_where_nothing_is_set() {
        Settings settings = load(Map.of());

        assertThat(settings.get(KnownSettings.POLL_INTERVAL)).isEqualTo(Duration.ofSeconds(1));
        assertThat(settings.get(KnownSettings.BATCH_MAX_BYTES)).isEqualTo(1_048_576);
        assertThat(settings.get(KnownSettings.EVENT_NON_FINITE)).isEqualTo(NonFinite.STRING);
        assertThat(settings.find(KnownSettings.SOURCE_FILE)).isEmpty();
        assertThat(settings.origin(KnownSettings.POLL_INTERVAL)).isEqualTo("default");
        assertThat(settings.file()).isEmpty();
    }

    @Test
    void the_command_line_outranks_the_environment_which_outranks_the_file() throws IOException {
        write("application.properties", """
                factstream.poll.interval=2s
                factstream.poll.settle=2s
                factstream.page.max-rows=2
                """);
        Map<String, String> environment = Map.of("FACTSTREAM_POLL_SETTLE", "3s", "FACTSTREAM_PAGE_MAX_ROWS", "3");

        Settings settings = loader(environment).load(null, Map.of("factstream.page.max-rows", "4"));

        assertThat(settings.get(KnownSettings.POLL_INTERVAL)).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.get(KnownSettings.POLL_SETTLE)).isEqualTo(Duration.ofSeconds(3));
        assertThat(settings.get(KnownSettings.PAGE_MAX_ROWS)).isEqualTo(4);
        assertThat(settings.origin(KnownSettings.POLL_INTERVAL)).contains("application.properties:1");
        assertThat(settings.origin(KnownSettings.POLL_SETTLE)).isEqualTo("FACTSTREAM_POLL_SETTLE (environment)");
        assertThat(settings.origin(KnownSettings.PAGE_MAX_ROWS)).isEqualTo("factstream.page.max-rows (command line)");
    }

    @Test
    void every_setting_can_be_set_by_its_environment_variable() {
        for (Setting<?> setting : KnownSettings.all()) {
            String value = setting.defaultText() == null ? "something" : setting.defaultText();

            Settings settings = load(Map.of(setting.environmentVariable(), value));

            assertThat(settings.origin(setting)).isEqualTo(setting.environmentVariable() + " (environment)");
        }
    }

    @Test
    void an_empty_value_counts_as_not_given() throws IOException {
        write("application.properties", "factstream.poll.interval=2s");

        Settings settings = load(Map.of("FACTSTREAM_POLL_INTERVAL", " ", "FACTSTREAM_SOURCE_FILE", ""));

        assertThat(settings.get(KnownSettings.POLL_INTERVAL)).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.find(KnownSettings.SOURCE_FILE)).isEmpty();
    }

    @Test
    void the_file_is_looked_for_where_it_was_named_then_here_then_in_the_distribution() throws IOException {
        Path named = write("named.properties", "factstream.page.max-rows=1");
        Path byVariable = write("by-variable.properties", "factstream.page.max-rows=2");
        Path here = write("application.properties", "factstream.page.max-rows=3");
        write("home/conf/application.properties", "factstream.page.max-rows=4");
        Map<String, String> environment = Map.of("FACTSTREAM_CONFIG", byVariable.toString());

        assertThat(rows(loader(environment).load(named, Map.of()))).isEqualTo(1);
        assertThat(rows(loader(environment).load(null, Map.of()))).isEqualTo(2);
        assertThat(rows(loader(Map.of()).load(null, Map.of()))).isEqualTo(3);
        Files.delete(here);
        assertThat(rows(loader(Map.of()).load(null, Map.of()))).isEqualTo(4);
    }

    @Test
    void a_named_file_that_is_missing_is_refused() {
        Path missing = folder.resolve("missing.properties");

        ConfigurationException byName = refusal(() -> loader(Map.of()).load(missing, Map.of()));
        ConfigurationException byVariable = refusal(() -> load(Map.of("FACTSTREAM_CONFIG", missing.toString())));

        assertThat(byName).hasMessageContaining("missing.properties: there is no such file");
        assertThat(byVariable).hasMessageContaining("missing.properties: there is no such file");
    }

    @Test
    void routes_lie_in_the_working_folder_or_in_the_distribution_unless_they_are_set() throws IOException {
        SettingsLoader withoutHome = new SettingsLoader(folder, null, Map.of());

        assertThat(load(Map.of()).get(KnownSettings.ROUTES)).isEqualTo(folder.resolve("home/routes"));
        assertThat(load(Map.of("FACTSTREAM_ROUTES", "/mine")).get(KnownSettings.ROUTES))
                .isEqualTo(Path.of("/mine"));
        assertThat(withoutHome.load(null, Map.of()).get(KnownSettings.ROUTES)).isEqualTo(folder.resolve("routes"));
        Files.createDirectory(folder.resolve("routes"));
        assertThat(load(Map.of()).get(KnownSettings.ROUTES)).isEqualTo(folder.resolve("routes"));
    }

    @Test
    void everything_wrong_is_named_in_one_refusal() throws IOException {
        write("application.properties", """
                # one
                factstream.poll.intervall=1s

                factstream.page.max-rows=\\
                  many
                spring.profiles.active=prod
                """);

        ConfigurationException refusal =
                refusal(() -> loader(Map.of("FACTSTREAM_BREAKER_THRESHOLD", "-1", "EVENTHUBS_NAMES", "orders"))
                        .load(null, Map.of("factstream.event.non-finite", "zero")));

        assertThat(refusal.problems())
                .map(Problem::toString)
                .satisfiesExactly(
                        first -> assertThat(first)
                                .endsWith("application.properties:2: factstream.poll.intervall: is no setting. "
                                        + "Did you mean factstream.poll.interval?"),
                        second -> assertThat(second)
                                .endsWith(
                                        "application.properties:4: factstream.page.max-rows: \"many\" is not a whole number. "
                                                + "Give a whole number from 1 to 1,000,000, without separators"),
                        third -> assertThat(third)
                                .contains("application.properties:6: spring.profiles.active: belongs to nobody"),
                        fourth -> assertThat(fourth)
                                .isEqualTo(
                                        "EVENTHUBS_NAMES (environment): is no setting. Did you mean EVENTHUBS_NAME?"),
                        fifth -> assertThat(fifth)
                                .startsWith("FACTSTREAM_BREAKER_THRESHOLD (environment): \"-1\" is out of range."),
                        sixth -> assertThat(sixth)
                                .isEqualTo(
                                        "factstream.event.non-finite (command line): \"zero\" is none of the choices. "
                                                + "Give string or null or dead-letter"));
        assertThat(refusal.problems()).allSatisfy(problem -> assertThat(refusal).hasMessageContaining(problem.what()));
    }

    @Test
    void a_wrong_value_is_refused_even_where_a_higher_rank_replaces_it() throws IOException {
        write("application.properties", "factstream.poll.interval=soon");

        ConfigurationException refusal = refusal(() -> load(Map.of("FACTSTREAM_POLL_INTERVAL", "1s")));

        assertThat(refusal.what()).isEqualTo("\"soon\" is not a duration");
    }

    @ParameterizedTest
    @CsvSource({
        "source.file, factstream.source.file",
        "factstream.page.maxRows, factstream.page.max-rows",
        "factstream.page.max_rows, factstream.page.max-rows",
        "eventhub.name, eventhubs.name",
        "factstream.batch.max-byte, factstream.batch.max-bytes",
    })
    void the_nearest_right_name_is_suggested(String written, String meant) {
        ConfigurationException refusal = refusal(() -> loader(Map.of()).load(null, Map.of(written, "1")));

        assertThat(refusal.mend()).isEqualTo("Did you mean " + meant + "?");
    }

    @Test
    void no_name_is_suggested_for_one_that_is_near_to_none() {
        ConfigurationException refusal = refusal(() -> loader(Map.of()).load(null, Map.of("factstream.colour", "1")));

        assertThat(refusal.mend()).contains("docs/configuration.md");
    }

    @Test
    void keys_of_camel_are_passed_on_untouched() {
        Settings settings = loader(Map.of()).load(null, Map.of("camel.main.name", " {{x}} "));

        assertThat(settings.asCamelProperties()).containsEntry("camel.main.name", " {{x}} ");
    }

    @Test
    void camel_gets_every_value_in_full_and_without_units() {
        Properties properties = load(Map.of(
                        "FACTSTREAM_POLL_INTERVAL", "1m30s",
                        "FACTSTREAM_BATCH_MAX_BYTES", "256 KB",
                        "EVENTHUBS_TRANSPORT", "amqp-web-sockets",
                        "FACTSTREAM_STATE_FILE", "somewhere/state.db"))
                .asCamelProperties();

        assertThat(properties)
                .containsEntry("factstream.poll.interval", "90000")
                .containsEntry("factstream.batch.max-bytes", "262144")
                .containsEntry("eventhubs.transport", "amqp-web-sockets")
                .containsEntry("factstream.hold.multiplier", "2.0")
                .containsEntry(
                        "factstream.state.file",
                        Path.of("somewhere/state.db").toAbsolutePath().toString())
                .doesNotContainKey("factstream.source.file");
    }

    @Test
    void a_secret_is_shown_nowhere() {
        Settings settings = load(Map.of("EVENTHUBS_CONNECTION_STRING", CONNECTION_STRING));

        assertThat(settings.get(KnownSettings.CONNECTION_STRING).reveal()).isEqualTo(CONNECTION_STRING);
        assertThat(settings.get(KnownSettings.CONNECTION_STRING)).hasToString("(secret)");
        assertThat(settings.asCamelProperties()).doesNotContainKey("eventhubs.connection-string");
        assertThat(settings.toString()).doesNotContain(KEY_OF_A_HUB);
    }

    @ParameterizedTest
    @ValueSource(strings = {"eventhubs.name", "eventhubs.conection-string", "event.hubs", "eventhubs.transport"})
    void a_secret_in_the_wrong_place_is_not_repeated(String key) {
        ConfigurationException refusal = refusal(() -> loader(Map.of()).load(null, Map.of(key, CONNECTION_STRING)));

        assertThat(refusal).hasMessageContaining(key).hasMessageNotContaining(KEY_OF_A_HUB);
    }

    @Test
    void what_kubernetes_adds_for_a_service_called_factstream_is_no_mistake() {
        Settings settings = load(Map.of(
                "FACTSTREAM_SERVICE_HOST", "10.0.0.1",
                "FACTSTREAM_SERVICE_PORT", "8080",
                "FACTSTREAM_SERVICE_PORT_HTTP", "8080",
                "FACTSTREAM_PORT", "tcp://10.0.0.1:8080",
                "FACTSTREAM_PORT_8080_TCP", "tcp://10.0.0.1:8080",
                "FACTSTREAM_PORT_8080_TCP_ADDR", "10.0.0.1",
                "FACTSTREAM_METRICS_PORT_8080_TCP_PROTO", "tcp"));

        assertThat(settings.origin(KnownSettings.POLL_INTERVAL)).isEqualTo("default");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp://10.0.0.1:8080", "udp://10.0.0.1:53", "tcp://[fd00::1]:8080"})
    void the_address_of_a_service_is_not_taken_for_a_port(String address) {
        Settings settings = load(Map.of(
                "FACTSTREAM_MANAGEMENT_SERVICE_HOST", "10.0.0.1",
                "FACTSTREAM_MANAGEMENT_SERVICE_PORT", "8080",
                "FACTSTREAM_MANAGEMENT_PORT", address,
                "FACTSTREAM_MANAGEMENT_PORT_8080_TCP", "tcp://10.0.0.1:8080",
                "FACTSTREAM_MANAGEMENT_PORT_8080_TCP_ADDR", "10.0.0.1",
                "FACTSTREAM_JMX_PORT", address,
                "EVENTHUBS_PORT", address));

        assertThat(settings.origin(KnownSettings.MANAGEMENT_PORT)).isEqualTo("default");
        assertThat(settings.serviceLinks()).containsExactly("FACTSTREAM_MANAGEMENT_PORT");
    }

    @Test
    void what_is_neither_a_port_nor_the_address_of_a_service_is_refused() {
        ConfigurationException refusal = refusal(() -> load(Map.of("FACTSTREAM_MANAGEMENT_PORT", "http://here:80")));

        assertThat(refusal.where()).isEqualTo("FACTSTREAM_MANAGEMENT_PORT (environment)");
    }

    @Test
    void the_variables_of_the_launcher_and_of_others_are_no_settings() {
        Settings settings =
                load(Map.of("FACTSTREAM_JMX_PORT", "9010", "FACTSTREAM_JAVA_OPTS", "-Xmx1g", "PATH", "/bin"));

        assertThat(settings.origin(KnownSettings.POLL_INTERVAL)).isEqualTo("default");
    }

    @Test
    void the_shortest_wait_may_not_be_longer_than_the_longest() {
        ConfigurationException refusal = refusal(() -> load(Map.of(
                "FACTSTREAM_HOLD_INITIAL_DELAY", "1m",
                "FACTSTREAM_HOLD_MAX_DELAY", "10ms")));

        assertThat(refusal.problems())
                .map(Problem::what)
                .containsExactly("factstream.hold.initial-delay is longer than factstream.hold.max-delay");
    }

    @Test
    void a_send_is_not_given_up_while_the_sdk_still_tries() {
        ConfigurationException refusal =
                refusal(() -> load(Map.of("FACTSTREAM_SEND_DEADLINE", "19s", "EVENTHUBS_MAX_RETRIES", "1")));

        assertThat(refusal.where()).isEqualTo("FACTSTREAM_SEND_DEADLINE (environment)");
        assertThat(refusal.what()).contains("for each of 2 tries");
    }

    @Test
    void a_key_that_stands_twice_in_a_file_is_refused() throws IOException {
        write("application.properties", "eventhubs.name=a\n\neventhubs.name=b\n");

        ConfigurationException refusal = refusal(() -> load(Map.of()));

        assertThat(refusal)
                .hasMessageEndingWith(
                        "application.properties:3: eventhubs.name: was already set in line 1. Keep one of the two");
    }

    @Test
    void a_file_in_another_encoding_is_refused() throws IOException {
        Files.write(
                folder.resolve("application.properties"), "eventhubs.name=käse".getBytes(StandardCharsets.ISO_8859_1));

        ConfigurationException refusal = refusal(() -> load(Map.of()));

        assertThat(refusal.what()).isEqualTo("is not encoded in UTF-8");
    }

    private static int rows(Settings settings) {
        return settings.get(KnownSettings.PAGE_MAX_ROWS);
    }

    private Settings load(Map<String, String> environment) {
        return loader(environment).load(null, Map.of());
    }

    private SettingsLoader loader(Map<String, String> environment) {
        return new SettingsLoader(folder, folder.resolve("home"), environment);
    }

    private Path write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static ConfigurationException refusal(Runnable attempt) {
        return catchThrowableOfType(ConfigurationException.class, attempt::run);
    }
}
