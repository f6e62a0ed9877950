package io.factstream.stream;

import io.factstream.config.ConfigurationException;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.stream.StreamObserver.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** All streams of a runtime, by id. Thread-safe. */
public final class Streams {

    /** The exchange property with the id of the stream that a page is read for. */
    static final String STREAM = "FactStream";

    private final StreamServices services;
    private final @Nullable Backfill backfill;
    private final Map<String, FactStream> streams = new ConcurrentSkipListMap<>();
    private volatile Predicate<String> pausedAtStart = id -> false;
    private final Map<String, CountDownLatch> loading = new ConcurrentHashMap<>();
    private final Map<Path, List<RefusedStream>> refused = new ConcurrentSkipListMap<>();
    private final Map<String, StreamDefinition> prepared = new ConcurrentHashMap<>();
    private final List<Function<FactStream, StreamObserver>> observers = new CopyOnWriteArrayList<>();

    /** Begins without a stream. */
    public Streams(StreamServices services) {
        this(services, null);
    }

    /**
     * As above, for a backfill.
     *
     * @param backfill which stream is to run, and which rows of it; the other streams of the route files stay idle. Null
     *     when all streams are to run
     */
    public Streams(StreamServices services, @Nullable Backfill backfill) {
        this.services = services;
        this.backfill = backfill;
    }

    /**
     * Says what a stream is whose routes are about to be loaded, or loaded anew. One that is there goes on as this says; see
     * {@link FactStream#change} for when that may be.
     */
    public void prepare(StreamDefinition definition) {
        prepared.put(definition.id(), definition);
    }

    /**
     * Opens a stream whose routes are being made, as it was {@linkplain #prepare prepared}.
     *
     * @throws ConfigurationException when it was not: another route has its id
     */
    public FactStream open(String id) {
        StreamDefinition definition = prepared.remove(id);
        if (definition == null) {
            throw new ConfigurationException(
                    "stream '" + id + "'",
                    "two routes use this id",
                    "Give each route its own stream id: the watermark is kept under it");
        }
        FactStream changing = streams.get(id);
        if (changing != null) {
            changing.change(definition);
            return changing;
        }
        boolean runs = backfill == null || backfill.stream().equals(id);
        FactStream stream = backfill != null && runs
                ? new FactStream(backfill.narrowed(definition), services, backfill.columns())
                : new FactStream(definition, services);
        if (!runs) {
            stream.finish();
        }
        if (pausedAtStart.test(id)) {
            stream.pause();
        }
        // Camel starts its polls before it has made the route that they hand pages to, if it can make that at all.
        loading.put(id, new CountDownLatch(1));
        streams.put(id, stream);
        if (runs) {
            observers.forEach(observer -> stream.observe(observer.apply(stream)));
        }
        return stream;
    }

    /** All routes of some streams are there: they may read. */
    public void loaded(Collection<String> ids) {
        ids.stream().map(loading::remove).filter(Objects::nonNull).forEach(CountDownLatch::countDown);
    }

    /** Waits until a stream that was opened may read, or is discarded. */
    void awaitLoaded(String id) throws InterruptedException {
        CountDownLatch waits = loading.get(id);
        if (waits != null) {
            waits.await();
        }
    }

    /**
     * The routes of some streams could not be made: forgets those that were opened for them. One that ran before stays.
     *
     * @return the ids of what was forgotten
     */
    public List<String> discard(Collection<String> ids) {
        List<String> gone = new ArrayList<>();
        for (String id : ids) {
            prepared.remove(id);
            CountDownLatch waits = loading.remove(id);
            FactStream stream = waits == null ? null : streams.remove(id);
            if (waits != null && stream != null) {
                stream.finish();
                waits.countDown();
                gone.add(id);
            }
        }
        return gone;
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

    /**
     * The streams of a route file do not run, since what is in it, or in a query that it names, was refused.
     *
     * @param ids of the streams; none where the file does not tell
     * @param why what is wrong, where, and what to do
     */
    public void refuse(Path file, Collection<String> ids, String why) {
        Collection<String> named = ids.isEmpty() ? List.of(nameOf(file)) : ids;
        refused.put(
                file,
                named.stream()
                        .map(id -> new RefusedStream(id, why, services.clock().instant()))
                        .toList());
    }

    /** A route file that was refused is right now, or gone. */
    public void accept(Path file) {
        refused.remove(file);
    }

    /** As {@link #accept}, for all of which that is so. */
    public void acceptIf(Predicate<Path> which) {
        refused.keySet().removeIf(which);
    }

    private static String nameOf(Path file) {
        return String.valueOf(file.getFileName()).replaceFirst("(\\.camel)?\\.ya?ml$", "");
    }

    /**
     * The streams that do not run though they have a route file, each by a name of its own: its id, or the name of its file
     * where another has that id.
     */
    public List<RefusedStream> refused() {
        Map<String, RefusedStream> all = new LinkedHashMap<>();
        refused.forEach((file, ofFile) -> ofFile.stream()
                .filter(one -> backfill == null || backfill.stream().equals(one.stream()))
                .forEach(one -> Stream.of(
                                one.stream(), nameOf(file), String.valueOf(file.getFileName()), file.toString())
                        .filter(name -> !streams.containsKey(name) && !all.containsKey(name))
                        .findFirst()
                        .ifPresent(name -> all.put(name, new RefusedStream(name, one.why(), one.since())))));
        return List.copyOf(all.values());
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

    /** See {@link FactStream#requireGoing}. */
    void requireGoing(EventBatch batch) {
        get(batch.stream()).requireGoing();
    }

    /** See {@link FactStream#lanes}. */
    List<Lane> lanes(EventBatch batch) {
        return get(batch.stream()).lanes(batch);
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
