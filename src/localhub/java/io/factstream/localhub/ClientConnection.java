package io.factstream.localhub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Collector;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Event;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.engine.Session;
import org.apache.qpid.proton.engine.Transport;
import org.apache.qpid.proton.engine.TransportException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one client's TCP connection, on a thread of its own. The proton-j engine knows AMQP and nothing of sockets: here
 * bytes are carried between the two, and what the engine reports is handed to the links.
 */
final class ClientConnection implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

    private static final int FRAME_SIZE = 64 * 1024;
    private static final int MOST_READS_A_TURN = 16;

    /** How long a client may take to hang up after this end said that the connection is closed. */
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    private static final EnumSet<EndpointState> ANY = EnumSet.allOf(EndpointState.class);

    private record Timer(long at, Runnable task) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            return Long.compare(at - other.at, 0);
        }
    }

    private final Peer peer;
    private final SocketChannel channel;
    private final Selector selector;
    private final Namespace namespace;
    private final LinkOpening opening;
    private final Authorizations authorizations = new Authorizations();

    private final Connection connection = Connection.Factory.create();
    private final Transport transport = Transport.Factory.create();
    private final Collector collector = Collector.Factory.create();
    private final List<ServedLink> links = new ArrayList<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean wakeUp = new AtomicBoolean();
    private volatile boolean dropped;

    private @Nullable ArmedFault<Peer> silence;
    private boolean inputEnded;
    private boolean outputBlocked;
    private boolean leaving;

    /** Takes the channel over, and closes it in the end. */
    ClientConnection(Peer peer, SocketChannel channel, Namespace namespace) throws IOException {
        this.peer = peer;
        this.channel = channel;
        this.namespace = namespace;
        this.opening = new LinkOpening(this, namespace);
        channel.configureBlocking(false);
        channel.socket().setTcpNoDelay(true);
        this.selector = Selector.open();
    }

    Authorizations authorizations() {
        return authorizations;
    }

    /** Has the thread of this connection run something. Any thread. */
    void execute(Runnable task) {
        tasks.add(task);
        wake();
    }

    /** Has the thread of this connection look whether there is something to do. Any thread. */
    void wake() {
        if (wakeUp.compareAndSet(false, true)) {
            selector.wakeup();
        }
    }

    /** Ends the TCP connection without a word. Any thread. */
    void drop() {
        dropped = true;
        wake();
    }

    /** Tells the links that faults were switched on or off. Any thread. */
    void faultsChanged() {
        execute(() -> links.forEach(ServedLink::faultsChanged));
    }

    /** Closes every link to a hub with an error. Any thread. */
    void detachLinks(String condition, String description) {
        execute(() -> opening.openLinks().forEach(link -> ServedLink.close(link, condition, description)));
    }

    /** Closes the connection with an error. Any thread. */
    void close(String condition, String description) {
        execute(() -> closeWith(condition, description));
    }

    /** Closes the connection with an error. The thread of this connection only. */
    void closeWith(String condition, String description) {
        if (connection.getLocalState() != EndpointState.CLOSED) {
            connection.setCondition(new ErrorCondition(Symbol.valueOf(condition), description));
            connection.close();
        }
    }

    /** Runs something after a delay. The thread of this connection only. */
    void later(Duration delay, Runnable task) {
        timers.add(new Timer(System.nanoTime() + delay.toNanos(), task));
    }

    @Override
    public void run() {
        try (channel;
                selector) {
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            // Before the SASL layer, which fixes the size of the buffers.
            transport.setMaxFrameSize(FRAME_SIZE);
            Handshake.prepare(transport, namespace, authorizations);
            transport.setIdleTimeout(
                    Math.toIntExact(namespace.limits().idleTimeout().toMillis()));
            transport.setEmitFlowEventOnSend(false);
            connection.setContainer("localhub");
            connection.collect(collector);
            transport.bind(connection);
            while (!isOver()) {
                turn(key);
            }
        } catch (IOException gone) {
            LOG.debug("connection={} broke: {}", peer.number(), gone.toString());
        } catch (RuntimeException unexpected) {
            LOG.warn("connection={} is dropped", peer.number(), unexpected);
        } finally {
            links.forEach(ServedLink::ended);
            links.clear();
        }
    }

    private boolean isOver() {
        return dropped || inputEnded;
    }

    private void turn(SelectionKey key) throws IOException {
        wakeUp.set(false);
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
        if (isSilent()) {
            key.interestOps(0);
            selector.select();
            return;
        }
        boolean moreToRead = read();
        runTimers();
        links.forEach(ServedLink::pump);
        long deadline = transport.tick(nowMillis());
        handleEvents();
        write();
        if (isOver()) {
            return;
        }
        key.interestOps(SelectionKey.OP_READ | (outputBlocked ? SelectionKey.OP_WRITE : 0));
        if (moreToRead || (!outputBlocked && links.stream().anyMatch(ServedLink::canPump))) {
            selector.selectNow();
        } else {
            selector.select(waitMillis(deadline));
        }
    }

    private boolean isSilent() {
        if (silence == null || silence.isCleared()) {
            silence = namespace.faults().strike(Fault.FallSilent.class, peer);
        }
        return silence != null;
    }

    /** Reads what came, within limits; true when there may be more. */
    private boolean read() throws IOException {
        for (int reads = 0; reads < MOST_READS_A_TURN && !isOver(); reads++) {
            int capacity = transport.capacity();
            boolean deaf = capacity < 0;
            int count = channel.read(deaf ? ByteBuffer.allocate(FRAME_SIZE) : transport.tail());
            if (count < 0) {
                inputEnded = true;
            } else if (!deaf && count > 0) {
                process();
            }
            if (count < capacity || count <= 0) {
                return false;
            }
        }
        return true;
    }

    private void process() {
        try {
            transport.process();
        } catch (TransportException notAmqp) {
            // The engine has put its answer into the output.
            LOG.debug("connection={} does not speak AMQP: {}", peer.number(), notAmqp.toString());
        }
        handleEvents();
    }

    private void write() throws IOException {
        outputBlocked = false;
        int pending = transport.pending();
        while (pending > 0 && !outputBlocked && !dropped) {
            int written = channel.write(transport.head());
            transport.pop(written);
            outputBlocked = written < pending;
            pending = transport.pending();
        }
        if (pending < 0 && !leaving && !dropped) {
            // Hanging up while bytes are still coming in would take back what was just written.
            leaving = true;
            channel.shutdownOutput();
            later(FAREWELL, this::drop);
        }
    }

    private void runTimers() {
        for (Timer timer = timers.peek(); timer != null && timer.at() - System.nanoTime() <= 0; timer = timers.peek()) {
            timers.remove();
            timer.task().run();
        }
    }

    /** How long to wait for something to happen; 0 for ever. */
    private long waitMillis(long engineDeadline) {
        long wait = engineDeadline == 0 ? Long.MAX_VALUE : Math.max(1, engineDeadline - nowMillis());
        Timer timer = timers.peek();
        if (timer != null) {
            wait = Math.min(wait, Math.max(1, (timer.at() - System.nanoTime()) / 1_000_000 + 1));
        }
        return wait == Long.MAX_VALUE ? 0 : wait;
    }

    private static long nowMillis() {
        return System.nanoTime() / 1_000_000;
    }

    private void handleEvents() {
        for (Event event = collector.peek(); event != null; event = collector.peek()) {
            if (!dropped) {
                handle(event);
            }
            collector.pop();
        }
    }

    private void handle(Event event) {
        switch (event.getType()) {
            case CONNECTION_REMOTE_OPEN -> connection.open();
            case CONNECTION_REMOTE_CLOSE -> connection.close();
            case SESSION_REMOTE_OPEN -> event.getSession().open();
            case SESSION_REMOTE_CLOSE -> end(event.getSession());
            case LINK_REMOTE_OPEN -> {
                ServedLink served = opening.open(event.getLink());
                if (served != null) {
                    event.getLink().setContext(served);
                    links.add(served);
                }
            }
            case LINK_REMOTE_CLOSE, LINK_REMOTE_DETACH -> end(event.getLink());
            case DELIVERY -> received(event.getDelivery());
            default -> {
                // Of no interest: what this end did itself, and credit, which every turn looks at anyway.
            }
        }
    }

    private void received(Delivery delivery) {
        if (delivery.getLink().getContext() instanceof ServedLink served) {
            if (delivery.remotelySettled() && delivery.getLink() instanceof Sender) {
                delivery.settle();
            }
            served.received(delivery);
        }
    }

    private void end(Session session) {
        List<Link> ending = new ArrayList<>();
        for (Link link = connection.linkHead(ANY, ANY); link != null; link = link.next(ANY, ANY)) {
            if (link.getSession().equals(session)) {
                ending.add(link);
            }
        }
        ending.forEach(this::end);
        session.close();
        session.free();
    }

    private void end(Link link) {
        if (link.getContext() instanceof ServedLink served && links.remove(served)) {
            served.ended();
        }
        opening.forget(link);
        link.close();
        link.free();
    }
}
