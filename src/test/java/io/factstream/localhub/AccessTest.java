package io.factstream.localhub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.amqp.exception.AmqpErrorCondition;
import com.azure.core.amqp.exception.AmqpException;
import com.azure.messaging.eventhubs.EventHubProducerClient;
import com.azure.messaging.eventhubs.models.SendOptions;
import io.factstream.SettableClock;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who may connect, and what for. */
@Timeout(30)
class AccessTest {

    private final SettableClock clock = new SettableClock(Instant.now());
    private final LocalEventHubs hubs = LocalEventHubs.builder()
            .hub("retail", 1)
            .hub("returns", 1)
            .key("Root", "first")
            .key("Other", "second")
            .clock(clock)
            .start();
    private final SdkClients sdk = new SdkClients();

    @AfterEach
    void close() {
        sdk.close();
        hubs.close();
    }

    private static void assertRefused(EventHubProducerClient producer, AmqpErrorCondition condition) {
        assertThatThrownBy(() -> producer.send(SdkClients.numbered(1)))
                .isInstanceOfSatisfying(AmqpException.class, e -> assertThat(e.getErrorCondition())
                        .isEqualTo(condition));
    }

    @Test
    void every_key_opens_every_hub() {
        String second = hubs.connectionString("returns")
                .replace(
                        "SharedAccessKeyName=Root;SharedAccessKey=first",
                        "SharedAccessKeyName=Other;SharedAccessKey=second");

        sdk.producer(hubs.connectionString("retail")).send(SdkClients.numbered(1));
        sdk.producer(second).send(SdkClients.numbered(1));

        assertThat(hubs.count("retail")).isEqualTo(1);
        assertThat(hubs.count("returns")).isEqualTo(1);
    }

    @Test
    void a_wrong_key_is_unauthorized() {
        String wrong = hubs.connectionString("retail").replace("SharedAccessKey=first", "SharedAccessKey=guess");

        assertRefused(sdk.producer(wrong), AmqpErrorCondition.UNAUTHORIZED_ACCESS);
        assertThat(hubs.count("retail")).isZero();
    }

    @Test
    void a_token_that_has_expired_is_unauthorized() {
        clock.advance(Duration.ofDays(2));

        assertRefused(sdk.producer(hubs.connectionString("retail")), AmqpErrorCondition.UNAUTHORIZED_ACCESS);
    }

    @Test
    void a_token_that_expires_while_its_link_is_open_is_unauthorized_from_then_on() {
        EventHubProducerClient producer = sdk.producer(hubs.connectionString("retail"));
        producer.send(SdkClients.numbered(1));

        clock.advance(Duration.ofDays(2));

        assertRefused(producer, AmqpErrorCondition.UNAUTHORIZED_ACCESS);
        assertThat(hubs.count("retail")).isEqualTo(1);
    }

    @Test
    void a_hub_that_does_not_exist_is_not_found() {
        assertRefused(sdk.producer(hubs.connectionString() + ";EntityPath=unknown"), AmqpErrorCondition.NOT_FOUND);
    }

    @Test
    void a_partition_that_does_not_exist_is_refused() {
        EventHubProducerClient producer = sdk.producer(hubs.connectionString("retail"));

        assertThatThrownBy(() -> producer.send(SdkClients.numbered(1), new SendOptions().setPartitionId("7")))
                .isInstanceOfSatisfying(AmqpException.class, e -> assertThat(e.getErrorCondition())
                        .isEqualTo(AmqpErrorCondition.ARGUMENT_OUT_OF_RANGE_ERROR));
    }

    @Test
    void a_connection_string_of_an_unknown_hub_is_not_handed_out() {
        assertThatThrownBy(() -> hubs.connectionString("unknown"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[retail, returns]");
    }

    @Test
    void no_text_about_the_hubs_shows_a_secret() {
        assertThat(hubs.toString()).doesNotContain("first").doesNotContain("second");
    }

    @Test
    void plain_sasl_takes_the_name_and_secret_of_a_key() throws IOException {
        assertThat(plainOutcome("\0Root\0first")).isZero();
        assertThat(plainOutcome("\0Root\0second")).isEqualTo(1);
        assertThat(plainOutcome("nonsense")).isEqualTo(1);
    }

    /** Speaks SASL by hand; the code of the outcome: 0 is "ok", 1 is "authentication failed". */
    private int plainOutcome(String response) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), hubs.port())) {
            byte[] text = response.getBytes(StandardCharsets.US_ASCII);
            int bodySize = 3 + 3 + 7 + 2 + text.length;
            socket.getOutputStream().write(new byte[] {'A', 'M', 'Q', 'P', 3, 1, 0, 0});
            socket.getOutputStream().write(new byte[] {0, 0, 0, (byte) (8 + bodySize), 2, 1, 0, 0});
            // sasl-init: a list of the mechanism (a symbol) and the response (binary)
            socket.getOutputStream().write(new byte[] {0, 0x53, 0x41, (byte) 0xc0, (byte) (bodySize - 5), 2});
            socket.getOutputStream().write(new byte[] {(byte) 0xa3, 5, 'P', 'L', 'A', 'I', 'N'});
            socket.getOutputStream().write(new byte[] {(byte) 0xa0, (byte) text.length});
            socket.getOutputStream().write(text);

            InputStream in = socket.getInputStream();
            in.readNBytes(8);
            frame(in);
            byte[] outcome = frame(in);
            // sasl-outcome: a list whose first entry is a ubyte
            assertThat(outcome).startsWith(2, 1, 0, 0, 0, 0x53, 0x44);
            return outcome[outcome.length - 1];
        }
    }

    private static byte[] frame(InputStream in) throws IOException {
        byte[] size = in.readNBytes(4);
        return in.readNBytes(((size[2] & 0xff) << 8 | (size[3] & 0xff)) - 4);
    }
}
