package io.factstream.localhub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An Event Hubs namespace on a loopback port of this process.
 *
 * <pre>{@code
 * try (LocalEventHubs hubs = LocalEventHubs.builder().hub("retail", 4).start()) {
 *     EventHubProducerClient producer = new EventHubClientBuilder()
 *             .connectionString(hubs.connectionString("retail"))
 *             .buildProducerClient();
 *     …
 *     List<StoredEvent> events = hubs.events("retail");
 * }
 * }</pre>
 *
 * <p>Events live in memory, for as long as this object does. There is no TLS, and no AMQP over WebSockets. All methods are
 * safe for all threads. Its own threads are daemons whose names start with {@code localhub-}.
 */
public final class LocalEventHubs implements AutoCloseable {

    private final Namespace namespace;
    private final Supplier<PartitionLog> emptyPartition;
    private final Faults faults;
    private final AtomicLong connectionNumbers = new AtomicLong();
    private final int port;
    private volatile @Nullable Acceptor acceptor;
    private boolean closed;

    private LocalEventHubs(Builder builder) throws IOException {
        this.faults = new Faults(() -> forEachConnection(ClientConnection::faultsChanged));
        this.namespace = builder.namespace(faults);
        this.emptyPartition = builder::emptyPartition;
        Acceptor listening = new Acceptor(namespace, builder.port, connectionNumbers);
        this.port = listening.port();
        this.acceptor = listening;
        listening.start();
    }

    /** Hubs with one or more partitions, to be set up and started. */
    public static Builder builder() {
        return new Builder();
    }

    /** The port that clients connect to; it stays the same when the hubs are suspended and resumed. */
    public int port() {
        return port;
    }

    /** A connection string to the namespace, for clients that name the hub apart from it. It holds a secret. */
    public String connectionString() {
        SharedAccessKeys keys = namespace.keys();
        return "Endpoint=sb://localhost:" + port + ";SharedAccessKeyName=" + keys.firstName() + ";SharedAccessKey="
                + keys.firstSecret() + ";UseDevelopmentEmulator=true";
    }

    /**
     * A connection string to one hub. It holds a secret.
     *
     * @throws IllegalArgumentException when there is no such hub
     */
    public String connectionString(String hub) {
        return connectionString() + ";EntityPath=" + hub(hub).name();
    }

    /** The names of the hubs, in alphabetical order. */
    public List<String> hubs() {
        return namespace.hubs().stream().map(Hub::name).toList();
    }

    /**
     * How many partitions a hub has.
     *
     * @throws IllegalArgumentException when there is no such hub
     */
    public int partitions(String hub) {
        return hub(hub).partitionCount();
    }

    /**
     * Every event of a hub: partition by partition, within a partition in the order of its sequence numbers.
     *
     * @throws IllegalArgumentException when there is no such hub
     * @throws IllegalStateException when the hubs keep counts only
     */
    public List<StoredEvent> events(String hub) {
        return hub(hub).events();
    }

    /**
     * Every event of a partition, in the order of its sequence numbers.
     *
     * @throws IllegalArgumentException when there is no such hub or partition
     * @throws IllegalStateException when the hubs keep counts only
     */
    public List<StoredEvent> events(String hub, int partition) {
        return hub(hub).events(partition);
    }

    /**
     * How many events a hub has accepted.
     *
     * @throws IllegalArgumentException when there is no such hub
     */
    public long count(String hub) {
        return hub(hub).partitions()
                .mapToLong(log -> log.summary().lastSequenceNumber() + 1)
                .sum();
    }

    /**
     * How many events a partition has accepted.
     *
     * @throws IllegalArgumentException when there is no such hub or partition
     */
    public long count(String hub, int partition) {
        return hub(hub).partition(partition).summary().lastSequenceNumber() + 1;
    }

    /**
     * What each partition of a hub has accepted, whether events are kept or not.
     *
     * @throws IllegalArgumentException when there is no such hub
     */
    public List<Tally> tallies(String hub) {
        return hub(hub).partitions().map(PartitionLog::tally).toList();
    }

    /**
     * Forgets the oldest events of a partition, as the service does when their retention time is over: whole batches, as
     * far as all of their events are older than that sequence number.
     *
     * @throws IllegalArgumentException when there is no such hub or partition
     */
    public void forget(String hub, int partition, long olderThan) {
        hub(hub).partition(partition).forget(olderThan);
    }

