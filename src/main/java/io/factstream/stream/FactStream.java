package io.factstream.stream;

import io.factstream.config.ConfigurationException;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.eventhubs.DeliveryException;
import io.factstream.eventhubs.OutageException;
import io.factstream.eventhubs.SendFailures;
import io.factstream.eventhubs.ThrottledException;
import io.factstream.logging.LogPlace;
import io.factstream.session.StreamCounts;
import io.factstream.source.FileStamp;
import io.factstream.source.PageTooLargeException;
import io.factstream.source.QueryFailedException;
import io.factstream.source.SourceBusyException;
import io.factstream.source.SourceException;
import io.factstream.stream.PageMemory.Room;
import io.factstream.stream.StreamObserver.Step;
import io.factstream.time.Moment;
import io.factstream.watermark.QueryChangedException;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.Watermark;
import io.factstream.watermark.WatermarkConflictException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.support.SynchronizationAdapter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;

/**
 * One stream at work: the steps of the flow {@code fact-stream} that YAML cannot say. A poll is {@link #begin}; then
 * {@link #plan}, the page query and {@link #read}, unless a page waits; the sending of its batches; then {@link #commit};
 * or {@link #hold} when any of them fails.
 *
 * <p>The flow calls these from one thread at a time, but for {@link #plan} and {@link #read} of a page that is read ahead:
 * another thread does that while the page before it is sent. Sending threads report to {@link #sent} and {@link #deadLettered};
 * status, pause and resume may be called from anywhere.
 */
public final class FactStream {

    private static final Logger LOG = LoggerFactory.getLogger(FactStream.class);
    private static final String WINDOW = "FactStreamWindow";
    private static final String LEASE = "FactStreamLease";
    private static final String OPENED = "FactStreamOpened";
    private static final String PAGE = "FactStreamPage";
    private static final String AHEAD = "FactStreamAhead";
    private static final String ROOM = "FactStreamRoom";

    /** The body that asks for a page to be read. */
    static final String READ = "read";

    /**
     * How often an idle stream looks into a file that seems unchanged: for rows that have settled meanwhile, and because
     * a file system may give two writes in quick succession the same time.
     */
    private static final Duration IDLE_LOOK = Duration.ofSeconds(30);

    /** How long at least an idle stream leaves a file alone that seems unchanged. */
    private static final Duration SOONEST_LOOK = Duration.ofSeconds(1);

    /** So often in a row a busy source is tried again without waiting for the poll interval: loaders are soon done. */
    private static final int MOST_SOON = 10;

    /** Into how many parts the wait for a busy source is divided for the first of them. */
    private static final int FIRST_BUSY_WAIT = 8;

    private final StreamServices services;

    /** These three change together, between two pages. */
    private volatile StreamDefinition definition;

    private volatile PageReader reader;
    private final @Nullable String columns;
    private final Lag lag;
    private final Activity activity;
    private volatile String fingerprint;

    private final LongAdder rowsRead = new LongAdder();
    private final LongAdder eventsSent = new LongAdder();
    private final LongAdder eventsDeadLettered = new LongAdder();
    private final RejectedShare rejected = new RejectedShare();
    private final LongAdder batches = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder pagesFailed = new LongAdder();
    private final LongAdder throttles = new LongAdder();
    private final List<StreamObserver> observers = new CopyOnWriteArrayList<>();

    /** When the poll under way began, by {@link System#nanoTime}. */
    private long begun;

    /** A page whose sending or saving failed: what is missing of it is sent before anything else is read. */
    private volatile @Nullable Page kept;

    private final PagesAhead ahead = new PagesAhead();

    private volatile @Nullable FileStamp drainedAt;
    private @Nullable Moment nextLook;
    private boolean held;
    /** How often in a row the source was busy. */
    private int busy;

    private Duration loaderWait = Duration.ZERO;
    /** Whether the stream fails because of its hub. */
    private boolean outage;

    private int wakesSeen;
    private int looksSeen;

    private volatile @Nullable Moment heldUntil;
    /** How often the hub became worth trying again. */
    private final AtomicInteger wakes = new AtomicInteger();

    /** How often somebody asked for a look into a file that seems unchanged. */
    private final AtomicInteger looks = new AtomicInteger();

