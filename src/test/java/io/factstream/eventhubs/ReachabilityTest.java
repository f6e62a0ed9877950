package io.factstream.eventhubs;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.amqp.AmqpTransportType;
import io.factstream.eventhubs.Reachability.Finding;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a look at the address of a hub finds, by real sockets. */
@Timeout(60)
class ReachabilityTest {

    private static final byte[] AMQP = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private @Nullable ServerSocket server;

    @AfterEach
    void close() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void a_name_that_nobody_knows_is_told() throws Exception {
        Finding found = look("nowhere.invalid", 5671, true);

        assertThat(found.fault()).isEqualTo(KnownFault.NAME_UNKNOWN);
        assertThat(found.failure().error()).contains("host is unknown", "nowhere.invalid");
    }

    @Test
    void a_port_where_nobody_listens_is_told() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }

        Finding found = look("localhost", port, true);

        assertThat(found.fault()).isEqualTo(KnownFault.PORT_REFUSED);
        assertThat(found.failure().error()).contains("nobody listens", "localhost:" + port + " refuses");
    }

    @Test
    void a_port_that_speaks_no_tls_is_told() throws Exception {
        Finding found = look("localhost", serve(plain(), AMQP), true);

        assertThat(found.fault()).isEqualTo(KnownFault.TLS_REFUSED);
        assertThat(found.text()).contains("not in TLS");
    }

    @Test
    void a_certificate_that_nobody_has_signed_is_told() throws Exception {
        Finding found = look("localhost", serve(secure("localhost"), AMQP), true);

        assertThat(found.fault()).isEqualTo(KnownFault.CERTIFICATE_REFUSED);
        assertThat(found.text()).contains("localhost:", "signed by nobody that this Java trusts");
    }

    @Test
    void a_port_that_takes_connections_and_says_nothing_is_told_in_time() throws Exception {
        int port = serve(plain(), new byte[0]);

        long began = System.nanoTime();
        assertThat(look("localhost", port, true).fault()).isEqualTo(KnownFault.TLS_REFUSED);
        assertThat(look("localhost", port, false).fault()).isEqualTo(KnownFault.NOT_A_HUB);

        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isLessThan(Reachability.BOUND.multipliedBy(2).plusSeconds(2));
    }

    @Test
    void a_port_that_speaks_something_else_is_told() throws Exception {
        Finding found = look(
                "localhost", serve(plain(), "HTTP/1.1 400 Bad Request\r\n".getBytes(StandardCharsets.US_ASCII)), false);

        assertThat(found.fault()).isEqualTo(KnownFault.NOT_A_HUB);
    }

    @Test
    void a_hub_that_says_hello_is_reached() throws Exception {
        Finding found = look("localhost", serve(plain(), AMQP), false);

        assertThat(found.isFault()).isFalse();
        assertThat(found.explain(SendFailures.of(new DeadlineMissedException(Duration.ofSeconds(30))))
                        .error())
                .contains("no acknowledgement within 30", "speaks AMQP", "the hub itself");
    }

    @Test
    void the_address_is_the_one_that_the_sdk_takes() {
        String key = ";SharedAccessKeyName=a;SharedAccessKey=b";

        assertThat(address("Endpoint=sb://shop.servicebus.windows.net/" + key, AmqpTransportType.AMQP))
                .isEqualTo(new HubAddress("shop.servicebus.windows.net", 5671, true, true, false));
        assertThat(address(null, AmqpTransportType.AMQP))
                .isEqualTo(new HubAddress("shop.servicebus.windows.net", 5671, true, true, false));
        assertThat(address("Endpoint=sb://localhost:7777" + key, AmqpTransportType.AMQP))
                .isEqualTo(new HubAddress("localhost", 7777, true, true, false));
        assertThat(address("Endpoint=sb://localhost" + key + ";UseDevelopmentEmulator=true", AmqpTransportType.AMQP))
                .isEqualTo(new HubAddress("localhost", 5672, false, true, false));
        assertThat(address("Endpoint=sb://localhost" + key, AmqpTransportType.AMQP_WEB_SOCKETS))
                .isEqualTo(new HubAddress("localhost", 443, true, false, false));
    }

    private static HubAddress address(@Nullable String connectionString, AmqpTransportType transport) {
        return HubAddress.of(new HubAccess("shop", connectionString, transport, Duration.ofSeconds(1), 0));
    }

    private static Finding look(String host, int port, boolean tls) throws Exception {
        return new Reachability(new HubAddress(host, port, tls, true, false))
                .look()
                .get(30, TimeUnit.SECONDS);
    }

    private static ServerSocket plain() throws IOException {
        return new ServerSocket(0, 5, InetAddress.getByName("localhost"));
    }

    /** With a certificate that it has signed itself. */
    private ServerSocket secure(String name) throws Exception {
        Path keys = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "hub",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=dns:" + name,
                        "-storepass",
                        "changeit",
                        "-keystore",
                        keys.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.txt").toFile())
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context.getServerSocketFactory().createServerSocket(0, 5, InetAddress.getByName("localhost"));
    }

    /** Answers whatever comes with the same words, or with none. */
    private int serve(ServerSocket listening, byte[] words) {
        server = listening;
        Thread thread = new Thread(
                () -> {
                    while (!listening.isClosed()) {
                        answer(listening, words);
                    }
                },
                "words");
        thread.setDaemon(true);
        thread.start();
        return listening.getLocalPort();
    }

    private static void answer(ServerSocket listening, byte[] words) {
        try (Socket socket = listening.accept()) {
            byte[] heard = new byte[8];
            if (socket.getInputStream().readNBytes(heard, 0, heard.length) > 0) {
                socket.getOutputStream().write(words);
                socket.getOutputStream().flush();
                // To the end of what the other one says.
                socket.getInputStream().readAllBytes();
            }
        } catch (IOException e) {
            assertThat(listening)
                    .as("the other end went away, or the test is over")
                    .isNotNull();
        }
    }
}
