package io.factstream.eventhubs;

import io.factstream.deadletter.DeliveryFailure;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Severity;
import io.factstream.text.Word;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.circuitbreaker.event.CircuitBreakerOnStateTransitionEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
 * also probed, by logging in and opening a link, without an event: a hub that could not be reached and can be again lets
 * a send through at once. A hub that can be reached and refuses sends is left to the breaker.
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

    /**
     * How often a failing hub is probed; the wait doubles from the first to the longest.
     *
     * @param first after a failed send
     * @param longest between two probes
     */
    public record Probing(Duration first, Duration longest) {}

    /**
     * Begins to watch.
     *
     * @param breakers where the routes keep the breaker of each hub, made by a step with the id {@code breaker-<hub>}
     * @param threads for probes and summaries
     */
    public HubMonitor(
            HubLayouts layouts, CircuitBreakerRegistry breakers, Probing probing, Clock clock, ThreadFactory threads) {
        this(layouts, layouts::probe, breakers, probing, clock, threads);
    }

    /** As above, with a way to probe that throws what {@link HubLayouts#probe} does. */
    HubMonitor(
            HubLayouts layouts,
            Consumer<String> probe,
            CircuitBreakerRegistry breakers,
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
        breakers.getEventPublisher().onEntryAdded(added -> watch(added.getAddedEntry()));
        summarizeLater();
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
                hub(hub).tripped();
                if (first) {
                    LOG.warn("hub={} breaker=open no sends until the hub is back", hub);
                }
            }
            case HALF_OPEN -> {
                LOG.debug("hub={} breaker=half-open", hub);
                listeners.forEach(listener -> listener.accept(hub));
            }
            case CLOSED -> {
                LOG.info("hub={} breaker=closed", hub);
                listeners.forEach(listener -> listener.accept(hub));
            }
            default ->
                LOG.warn(
                        "hub={} breaker={} by hand",
                        hub,
                        event.getStateTransition().getToState());
        }
    }

    /** Calls {@code listener} with the hub's name whenever it is worth trying to send to a hub again. */
    public void whenWorthTrying(Consumer<String> listener) {
        listeners.add(listener);
    }

    @Override
    public HubLayout layout(String hub) {
        try {
            return layouts.layout(hub);
        } catch (OutageException e) {
            failed(hub, e);
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
        boolean unknown = !known.isReachable() && !layouts.isKnown(hub);
        return breaker(hub) == BreakerState.OPEN || unknown ? Optional.of(known.outage()) : Optional.empty();
    }

    /** An outage ended a send to a hub. */
    void failed(String hub, OutageException why) {
        hub(hub).failed(why.failure());
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
        private @Nullable Instant since;
        private boolean reachable = true;
        private boolean probed;
        private long answers;
        private Duration nextProbe = probing.first();
        private long failuresTold;
        private long throttledTold;
        private @Nullable Instant throttleTold;

        private Hub(String name) {
            this.name = name;
        }

        private synchronized void tripped() {
            trips++;
        }

        private synchronized void failed(DeliveryFailure why) {
            failures++;
            failuresByCategory.merge(why.category(), 1L, Long::sum);
            DeliveryFailure before = failure;
            if (before == null) {
                since = clock.instant();
                nextProbe = probing.first();
            }
            if (before == null || before.category() != why.category() || before.severity() != why.severity()) {
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
            Instant now = clock.instant();
            if (throttleTold == null || throttleTold.plus(SUMMARY).isBefore(now)) {
                LOG.warn("hub={} state=throttled sends={} error=\"{}\"", name, throttled - throttledTold, why.error());
                throttleTold = now;
                throttledTold = throttled;
            }
        }

        private synchronized void answered() {
            answers++;
            if (failure != null) {
                LOG.info("hub={} state=running recovered, failing since={}", name, since);
                failure = null;
                since = clock.instant();
                reachable = true;
            }
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
                                    ErrorCategory.NETWORK, Severity.TRANSIENT, "hub " + name + " is being tried"),
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
                throttled(e.failure());
            } catch (OutageException e) {
                LOG.debug("hub={} probe failed", name, e);
                unanswered(before, e.failure());
                return;
            }
            boolean back;
            synchronized (this) {
                probed = false;
                back = !reachable;
                if (back) {
                    answered();
                }
            }
            if (back) {
                Optional.ofNullable(watched.get(name))
                        .filter(breaker -> breaker.getState() == CircuitBreaker.State.OPEN)
                        .ifPresent(CircuitBreaker::transitionToHalfOpenState);
                listeners.forEach(listener -> listener.accept(name));
            }
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
                    name, breaker(name), trips, failures, failuresByCategory, throttled, reachable, failure, since);
        }
    }
}