    /** Of the newest poll that opened the source. */
    private volatile CountDownLatch pollEnded = new CountDownLatch(0);

    /** A poll has found that no further page is to be read. */
    private volatile CountDownLatch finished = new CountDownLatch(1);

    /** Whether the next poll follows the newest one at once. */
    private volatile boolean pollsAgain;

    private volatile boolean paused;
    private volatile boolean finishing;
    /** Whether no further send is to begin. */
    private volatile boolean givenUp;

    private volatile boolean drained;
    private volatile StreamState state = StreamState.RUNNING;
    private volatile Instant since;
    private volatile StreamVersion version;
    private volatile @Nullable Watermark watermark;
    private volatile @Nullable String lastEventTime;
    private volatile @Nullable String lastError;
    private volatile int consecutiveFailures;

    public FactStream(StreamDefinition definition, StreamServices services) {
        this(definition, services, null);
    }

    /** @param columns that the query is known to have given, before the stream has a position; null when it is not known */
    FactStream(StreamDefinition definition, StreamServices services, @Nullable String columns) {
        this.definition = definition;
        this.services = services;
        this.columns = columns;
        activity = new Activity(() -> services.ticker().now().nanos(), services.clock());
        lag = new Lag(definition, services, () -> services.ticker().now().nanos());
        reader = new PageReader(definition, services, lag, columns);
        fingerprint = definition.fingerprint();
        since = services.clock().instant();
        version = new StreamVersion(1, since, null, null);
    }

    /** Tells somebody what the stream does from now on. */
    void observe(StreamObserver observer) {
        observers.add(observer);
    }

    /** A step on one of its batches came to a good end. */
    void took(Step step, long nanos) {
        observers.forEach(observer -> observer.took(step, nanos));
    }

    /** What its route file says of it. */
    public StreamDefinition definition() {
        return definition;
    }