    /**
     * Deletes a hub with its events, and creates one of the same name. Connections are closed.
     *
     * @param partitions how many the new one has, at least 1
     * @throws IllegalArgumentException when there is no such hub
     */
    public void recreate(String hub, int partitions) {
        namespace.replace(new Hub(hub(hub).name(), namespace.clock().instant(), emptyPartitions(partitions)));
        closeConnections(Conditions.CONNECTION_FORCED);
    }

    /**
     * Gives a hub more partitions, as the service does while clients go on.
     *
     * @param partitions how many it has then, at least as many as before
     * @throws IllegalArgumentException when there is no such hub, or it has more
     */
    public void grow(String hub, int partitions) {
        Hub before = hub(hub);
        namespace.replace(before.grown(emptyPartitions(partitions - before.partitionCount())));
    }

    private List<PartitionLog> emptyPartitions(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("A hub cannot lose partitions while it is there");
        }
        return Stream.generate(emptyPartition).limit(count).toList();
    }

    /** What goes wrong. */
    public Faults faults() {
        return faults;
    }

    /** How many clients are connected. */
    public int connections() {
        Acceptor current = acceptor;
        return current == null ? 0 : current.connectionCount();
    }

    /** Ends every TCP connection without a word; clients may connect again. */
    public void dropConnections() {
        forEachConnection(ClientConnection::drop);
    }

    /** Closes every connection with an AMQP condition; clients may connect again. */
    public void closeConnections(String condition) {
        forEachConnection(connection -> connection.close(condition, Conditions.describe(condition)));
    }

    /** Closes every link to a hub with an AMQP condition; clients may open others. */
    public void detachLinks(String condition) {
        forEachConnection(connection -> connection.detachLinks(condition, Conditions.describe(condition)));
    }

    /**
     * Goes away: no longer listens, and drops every connection. Events are kept. Does nothing when away.
     *
     * @throws UncheckedIOException when the port cannot be closed
     */
    public synchronized void suspend() {
        Acceptor current = acceptor;
        acceptor = null;
        if (current != null) {
            try {
                current.close();
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }

    /**
     * Comes back on the same port, with the events that were there. Does nothing when there.
     *
     * @throws UncheckedIOException when something else has taken the port meanwhile
     * @throws IllegalStateException when these hubs were closed
     */
    public synchronized void resume() {
        if (closed) {
            throw new IllegalStateException("These hubs were closed");
        }
        if (acceptor == null) {
            try {
                Acceptor listening = new Acceptor(namespace, port, connectionNumbers);
                acceptor = listening;
                listening.start();
            } catch (IOException taken) {
                throw new UncheckedIOException("Port " + port + " cannot be opened again", taken);
            }
        }
    }

    /** Goes away for good. Events that were accepted can still be read. */
    @Override
    public synchronized void close() {
        closed = true;
        suspend();
    }

    @Override
    public String toString() {
        return "LocalEventHubs[port=" + port + ", hubs=" + hubs() + "]";
    }

    private void forEachConnection(Consumer<ClientConnection> action) {
        Acceptor current = acceptor;
        if (current != null) {
            current.forEachConnection(action);
        }
    }

    private Hub hub(String name) {
        Hub hub = namespace.hub(name);
        if (hub == null) {
            throw new IllegalArgumentException("There is no hub " + name + ", only " + hubs());
        }
        return hub;
    }

    /** Sets up hubs. What is not set: no limit on what is kept, batches of 1 MiB, a key made up at the start. */
    public static final class Builder {

        private static final String DEFAULT_KEY = "RootManageSharedAccessKey";
        private static final int MOST_PARTITIONS = 2048;
        private static final int SMALLEST_MESSAGE_SIZE = 1024;

        private final Map<String, Integer> hubs = new LinkedHashMap<>();
        private final Map<String, String> keys = new LinkedHashMap<>();
        private int maxMessageSize = 1024 * 1024;
        private Retention retention = Retention.ALL;
        private BodyChecksum checksum = Tally::of;
        private long maxEvents = Long.MAX_VALUE;
        private long maxBytes = Long.MAX_VALUE;
        private String fullCondition = Conditions.SERVER_BUSY;
        private Duration idleTimeout = Duration.ofMinutes(4);
        private Clock clock = Clock.systemUTC();
        private int port;

        private Builder() {}

        /**
         * Adds a hub.
         *
         * @param name letters, digits, dots, hyphens and underscores, starting and ending with a letter or digit
         * @param partitions 1 to 2048
         * @throws IllegalArgumentException when the name or the number of partitions is none that a hub can have
         */
        public Builder hub(String name, int partitions) {
            if (!name.matches("[A-Za-z0-9]([A-Za-z0-9._-]{0,254}[A-Za-z0-9])?")) {
                throw new IllegalArgumentException("A hub cannot have the name \"" + name + "\"");
            }
            if (partitions < 1 || partitions > MOST_PARTITIONS) {
                throw new IllegalArgumentException(
                        "A hub has 1 to " + MOST_PARTITIONS + " partitions, not " + partitions);
            }
            hubs.put(name, partitions);
            return this;
        }

        /** Adds a key that clients can sign with. The connection strings hold the first one added. */
        public Builder key(String name, String secret) {
            if (name.isEmpty() || secret.isEmpty()) {
                throw new IllegalArgumentException("A key has a name and a secret");
            }
            keys.put(name, secret);
            return this;
        }

        /** How many bytes a batch may have on the wire: 1,048,576 when not set; 262,144 is what the Basic tier allows. */
        public Builder maxMessageSize(int bytes) {
            if (bytes < SMALLEST_MESSAGE_SIZE) {
                throw new IllegalArgumentException(
                        "Batches must be allowed " + SMALLEST_MESSAGE_SIZE + " bytes or more, not " + bytes);
            }
            maxMessageSize = bytes;
            return this;
        }

        /** What is kept of the events: everything when not set. */
        public Builder retention(Retention kept) {
            retention = kept;
            return this;
        }

        /** What the tallies of these hubs add up: {@link Tally#of(byte[])} when not set. */
        public Builder checksum(BodyChecksum ofBody) {
            checksum = ofBody;
            return this;
        }

        /** How many events all hubs together accept; a batch over it is refused whole. */
        public Builder maxEvents(long events) {
            maxEvents = events;
            return this;
        }

        /** How many bytes (as sent) all hubs together accept; a batch over it is refused whole. */
        public Builder maxBytes(long bytes) {
            maxBytes = bytes;
            return this;
        }

        /** The condition with which batches over {@code maxEvents} or {@code maxBytes} are refused: server-busy when not set. */
        public Builder refuseWhenFull(String condition) {
            fullCondition = condition;
            return this;
        }

        /** How long a client may be silent, without even a heartbeat: 4 minutes when not set. */
        public Builder idleTimeout(Duration timeout) {
            if (timeout.toMillis() < 1 || timeout.toMillis() > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("An idle timeout is 1 ms to 24 days, not " + timeout);
            }
            idleTimeout = timeout;
            return this;
        }

        /** Tells the time of events, and whether tokens have expired. */
        public Builder clock(Clock time) {
            clock = time;
            return this;
        }

        /** The loopback port to listen on; 0, as when not set, for any that is free. */
        public Builder port(int number) {
            port = number;
            return this;
        }

        /**
         * Starts listening.
         *
         * @throws IllegalStateException when no hub was added
         * @throws UncheckedIOException when the port cannot be opened
         */
        public LocalEventHubs start() {
            if (hubs.isEmpty()) {
                throw new IllegalStateException("Add a hub before the start");
            }
            try {
                return new LocalEventHubs(this);
            } catch (IOException failed) {
                throw new UncheckedIOException("Port " + port + " cannot be opened", failed);
            }
        }

        private Namespace namespace(Faults faults) {
            Map<String, Hub> created = new LinkedHashMap<>();
            hubs.forEach((name, partitions) -> created.put(
                    name,
                    new Hub(
                            name,
                            clock.instant(),
                            IntStream.range(0, partitions)
                                    .mapToObj(partition -> emptyPartition())
                                    .toList())));
            return new Namespace(
                    created,
                    new SharedAccessKeys(keys.isEmpty() ? Map.of(DEFAULT_KEY, newSecret()) : keys),
                    new Namespace.Limits(maxMessageSize, idleTimeout),
                    retention,
                    new Capacity(maxEvents, maxBytes, fullCondition),
                    clock,
                    faults);
        }

        private PartitionLog emptyPartition() {
            return new PartitionLog(retention, checksum, clock);
        }

        private static String newSecret() {
            byte[] secret = new byte[32];
            new SecureRandom().nextBytes(secret);
            return Base64.getEncoder().encodeToString(secret);
        }
    }
}
