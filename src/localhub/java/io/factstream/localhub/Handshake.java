package io.factstream.localhub;

import java.nio.charset.StandardCharsets;
import org.apache.qpid.proton.engine.Sasl;
import org.apache.qpid.proton.engine.SaslListener;
import org.apache.qpid.proton.engine.Transport;

/**
 * The SASL layer under AMQP. The SDKs take {@code ANONYMOUS} and present tokens later; {@code PLAIN} carries a key's name
 * and secret, and allows everything at once.
 */
final class Handshake implements SaslListener {

    private static final String PLAIN = "PLAIN";

    private final Namespace namespace;
    private final Authorizations authorizations;

    private Handshake(Namespace namespace, Authorizations authorizations) {
        this.namespace = namespace;
        this.authorizations = authorizations;
    }

    static void prepare(Transport transport, Namespace namespace, Authorizations authorizations) {
        Sasl sasl = transport.sasl();
        sasl.server();
        sasl.setMechanisms("ANONYMOUS", "MSSBCBS", PLAIN, "EXTERNAL");
        sasl.setListener(new Handshake(namespace, authorizations));
    }

    @Override
    public void onSaslInit(Sasl sasl, Transport transport) {
        byte[] response = new byte[Math.max(0, sasl.pending())];
        int length = Math.max(0, sasl.recv(response, 0, response.length));
        boolean plain = sasl.getRemoteMechanisms()[0].equals(PLAIN);
        if (plain && !isKey(new String(response, 0, length, StandardCharsets.UTF_8))) {
            sasl.done(Sasl.SaslOutcome.PN_SASL_AUTH);
            return;
        }
        if (plain) {
            authorizations.grantAll();
        }
        sasl.done(Sasl.SaslOutcome.PN_SASL_OK);
    }

    /** Whether this is {@code [identity] NUL name NUL secret} with one of the keys. */
    private boolean isKey(String response) {
        String[] parts = response.split("\0", -1);
        return parts.length == 3 && namespace.keys().knows(parts[1], parts[2]);
    }

    @Override
    public void onSaslMechanisms(Sasl sasl, Transport transport) {
        throw new IllegalStateException("Only clients are offered mechanisms");
    }

    @Override
    public void onSaslChallenge(Sasl sasl, Transport transport) {
        throw new IllegalStateException("Only clients are challenged");
    }

    @Override
    public void onSaslResponse(Sasl sasl, Transport transport) {
        sasl.done(Sasl.SaslOutcome.PN_SASL_AUTH);
    }

    @Override
    public void onSaslOutcome(Sasl sasl, Transport transport) {
        throw new IllegalStateException("Only clients are given an outcome");
    }
}