    /**
     * First step of a poll: leaves the page that is to be sent as the message's body, where one waits that could not be
     * sent or one was read ahead; or {@link #READ} where one is to be read; or no body when there is nothing to do now.
     *
     * @throws SourceException when the source cannot be looked at
     * @throws QueryChangedException when the watermark was saved by another query
     */
    public void begin(Exchange exchange) throws InterruptedException {
        // The thread that polls serves this stream alone.
        MDC.put(LogPlace.STREAM, definition.id());
        begun = System.nanoTime();
        exchange.getMessage().setBody(null);
        if (finishing) {
            finished.countDown();
        }
        wakesSeen = wakes.get();
        if (paused) {
            letGo();
        }
        if (paused || finishing || isStillBefore(heldUntil)) {
            ahead.drop();
            endPoll(exchange);
            return;
        }
        Page waiting = keptPage();
        if (waiting == null) {
            waiting = pageReadAhead();
        }
        // From here on it is kept or let go, whatever fails.
        exchange.setProperty(PAGE, waiting);
        FileStamp stamp = services.source().stamp();
        int asked = looks.get();
        if (waiting == null && !held && looksSeen == asked && stamp.equals(drainedAt) && isStillBefore(nextLook)) {
            activity.now();
            endPoll(exchange);
            return;
        }
        looksSeen = asked;
        Optional<OutageException> cut = services.hubs().cut(definition.hub());
        if (cut.isPresent()) {
            keep(waiting);
            waitForHub(cut.get());
            endPoll(exchange);
            return;
        }
        CountDownLatch ended = new CountDownLatch(1);
        // Before the file is opened, which may mean to wait for a turn: whoever stops the runtime waits for this poll.
        pollEnded = ended;
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                ended.countDown();
            }
        });
        if (waiting != null) {
            exchange.getMessage().setBody(sorted(waiting, exchange));
            return;
        }
        // Asked for before the source is opened: while the hub is away the loader must not be kept waiting.
        services.hubs().layout(definition.hub());
        exchange.setProperty(Streams.STREAM, definition.id());
        exchange.getMessage().setBody(READ);
    }

    /**
     * Step that finds the next page and leaves its SQL as the message's body, or no body when there is none. The source
     * stays open until {@link #read} has the rows, so that the page is the one that was planned.
     *
     * @throws SourceException when the source is away, busy, or refuses the query
     * @throws QueryChangedException when the watermark was saved by another query
     */
    public void plan(Exchange exchange) throws InterruptedException {
        exchange.getMessage().setBody(null);
        PageAhead forLater = exchange.getProperty(AHEAD, PageAhead.class);
        if (forLater == null) {
            Room room = services.memory().enter(reader.expectedBytes(), () -> paused || finishing);
            if (room == null) {
                endPoll(exchange);
                return;
            }
            exchange.setProperty(ROOM, room);
        } else {
            exchange.setProperty(ROOM, forLater.room());
            exchange.getExchangeExtension().addOnCompletion(forLater);
        }
        FileStamp stamp = services.source().stamp();
        Lease lease = new Lease(services.source().open());
        exchange.setProperty(OPENED, System.nanoTime());
        exchange.setProperty(LEASE, lease);
        exchange.getExchangeExtension().addOnCompletion(lease);
        try {
            if (forLater != null) {
                take(reader.findAfter(lease.connection(), forLater.before()), exchange);
            } else if (!finishing) {
                PageReader.Found found = reader.find(lease.connection(), saved());
                if (found.window().isPresent()) {
                    drained = false;
                    // Whatever is found behind this page: the file is looked into again, changed or not.
                    drainedAt = null;
                }
                reader.look(lease.connection(), found, stamp);
                take(found, exchange);
            }
        } catch (SQLException e) {
            throw services.source().failure(e);
        }
        if (exchange.getMessage().getBody() == null) {
            lease.close();
            exchange.getProperty(ROOM, Room.class).release();
            if (forLater == null) {
                nothingToRead(exchange, stamp);
            }
        }
    }

    private static void take(PageReader.Found found, Exchange exchange) {
        exchange.setProperty(WINDOW, found.window().orElse(null));
        exchange.getMessage().setBody(found.sql());
    }

    private void nothingToRead(Exchange exchange, FileStamp stamp) {
        endPoll(exchange);
        if (finishing) {
            // Since it began to wait for its turn.
            finished.countDown();
            return;
        }
        took(Step.POLL, System.nanoTime() - begun);
        activity.now();
        drainedAt = stamp;
        drained = true;
        nextLook = services.ticker().now().plus(untilIdleLook());
        recovered();
    }

    /** When rows that are too young become due, or after a while: counting goes through the whole watermark column. */
    private Duration untilIdleLook() {
        Duration due = lag.backlog()
                .map(Backlog::firstDue)
                .map(time -> Duration.between(services.clock().instant(), time))
                .orElse(IDLE_LOOK);
        if (due.compareTo(IDLE_LOOK) > 0) {
            return IDLE_LOOK;
        }
        return due.compareTo(SOONEST_LOOK) > 0 ? due : SOONEST_LOOK;
    }

    /** The page that waits to be sent, unless somebody moved the watermark meanwhile. */
    private @Nullable Page keptPage() {
        Page page = kept;
        SavedWatermark saved = page == null ? null : saved();
        if (page != null && !Objects.equals(saved == null ? null : saved.position(), page.from())) {
            letGo();
            return null;
        }
        return page;
    }

    /** The page as it fits the partitions that the hub has now. */
    private Page sorted(Page waiting, Exchange exchange) {
        Page sorted = reader.sorted(waiting);
        if (kept == waiting) {
            kept = sorted;
        }
        exchange.setProperty(PAGE, sorted);
        return sorted;
    }

    private void keep(@Nullable Page page) {
        if (page != null && page != kept) {
            letGo();
            if (page.room().keep()) {
                kept = page;
            } else {
                page.room().release();
            }
        }
    }

    private void letGo() {
        Page page = kept;
        kept = null;
        if (page != null) {
            page.room().release();
        }
    }

    /**
     * Step before a page is sent: whether the next one is to be read meanwhile. Where it is, this exchange or a copy of it
     * must come to {@link #plan}.
     */
    public boolean readsAhead(Page page, Exchange exchange) {
        ahead.follow(page);
        return readsNext(exchange);
    }

    /** Step after a page was read: whether it was read ahead, and so is the next one. As with {@link #readsAhead}. */
    public boolean readsOn(Exchange exchange) {
        return exchange.getProperty(AHEAD) != null
                && exchange.getMessage().getBody() instanceof Page
                && readsNext(exchange);
    }

    private boolean readsNext(Exchange exchange) {
        PageAhead next = ahead.next(this::mayReadAhead, () -> services.memory().enterIfFree(reader.expectedBytes()));
        if (next == null) {
            return false;
        }
        exchange.setProperty(Streams.STREAM, definition.id());
        exchange.setProperty(AHEAD, next);
        return true;
    }

    private boolean mayReadAhead() {
        return !paused && !finishing && !reader.isToLook() && !isStillBefore(heldUntil);
    }

    private boolean isStillBefore(@Nullable Moment moment) {
        return moment != null && services.ticker().now().isBefore(moment);
    }

    /** The page that was read ahead, waiting for it while it is being read, unless it does not follow the watermark. */
    private @Nullable Page pageReadAhead() throws InterruptedException {
        for (PageAhead next = ahead.take(); next != null; next = ahead.take()) {
            Page page = next.await();
            if (page != null && isNext(page)) {
                rowsRead.add(page.rows());
                return page;
            }
        }
        return null;
    }

    /** Whether a page that was read ahead follows the watermark; where that is not so, or unknown, the page is let go. */
    private boolean isNext(Page page) {
        boolean follows = false;
        try {
            SavedWatermark saved = saved();
            follows = Objects.equals(saved == null ? null : saved.position(), page.from());
        } finally {
            if (!follows) {
                // Nor do those after it.
                ahead.stop();
                page.room().release();
            }
        }
        return follows;
    }

    /** The hub is known to be away: nothing is read or tried until it is worth trying. */
    private void waitForHub(OutageException why) {
        held = true;
        outage = true;
        enter(paused ? StreamState.PAUSED : StreamState.FAILING, why.getMessage());
    }

    /** The hub of the stream may take events again, so that waiting for it has an end. */
    public void hubIsWorthTrying() {
        wakes.incrementAndGet();
        heldUntil = null;
    }

    /** Looks how much lies beyond its watermark, where that is due, whatever the stream is doing. For one thread at a time. */
    public void lookAtLag() {
        lag.lookIfDue();
    }

    /** Its watermark was moved: what lies beyond it is another matter, though the file may be the same. */
    public void lookAgain() {
        looks.incrementAndGet();
    }

    /** The stored position; never one from memory. */
    private @Nullable SavedWatermark saved() {
        SavedWatermark saved = services.watermarks().find(definition.id()).orElse(null);
        lag.stands(saved == null ? null : saved.position());
        if (saved == null) {
            watermark = null;
            return null;
        }
        saved.requireIsOf(fingerprint);
        watermark = saved.position();
        return saved;
    }

    /**
     * Step after the page query: takes the rows into memory, closes the source, and sorts the events into batches.
     *
     * @param rows what the {@code jdbc} endpoint gives with {@code outputType=StreamList}
     * @return the page; null when it has to be planned again with fewer rows
     */
    public @Nullable Page read(Iterator<Map<String, Object>> rows, Exchange exchange) {
        // With it the connection of the page query, which the endpoint would keep until the page is sent.
        Lease lease = exchange.getProperty(LEASE, Lease.class);
        Page page = reader.read(
                        exchange.getProperty(WINDOW, Window.class),
                        rows,
                        exchange.getProperty(ROOM, Room.class),
                        lease::close)
                .orElse(null);
        took(Step.READ, System.nanoTime() - exchange.getProperty(OPENED, Long.class));
        PageAhead forLater = exchange.getProperty(AHEAD, PageAhead.class);
        if (page != null && forLater != null) {
            ahead.read(forLater, page);
        } else if (page != null) {
            rowsRead.add(page.rows());
            exchange.setProperty(PAGE, page);
        }
        return page;
    }

    /**
     * Last step of a page that is delivered or dead-lettered whole: saves the watermark.
     *
     * @throws ConfigurationException when some event of the page is neither: a route left it out, and the watermark must
     *     not pass it
     */
    public void commit(Page page, Exchange exchange) {
        int missing = page.unsettled();
        if (missing > 0) {
            throw new ConfigurationException(
                    "stream '" + definition.id() + "'",
                    "its route came to its end, but " + missing + " of the page's " + page.rows()
                            + " events were neither acknowledged by the hub nor stored as dead letters",
                    "Let every batch that the kamelet hands on reach direct:send-batch; leave rows out in the query");
        }
        long saving = System.nanoTime();
        services.watermarks().advance(definition.id(), fingerprint, page.from(), page.to(), page.passed());
        long saved = System.nanoTime();
        took(Step.COMMIT, saved - saving);
        took(Step.POLL, saved - begun);
        page.room().reuse();
        kept = null;
        lag.delivered(page);
        activity.now();
        watermark = page.to();
        lastEventTime = page.to().value();
        recovered();
        pollAgain(exchange);
    }

    /**
     * Instead of {@link #commit} when a step failed: keeps the watermark, shows why, and sets when to try again. This is
     * the only place that decides about trying again; nothing below it repeats a send.
     */
    public void hold(Exchange exchange) {
        endPoll(exchange);
        loaderWait = Duration.ZERO;
        Throwable thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        RuntimeException failure = typed(thrown);
        Moment now = services.ticker().now();
        Page failed = exchange.getProperty(PAGE, Page.class);
        Room room = exchange.getProperty(ROOM, Room.class);
        if (failed == null && room != null) {
            room.release();
        }
        if (failure instanceof PageTooLargeException && reader.shrink()) {
            LOG.debug("stream={} page too large, trying rows={}", definition.id(), reader.rows());
            pollAgain(exchange);
            return;
        }
        held = true;
        String error = describe(failure) + rowsOf(failure, exchange.getProperty(WINDOW, Window.class));
        if (failure instanceof SourceBusyException) {
            Duration wait = jittered(busyWait());
            busy++;
            heldUntil = now.plus(wait);
            // A thread that is to stop must not wait.
            if (busy <= MOST_SOON && !Thread.currentThread().isInterrupted()) {
                loaderWait = wait;
                pollAgain(exchange);
            }
            enter(paused ? StreamState.PAUSED : StreamState.BUSY, error);
            return;
        }
        if (failure instanceof WatermarkConflictException || failure instanceof QueryChangedException) {
            letGo();
            if (failed != null) {
                failed.room().release();
            }
        } else {
            // It would wait as long, and the page that failed needs the room more.
            ahead.drop();
            keep(failed);
        }
        if (givenUp) {
            // Told once for each page, by whoever gave it up.
            LOG.debug("stream={} stops within a page", definition.id(), failure);
            return;
        }
        if (SendFailures.isTurnedAway(thrown)) {
            // Nothing was tried, so nothing failed. The send that was let through decides, and then wakes the stream.
            heldUntil = now.plus(jittered(services.pages().firstHold()));
            waitForHub((OutageException) failure);
            return;
        }
        if (failure instanceof ThrottledException throttled) {
            throttles.increment();
            heldUntil = now.plus(
                    stretched(throttled.advice().orElse(services.pages().throttledHold())));
            enter(paused ? StreamState.PAUSED : StreamState.THROTTLED, error);
            return;
        }
        pagesFailed.increment();
        int unsent = failed == null ? 0 : failed.unsettled();
        observers.forEach(observer -> observer.failed(failure, unsent));
        int failures = consecutiveFailures + 1;
        consecutiveFailures = failures;
        // Where the hub has come back since the poll began, the wait must not begin anew at its longest.
        heldUntil = now.plus(jittered(holdAfter(wakes.get() == wakesSeen ? failures : 1)));
        outage = failure instanceof OutageException;
        if (outage) {
            LOG.debug("stream={} holds: {}", definition.id(), error);
        } else if (state != StreamState.FAILING || !error.equals(lastError)) {
            LOG.warn("stream={} state=failing watermark={} error=\"{}\"", definition.id(), watermark, error);
        }
        LOG.debug("stream={} failed {} times", definition.id(), failures, failure);
        enter(paused ? StreamState.PAUSED : StreamState.FAILING, error);
    }

    /**
     * Step after {@link #hold}: for how many milliseconds a loader that has the source is left alone before the next poll,
     * which then comes at once. 0 where the next poll comes after the poll interval.
     */
    public long loaderWait() {
        return loaderWait.toMillis();
    }

    private RuntimeException typed(Throwable thrown) {
        // An SQLException behind another exception need not be the source's: the state speaks SQL too.
        boolean bare = true;
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (bare && cause instanceof SQLException sql) {
                return services.source().failure(sql);
            }
            bare &= isWrapper(cause) || !(cause instanceof RuntimeException);
            if (cause instanceof SourceException || cause instanceof DeliveryException) {
                return (RuntimeException) cause;
            }
            if (SendFailures.isTurnedAway(cause)) {
                return services.hubs().cut(definition.hub()).orElse(SendFailures.outage(cause));
            }
        }
        Throwable cause = thrown;
        while (isWrapper(cause) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(cause);
    }

    /** Camel's own exceptions name the exchange, which is another each time, and say nothing that a person could use. */
    private static boolean isWrapper(Throwable thrown) {
        return thrown instanceof CamelExchangeException || thrown instanceof RuntimeCamelException;
    }

    private String describe(RuntimeException failure) {
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        if (failure instanceof SourceBusyException) {
            return message + "; it is tried again until it is free";
        }
        return failure instanceof QueryFailedException query
                ? definition.place(query.line()) + ": " + message
                : message;
    }

    /** Which rows DuckDB had no memory for, though their page was as small as it can be. */
    private String rowsOf(RuntimeException failure, @Nullable Window window) {
        return failure instanceof PageTooLargeException && window != null
                ? "; it happened with " + definition.watermarkColumn() + " = "
                        + window.to().value()
                : "";
    }

    /** Short at first: a loader that appends a few rows has the file for some tens of milliseconds. */
    private Duration busyWait() {
        Duration longest = services.pages().busyRetry();
        Duration wait = longest.dividedBy(FIRST_BUSY_WAIT).multipliedBy(1L << Math.min(busy, MOST_SOON));
        return wait.compareTo(longest) < 0 ? wait : longest;
    }

    private Duration holdAfter(int failures) {
        StreamServices.Pages settings = services.pages();
        double millis = settings.firstHold().toMillis() * Math.pow(settings.holdMultiplier(), failures - 1.0);
        return Duration.ofMillis(
                (long) Math.min(millis, (double) settings.longestHold().toMillis()));
    }

    /** Half to one and a half times as long, so that streams do not all come back at once. */
    private static Duration jittered(Duration wait) {
        return Duration.ofMillis(
                (long) (wait.toMillis() * (0.5 + ThreadLocalRandom.current().nextDouble())));
    }

    /** Up to half as long again, never shorter: the service's advice is the least. */
    private static Duration stretched(Duration wait) {
        return Duration.ofMillis(
                (long) (wait.toMillis() * (1 + ThreadLocalRandom.current().nextDouble() / 2)));
    }

    /** Nothing more to do in this poll; the next one comes after the poll interval. */
    private void endPoll(Exchange exchange) {
        pollsAgain = false;
        exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, false);
    }

    /** The next poll comes at once. */
    private void pollAgain(Exchange exchange) {
        pollsAgain = true;
        exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, true);
    }

    private void recovered() {
        if (state == StreamState.FAILING) {
            // An outage is told by its hub, for all streams at once.
            LOG.atLevel(outage ? Level.DEBUG : Level.INFO)
                    .log("stream={} state=running recovered after failures={}", definition.id(), consecutiveFailures);
        }
        held = false;
        busy = 0;
        consecutiveFailures = 0;
        lastError = null;
        enter(paused ? StreamState.PAUSED : StreamState.RUNNING, null);
    }

    private void enter(StreamState next, @Nullable String error) {
        lastError = error;
        StreamState before = state;
        if (before != next) {
            state = next;
            since = services.clock().instant();
            observers.forEach(observer -> observer.changed(before, status()));
        }
    }

    /** The hub acknowledged a batch. */
    public void sent(EventBatch batch) {
        activity.now();
        eventsSent.add(batch.size());
        batches.increment();
        bytes.add(batch.wireBytes());
        observers.forEach(observer -> observer.sent(batch.partition(), batch.size()));
        rejected.taken(batch.size());
        batch.settle();
    }

    /** The events of a batch were stored as dead letters. */
    public void deadLettered(EventBatch batch, ErrorCategory category) {
        activity.now();
        eventsDeadLettered.add(batch.size());
        observers.forEach(observer -> observer.deadLettered(category, batch.size()));
        if (batch.fault().isEmpty()) {
            rejected.rejected(batch.size());
        }
        batch.settle();
    }

    /** The lanes in which the events of a batch are looked for that the hub rejects. */
    List<Lane> lanes(EventBatch batch) {
        return batch.lanes(Lane.MOST, rejected.now());
    }

    /** Stops reading after the page that is under way. */
    public void pause() {
        paused = true;
        enter(StreamState.PAUSED, lastError);
        LOG.info("stream={} state=paused", definition.id());
    }

    /** Reads again. */
    public void resume() {
        paused = false;
        activity.now();
        enter(StreamState.RUNNING, lastError);
        LOG.info("stream={} state=running", definition.id());
    }

    /**
     * Reads no further page until {@link #goOn}. To be called before the routes are stopped: Camel interrupts a poll that lasts
     * while it stops, and a page so cut off would be sent again after the next start.
     */
    public void finish() {
        finished = new CountDownLatch(1);
        finishing = true;
    }

    /**
     * Waits for the page under way, after {@link #finish}.
     *
     * @return whether it came to its end in time
     */
    public boolean awaitFinished(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        return pollEnded.await(patience.toNanos(), TimeUnit.NANOSECONDS)
                // Camel has left a page for certain only when it comes for the next one.
                && (!pollsAgain || finished.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS));
    }

    /**
     * Begins no further send: the time to stop is over. What is left of the page is sent after the next start, with the same
     * ids.
     */
    public void giveUp() {
        givenUp = true;
    }

    /**
     * Step before each send.
     *
     * @throws GivenUpException when no further one is to begin
     */
    void requireGoing() {
        if (givenUp) {
            throw new GivenUpException();
        }
    }

    /** A page was not sent to its end because the runtime stops. */
    static final class GivenUpException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        GivenUpException() {
            super("the runtime stops; what is left of the page is sent after the next start");
        }
    }

    /** Reads again, after {@link #finish}. */
    public void goOn() {
        finishing = false;
    }

    /**
     * Waits, after {@link #finish}, until the stream is between two pages: none is under way, none waits to be sent again,
     * and none is read ahead. What was is let go, since the stream may go on with another query, or not at all.
     *
     * @return whether it is, in time
     */
    public boolean awaitRest(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        if (!awaitFinished(patience)) {
            return false;
        }
        if (kept != null || !ahead.await(Duration.ofNanos(deadline - System.nanoTime()))) {
            return false;
        }
        ahead.drop();
        return true;
    }

    /**
     * Goes on as its files now say, from where it stands. To be called only between {@link #awaitRest} and {@link #goOn}.
     *
     * @param changed of the same id
     */
    public void change(StreamDefinition changed) {
        definition = changed;
        lag.change(changed);
        reader = new PageReader(changed, services, lag, columns);
        fingerprint = changed.fingerprint();
        drainedAt = null;
        drained = false;
        // What was wrong with the version before is not worth waiting for.
        heldUntil = null;
        version = version.next(services.clock().instant());
    }

    /** The newest change of its files was not taken up, or is no longer wanted (null). */
    public void refused(@Nullable String why) {
        version = version.refused(why, services.clock().instant());
    }

    /** Which version of its files it runs. */
    public StreamVersion version() {
        return version;
    }

    /** For how long it neither delivered anything nor found that there was nothing to deliver. */
    public Duration quiet() {
        return activity.quiet();
    }

    /** How the stream stands now. */
    public StreamStatus status() {
        Optional<Backlog> backlog = lag.backlog();
        return new StreamStatus(
                definition.id(),
                state,
                watermark,
                counts(),
                backlog,
                lag.lookedAt(),
                lag.waiting(),
                activity.standstill(
                        state,
                        pollEnded.getCount() > 0,
                        backlog.map(Backlog::rows).orElse(null),
                        lastError),
                version,
                reader.lateRows(),
                reader.warning(),
                drained,
                lastEventTime,
                lastError,
                pagesFailed.sum(),
                throttles.sum(),
                consecutiveFailures,
                since);
    }

    /** What it did in this session. */
    public StreamCounts counts() {
        return new StreamCounts(rowsRead.sum(), eventsSent.sum(), eventsDeadLettered.sum(), batches.sum(), bytes.sum());
    }
}
