package io.factstream.localhub;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens on one loopback port, and starts a thread for each connection, until it is closed. */
final class Acceptor implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);
    private static final long JOIN_MILLIS = TimeUnit.SECONDS.toMillis(10);

    /** Between attempts that fail, as when the process has no file handles left. */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Namespace namespace;
    private final AtomicLong numbers;
    private final ServerSocketChannel server;
    private final int port;
    private final Thread thread;
    private final Map<ClientConnection, Thread> connections = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * @param port 0 for any that is free
     * @param numbers counts the connections
     */
    Acceptor(Namespace namespace, int port, AtomicLong numbers) throws IOException {
        this.namespace = namespace;
        this.numbers = numbers;
        this.server = ServerSocketChannel.open();
        try {
            server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            this.port = server.socket().getLocalPort();
        } catch (IOException | RuntimeException failed) {
            server.close();
            throw failed;
        }
        this.thread = new Thread(this::accept, "localhub-" + this.port + "-accept");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    int port() {
        return port;
    }

    void forEachConnection(Consumer<ClientConnection> action) {
        connections.keySet().forEach(action);
    }

    int connectionCount() {
        return connections.size();
    }

    private void accept() {
        while (!closed) {
            try {
                serve(server.accept());
            } catch (ClosedChannelException expected) {
                LOG.debug("port={} no longer listens", port);
                return;
            } catch (IOException failed) {
                LOG.warn("port={} could not accept a connection", port, failed);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void serve(SocketChannel channel) throws IOException {
        Peer peer = new Peer(numbers.incrementAndGet());
        if (namespace.faults().strike(Fault.HangUp.class, peer) != null) {
            channel.close();
            return;
        }
        ClientConnection connection = new ClientConnection(peer, channel, namespace);
        Thread server = new Thread(
                () -> {
                    connection.run();
                    connections.remove(connection);
                },
                "localhub-" + port + "-client-" + peer.number());
        server.setDaemon(true);
        connections.put(connection, server);
        server.start();
        if (closed) {
            connection.drop();
        }
    }

    /** Stops listening, drops every connection, and waits until their threads have ended. */
    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
        join(thread);
        Map<ClientConnection, Thread> open = Map.copyOf(connections);
        open.keySet().forEach(ClientConnection::drop);
        open.values().forEach(Acceptor::join);
    }

    private static void join(Thread ending) {
        if (ending.equals(Thread.currentThread())) {
            return;
        }
        try {
            ending.join(JOIN_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
