package io.factstream;

import com.azure.core.amqp.AmqpTransportType;
import io.factstream.config.ConfigurationException;
import io.factstream.config.HubConnection;
import io.factstream.config.KnownSettings;
import io.factstream.config.Reload;
import io.factstream.config.Settings;
import io.factstream.config.Transport;
import io.factstream.control.Control;
import io.factstream.control.Rewind;
import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.deadletter.Replay;
import io.factstream.eventhubs.BatchLimit;
import io.factstream.eventhubs.HubAccess;
import io.factstream.eventhubs.HubBreakers;
import io.factstream.eventhubs.HubComponent;
import io.factstream.eventhubs.HubLayouts;
import io.factstream.eventhubs.HubMonitor;
import io.factstream.jmx.StatusMBeans;
import io.factstream.journal.Journal;
import io.factstream.logging.Logs;
import io.factstream.management.ManagementPort;
import io.factstream.routes.RouteFiles;
import io.factstream.routes.RouteFolder;
import io.factstream.routes.StreamDefinitions;
import io.factstream.session.LiveSessions;
import io.factstream.session.Outcome;
import io.factstream.session.Session;
import io.factstream.session.SessionIds;
import io.factstream.session.StreamCounts;
import io.factstream.source.Courtesy;
import io.factstream.source.DuckDbSource;
import io.factstream.source.SourceException;
import io.factstream.state.SqliteState;
import io.factstream.state.StateException;
import io.factstream.statistics.Statistics;
import io.factstream.stream.Backfill;
import io.factstream.stream.Delivery;
import io.factstream.stream.FactStream;
import io.factstream.stream.Lane;
import io.factstream.stream.PageMemory;
import io.factstream.stream.StreamDefinition;
import io.factstream.stream.StreamServices;
import io.factstream.stream.StreamState;
import io.factstream.stream.StreamStatus;
import io.factstream.stream.Streams;
import io.factstream.text.Word;
import io.factstream.time.Ticker;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Route;
import org.apache.camel.main.Main;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One runtime: the Camel application with the routes of a folder, a source, a state and a namespace of hubs.
 *
 * <p>Start it once, stop it once. Stopping lets the pages under way finish, within {@code factstream.shutdown.timeout}.
 */
