package io.factstream.eventhubs;

import io.factstream.deadletter.DeliveryFailure;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks why a hub gives no answer, by a way of its own: the SDK says the same of a name that nobody knows, a port where
 * nobody listens and a certificate that is not trusted, and only when its patience is over.
 *
 * <p>It resolves the name, connects, shakes hands for TLS and says hello in AMQP; it does not log in. Thread-safe.
 */
final class Reachability {

    /** How long one look takes at most. */
    static final Duration BOUND = Duration.ofSeconds(2);

    /** How AMQP begins, with a layer to log in; whatever version is answered. */
    private static final byte[] HELLO = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};

    private static final byte[] AMQP = "AMQP".getBytes(StandardCharsets.US_ASCII);

    private static final Logger LOG = LoggerFactory.getLogger(Reachability.class);

    private final HubAddress address;
    private @Nullable Look last;

    /**
     * What one look found.
     *
     * @param fault {@link KnownFault#NO_ANSWER} when nothing is wrong as far as the hub's door
     * @param text for people, with the address
     */
    record Finding(KnownFault fault, String text) {

        /** Whether no hub can be reached at all. */
        boolean isFault() {
            return fault != KnownFault.NO_ANSWER;
        }

        /** A failure that says little of its cause, with what was found. */
        DeliveryFailure explain(DeliveryException unclear) {
            DeliveryFailure why = unclear.failure();
            return isFault()
                    ? failure()
                    : KnownFault.of(unclear) != KnownFault.NO_ANSWER
                            ? why
                            : new DeliveryFailure(
                                    why.category(),
                                    why.severity(),
                                    why.error() + "; " + text + ", so it is the hub itself that gives no answer");
        }

        DeliveryFailure failure() {
            return new DeliveryFailure(fault.category(), fault.severity(), fault.summary() + ": " + text);
        }
    }

    Reachability(HubAddress address) {
        this.address = address;
    }

    /** Begins to look, where nobody does yet. The answer comes in time, and is never an exception. */
    synchronized CompletableFuture<Finding> look() {
        Look running = last;
        if (running == null || running.isOver()) {
            running = new Look();
            last = running;
            Thread thread = new Thread(running, "hub-reachability");
            thread.setDaemon(true);
            thread.start();
        }
        // Who gives up waiting does not take the answer from others.
        return running.answer.copy();
    }

    /** One look. Its thread may hang in the name service longer than it is waited for. */
    private final class Look implements Runnable {
        private final Finding silent = address.tls()
                ? new Finding(KnownFault.TLS_REFUSED, address + " takes connections and does not answer in TLS")
                : new Finding(KnownFault.NOT_A_HUB, address + " takes connections and does not answer in AMQP");
        private final CompletableFuture<Finding> found = new CompletableFuture<>();
        private final long end = System.nanoTime() + BOUND.toNanos();
        private volatile Finding step = new Finding(
                KnownFault.NAME_UNKNOWN, "the name service says nothing of " + address.host() + " " + inTime());
        private volatile boolean over;
        private final CompletableFuture<Finding> answer =
                found.copy().orTimeout(BOUND.toMillis(), TimeUnit.MILLISECONDS).exceptionally(late -> step);

        private boolean isOver() {
            return over;
        }

        @Override
        public void run() {
            try {
                found.complete(look());
            } catch (IOException | RuntimeException e) {
                LOG.debug("{} was looked at", address, e);
                found.complete(step);
            } finally {
                over = true;
            }
        }

        private Finding look() throws IOException {
            InetAddress[] hosts;
            try {
                hosts = InetAddress.getAllByName(address.host());
            } catch (UnknownHostException e) {
                return new Finding(KnownFault.NAME_UNKNOWN, "the name service does not know " + address.host());
            }
            step = new Finding(KnownFault.PORT_SILENT, address + " does not answer " + inTime());
            try (Socket socket = new Socket()) {
                try {
                    // The SDK, too, tries the first address only.
                    socket.connect(new InetSocketAddress(hosts[0], address.port()), left());
                } catch (ConnectException e) {
                    return String.valueOf(e.getMessage()).contains("refused")
                            ? new Finding(KnownFault.PORT_REFUSED, address + " refuses the connection")
                            : new Finding(KnownFault.PORT_SILENT, "the network has no way to " + address);
                }
                if (address.isProxy()) {
                    return new Finding(KnownFault.NO_ANSWER, "the proxy " + address + " takes connections");
                }
                step = silent;
                return address.tls() ? overTls(socket) : hello(socket);
            }
        }

        private Finding overTls(Socket socket) throws IOException {
            SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
            try (SSLSocket secure = (SSLSocket) factory.createSocket(socket, address.host(), address.port(), true)) {
                SSLParameters parameters = secure.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                secure.setSSLParameters(parameters);
                secure.setSoTimeout(left());
                try {
                    secure.startHandshake();
                } catch (SSLException e) {
                    return refused(e);
                }
                if (!address.amqp()) {
                    return new Finding(KnownFault.NO_ANSWER, address + " takes connections and speaks TLS");
                }
                step = new Finding(KnownFault.NOT_A_HUB, address + " speaks TLS and does not answer in AMQP");
                return hello(secure);
            }
        }

        private Finding refused(SSLException e) {
            String reason = KnownFault.causes(e)
                    .filter(CertificateException.class::isInstance)
                    .findFirst()
                    .map(this::distrust)
                    .orElse("");
            return reason.isEmpty()
                    ? new Finding(KnownFault.TLS_REFUSED, address + " answers, and not in TLS as it is spoken here")
                    : new Finding(KnownFault.CERTIFICATE_REFUSED, "the certificate of " + address + " " + reason);
        }

        private String distrust(Throwable certificate) {
            if (KnownFault.causes(certificate).anyMatch(CertificateExpiredException.class::isInstance)) {
                return "has expired";
            }
            if (KnownFault.causes(certificate).anyMatch(CertificateNotYetValidException.class::isInstance)) {
                return "is not valid yet; look at the clock of this machine";
            }
            // Whatever is wrong with the signatures is a class below it.
            return certificate.getClass() == CertificateException.class
                    ? "is for another name than " + address.host()
                    : "is signed by nobody that this Java trusts";
        }

        private Finding hello(Socket socket) throws IOException {
            socket.setSoTimeout(left());
            socket.getOutputStream().write(HELLO);
            socket.getOutputStream().flush();
            InputStream in = socket.getInputStream();
            byte[] answer = in.readNBytes(AMQP.length);
            return Arrays.equals(answer, AMQP)
                    ? new Finding(
                            KnownFault.NO_ANSWER,
                            address + " takes connections and speaks " + (address.tls() ? "TLS and AMQP" : "AMQP"))
                    : step;
        }

        private int left() throws SocketTimeoutException {
            long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (millis <= 0) {
                throw new SocketTimeoutException();
            }
            return (int) millis;
        }

        private String inTime() {
            return "within " + BOUND.toSeconds() + " s";
        }
    }
}
