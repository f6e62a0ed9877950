package io.factstream.statistics;

import io.factstream.deadletter.ErrorCategory;
import io.factstream.session.StreamCounts;
import io.factstream.stream.FactStream;
import io.factstream.stream.Standstill;
import io.factstream.stream.StreamObserver;
import io.factstream.stream.StreamState;
import io.factstream.stream.StreamStatus;
import io.factstream.text.Word;
import io.factstream.time.Moment;
import io.factstream.time.Ticker;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * One stream in numbers. What is counted for each event is counted by the stream itself, a batch at a time, and only read
 * here. Thread-safe.
 */
public final class StreamStatistics implements StreamObserver {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    /** Ids of partitions are numbers, as a rule. */
    private static final Comparator<String> PARTITIONS =
            Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder());

    private static final double MEDIAN = 0.5;
    private static final double SLOWEST = 0.99;

    private final String id;
    private final Clock clock;
    private final Ticker ticker;
    private final Instant begun;
    private final Moment begunAt;
    private final BiConsumer<StreamState, StreamStatus> listener;
    private final History history;
    private final Map<Step, Timer> timers = new EnumMap<>(Step.class);
    private final Map<FailureCategory, LongAdder> pageFailures = new EnumMap<>(FailureCategory.class);
    private final Map<FailureCategory, LongAdder> deadLettered = new EnumMap<>(FailureCategory.class);
    private final Map<String, PartitionRate> partitions = new ConcurrentSkipListMap<>(PARTITIONS);
    private final LongAdder eventsFailed = new LongAdder();
    private final FactStream stream;
    private volatile @Nullable Instant lastDelivery;

    /** @param listener is told of changes of the state: the state before, and the status after */
    StreamStatistics(
            FactStream stream,
            MeterRegistry registry,
            Clock clock,
            Ticker ticker,
            Duration kept,
            BiConsumer<StreamState, StreamStatus> listener) {
        this.stream = stream;
        this.id = stream.definition().id();
        this.clock = clock;
        this.ticker = ticker;
        this.listener = listener;
        begun = clock.instant();
        begunAt = ticker.now();
        history = new History(kept);
        Tags tags = Tags.of(
                "stream",
                id,
                "event_type",
                stream.definition().eventType(),
                "hub",
                stream.definition().hub());
        count(registry, tags, "rows.read", "Rows read from the source, repeated reads included", s -> s.counts()
                .rowsRead());
        count(registry, tags, "events.sent", "Events that the hub acknowledged", s -> s.counts()
                .eventsSent());
        count(
                registry,
                tags,
                "events.failed",
                "Events of pages that failed; each is sent again",
                s -> s.eventsFailed());
        count(registry, tags, "batches.sent", "Batches that the hub acknowledged", s -> s.counts()
                .batches());
        count(registry, tags, "bytes.sent", "Bytes of acknowledged batches on the wire", s -> s.counts()
                .bytes());
        count(registry, tags, "pages.throttled", "Pages that the hub put off", s -> s.status()
                .throttles());
        for (FailureCategory category : FailureCategory.values()) {
            LongAdder failures = new LongAdder();
            LongAdder letters = new LongAdder();
            pageFailures.put(category, failures);
            deadLettered.put(category, letters);
            Tags of = tags.and("category", Word.of(category));
            count(registry, of, "pages.failed", "Pages that failed; each is tried again", s -> failures.sum());
            count(registry, of, "events.dead.lettered", "Events stored as dead letters", s -> letters.sum());
        }
        for (StreamState state : StreamState.values()) {
            gauge(
                    registry,
                    tags.and("state", Word.of(state)),
                    "stream.state",
                    "1 for the state that the stream is in",
                    s -> s.status().state() == state ? 1 : 0);
        }
        gauge(
                registry,
                tags,
                "lag.rows",
                "Settled rows beyond the watermark; none where that is not known",
                s -> orNone(s.status().lagRows()));
        gauge(
                registry,
                tags,
                "lag.seconds",
                "From the watermark to the newest settled row; none where that is not known or the watermark is no time",
                s -> orNone(s.status().lagSeconds()));
        gauge(
                registry,
                tags,
                "lag.looked.timestamp.seconds",
                "When the lag was last true, in seconds since 1970; none where it is not known",
                s -> {
                    Instant at = s.status().lookedAt();
                    return at == null ? Double.NaN : at.toEpochMilli() / 1000.0;
                });
        gauge(
                registry,
                tags,
                "rows.unsettled",
                "Rows that are too young to be read; none where that is not known",
                s -> orNone(s.status().rowsUnsettled()));
        gauge(
                registry,
                tags,
                "rows.without.watermark",
                "Rows that can never be read, since their watermark is NULL; none where that is not known",
                s -> orNone(s.status().rowsWithoutWatermark()));
        gauge(
                registry,
                tags,
                "not.delivering.seconds",
                "For how long nothing was delivered although rows wait or may wait, from a minute on; else 0",
                s -> {
                    Standstill standstill = s.status().standstill();
                    return standstill == null ? 0 : s.stream.quiet().toMillis() / 1000.0;
                });
        gauge(registry, tags, "rows.late", "Rows that appeared behind the watermark", s -> s.status()
                .lateRows()
                .rows());
        gauge(registry, tags, "rows.gone", "Delivered rows that are no longer in the source", s -> s.status()
                .lateRows()
                .gone());
        gauge(registry, tags, "consecutive.failures", "Pages in a row that failed", s -> s.status()
                .consecutiveFailures());
        gauge(
                registry,
                tags,
                "last.delivery.timestamp.seconds",
                "When a watermark was last saved, or the session began, in seconds since 1970",
                s -> {
                    Instant last = s.lastDelivery();
                    return (last == null ? s.begun : last).toEpochMilli() / 1000.0;
                });
        for (Step step : Step.values()) {
            timers.put(
                    step,
                    Timer.builder("factstream.step")
                            .description("How long the steps of a stream's work take")
                            .tags(tags.and("step", Word.of(step)))
                            .publishPercentiles(MEDIAN, SLOWEST)
                            // Two digits of a percentile are enough, and take a tenth of the memory.
                            .percentilePrecision(1)
                            .register(registry));
        }
    }

    private static double orNone(@Nullable Long number) {
        return number == null ? Double.NaN : number;
    }

    private void count(
            MeterRegistry registry,
            Tags tags,
            String name,
            String description,
            ToDoubleFunction<StreamStatistics> value) {
        FunctionCounter.builder("factstream." + name, this, value)
                .description(description)
                .tags(tags)
                .register(registry);
    }

    private void gauge(
            MeterRegistry registry,
            Tags tags,
            String name,
            String description,
            ToDoubleFunction<StreamStatistics> value) {
        Gauge.builder("factstream." + name, this, value)
                .description(description)
                .tags(tags)
                .register(registry);
    }

    /** The stream's id. */
    public String id() {
        return id;
    }

    /** The stream itself. */
    public FactStream stream() {
        return stream;
    }

    public StreamStatus status() {
        return stream.status();
    }

    public StreamCounts counts() {
        return stream.counts();
    }

    /** Events of pages that failed; those that failed twice count twice. Each is sent again. */
    public long eventsFailed() {
        return eventsFailed.sum();
    }

    /** Failed pages and dead-lettered events of this session by what kind of failure it was, all kinds. */
    public Map<FailureCategory, Long> errors() {
        Map<FailureCategory, Long> errors = new EnumMap<>(FailureCategory.class);
        pageFailures.forEach((category, count) ->
                errors.put(category, count.sum() + of(deadLettered, category).sum()));
        return errors;
    }

    /** Pages that failed because the hub could not be reached, or the connection broke. */
    public long connectionFailures() {
        return of(pageFailures, FailureCategory.NETWORK).sum();
    }

    /** When a watermark was last saved; null before the first in this session. */
    public @Nullable Instant lastDelivery() {
        return lastDelivery;
    }

    /** Events acknowledged a second over the last minute. */
    public double rate() {
        return history.rate(now(), MINUTE);
    }

    /** Events acknowledged a second since the session began. */
    public double rateSinceStart() {
        long millis = ticker.now().since(begunAt).toMillis();
        return millis <= 0 ? 0 : counts().eventsSent() * 1000.0 / millis;
    }

    /** The last minutes, the oldest sample first. */
    public List<Sample> history() {
        return history.samples();
    }

    /** How long a step takes. */
    public StepTimes times(Step step) {
        HistogramSnapshot times = of(timers, step).takeSnapshot();
        return new StepTimes(
                times.count(),
                times.mean(TimeUnit.SECONDS),
                percentile(times, MEDIAN),
                percentile(times, SLOWEST),
                times.max(TimeUnit.SECONDS));
    }

    private static double percentile(HistogramSnapshot times, double percentile) {
        return Arrays.stream(times.percentileValues())
                .filter(value -> value.percentile() == percentile)
                .mapToDouble((ValueAtPercentile value) -> value.value(TimeUnit.SECONDS))
                .findFirst()
                .orElse(0);
    }

    /** Events acknowledged a second by partition, over about the last minute; partitions that never got any are left out. */
    public Map<String, Double> ratesByPartition() {
        Map<String, Double> rates = new LinkedHashMap<>();
        partitions.forEach((partition, rate) -> rates.put(partition, rate.perSecond()));
        return rates;
    }

    void sample() {
        history.add(now());
        partitions.values().forEach(partition -> partition.sample(Statistics.SAMPLED));
    }

    private Sample now() {
        return new Sample(ticker.now(), counts().eventsSent(), status().lagRows());
    }

    @Override
    public void took(Step step, long nanos) {
        of(timers, step).record(nanos, TimeUnit.NANOSECONDS);
        if (step == Step.COMMIT) {
            lastDelivery = clock.instant();
        }
    }

    @Override
    public void sent(String partition, int events) {
        partitions.computeIfAbsent(partition, unknown -> new PartitionRate()).add(events);
    }

    @Override
    public void failed(RuntimeException why, int events) {
        of(pageFailures, FailureCategory.of(why)).increment();
        eventsFailed.add(events);
    }

    @Override
    public void deadLettered(ErrorCategory category, int events) {
        of(deadLettered, FailureCategory.of(category)).add(events);
    }

    @Override
    public void changed(StreamState from, StreamStatus now) {
        listener.accept(from, now);
    }

    /** The maps have an entry for each constant. */
    private static <K, V> V of(Map<K, V> entries, K constant) {
        return Objects.requireNonNull(entries.get(constant));
    }
}
