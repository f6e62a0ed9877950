package io.factstream.localhub;

import java.io.IOException;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.engine.BaseHandler;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Event;
import org.apache.qpid.proton.engine.Sasl;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.reactor.FlowController;
import org.apache.qpid.proton.reactor.Handshaker;
import org.apache.qpid.proton.reactor.Reactor;
import org.apache.qpid.proton.reactor.ReactorOptions;

/** Sends one message of any bytes, which the SDKs would never send. */
final class BareSender extends BaseHandler {

    private static final int LONGEST_WAIT_MILLIS = 10_000;

    private final String plainResponse;
    private final String address;
    private final int messageFormat;
    private final byte[] message;
    private boolean sent;
    private String outcome = "nothing";

    private BareSender(String plainResponse, String address, int messageFormat, byte[] message) {
        this.plainResponse = plainResponse;
        this.address = address;
        this.messageFormat = messageFormat;
        this.message = message;
        add(new Handshaker());
        add(new FlowController());
    }

    /**
     * Sends a message and tells what came of it: the condition of the rejection or of the link's end, or the outcome's
     * name.
     *
     * @param login a key's name and secret for PLAIN, each after a NUL; empty for ANONYMOUS
     */
    static String send(int port, String login, String address, int messageFormat, byte[] message) throws IOException {
        BareSender sender = new BareSender(login, address, messageFormat, message);
        ReactorOptions options = new ReactorOptions();
        options.setEnableSaslByDefault(false);
        Reactor reactor = Reactor.Factory.create(options);
        reactor.connectionToHost("localhost", port, sender);
        long deadline = System.nanoTime() + LONGEST_WAIT_MILLIS * 1_000_000L;
        reactor.setTimeout(100);
        reactor.start();
        while (reactor.process() && System.nanoTime() < deadline) {
            // Each call handles what has happened, and waits a little for more.
        }
        reactor.stop();
        reactor.free();
        return sender.outcome;
    }

    @Override
    public void onConnectionInit(Event event) {
        event.getConnection().setContainer("bare");
        Sender sender = event.getConnection().session().sender("bare");
        Target target = new Target();
        target.setAddress(address);
        sender.setTarget(target);
        event.getConnection().open();
        sender.getSession().open();
        sender.open();
    }

    @Override
    public void onConnectionBound(Event event) {
        Sasl sasl = event.getTransport().sasl();
        sasl.client();
        if (plainResponse.isEmpty()) {
            sasl.setMechanisms("ANONYMOUS");
        } else {
            String[] login = plainResponse.split("\0", -1);
            sasl.plain(login[1], login[2]);
        }
    }

    @Override
    public void onLinkFlow(Event event) {
        Sender sender = (Sender) event.getLink();
        if (sender.getCredit() > 0 && !sent) {
            sent = true;
            Delivery delivery = sender.delivery(new byte[] {1});
            delivery.setMessageFormat(messageFormat);
            sender.send(message, 0, message.length);
            sender.advance();
        }
    }

    @Override
    public void onDelivery(Event event) {
        DeliveryState state = event.getDelivery().getRemoteState();
        if (state != null) {
            outcome = state instanceof Rejected rejected
                    ? rejected.getError().getCondition().toString()
                    : state.getType().toString();
            event.getConnection().close();
        }
    }

    @Override
    public void onLinkRemoteClose(Event event) {
        outcome = event.getLink().getRemoteCondition().getCondition().toString();
        event.getConnection().close();
    }
}
