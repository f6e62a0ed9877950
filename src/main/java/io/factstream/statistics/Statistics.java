package io.factstream.statistics;

import io.factstream.deadletter.DeadLetterStore;
import io.factstream.deadletter.DeadLetterSummary;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.eventhubs.BreakerState;
import io.factstream.eventhubs.HubMonitor;
import io.factstream.eventhubs.HubStatus;
import io.factstream.session.StreamCounts;
import io.factstream.stream.FactStream;
import io.factstream.stream.RefusedStream;
import io.factstream.stream.StreamObserver;
import io.factstream.stream.StreamState;
import io.factstream.stream.StreamStatus;
import io.factstream.text.Word;
import io.factstream.time.Moment;
import io.factstream.time.Ticker;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The numbers of a runtime: of each stream, of all together, of its hubs and its dead letters. Samples are taken every
 * few seconds, from {@link #start} to {@link #close}. Thread-safe.
 */
public final class Statistics implements AutoCloseable {

    /** How often a sample is taken. */
    public static final Duration SAMPLED = Duration.ofSeconds(2);

    /** How long samples are kept. */
    public static final Duration KEPT = Duration.ofMinutes(10);

    /** For how long a count of the dead letters is used again. */
    private static final Duration FRESH = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Statistics.class);

    private final PrometheusMeterRegistry registry;
    private final HubMonitor hubs;
    private final DeadLetterStore letters;
    private final Clock clock;
    private final Ticker ticker;
    private final Instant begun;
    private final ScheduledThreadPoolExecutor sampling;
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final Map<String, StreamStatistics> streams = new ConcurrentSkipListMap<>();
    private final Set<String> knownHubs = ConcurrentHashMap.newKeySet();
    private final List<BiConsumer<StreamState, StreamStatus>> listeners = new CopyOnWriteArrayList<>();
    private volatile @Nullable Counted counted;
    private volatile Supplier<List<RefusedStream>> refused = List::of;

    private record Counted(Moment at, Optional<DeadLetterSummary> summary) {}

    /** @param threads for samples */
    public Statistics(
            String sessionId,
            HubMonitor hubs,
            DeadLetterStore letters,
            Clock clock,
            Ticker ticker,
            ThreadFactory threads) {
        this.hubs = hubs;
        this.letters = letters;
        this.clock = clock;
        this.ticker = ticker;
        begun = clock.instant();
        registry = new PrometheusMeterRegistry(
                PrometheusConfig.DEFAULT, new PrometheusRegistry(), new SteadyClock(clock, ticker));
        sampling = new ScheduledThreadPoolExecutor(1, threads);
        Gauge.builder("factstream.session.info", () -> 1)
                .description("Always 1; the label says which session runs")
                .tags("session", sessionId)
                .register(registry);
        Gauge.builder("factstream.streams.refused", this, s -> s.refused().size())
                .description("Streams that do not run, since their files were refused")
                .register(registry);
        for (ErrorCategory category : ErrorCategory.values()) {
            Gauge.builder(
                            "factstream.dead.letters",
                            this,
                            s -> s.deadLetters(summary -> summary.byCategory().getOrDefault(category, 0L)))
                    .description("Dead letters in the store by the kind of their last failure")
                    .tags("category", Word.of(category))
                    .register(registry);
        }
    }

    /** The observer of a stream. */
    public StreamObserver observe(FactStream stream) {
        register(stream.definition().hub());
        String id = stream.definition().id();
        StreamStatistics made = new StreamStatistics(stream, registry, clock, ticker, KEPT, this::changed);
        streams.put(id, made);
        Gauge.builder(
                        "factstream.stream.dead.letters",
                        this,
                        s -> s.deadLetters(summary -> summary.byStream().getOrDefault(id, 0L)))
                .description("Dead letters of the stream in the store")
                .tags("stream", id)
                .register(registry);
        return made;
    }

    /** Says who knows the streams that do not run. */
    public void askForRefused(Supplier<List<RefusedStream>> known) {
        refused = known;
    }

    /** The streams that do not run, since their files were refused. */
    public List<RefusedStream> refused() {
        return refused.get();
    }

    /** The stream is no longer there: what was counted of it is gone. */
    public void forget(String stream) {
        streams.remove(stream);
        registry.getMeters().stream()
                .map(Meter::getId)
                .filter(id -> stream.equals(id.getTag("stream")))
                .forEach(registry::remove);
    }

    private void changed(StreamState from, StreamStatus now) {
        listeners.forEach(listener -> listener.accept(from, now));
    }

    /** Tells somebody when a stream enters another state: the state before, and the status after. Must not throw. */
    public void whenStateChanges(BiConsumer<StreamState, StreamStatus> listener) {
        listeners.add(listener);
    }

    private void register(String hub) {
        if (!knownHubs.add(hub)) {
            return;
        }
        Tags tags = Tags.of("hub", hub);
        gauge(tags, "hub.failing", "1 while sends to the hub fail", status -> status.failure() == null ? 0 : 1, hub);
        gauge(tags, "hub.reachable", "0 while probes do not get through", status -> status.reachable() ? 1 : 0, hub);
        for (BreakerState state : BreakerState.values()) {
            gauge(
                    tags.and("state", Word.of(state)),
                    "hub.breaker.state",
                    "1 for the state that the circuit breaker is in",
                    status -> status.breaker() == state ? 1 : 0,
                    hub);
        }
        count(tags, "hub.breaker.trips", "How often the circuit breaker opened", HubStatus::trips, hub);
        count(tags, "hub.throttled", "Sends that the hub put off", HubStatus::throttled, hub);
        for (ErrorCategory category : ErrorCategory.values()) {
            count(
                    tags.and("category", Word.of(category)),
                    "hub.failures",
                    "Sends, and questions about the hub, that an outage ended",
                    status -> status.failuresByCategory().getOrDefault(category, 0L),
                    hub);
        }
    }

    private void gauge(Tags tags, String name, String description, ToDoubleFunction<HubStatus> value, String hub) {
        Gauge.builder("factstream." + name, hubs, monitor -> value.applyAsDouble(hub(hub)))
                .description(description)
                .tags(tags)
                .register(registry);
    }

    private void count(Tags tags, String name, String description, ToDoubleFunction<HubStatus> value, String hub) {
        FunctionCounter.builder("factstream." + name, hubs, monitor -> value.applyAsDouble(hub(hub)))
                .description(description)
                .tags(tags)
                .register(registry);
    }

    /** A hub that streams send to; as it is before the first send when it is not known yet. */
    public HubStatus hub(String name) {
        return hubs.all().stream()
                .filter(status -> status.hub().equals(name))
                .findFirst()
                .orElseGet(
                        () -> new HubStatus(name, BreakerState.CLOSED, 0, 0, Map.of(), 0, true, null, null, 0, null));
    }

    /** Whether a send to the hub, or a question about it, came to an end in this session. */
    private boolean isKnown(String hub) {
        return hubs.all().stream().anyMatch(status -> status.hub().equals(hub));
    }

    /** What is known of a hub, in a word: failing, running, or unknown before the first answer to a send. */
    public String state(HubStatus hub) {
        return hub.failure() != null ? "failing" : isKnown(hub.hub()) ? "running" : "unknown";
    }

    /** Whether streams send to the hub; dead letters may be published to one that they do not send to. */
    public boolean isOfStreams(String hub) {
        return knownHubs.contains(hub);
    }

    /** The hubs that streams send to, and those that were asked for otherwise, by name. */
    public List<HubStatus> hubs() {
        return Stream.concat(knownHubs.stream(), hubs.all().stream().map(HubStatus::hub))
                .distinct()
                .sorted()
                .map(this::hub)
                .toList();
    }

    /** Begins to take samples. */
    public void start() {
        new JvmMemoryMetrics().bindTo(registry);
        collections.bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        var unused = sampling.scheduleWithFixedDelay(this::sample, 0, SAMPLED.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void sample() {
        try {
            streams.values().forEach(StreamStatistics::sample);
        } catch (RuntimeException e) {
            LOG.warn("no more samples are taken, so that rates stand still; restart the runtime to have them", e);
            throw e;
        }
    }

    /** Where all of it is registered for Prometheus. */
    public PrometheusMeterRegistry registry() {
        return registry;
    }

    /** All streams by id. */
    public Collection<StreamStatistics> streams() {
        return streams.values();
    }

    /** The stream of that id. */
    public Optional<StreamStatistics> stream(String id) {
        return Optional.ofNullable(streams.get(id));
    }

    /** Since when there is anything to count. */
    public Instant begun() {
        return begun;
    }

    /** What all streams did in this session. */
    public StreamCounts counts() {
        return streams.values().stream().map(StreamStatistics::counts).reduce(StreamCounts.ZERO, StreamCounts::plus);
    }

    /** Settled rows beyond the watermarks of all streams; null where that of one is not known. */
    public @Nullable Long lagRows() {
        return lagRows(streams.values());
    }

    /** Settled rows beyond the watermarks of some streams; null where that of one is not known. */
    public static @Nullable Long lagRows(Collection<StreamStatistics> some) {
        long sum = 0;
        for (StreamStatistics stream : some) {
            Long rows = stream.status().lagRows();
            if (rows == null) {
                return null;
            }
            sum += rows;
        }
        return sum;
    }

    /** Events a second of all streams over the last minute. */
    public double rate() {
        return streams.values().stream().mapToDouble(StreamStatistics::rate).sum();
    }

    /** Events a second of all streams since the session began. */
    public double rateSinceStart() {
        return streams.values().stream()
                .mapToDouble(StreamStatistics::rateSinceStart)
                .sum();
    }

    /** Failed pages and dead-lettered events of all streams by what kind of failure it was, all kinds. */
    public Map<FailureCategory, Long> errors() {
        Map<FailureCategory, Long> errors = new EnumMap<>(FailureCategory.class);
        for (StreamStatistics stream : streams.values()) {
            stream.errors().forEach((category, count) -> errors.merge(category, count, Long::sum));
        }
        return errors;
    }

    /** The numbers of streams with that event type. */
    public List<StreamStatistics> ofEventType(String eventType) {
        List<StreamStatistics> found = new ArrayList<>();
        for (StreamStatistics stream : streams.values()) {
            if (stream.stream().definition().eventType().equals(eventType)) {
                found.add(stream);
            }
        }
        return found;
    }

    /** How many dead letters there are, a few seconds old at most; empty when the store cannot be read. */
    public Optional<DeadLetterSummary> deadLetters() {
        Counted last = counted;
        Moment now = ticker.now();
        if (last == null || last.at().plus(FRESH).isBefore(now)) {
            last = new Counted(now, count());
            counted = last;
        }
        return last.summary();
    }

    private Optional<DeadLetterSummary> count() {
        try {
            return Optional.of(letters.summary());
        } catch (RuntimeException e) {
            // A state that cannot be read shows as such in each stream; here the number is missing.
            LOG.debug("dead letters could not be counted", e);
            return Optional.empty();
        }
    }

    private double deadLetters(ToDoubleFunction<DeadLetterSummary> number) {
        return deadLetters().map(summary -> number.applyAsDouble(summary)).orElse(Double.NaN);
    }

    /** Takes no more samples. What was counted can still be read. */
    @Override
    public void close() {
        sampling.shutdownNow();
        collections.close();
    }
}
