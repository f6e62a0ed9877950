package io.factstream.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.azure.messaging.eventhubs.EventHubClientBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventHubsConnectionStringTest {

    private static final String KEY = "c2VjcmV0LWtleQ==";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Endpoint=sb://retail.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey=c2VjcmV0LWtleQ==",
                "Endpoint=sb://retail.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey=c2VjcmV0LWtleQ==;;",
                "endpoint = retail.servicebus.windows.net ; sharedaccesskeyname = send ; sharedaccesskey = c2VjcmV0LWtleQ==",
                "Endpoint=sb://Retail.servicebus.windows.net;SharedAccessKeyName=s;SharedAccessKey=k;EntityPath=orders",
                "Endpoint=sb://retail.servicebus.windows.net;SharedAccessKeyName=s;SharedAccessKey=k;EntityPath=",
                "EntityPath=;Endpoint=sb://retail.servicebus.windows.net;SharedAccessKeyName=s;SharedAccessKey=k",
                "Endpoint=sb://retail.servicebus.windows.net;EntityPath=;SharedAccessKeyName=s;SharedAccessKey=k",
                "Endpoint=sb://retail.servicebus.windows.net/;SharedAccessSignature=SharedAccessSignature sr=x&sig=y&se=1&skn=z",
            })
    void what_is_understood_is_understood_by_the_sdk_too(String text) {
        EventHubsConnectionString connection = EventHubsConnectionString.parse("here", new Secret(text));

        assertThat(connection.host()).isEqualTo("retail.servicebus.windows.net");
        assertThatNoException().isThrownBy(() -> new EventHubClientBuilder()
                .connectionString(connection.forHub("orders").reveal()));
    }

    @Test
    void an_emulator_with_a_port_is_understood() {
        String text =
                "Endpoint=sb://localhost:5673;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true";

        assertThat(EventHubsConnectionString.parse("here", new Secret(text)).host())
                .isEqualTo("localhost");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SharedAccessKeyName=send;SharedAccessKey=c2VjcmV0LWtleQ==                                  | has no Endpoint
            Endpoint=;SharedAccessKeyName=send;SharedAccessKey=c2VjcmV0LWtleQ==                        | has no Endpoint
            Endpoint=sb://retail/;SharedAccessKeyName=send                                             | has no SharedAccessKey
            Endpoint=sb://retail/;SharedAccessKey=c2VjcmV0LWtleQ==                                     | has no SharedAccessKeyName
            Endpoint=sb://retail/;SharedAccessKeyName=send;SharedAccessKey                             | part 3 of the connection string's 3
            Endpoint=sb://retail/;Name=send;SharedAccessKey=c2VjcmV0LWtleQ==                           | part 2 of the connection string's 3
            Endpoint=sb://retail/;;SharedAccessKeyName=send;SharedAccessKey=c2VjcmV0LWtleQ==           | part 2 of the connection string's 4
            Endpoint=sb://re tail/;SharedAccessKeyName=send;SharedAccessKey=c2VjcmV0LWtleQ==           | is no address of a host
            Endpoint=sb://;SharedAccessKeyName=send;SharedAccessKey=c2VjcmV0LWtleQ==                   | is no address of a host
            "Endpoint=sb://retail/;SharedAccessKeyName=send;SharedAccessKey=c2VjcmV0LWtleQ=="          | quotation marks
            Endpoint=sb://a/;SharedAccessKeyName=b;SharedAccessKey=c2VjcmV0LWtleQ==;EntityPath=c;EntityPath=d | repeats an earlier one
            Endpoint=sb://a/;SharedAccessKey=c2VjcmV0LWtleQ==;SharedAccessSignature=SharedAccessSignature x | has both
            c2VjcmV0LWtleQ==                                                                           | part 1 of the connection string's 1
            """, quoteCharacter = '`')
    void what_is_not_understood_is_refused_without_repeating_it(String text, String what) {
        ConfigurationException refusal = catchThrowableOfType(
                ConfigurationException.class,
                () -> EventHubsConnectionString.parse("EVENTHUBS_CONNECTION_STRING", new Secret(text)));

        assertThat(refusal.where()).isEqualTo("EVENTHUBS_CONNECTION_STRING");
        assertThat(refusal.what()).contains(what);
        assertThat(refusal).hasMessageNotContaining(KEY).hasNoCause();
    }
}
