package io.factstream.eventhubs;

import io.factstream.deadletter.DeliveryFailure;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Severity;
import io.factstream.eventhubs.Reachability.Finding;
import io.factstream.text.Word;
import io.factstream.time.Moment;
import io.factstream.time.Ticker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.event.CircuitBreakerOnStateTransitionEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the hubs: what their sends came to, their circuit breakers, and whether one that was away is back.
 *
 * <p>A breaker alone would keep streams waiting for its recovery time after a fault has ended. So while a hub fails it is
 * also probed, by logging in and opening a link, without an event. Whenever a probe gets through, sends are worth trying:
 * an open breaker lets one through, and streams that wait for the hub come at once. Only an answered send ends a failure.
 *
 * <p>A breaker counts failures in a row. Sends that were under way together fail together when their connection breaks, and
 * count as one.
 *
 * <p>It logs a line when a hub begins to fail, when the kind of failure changes and when the hub is back, and a summary a
 * minute between them, however many streams wait. Thread-safe.
 */
public final class HubMonitor implements Hubs, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HubMonitor.class);
    /** The id of a breaker's step; Camel puts a number before the ids of a kamelet's steps. */
    private static final Pattern BREAKER = Pattern.compile("\\d*breaker-(.+)");

    private static final Duration SUMMARY = Duration.ofMinutes(1);

    private final HubLayouts layouts;
    private final Consumer<String> probe;
    private final Probing probing;
    private final Clock clock;
    private final ScheduledThreadPoolExecutor background;
    private final Map<String, CircuitBreaker> watched = new ConcurrentHashMap<>();
    private final Map<String, Hub> hubs = new ConcurrentSkipListMap<>();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<LayoutChange>> changes = new CopyOnWriteArrayList<>();

    /**
     * How often a failing hub is probed; the wait doubles from the first to the longest.
     *
     * @param first after a failed send
     * @param longest between two probes
     * @param look how often a hub that does not fail is asked for its partitions, which may have become others
     */
    public record Probing(Duration first, Duration longest, Duration look) {}

    /**
     * Begins to watch.
     *
     * @param breakers of the routes: that of each hub is made by a step with the id {@code breaker-<hub>}
     * @param threads for probes and summaries
     */
    public HubMonitor(HubLayouts layouts, HubBreakers breakers, Probing probing, Clock clock, ThreadFactory threads) {
        this(layouts, layouts::probe, breakers, probing, clock, threads);
    }

    /** As above, with a way to probe that throws what {@link HubLayouts#probe} does. */
    HubMonitor(
            HubLayouts layouts,
            Consumer<String> probe,
            HubBreakers breakers,
            Probing probing,
            Clock clock,
            ThreadFactory threads) {
        this.layouts = layouts;
        this.probe = probe;
        this.probing = probing;
        this.clock = clock;
        background = new ScheduledThreadPoolExecutor(2, threads);
        // After the end there is nobody left to wake.
        background.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        breakers.watch(this::watch);
        layouts.whenChanged(change -> {
            LOG.warn(
                    "hub={} partitions={} {}",
                    change.hub(),
                    change.now().partitions().size(),
                    change.text());
            hub(change.hub()).changed(change);
            changes.forEach(listener -> listener.accept(change));
        });
        summarizeLater();
        lookLater();
    }

    private void watch(CircuitBreaker breaker) {
        Matcher name = BREAKER.matcher(breaker.getName());
        if (name.matches()) {
            String hub = name.group(1);
            watched.put(hub, breaker);
            breaker.getEventPublisher().onStateTransition(event -> changed(hub, event));
        }
    }

    private void changed(String hub, CircuitBreakerOnStateTransitionEvent event) {
        switch (event.getStateTransition().getToState()) {
            case OPEN -> {
                boolean first = event.getStateTransition().getFromState() == CircuitBreaker.State.CLOSED;
                hub(hub).opened(first);
                if (first) {
                    LOG.warn("hub={} breaker=open one send is tried whenever a probe reaches the hub", hub);
                }
            }
            case HALF_OPEN -> {
                LOG.debug("hub={} breaker=half-open", hub);
                hub(hub).opened(false);
                wake(hub);
            }
            case CLOSED -> {
                LOG.info("hub={} breaker=closed", hub);
                hub(hub).closed();
                wake(hub);
            }
            default ->
                LOG.warn(
                        "hub={} breaker={} by hand",
                        hub,
                        event.getStateTransition().getToState());
        }
    }

    private void wake(String hub) {
        listeners.forEach(listener -> listener.accept(hub));
    }

    /** Calls {@code listener} with the hub's name whenever it is worth trying to send to a hub again. */
    public void whenWorthTrying(Consumer<String> listener) {
        listeners.add(listener);
    }

    /** Compares the partitions of hubs with those that an earlier runtime knew, too. */
    public void remember(LayoutMemory earlier) {
        layouts.remember(earlier);
    }

    /** Tells somebody of each hub that is found to have other partitions than before. */
    public void whenLayoutChanges(Consumer<LayoutChange> listener) {
        changes.add(listener);
    }

    @Override
    public HubLayout layout(String hub) {
        try {
            HubLayout layout = layouts.layout(hub);
            Hub known = hubs.get(hub);
            if (known != null) {
                known.asked();
            }
            return layout;
        } catch (OutageException e) {
            hub(hub).unasked(e.failure());
            throw e;
        } catch (ThrottledException e) {
            throttled(hub, e);
            throw e;
        }
    }

    /** Asks for a layout before anybody needs it. Who needs it meets what is wrong with the hub, and tells. */
    public void prepare(String hub) {
        try {
            HubLayout unused = layouts.layout(hub);
        } catch (DeliveryException e) {
            LOG.debug("hub {} is not ready yet", hub, e);
        }
    }

    @Override
    public Optional<OutageException> cut(String hub) {
        Hub known = hubs.get(hub);
        if (known == null) {
            return Optional.empty();
        }
        boolean shut =
                switch (breaker(hub)) {
                    case OPEN -> true;
                    case HALF_OPEN -> known.isTrying();
                    case CLOSED -> !known.isReachable() && !layouts.isKnown(hub);
                };
        return shut ? Optional.of(known.outage()) : Optional.empty();
    }

    /** A send to a hub begins; returns what {@link #failed} wants to know of it. */
    long began(String hub) {
        hub(hub).began();
        return System.nanoTime();
    }

    /**
     * An outage ended a send to a hub.
     *
     * @param began what {@link #began} gave
     * @return whether it is to count for the circuit breaker: it did not fail together with one that was counted
     */
    boolean failed(String hub, OutageException why, long began) {
        return hub(hub).failed(why, began);
    }

    /** A send has got no prompt answer. Whether one can come at all is looked at beside it. */
    void isSilent(String hub) {
        hub(hub).examine();
    }

    /** The hub put a send off. It is there, so this is no failure of the hub. */
    void throttled(String hub, ThrottledException why) {
        hub(hub).throttled(why.failure());
    }

    /** The hub answered a send: it took the events, or refused these. */
    void answered(String hub) {
        Hub known = hubs.get(hub);
        if (known == null) {
            hub(hub);
        } else {
            known.answered();
        }
    }

    /** All hubs that were sent to or asked for, by name. */
    public List<HubStatus> all() {
        return hubs.values().stream().map(Hub::status).toList();
    }

    private Hub hub(String name) {
        return hubs.computeIfAbsent(name, Hub::new);
    }

    private BreakerState breaker(String hub) {
        return Optional.ofNullable(watched.get(hub))
                .map(breaker -> switch (breaker.getState()) {
                    case OPEN, FORCED_OPEN -> BreakerState.OPEN;
                    case HALF_OPEN -> BreakerState.HALF_OPEN;
                    default -> BreakerState.CLOSED;
                })
                .orElse(BreakerState.CLOSED);
    }

    private void summarizeLater() {
        later(
                () -> {
                    hubs.values().forEach(Hub::summarize);
                    summarizeLater();
                },
                SUMMARY);
    }

    /** A failing hub is probed anyway, and asked the same. */
    private void lookLater() {
        later(
                () -> {
                    hubs.values().forEach(Hub::look);
                    lookLater();
                },
                probing.look());
    }

    private void later(Runnable work, Duration wait) {
        Runnable told = () -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                LOG.error("hubs are no longer watched; restart the runtime", e);
                throw e;
            }
        };
        var unused = background.schedule(told, wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Ends the watch; a probe under way is interrupted. */
    @Override
    public void close() {
        background.shutdownNow();
    }

    /** What is known of one hub. */
    private final class Hub {
        private final String name;
        private long trips;
        private long failures;
        private final Map<ErrorCategory, Long> failuresByCategory = new EnumMap<>(ErrorCategory.class);
        private long throttled;
        private @Nullable DeliveryFailure failure;
        /** What a look at the hub's address has told of the present failure. */
        private @Nullable Finding found;
        /** What the last send failed with, where that says little of the cause. */
        private @Nullable OutageException unclear;

        private @Nullable Instant since;
        private boolean reachable = true;
        private boolean probed;
        private long answers;
        /** Whether sends fail, not only questions about the hub. */
        private boolean sendsFail;
        /** Whether the hub has answered a send since the last one failed. */
        private boolean answered;
        /** Whether the one send that a half-open breaker lets through is under way. */
        private boolean trying;
        /** When the last failure came that counts for the breaker, and when the last send began. */
        private long counted = System.nanoTime() - 1;

        private long tried = System.nanoTime();
        private Duration nextProbe = probing.first();
        private long failuresTold;
        private long throttledTold;
        private @Nullable Moment throttleTold;
        private @Nullable String notice;

        private Hub(String name) {
            this.name = name;
        }

        private void look() {
            synchronized (this) {
                if (failure != null || !layouts.isKnown(name)) {
                    return;
                }
            }
            try {
                probe.accept(name);
            } catch (DeliveryException e) {
                // A hub that fails is shown by its sends.
                LOG.debug("hub={} could not be asked for its partitions", name, e);
            }
        }

        private synchronized void changed(LayoutChange change) {
            notice = change.text() + " (" + clock.instant().truncatedTo(ChronoUnit.SECONDS) + ")";
        }

        private synchronized void opened(boolean first) {
            trips += first ? 1 : 0;
            trying = false;
        }

        private synchronized void closed() {
            trying = false;
            if (answered) {
                recovered();
            }
        }

        private synchronized void began() {
            tried = System.nanoTime();
            trying = breaker(name) == BreakerState.HALF_OPEN;
        }

        private synchronized boolean isTrying() {
            return trying;
        }

        private synchronized boolean failed(OutageException outage, long began) {
            boolean counts = began - counted > 0;
            if (counts) {
                counted = System.nanoTime();
            }
            sendsFail = true;
            answered = false;
            unclear = KnownFault.of(outage).isUnclear() ? outage : null;
            fails(found != null && unclear != null ? found.explain(outage) : outage.failure());
            if (unclear != null) {
                examine();
            }
            return counts;
        }

        /** Looks whether the hub can be reached at all, beside whatever waits for it. */
        private void examine() {
            long before;
            synchronized (this) {
                before = answers;
            }
            var unused = layouts.reachability().look().thenAccept(finding -> found(finding, before));
        }

        /** An answer that came meanwhile is newer than what was found. */
        private synchronized void found(Finding finding, long before) {
            OutageException why = failure == null ? null : unclear;
            if (answers != before || background.isShutdown() || (why == null && !finding.isFault())) {
                return;
            }
            boolean isNews = found == null || found.fault() != finding.fault();
            found = finding;
            reachable &= !finding.isFault();
            DeliveryFailure explained = why == null ? finding.failure() : finding.explain(why);
            shows(explained, isNews && !explained.equals(failure));
        }

        private synchronized void unasked(DeliveryFailure why) {
            fails(why);
        }

        private synchronized void asked() {
            if (!sendsFail) {
                reachable = true;
                recovered();
            }
        }

        private void fails(DeliveryFailure why) {
            failures++;
            failuresByCategory.merge(why.category(), 1L, Long::sum);
            shows(why, false);
        }

        /** @param isNews whether people are to hear of it, though the kind of failure may be the same */
        private void shows(DeliveryFailure why, boolean isNews) {
            DeliveryFailure before = failure;
            if (before == null) {
                since = clock.instant();
                nextProbe = probing.first();
            }
            if (isNews
                    || before == null
                    || before.category() != why.category()
                    || before.severity() != why.severity()) {
                failuresTold = failures;
                LOG.warn(
                        "hub={} state=failing category={} severity={} error=\"{}\"",
                        name,
                        Word.of(why.category()),
                        Word.of(why.severity()),
                        why.error());
            }
            failure = why;
            if (!probed) {
                probed = true;
                probeLater();
            }
        }

        private synchronized void throttled(DeliveryFailure why) {
            answered();
            throttled++;
            Moment now = Ticker.system().now();
            if (throttleTold == null || throttleTold.plus(SUMMARY).isBefore(now)) {
                LOG.warn("hub={} state=throttled sends={} error=\"{}\"", name, throttled - throttledTold, why.error());
                throttleTold = now;
                throttledTold = throttled;
            }
        }

        /** With its breaker open or half-open the failure ends when that closes, which the same answer brings about. */
        private synchronized void answered() {
            answers++;
            answered = true;
            reachable = true;
            switch (breaker(name)) {
                case CLOSED -> recovered();
                case OPEN -> tryOne();
                case HALF_OPEN -> {}
            }
        }

        private void recovered() {
            if (failure != null) {
                LOG.info("hub={} state=running recovered, failing since={}", name, since);
                failure = null;
                found = null;
                sendsFail = false;
                since = clock.instant();
            }
        }

        /** Has an open breaker let one send through. */
        private void tryOne() {
            Optional.ofNullable(watched.get(name))
                    .filter(breaker -> breaker.getState() == CircuitBreaker.State.OPEN)
                    .ifPresentOrElse(CircuitBreaker::transitionToHalfOpenState, () -> wake(name));
        }

        private synchronized boolean isReachable() {
            return reachable;
        }

        private synchronized OutageException outage() {
            DeliveryFailure last = failure;
            return new OutageException(
                    last != null
                            ? last
                            : new DeliveryFailure(
                                    ErrorCategory.UNKNOWN,
                                    Severity.TRANSIENT,
                                    "the circuit breaker of hub " + name + " was opened by hand"),
                    null);
        }

        private void probeLater() {
            later(this::probe, nextProbe);
            Duration doubled = nextProbe.multipliedBy(2);
            nextProbe = doubled.compareTo(probing.longest()) < 0 ? doubled : probing.longest();
        }

        private void probe() {
            long before;
            synchronized (this) {
                if (failure == null) {
                    probed = false;
                    return;
                }
                before = answers;
            }
            try {
                probe.accept(name);
            } catch (ThrottledException e) {
                // It is there: whoever has something to send finds out how long to wait.
                LOG.debug("hub={} probe put off", name, e);
            } catch (OutageException e) {
                LOG.debug("hub={} probe failed", name, e);
                unanswered(before, e.failure());
                return;
            }
            reached();
        }

        /** A probe got through. */
        private void reached() {
            synchronized (this) {
                if (!reachable && failure != null) {
                    LOG.info("hub={} reachable again, sends are tried", name);
                }
                reachable = true;
                found = null;
                if (!sendsFail) {
                    // All that failed were questions, and such a question was answered.
                    recovered();
                } else if (failure != null && System.nanoTime() - tried > SUMMARY.toNanos()) {
                    LOG.info("hub={} state=running reachable, and nobody has had anything to send for a minute", name);
                    failure = null;
                    sendsFail = false;
                    since = clock.instant();
                }
                probed = failure != null;
                if (probed) {
                    probeLater();
                }
            }
            tryOne();
        }

        /** A probe failed that began after so many answers. One that came meanwhile is newer than what the probe found. */
        private synchronized void unanswered(long before, DeliveryFailure why) {
            if (answers == before) {
                reachable = false;
                failure = why;
            }
            if (failure == null) {
                probed = false;
            } else {
                probeLater();
            }
        }

        private synchronized void summarize() {
            if (failure != null) {
                LOG.warn(
                        "hub={} state=failing since={} failures={} in the last minute, breaker={} error=\"{}\"",
                        name,
                        since,
                        failures - failuresTold,
                        Word.of(breaker(name)),
                        failure.error());
                failuresTold = failures;
            }
        }

        private synchronized HubStatus status() {
            return new HubStatus(
                    name,
                    breaker(name),
                    trips,
                    failures,
                    failuresByCategory,
                    throttled,
                    reachable,
                    failure,
                    since,
                    layouts.isKnown(name) ? layouts.layout(name).partitions().size() : 0,
                    notice);
        }
    }
}
