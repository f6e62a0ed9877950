package io.factstream.localhub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.azure.messaging.eventhubs.EventData;
import com.azure.messaging.eventhubs.EventHubProducerClient;
import com.azure.messaging.eventhubs.models.EventPosition;
import com.azure.messaging.eventhubs.models.ReceiveOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LifecycleTest {

    private static final byte[] SASL_HEADER = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};
    private static final byte[] SASL_INIT_ANONYMOUS = {
        0,
        0,
        0,
        25,
        2,
        1,
        0,
        0,
        0,
        0x53,
        0x41,
        (byte) 0xc0,
        12,
        1,
        (byte) 0xa3,
        9,
        'A',
        'N',
        'O',
        'N',
        'Y',
        'M',
        'O',
        'U',
        'S'
    };
    private static final byte[] AMQP_HEADER = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
    private static final byte[] OPEN = {0, 0, 0, 17, 2, 0, 0, 0, 0, 0x53, 0x10, (byte) 0xc0, 4, 1, (byte) 0xa1, 1, 'c'};

    private final LocalEventHubs hubs = LocalEventHubs.builder()
            .hub("retail", 1)
            .idleTimeout(Duration.ofMillis(800))
            .start();
    private final SdkClients sdk = new SdkClients();

    @AfterEach
    void close() {
        sdk.close();
        hubs.close();
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), hubs.port());
    }

    @Test
    void events_are_still_there_after_the_hub_was_away_and_clients_go_on() {
        EventHubProducerClient producer = sdk.producer(hubs.connectionString("retail"), SdkClients.retrying(3));
        producer.send(List.of(new EventData("before")));

        hubs.suspend();
        assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
        assertThat(hubs.connections()).isZero();
        hubs.resume();
        producer.send(List.of(new EventData("after")));

        assertThat(SdkClients.texts(hubs.events("retail"))).containsExactly("before", "after");
    }

    @Test
    void closing_leaves_no_thread_and_no_socket_and_events_can_still_be_read() {
        sdk.producer(hubs.connectionString("retail")).send(SdkClients.numbered(3));
        sdk.follow(hubs.connectionString("retail"), EventPosition.earliest(), new ReceiveOptions());
        await().until(() -> hubs.connections() == 2);

        hubs.close();

        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("localhub-" + hubs.port()));
        assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
        assertThat(hubs.events("retail")).hasSize(3);
        assertThatThrownBy(hubs::resume).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void suspending_closing_and_resuming_twice_does_nothing_more() {
        hubs.resume();
        hubs.suspend();
        hubs.suspend();
        hubs.resume();
        hubs.close();
        hubs.close();

        assertThat(hubs.connections()).isZero();
    }

    @Test
    void a_client_that_sends_heartbeats_stays_connected_however_long_it_has_nothing_to_say() {
        sdk.producer(hubs.connectionString("retail")).send(SdkClients.numbered(1));

        await().during(Duration.ofSeconds(2)).atMost(Duration.ofSeconds(5)).until(() -> hubs.connections() == 1);
    }

    @Test
    void a_client_that_sends_nothing_at_all_is_disconnected() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(SASL_HEADER);
            socket.getOutputStream().write(SASL_INIT_ANONYMOUS);
            socket.getOutputStream().write(AMQP_HEADER);
            socket.getOutputStream().write(OPEN);

            byte[] answer = socket.getInputStream().readAllBytes();

            assertThat(new String(answer, StandardCharsets.ISO_8859_1)).contains("local-idle-timeout expired");
        }
        await().until(() -> hubs.connections() == 0);
    }

    @Test
    void a_client_that_does_not_speak_amqp_is_disconnected_and_the_others_are_served() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            byte[] answer = socket.getInputStream().readAllBytes();

            assertThat(answer).startsWith('A', 'M', 'Q', 'P');
        }

        sdk.producer(hubs.connectionString("retail")).send(SdkClients.numbered(1));
        assertThat(hubs.count("retail")).isEqualTo(1);
    }

    @Test
    void a_port_that_is_taken_is_refused() {
        LocalEventHubs.Builder second =
                LocalEventHubs.builder().hub("retail", 1).port(hubs.port());

        assertThatThrownBy(second::start)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(Integer.toString(hubs.port()));
    }

    @Test
    void hubs_that_cannot_be_are_refused() {
        LocalEventHubs.Builder builder = LocalEventHubs.builder();

        assertThatThrownBy(() -> builder.hub("", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.hub("a/b", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.hub("retail", 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(builder::start).isInstanceOf(IllegalStateException.class);
    }
}
