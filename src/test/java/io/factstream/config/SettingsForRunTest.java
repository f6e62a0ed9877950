package io.factstream.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.factstream.config.ConfigurationException.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsForRunTest {

    private static final String KEY_OF_A_HUB = "c2VjcmV0LWtleQ==";
    private static final String CONNECTION_STRING =
            "Endpoint=sb://retail.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey=" + KEY_OF_A_HUB;

    private final Path folder;

    private final Map<String, String> environment = new HashMap<>();

    SettingsForRunTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void what_a_run_needs() throws IOException {
        Files.createDirectory(folder.resolve("routes"));
        environment.put("FACTSTREAM_ROUTES", folder.resolve("routes").toString());
        environment.put("FACTSTREAM_SOURCE_FILE", file("facts.duckdb", "").toString());
        environment.put(
                "FACTSTREAM_STATE_FILE", folder.resolve("not/yet/there.db").toString());
        environment.put("EVENTHUBS_CONNECTION_STRING", CONNECTION_STRING);
        environment.put("EVENTHUBS_NAME", "orders");
    }

    @Test
    void what_a_run_needs_suffices() {
        Settings settings = settings();

        assertThatNoException().isThrownBy(settings::validateForRun);
    }

    @Test
    void the_token_of_the_management_port_may_stand_in_a_file() throws IOException {
        assertThat(settings().managementToken()).isEmpty();
        environment.put(
                "FACTSTREAM_MANAGEMENT_TOKEN_FILE",
                file("token", "0123456789abcdef\n").toString());

        assertThat(settings().managementToken().orElseThrow().reveal()).isEqualTo("0123456789abcdef");
    }

    @Test
    void a_token_that_is_short_or_set_twice_is_refused_without_being_repeated() throws IOException {
        environment.put("FACTSTREAM_MANAGEMENT_TOKEN", "fifteen-letters");
        assertThat(catchThrowableOfType(
                        ConfigurationException.class, () -> settings().validateForRun()))
                .hasMessageContaining("FACTSTREAM_MANAGEMENT_TOKEN")
                .hasMessageContaining("less than 16 characters")
                .hasMessageNotContaining("fifteen-letters");

        environment.put(
                "FACTSTREAM_MANAGEMENT_TOKEN_FILE",
                file("token", "0123456789abcdef").toString());
        assertThat(catchThrowableOfType(
                        ConfigurationException.class, () -> settings().validateForRun()))
                .hasMessageContaining("Keep one of the two");
    }

    @Test
    void a_replay_needs_no_source() {
        environment.remove("FACTSTREAM_SOURCE_FILE");
        Settings settings = settings();

        assertThatNoException().isThrownBy(settings::validateForReplay);
    }

    @Test
    void dead_letters_among_the_events_are_refused() {
        environment.put("FACTSTREAM_DEAD_LETTER_HUB", "orders");

        assertThat(refusal().where()).isEqualTo("FACTSTREAM_DEAD_LETTER_HUB (environment)");
        assertThat(refusal().what()).contains("the hub that events go to");
    }

    @Test
    void everything_that_is_missing_is_named_at_once() {
        environment.clear();
        environment.put("FACTSTREAM_ROUTES", folder.resolve("missing").toString());
        environment.put("FACTSTREAM_STATE_FILE", folder.resolve("state.db").toString());

        ConfigurationException refusal = refusal();

        assertThat(refusal.problems())
                .map(Problem::where)
                .containsExactly(
                        "factstream.source.file", "FACTSTREAM_ROUTES (environment)", "eventhubs.connection-string");
        assertThat(refusal)
                .hasMessageContaining("FACTSTREAM_SOURCE_FILE")
                .hasMessageContaining("EVENTHUBS_CONNECTION_STRING_FILE")
                .hasMessageContaining("`factstream demo` needs none");
    }

    @Test
    void a_source_that_does_not_exist_is_refused() {
        environment.put("FACTSTREAM_SOURCE_FILE", folder.resolve("missing").toString());

        assertThat(refusal().what()).endsWith("missing does not exist");
    }

    @Test
    void a_source_that_is_a_folder_is_refused() {
        environment.put("FACTSTREAM_SOURCE_FILE", folder.toString());

        assertThat(refusal().what()).endsWith("is no file");
    }

    @Test
    void a_state_that_is_a_folder_is_refused() {
        environment.put("FACTSTREAM_STATE_FILE", folder.toString());

        assertThat(refusal().what()).endsWith("is no file");
    }

    @Test
    void a_state_inside_a_file_is_refused() {
        environment.put(
                "FACTSTREAM_STATE_FILE", folder.resolve("facts.duckdb/state.db").toString());

        assertThat(refusal().what()).contains("cannot be created");
    }

    @Test
    void the_state_may_not_be_the_source_even_through_a_link() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link.db"), folder.resolve("facts.duckdb"));
        environment.put("FACTSTREAM_STATE_FILE", link.toString());

        assertThat(refusal().what()).endsWith("is the source itself");
    }

    @Test
    void a_connection_string_without_a_hub_gets_the_hub_that_is_named() {
        HubConnection connection = settings().hubConnection();

        assertThat(connection.display()).isEqualTo("retail.servicebus.windows.net/orders");
        assertThat(connection).isInstanceOfSatisfying(HubConnection.BySharedAccess.class, shared -> assertThat(
                        shared.connectionString().reveal())
                .isEqualTo(CONNECTION_STRING + ";EntityPath=orders"));
        assertThat(connection.toString()).doesNotContain(KEY_OF_A_HUB);
    }

    @Test
    void a_connection_string_can_name_the_hub_itself() {
        environment.put("EVENTHUBS_CONNECTION_STRING", CONNECTION_STRING + ";EntityPath=orders");
        environment.remove("EVENTHUBS_NAME");

        assertThat(settings().hubConnection().hubName()).isEqualTo("orders");
    }

    @Test
    void a_hub_named_twice_must_be_the_same() {
        environment.put("EVENTHUBS_CONNECTION_STRING", CONNECTION_STRING + ";EntityPath=returns");

        assertThat(refusal().where()).isEqualTo("EVENTHUBS_NAME (environment)");
    }

    @Test
    void a_namespace_named_twice_must_be_the_same() {
        environment.put("EVENTHUBS_NAMESPACE", "wholesale");

        assertThat(refusal().where()).isEqualTo("EVENTHUBS_NAMESPACE (environment)");
    }

    @Test
    void a_hub_that_nobody_names_is_refused() {
        environment.remove("EVENTHUBS_NAME");

        assertThat(refusal())
                .hasMessageContaining("eventhubs.name")
                .hasMessageContaining("EntityPath")
                .hasMessageContaining("EVENTHUBS_NAME");
    }

    @Test
    void the_connection_string_is_read_from_a_file_without_its_line_break() throws IOException {
        environment.remove("EVENTHUBS_CONNECTION_STRING");
        environment.put(
                "EVENTHUBS_CONNECTION_STRING_FILE",
                file("secret", CONNECTION_STRING + "\n").toString());

        assertThat(settings().hubConnection())
                .isInstanceOfSatisfying(HubConnection.BySharedAccess.class, shared -> assertThat(
                                shared.connectionString().reveal())
                        .isEqualTo(CONNECTION_STRING + ";EntityPath=orders"));
    }

    @Test
    void a_connection_string_is_given_once() throws IOException {
        environment.put(
                "EVENTHUBS_CONNECTION_STRING_FILE",
                file("secret", CONNECTION_STRING).toString());

        assertThat(refusal())
                .hasMessageContaining("EVENTHUBS_CONNECTION_STRING_FILE (environment): is set, and so is")
                .hasMessageNotContaining(KEY_OF_A_HUB);
    }

    @Test
    void a_secret_file_that_does_not_exist_is_refused() {
        environment.remove("EVENTHUBS_CONNECTION_STRING");
        environment.put(
                "EVENTHUBS_CONNECTION_STRING_FILE", folder.resolve("missing").toString());

        assertThat(refusal().what()).endsWith("does not exist");
    }

    @Test
    void an_empty_secret_file_is_refused() throws IOException {
        environment.remove("EVENTHUBS_CONNECTION_STRING");
        environment.put("EVENTHUBS_CONNECTION_STRING_FILE", file("empty", "\n").toString());

        assertThat(refusal().what()).endsWith("is empty");
    }

    @Test
    void a_binary_secret_file_is_refused() throws IOException {
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe});
        environment.remove("EVENTHUBS_CONNECTION_STRING");
        environment.put("EVENTHUBS_CONNECTION_STRING_FILE", binary.toString());

        assertThat(refusal().what()).endsWith("is not a text in UTF-8");
    }

    @Test
    void an_azure_identity_needs_a_namespace_and_a_hub_and_no_connection_string() {
        environment.put("EVENTHUBS_AUTHENTICATION", "azure-identity");
        environment.remove("EVENTHUBS_NAME");

        assertThat(refusal().problems())
                .map(Problem::where)
                .containsExactly("EVENTHUBS_CONNECTION_STRING (environment)", "eventhubs.namespace", "eventhubs.name");
    }

    @Test
    void an_azure_identity_with_its_namespace_and_hub_suffices() {
        environment.remove("EVENTHUBS_CONNECTION_STRING");
        environment.put("EVENTHUBS_AUTHENTICATION", "azure-identity");
        environment.put("EVENTHUBS_NAMESPACE", "retail");

        assertThat(settings().hubConnection()).isEqualTo(new HubConnection.ByAzureIdentity("retail", "orders"));
    }

    private Settings settings() {
        return new SettingsLoader(folder, null, environment).load(null, Map.of());
    }

    private ConfigurationException refusal() {
        return catchThrowableOfType(
                ConfigurationException.class, () -> settings().validateForRun());
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
