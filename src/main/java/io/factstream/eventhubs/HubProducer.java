package io.factstream.eventhubs;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.component.azure.eventhubs.EventHubsProducer;
import org.apache.camel.support.DefaultAsyncProducer;
import org.apache.camel.support.service.ServiceHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends to one hub by a client of the SDK, which it replaces when it is told that the client is of no use any more: links
 * that never get credit again, connections that never answer, and logins that hang stay as they are within a client, and
 * the SDK has no way to replace one of them alone. What is under way by the old client comes to its own end.
 */
final class HubProducer extends DefaultAsyncProducer {

    private static final Logger LOG = LoggerFactory.getLogger(HubProducer.class);

    private final HubEndpoint endpoint;
    private final Set<Client> retired = ConcurrentHashMap.newKeySet();
    private @Nullable Client current;

    HubProducer(HubEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    /** A client with its connection and links. It is a property of each exchange that goes by it. */
    final class Client {
        private final EventHubsProducer producer = new EventHubsProducer(endpoint);
        private int underWay;
        private boolean replaced;

        /** The next send has a new client, and this one ends with its last send. */
        void replace() {
            synchronized (HubProducer.this) {
                if (current != this) {
                    return;
                }
                current = null;
                retired.add(this);
            }
            LOG.debug("a new client for {}", endpoint);
            synchronized (this) {
                replaced = true;
            }
            endIfIdle();
        }

        private synchronized void begin() {
            underWay++;
        }

        private void ended() {
            synchronized (this) {
                underWay--;
            }
            endIfIdle();
        }

        /** By a thread of its own: the SDK waits for the other end to say goodbye. */
        private void endIfIdle() {
            synchronized (this) {
                if (!replaced || underWay > 0) {
                    return;
                }
            }
            if (retired.remove(this)) {
                Thread ending = new Thread(() -> ServiceHelper.stopService(producer), "hub-client-end");
                ending.setDaemon(true);
                ending.start();
            }
        }
    }

    private synchronized Client client() {
        Client known = current;
        if (known == null) {
            known = new Client();
            ServiceHelper.startService(known.producer);
            current = known;
        }
        // Before anybody can replace it.
        known.begin();
        return known;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        Client client;
        try {
            client = client();
        } catch (RuntimeException e) {
            exchange.setException(e);
            callback.done(true);
            return true;
        }
        exchange.setProperty(BatchSender.CLIENT, client);
        return client.producer.process(exchange, doneSync -> {
            client.ended();
            callback.done(doneSync);
        });
    }

    @Override
    protected void doStop() throws Exception {
        Client last;
        synchronized (this) {
            last = current;
            current = null;
        }
        if (last != null) {
            ServiceHelper.stopService(last.producer);
        }
        // Whose sends were given up, and may never end.
        for (Client client : List.copyOf(retired)) {
            if (retired.remove(client)) {
                ServiceHelper.stopService(client.producer);
            }
        }
        super.doStop();
    }
}
