package io.factstream.stream;

import io.factstream.config.ConfigurationException;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.stream.StreamObserver.Step;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.util.TimeUtils;
import org.jspecify.annotations.Nullable;

/** All streams of a runtime, by id. Thread-safe. */
public final class Streams {

    /** The exchange property with the id of the stream that a page is read for. */
    static final String STREAM = "FactStream";

    private final StreamServices services;
    private final Path routes;
    private final @Nullable Backfill backfill;
    private final Map<String, FactStream> streams = new ConcurrentSkipListMap<>();
    private volatile Predicate<String> pausedAtStart = id -> false;
    private final Map<String, StreamDefinition> prepared = new ConcurrentHashMap<>();
    private final List<Function<FactStream, StreamObserver>> observers = new CopyOnWriteArrayList<>();

    /**
     * Begins without a stream.
     *
     * @param routes the folder that query files are named from
     */
    public Streams(StreamServices services, Path routes) {
        this(services, routes, null);
    }

    /**
     * As above, for a backfill.
     *
     * @param backfill which stream is to run, and which rows of it; the other streams of the route files stay idle. Null
     *     when all streams are to run
     */
    public Streams(StreamServices services, Path routes, @Nullable Backfill backfill) {
        this.services = services;
        this.routes = routes;
        this.backfill = backfill;
    }

    /**
     * Adds the stream that a route file defines.
     *
     * @param query the name of its query file, from the routes folder
     * @param settle a duration such as {@code 10s}
     * @throws ConfigurationException when a parameter makes no sense, the query file is missing, or the id is taken
     */
    public FactStream define(
            String id, String eventType, String query, String watermarkColumn, String hub, String settle) {
        StreamDefinition changed = prepared.remove(id);
        FactStream changing = streams.get(id);
        if (changed != null && changing != null) {
            changing.change(changed);
            return changing;
        }
        Path file = routes.resolve(query).normalize();
        StreamDefinition definition = new StreamDefinition(
                id, eventType, file, StreamDefinition.read(file), watermarkColumn, hub, duration(id, settle));
        boolean runs = backfill == null || backfill.stream().equals(id);
        FactStream stream =
                new FactStream(backfill != null && runs ? backfill.narrowed(definition) : definition, services);
        if (!runs) {
            stream.finish();
        }
        if (pausedAtStart.test(id)) {
            stream.pause();
        }
        FactStream taken = streams.putIfAbsent(id, stream);
        if (taken != null) {
            throw new ConfigurationException(
                    "stream '" + id + "'",
                    "two routes use this id, with the queries "
                            + taken.definition().queryFile() + " and " + file,
                    "Give each route its own stream id: the watermark is kept under it");
        }
        if (runs) {
            observers.forEach(observer -> stream.observe(observer.apply(stream)));
        }
        return stream;
    }

    /**
     * Says which streams read nothing until they are resumed, from the moment on when they are defined.
     *
     * @param which asked with the id of a stream
     */
    public void pauseAtStart(Predicate<String> which) {
        pausedAtStart = which;
    }

    /**
     * Tells somebody what streams do: those that are defined from now on.
     *
     * @param observer makes the observer of a stream when the stream is defined, before it runs
     */
    public void observe(Function<FactStream, StreamObserver> observer) {
        observers.add(observer);
    }

    private static Duration duration(String id, String settle) {
        try {
            return Duration.ofMillis(TimeUtils.toMilliSeconds(settle));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            // The second is what Camel throws at a text that holds no digit.
            throw new ConfigurationException(
                    "stream '" + id + "'", "settle is '" + settle + "'", "Use a duration such as 10s or 5m", e);
        }
    }

    /**
     * The routes of a stream are about to be loaded anew: when they define it, it goes on as this says, instead of being
     * refused as one whose id is taken. See {@link FactStream#change} for when that may be.
     */
    public void prepare(String id, StreamDefinition changed) {
        if (streams.containsKey(id)) {
            prepared.put(id, changed);
        }
    }

    /** Forgets a stream whose routes are gone. */
    public void remove(String id) {
        prepared.remove(id);
        streams.remove(id);
    }

    /** All streams that run, by id. */
    public List<FactStream> all() {
        return streams.values().stream()
                .filter(stream -> backfill == null
                        || backfill.stream().equals(stream.definition().id()))
                .toList();
    }

    /** The hubs that streams send to, each once. */
    public Set<String> hubs() {
        return all().stream().map(stream -> stream.definition().hub()).collect(Collectors.toCollection(TreeSet::new));
    }

    /** The stream of that id. */
    public Optional<FactStream> find(String id) {
        return Optional.ofNullable(streams.get(id));
    }

    /** The hub may take events again: streams that wait for it try. */
    public void hubIsWorthTrying(String hub) {
        streams.values().stream()
                .filter(stream -> stream.definition().hub().equals(hub))
                .forEach(FactStream::hubIsWorthTrying);
    }

    /** See {@link FactStream#plan}. */
    public void plan(Exchange exchange) throws InterruptedException {
        get(exchange.getProperty(STREAM, String.class)).plan(exchange);
    }

    /** See {@link FactStream#read}. */
    public @Nullable Page read(Iterator<Map<String, Object>> rows, Exchange exchange) {
        return get(exchange.getProperty(STREAM, String.class)).read(rows, exchange);
    }

    /** See {@link FactStream#readsOn}. */
    public boolean readsOn(Exchange exchange) {
        return get(exchange.getProperty(STREAM, String.class)).readsOn(exchange);
    }

    /** Counts a batch that the hub acknowledged. */
    public void sent(EventBatch batch) {
        get(batch.stream()).sent(batch);
    }

    /** Counts events that were stored as dead letters. */
    void deadLettered(EventBatch batch, ErrorCategory category) {
        get(batch.stream()).deadLettered(batch, category);
    }

    /** A step on a batch came to a good end. */
    void took(EventBatch batch, Step step, long nanos) {
        get(batch.stream()).took(step, nanos);
    }

    private FactStream get(String id) {
        FactStream stream = streams.get(id);
        if (stream == null) {
            throw new IllegalStateException("no stream " + id);
        }
        return stream;
    }
}