public final class Application implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Application.class);

    /** Sends under way at the same time, all streams together. More than a few only cost memory. */
    private static final int SENDERS = 8;

    /** The part of the heap that the pages of all streams may take. Sends under way need about as much again. */
    private static final double PAGES_SHARE = 0.25;

    /** The part of the heap that pages may take while they wait for an outage to end. */
    private static final double KEPT_SHARE = 0.15;

    /** What a stop may take beyond the time that it was given. */
    private static final Duration AFTER_DEADLINE = Duration.ofSeconds(2);

    /** Stands in for a hub that is never asked. */
    private static final HubAccess NOWHERE = new HubAccess(
            "localhost",
            "Endpoint=sb://localhost;SharedAccessKeyName=none;SharedAccessKey=none",
            AmqpTransportType.AMQP,
            Duration.ofSeconds(1),
            0);

    /** What a runtime is there for. */
    private enum Role {
        STREAMS,
        /** To do something when it is told to. */
        ACTS,
        /** To find out whether route files can be loaded. */
        TRIAL
    }

    private final Settings settings;
    private final RouteFolder routeFolder;
    private final Role role;
    private final boolean presentEnd;
    private final boolean streaming;
    private final SqliteState state;
    private final String sessionId;
    private final HubMonitor hubs;
    private final Streams streams;
    private final StreamDefinitions definitions;
    private final DuckDbSource source;
    private final ExecutorService senders;
    private final ExecutorService searchers;
    private final ExecutorService readers;
    private final Main camel;
    private final Clock clock;
    private final Heartbeat heartbeat;
    private final StatusExchange exchange;
    private final LagClock lagClock;
    private final @Nullable LiveSessions living;
    private final DeadLetterBinding deadLetters;
    private final @Nullable LiveRoutes live;
    private final Control control;
    private @Nullable StatusMBeans mbeans;
    private final Statistics statistics;
    private final @Nullable ManagementPort management;
    private final @Nullable Backfill backfill;

    /**
     * Wires a runtime, and opens its state.
     *
     * @param settings checked by {@link Settings#validateForRun()}
     * @param presentEnd whether rows that settle after this moment are left alone, for a run that ends
     */
    public Application(Settings settings, boolean presentEnd) {
        this(settings, presentEnd, Clock.systemUTC());
    }

    /** As above, by a clock that may be set while it runs: what is shown and stored goes by it, and no wait does. */
    Application(Settings settings, boolean presentEnd, Clock clock) {
        this(settings, presentEnd, null, Role.STREAMS, settings.get(KnownSettings.STATE_FILE), clock);
    }

    /**
     * Wires a runtime that sends rows of one stream again, beside one that may be running, and then ends.
     *
     * @param settings checked by {@link Settings#validateForRun()}
     * @param rows which rows
     */
    public Application(Settings settings, BackfillRange rows) {
        this(settings, true, rows, Role.STREAMS, settings.get(KnownSettings.STATE_FILE), Clock.systemUTC());
    }

    private Application(
            Settings settings,
            boolean presentEnd,
            @Nullable BackfillRange rows,
            Role role,
            Path stateFile,
            Clock running) {
        this.settings = settings;
        this.routeFolder = RouteFolder.of(settings);
        this.presentEnd = presentEnd;
        this.role = role;
        this.streaming = role == Role.STREAMS;
        this.clock = running;
        Ticker ticker = Ticker.system();
        state = SqliteState.open(
                stateFile,
                new DeadLetterLimit(
                        settings.get(KnownSettings.DEAD_LETTER_MAX_ENTRIES),
                        KnownSettings.DEAD_LETTER_MAX_ENTRIES.key()),
                running);
        sessionId = new SessionIds(running, new SecureRandom()).next();
        HubAccess access = role == Role.TRIAL ? NOWHERE : access(settings);
        source = source(settings);
        backfill = rows == null ? null : backfill(rows, source);
        HubBreakers breakers = new HubBreakers();
        hubs = hubs(settings, access, breakers, running);
        if (role == Role.STREAMS && rows == null) {
            hubs.remember(new EarlierLayouts(state.hubPartitions()));
        }
        StreamServices services = new StreamServices(
                source,
                hubs,
                backfill == null ? state.watermarks() : backfill.positions(),
                new PageMemory(pagesCapacity(), (long) (Runtime.getRuntime().maxMemory() * KEPT_SHARE)),
                pages(settings, sessionId),
                running,
                presentEnd ? Clock.fixed(running.instant(), ZoneOffset.UTC) : running,
                ticker);
        streams = new Streams(services, backfill);
        definitions = RouteValues.definitions(settings);
        statistics = new Statistics(
                sessionId, hubs, state.deadLetters(), running, ticker, new NamedDaemons("factstream-statistics-"));
        streams.observe(statistics::observe);
        statistics.askForRefused(streams::refused);
        senders = Executors.newFixedThreadPool(SENDERS, new NamedDaemons("factstream-send-"));
        // A search begins others: where all threads are busy it goes on by the one that it has, to its end even in a
        // stop.
        searchers = new ThreadPoolExecutor(
                0,
                Lane.MOST,
                1,
                TimeUnit.MINUTES,
                new SynchronousQueue<>(),
                new NamedDaemons("factstream-search-"),
                (search, pool) -> search.run());
        // A thread for each stream that reads ahead; most of them wait for their turn at the source.
        readers = Executors.newCachedThreadPool(new NamedDaemons("factstream-read-"));
        deadLetters = new DeadLetterBinding(settings, state.deadLetters(), hubs, running, ticker);
        control = new Control(
                streams, state.pauses(), deadLetters::replay, new Rewind(state.watermarks()), state.journal(), running);
        // What ends by itself needs none, and may run beside a runtime that has one.
        living = streaming ? LiveSessions.enter(stateFile, sessionId) : null;
        management = living != null && !presentEnd && backfill == null && ManagementPort.isWanted(settings)
                ? new ManagementPort(
                        settings,
                        sessionId,
                        statistics,
                        state.deadLetters(),
                        state.sessions(),
                        living,
                        control,
                        running)
                : null;
        hubs.whenWorthTrying(streams::hubIsWorthTrying);
        heartbeat = new Heartbeat(stateFile, sessionId, streams, hubs, this::saveCounts);
        lagClock = new LagClock(streams);
        exchange = new StatusExchange(sessionId, streams, state.status(), state.pauses(), running);
        if (backfill == null) {
            streams.pauseAtStart(id -> state.pauses().wanted().containsKey(id));
        }
        camel = camel(access, breakers);
        boolean lasts = streaming && !presentEnd && rows == null;
        live = lasts && settings.get(KnownSettings.RELOAD) == Reload.ON
                ? new LiveRoutes(settings, definitions, streams, state, source, new Switch(), running)
                : null;
    }

    private static HubMonitor hubs(Settings settings, HubAccess access, HubBreakers breakers, Clock clock) {
        HubLayouts layouts = new HubLayouts(access, limit(settings), settings.get(KnownSettings.SEND_DEADLINE));
        Duration longest = settings.get(KnownSettings.BREAKER_PROBE_INTERVAL);
        Duration first = settings.get(KnownSettings.HOLD_INITIAL_DELAY);
        return new HubMonitor(
                layouts,
                breakers,
                new HubMonitor.Probing(
                        first.compareTo(longest) < 0 ? first : longest,
                        longest,
                        settings.get(KnownSettings.HUB_LAYOUT_INTERVAL)),
                clock,
                new NamedDaemons("factstream-hubs-"));
    }

    /**
     * Wires a runtime with the shared flow and no stream, which does nothing until it is told to. It can run beside one
     * that streams, with the same state.
     *
     * @param settings checked by {@link Settings#validateForReplay()}
     */
    public static Application withoutStreams(Settings settings) {
        return new Application(
                settings, false, null, Role.ACTS, settings.get(KnownSettings.STATE_FILE), Clock.systemUTC());
    }

    /**
     * Wires a runtime with the shared flow, which starts no route and asks no hub: to see whether Camel takes route files.
     *
     * @param stateFile a state for it alone
     */
    static Application onTrial(Settings settings, Path stateFile) {
        return new Application(settings, false, null, Role.TRIAL, stateFile, Clock.systemUTC());
    }

    private Backfill backfill(BackfillRange rows, DuckDbSource source) {
        try {
            return rows.resolve(settings, source, state.watermarks());
        } catch (RuntimeException e) {
            // Nobody else will; the hubs are not there yet.
            state.close();
            throw e;
        }
    }

    static DuckDbSource source(Settings settings) {
        return new DuckDbSource(
                // Without a stream there may be none, and then none is opened.
                settings.find(KnownSettings.SOURCE_FILE).orElse(Path.of("no-source")),
                settings.sourceKey().orElse(null),
                settings.get(KnownSettings.SOURCE_MEMORY_LIMIT),
                settings.get(KnownSettings.SOURCE_THREADS),
                settings.get(KnownSettings.SOURCE_QUERY_TIMEOUT),
                spillFolder(settings),
                new Courtesy(
                        settings.get(KnownSettings.SOURCE_MAX_HOLD),
                        settings.get(KnownSettings.SOURCE_PAUSE),
                        settings.get(KnownSettings.SOURCE_READERS)));
    }

    private static long pagesCapacity() {
        return (long) (Runtime.getRuntime().maxMemory() * PAGES_SHARE);
    }

    /**
     * Beside the state, which a runtime keeps on a disk with room; before there is one, or for somebody who may not write
     * there, among what is temporary. DuckDB makes the folder when it needs it, and removes it.
     */
    private static Path spillFolder(Settings settings) {
        Path beside = settings.get(KnownSettings.STATE_FILE)
                .toAbsolutePath()
                .normalize()
                .resolveSibling("spill");
        Path ofTheState = beside.getParent();
        return ofTheState != null && Files.isDirectory(ofTheState) && Files.isWritable(ofTheState)
                ? beside
                : Path.of(System.getProperty("java.io.tmpdir"))
                        .toAbsolutePath()
                        .resolve("factstream-spill-" + ProcessHandle.current().pid());
    }

    static StreamServices.Pages pages(Settings settings, String sessionId) {
        return new StreamServices.Pages(
                settings.get(KnownSettings.EVENT_SOURCE),
                settings.get(KnownSettings.EVENT_SCHEMA_VERSION),
                sessionId,
                settings.get(KnownSettings.EVENT_NON_FINITE),
                settings.get(KnownSettings.PAGE_MAX_ROWS),
                Math.min(settings.get(KnownSettings.PAGE_MAX_BYTES), pagesCapacity()),
                settings.get(KnownSettings.BATCH_MAX_BYTES),
                settings.get(KnownSettings.SOURCE_BUSY_RETRY),
                settings.get(KnownSettings.HOLD_INITIAL_DELAY),
                settings.get(KnownSettings.HOLD_MAX_DELAY),
                settings.get(KnownSettings.HOLD_MULTIPLIER),
                settings.get(KnownSettings.HOLD_THROTTLED));
    }

    static BatchLimit limit(Settings settings) {
        return new BatchLimit(
                settings.get(KnownSettings.BATCH_MAX_EVENTS),
                Math.toIntExact(settings.get(KnownSettings.BATCH_MAX_BYTES)));
    }

    static HubAccess access(Settings settings) {
        HubConnection connection = settings.hubConnection();
        return new HubAccess(
                connection instanceof HubConnection.ByAzureIdentity identity
                        ? identity.namespace()
                        : ((HubConnection.BySharedAccess) connection).host().split("\\.", 2)[0],
                connection instanceof HubConnection.BySharedAccess shared
                        ? shared.connectionString().reveal()
                        : null,
                settings.get(KnownSettings.TRANSPORT) == Transport.AMQP
                        ? AmqpTransportType.AMQP
                        : AmqpTransportType.AMQP_WEB_SOCKETS,
                settings.get(KnownSettings.TRY_TIMEOUT),
                settings.get(KnownSettings.MAX_RETRIES));
    }

    private Main camel(HubAccess access, HubBreakers breakers) {
        Main main = new Main();
        main.setAppName("FactStream");
        Path flow = routeFolder.flow().toAbsolutePath();
        Properties properties = RouteValues.of(settings);
        if (role == Role.TRIAL) {
            properties.setProperty("camel.main.name", "factstream-trial");
            properties.setProperty("camel.main.autoStartup", "false");
            properties.setProperty("camel.main.jmxEnabled", "false");
        }
        properties.putIfAbsent("camel.main.name", "factstream");
        properties.putIfAbsent("camel.main.startupSummaryLevel", "Off");
        properties.putIfAbsent(
                "camel.main.shutdownTimeout",
                Long.toString(settings.get(KnownSettings.SHUTDOWN_TIMEOUT).toSeconds()));
        // The route files beside the shared flow are loaded when it runs, each by itself: one that cannot work stops no
        // other.
        properties.setProperty(
                "camel.main.routesIncludePattern",
                RouteFiles.flow(routeFolder).stream()
                        .map(file -> "file:" + file.toAbsolutePath())
                        .collect(Collectors.joining(",")));
        properties.putAll(deadLetters.switches(streaming && backfill == null));
        properties.setProperty("camel.component.kamelet.location", "file:" + flow);
        // Only what is set above configures Camel; no file or variable that happens to lie around.
        main.setDefaultPropertyPlaceholderLocation("false");
        main.setInitialProperties(properties);
        main.bind("source", source);
        main.bind("streams", streams);
        main.bind("sendPool", senders);
        main.bind("searchPool", searchers);
        main.bind("readPool", readers);
        // Where the circuit breakers of the routes find their registry, so that they can be watched from here.
        main.bind("breakers", breakers.registry());
        main.bind("azure-eventhubs", new HubComponent(access));
        main.bind("delivery", new Delivery(streams, state.deadLetters(), sessionId, clock));
        main.configure().withRoutesBuilders(List.of());
        main.addMainListener(new ContextSetup(settings.get(KnownSettings.SEND_DEADLINE), hubs, definitions));
        main.addMainListener(deadLetters);
        if (management != null) {
            properties.putAll(management.camelProperties());
            main.setInitialProperties(properties);
            main.addMainListener(management);
        }
        return main;
    }

    /**
     * Starts the routes; streams run from here on. A route file that cannot work is refused by itself, and shown as such.
     *
     * @throws ConfigurationException when no stream can run
     */
    public void start() {
        if (!streaming) {
            startCamel();
            return;
        }
        FirstLoad files = new FirstLoad(settings, definitions, streams, new Switch());
        files.look();
        refuseForeignStreams();
        Logs.session(sessionId);
        if (management != null) {
            management.requireFree();
        }
        state.sessions().start(Session.starting(sessionId, clock.instant()));
        warmUp();
        startCamel();
        files.load();
        if (backfill != null) {
            files.require(backfill.stream());
        }
        if (live != null) {
            live.begin(files);
        }
        StatusMBeans shown =
                new StatusMBeans(camel.getCamelContext(), sessionId, statistics, state.deadLetters(), control);
        shown.register();
        hubs.whenLayoutChanges(shown::tell);
        mbeans = shown;
        statistics.start();
        lagClock.start();
        if (backfill == null) {
            heartbeat.start();
            exchange.start();
        }
        if (live != null) {
            live.start();
        }
        if (!settings.isGiven(KnownSettings.ROUTES)
                && settings.shippedRoutes()
                        .filter(routeFolder.streams()::equals)
                        .isPresent()) {
            LOG.info(
                    "routes={} are the streams that come with FactStream: {} is not set, and there is no folder routes here",
                    routeFolder.streams(),
                    KnownSettings.ROUTES);
        }
        LOG.info(
                "session={} started streams={} routes={} source={}",
                sessionId,
                streams.all().size(),
                routeFolder.streams(),
                settings.get(KnownSettings.SOURCE_FILE));
    }

    /** Once such a stream has a watermark, somebody has meant it. */
    private void refuseForeignStreams() {
        if (state.watermarks().all().isEmpty()) {
            try {
                ShippedStreams.refuseWithoutTheirTables(settings, source);
            } catch (SourceException e) {
                // The streams meet it, too, and try again.
                LOG.debug("the tables of the source are not known yet", e);
            }
        }
    }

    private void startCamel() {
        try {
            camel.start();
        } catch (Exception e) {
            throw new RouteFailures(routeFolder, settings).of(e);
        }
    }

    /** What every stream begins with takes as long as Camel's start, and needs nothing of it. */
    private void warmUp() {
        readers.execute(() -> {
            try {
                source.warmUp();
            } catch (SourceException e) {
                // The streams meet it too, and tell.
                LOG.debug("DuckDB is not ready yet", e);
            }
        });
        readers.execute(() -> hubs.prepare(settings.hubConnection().hubName()));
    }

    /**
     * Loads one more route file.
     *
     * @throws ConfigurationException when it cannot work
     */
    void load(Path file) {
        definitions.of(file).values().forEach(streams::prepare);
        load(PluginHelper.getResourceLoader(camel.getCamelContext()).resolveResource("file:" + file.toAbsolutePath()));
    }

    private void load(Resource file) {
        try {
            PluginHelper.getRoutesLoader(camel.getCamelContext()).loadRoutes(file);
        } catch (Exception e) {
            throw new RouteFailures(routeFolder, settings).of(e);
        }
    }

    /** This run; it is in every event. */
    public String sessionId() {
        return sessionId;
    }

    /** What is sent again, where that is what this runtime is for; null else. */
    public @Nullable Backfill backfill() {
        return backfill;
    }

    /** The streams of the route files. */
    public Streams streams() {
        return streams;
    }

    /** The hubs that the streams send to. */
    public HubMonitor hubs() {
        return hubs;
    }

    /**
     * Sends dead letters again.
     *
     * @throws IllegalStateException before the start
     */
    public Replay replay() {
        return deadLetters.replay();
    }

    /** Where its management port listens; empty when it has none, or has not started. */
    public Optional<URI> managementAddress() {
        return Optional.ofNullable(management).flatMap(ManagementPort::address);
    }

    /** What it does in numbers. */
    public Statistics statistics() {
        return statistics;
    }

    /** What a person may do to it. */
    public Control control() {
        return control;
    }

    /** What people did to it, to which a command adds what it does. */
    public Journal journal() {
        return state.journal();
    }

    /** The Camel context, for those who watch it. */
    public CamelContext context() {
        return camel.getCamelContext();
    }

    /**
     * The streams that are still waited for: they have not come to their present end, are not paused, have not failed that
     * often in a row, and have not been quiet for {@code factstream.once.patience}.
     */
    public List<FactStream> undrained(int failures) {
        return streams.all().stream()
                .filter(stream -> !isDone(stream, failures))
                .toList();
    }

    private boolean isDone(FactStream stream, int failures) {
        StreamStatus status = stream.status();
        return (status.drained() && status.state() == StreamState.RUNNING)
                || status.state() == StreamState.PAUSED
                || status.consecutiveFailures() >= failures
                || isCutOff(status)
                || stream.quiet().compareTo(settings.get(KnownSettings.ONCE_PATIENCE)) >= 0;
    }

    /** How long a stream that has come to a stop is waited for, where this runtime is to end by itself. */
    public Duration patience() {
        return settings.get(KnownSettings.ONCE_PATIENCE);
    }

    private boolean isCutOff(StreamStatus status) {
        return status.state() == StreamState.FAILING
                && streams.find(status.stream())
                        .flatMap(stream -> hubs.cut(stream.definition().hub()))
                        .isPresent();
    }

    /**
     * As {@link #close}, and the log says why.
     *
     * @param why such as by which signal
     */
    public void close(String why) {
        if (streaming && camel.isStarted()) {
            LOG.info("session={} stops: {}", sessionId, why);
        }
        close();
    }

    /** Lets pages under way finish, saves, and ends the session. */
    @Override
    public void close() {
        Duration timeout = settings.get(KnownSettings.SHUTDOWN_TIMEOUT);
        boolean started = streaming && camel.isStarted();
        try {
            if (live != null) {
                live.stop();
            }
            heartbeat.close();
            lagClock.close();
            statistics.close();
            deadLetters.stop();
            long deadline = System.nanoTime() + timeout.toNanos();
            finishPages(deadline, timeout);
            hubs.close();
            stopCamel(Duration.ofNanos(deadline - System.nanoTime()));
            senders.shutdown();
            searchers.shutdown();
            readers.shutdown();
            if (!senders.awaitTermination(AFTER_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("sends still under way after {} were given up; their pages will be sent again", timeout);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            exchange.close();
            source.close();
            if (started) {
                endSession();
            }
            state.close();
            if (living != null) {
                living.close();
            }
        }
    }

    /** Camel waits for what is under way too: for the rest of the time, where there is any. */
    private void stopCamel(Duration left) {
        if (camel.isStarted()) {
            camel.getCamelContext()
                    .getShutdownStrategy()
                    .setTimeout(Math.max(AFTER_DEADLINE.toSeconds(), left.toSeconds()));
        }
        camel.stop();
    }

    /** Waits for the pages under way, and gives up those that are not sent in time: none of them begins another send. */
    private void finishPages(long deadline, Duration timeout) throws InterruptedException {
        streams.all().forEach(FactStream::finish);
        boolean finished = true;
        for (FactStream stream : streams.all()) {
            if (!stream.awaitFinished(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
                finished = false;
                LOG.warn(
                        "stream={} page still under way after {} was given up; what is left of it is sent after the next start",
                        stream.definition().id(),
                        timeout);
            }
        }
        if (!finished) {
            streams.all().forEach(FactStream::giveUp);
            // Sends under way are not waited for any longer. What was still to begin ends at once, but must end: its
            // page waits.
            senders.shutdownNow().forEach(Runnable::run);
            searchers.shutdownNow().forEach(Runnable::run);
        }
    }

    /** How a change of route files reaches the routes that run. */
    private final class Switch implements RouteSwitch {

        @Override
        public void load(RouteVersion version, Map<String, StreamDefinition> definitions) {
            definitions.values().forEach(streams::prepare);
            String name = "file:" + version.file().toAbsolutePath();
            Application.this.load(ResourceHelper.fromString(name, version.yaml()));
            streams.loaded(version.streams());
        }

        @Override
        public void remove(RouteVersion version) {
            CamelContext context = camel.getCamelContext();
            List<String> ids = context.getRoutes().stream()
                    .filter(route -> version.routes().contains(route.getRouteId())
                            || version.streams().stream().anyMatch(stream -> runs(route, stream)))
                    // What polls comes last: made from the kamelet, after the route that names it.
                    .map(Route::getRouteId)
                    .toList();
            try {
                for (String id : ids) {
                    context.getRouteController().stopRoute(id);
                }
                for (String id : ids) {
                    context.removeRoute(id);
                }
                // Those that Camel could not make are no routes yet.
                ModelCamelContext model = (ModelCamelContext) context;
                for (String id : version.routes()) {
                    RouteDefinition left = model.getRouteDefinition(id);
                    if (left != null) {
                        model.removeRouteDefinition(left);
                    }
                }
            } catch (Exception e) {
                throw new IllegalStateException("routes " + ids + " cannot be stopped", e);
            }
        }

        @Override
        public void discard(RouteVersion version) {
            List<String> gone = streams.discard(version.streams());
            remove(version);
            CamelContext context = camel.getCamelContext();
            for (String stream : gone) {
                forget(stream);
                Pattern source = Pattern.compile("kamelet:(//)?fact-stream\\?(.*&)?stream=" + stream + "(&.*)?");
                // Made anew, it makes the stream's flow.
                for (Endpoint endpoint : List.copyOf(context.getEndpoints())) {
                    if (source.matcher(endpoint.getEndpointUri()).matches()) {
                        removeEndpoint(context, endpoint);
                    }
                }
            }
        }

        private void removeEndpoint(CamelContext context, Endpoint endpoint) {
            try {
                context.removeEndpoint(endpoint);
            } catch (Exception e) {
                throw new IllegalStateException("endpoint " + endpoint + " cannot be removed", e);
            }
        }

        /** Whether a route was made from the kamelet for a stream. */
        private boolean runs(Route route, String stream) {
            return route.getEndpoint().getEndpointKey().matches("scheduler:(//)?" + Pattern.quote(stream) + "([?].*)?");
        }

        @Override
        public void saveCounts(FactStream stream) {
            Application.this.saveCounts(stream);
        }

        @Override
        public void forget(String stream) {
            statistics.forget(stream);
            if (mbeans != null) {
                mbeans.unregister(stream);
            }
        }

        @Override
        public void show() {
            if (mbeans != null) {
                mbeans.register();
            }
        }
    }

    /** So that the counts of a session that is killed are known to a few seconds. */
    private void saveCounts() {
        streams.all().forEach(this::saveCounts);
    }

    private void saveCounts(FactStream stream) {
        try {
            state.sessions().progress(sessionId, stream.definition().id(), stream.counts());
        } catch (StateException e) {
            // Counts only: what matters is saved with each page, whose failure is shown by its stream.
            LOG.debug("counts could not be saved", e);
        }
    }

    private void endSession() {
        saveCounts();
        List<StreamStatus> statuses =
                streams.all().stream().map(FactStream::status).toList();
        Outcome outcome = Outcome.STOPPED;
        if (statuses.stream().anyMatch(status -> status.lastError() != null)
                || !streams.refused().isEmpty()) {
            outcome = Outcome.FAILED;
        } else if (presentEnd && statuses.stream().allMatch(StreamStatus::drained)) {
            outcome = Outcome.COMPLETED;
        }
        Map<String, String> outcomes = new TreeMap<>();
        streams.refused().forEach(refused -> outcomes.put(refused.stream(), "refused: " + refused.why()));
        statuses.forEach(status -> outcomes.put(status.stream(), outcome(status)));
        try {
            state.sessions().end(sessionId, clock.instant(), outcome, outcomes);
        } catch (StateException e) {
            // The session then looks like one that was killed. Each page was saved, or not, when it was delivered.
            LOG.warn("session={} ends, and this could not be saved: {}", sessionId, e.getMessage());
        }
        StreamCounts counts = statistics.counts();
        LOG.info(
                "session={} ended outcome={} rows={} events={} deadLettered={} seconds={}",
                sessionId,
                Word.of(outcome),
                counts.rowsRead(),
                counts.eventsSent(),
                counts.deadLettered(),
                Duration.between(statistics.begun(), clock.instant()).toSeconds());
    }

    private static String outcome(StreamStatus status) {
        return status.lastError() != null ? status.lastError() : status.drained() ? "drained" : "stopped";
    }
}
