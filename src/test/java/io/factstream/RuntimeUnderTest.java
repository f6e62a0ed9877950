package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.factstream.config.KnownSettings;
import io.factstream.config.Setting;
import io.factstream.config.Settings;
import io.factstream.config.SettingsLoader;
import io.factstream.deadletter.DeadLetter;
import io.factstream.deadletter.DeadLetterFilter;
import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.localhub.Fault;
import io.factstream.localhub.LocalEventHubs;
import io.factstream.localhub.StoredEvent;
import io.factstream.state.SqliteState;
import io.factstream.status.Pauses;
import io.factstream.stream.FactStream;
import io.factstream.stream.StreamState;
import io.factstream.stream.StreamStatus;
import io.factstream.watermark.Watermark;
import io.factstream.watermark.WatermarkStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

/**
 * A runtime with all that belongs to it in one folder: a DuckDB file, a state, route files, and hubs on a port. It can be
 * started and stopped as often as a test likes, with the same state; hubs and source outlive it.
 *
 * <p>It waits briefly where a production runtime would wait long, and nothing else about it differs.
 */
final class RuntimeUnderTest implements AutoCloseable {

    /** The hub that streams send to, with {@link #PARTITIONS} partitions. */
    static final String HUB = "facts";

    static final int PARTITIONS = 4;

    private static final Path SHIPPED = Path.of("routes");
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Threads that belong to a runtime or its hubs, and must be gone when they are stopped. */
    private static final List<String> OUR_THREADS = List.of("factstream-", "localhub-", "Camel (");

    private final Path folder;
    private final LocalEventHubs hubs;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private @Nullable Application application;
    private Clock clock = Clock.systemUTC();

    private RuntimeUnderTest(Path folder, Path routes, LocalEventHubs hubs) {
        this.folder = folder;
        this.hubs = hubs;
        with(KnownSettings.SOURCE_FILE, source().toString());
        with(KnownSettings.STATE_FILE, stateFile().toString());
        with(KnownSettings.ROUTES, routes.toString());
        with(KnownSettings.CONNECTION_STRING, hubs.connectionString(HUB));
        with(KnownSettings.POLL_INTERVAL, "20ms");
        with(KnownSettings.SOURCE_BUSY_RETRY, "20ms");
        with(KnownSettings.HOLD_INITIAL_DELAY, "20ms");
        with(KnownSettings.HOLD_MAX_DELAY, "100ms");
        with(KnownSettings.HOLD_THROTTLED, "30ms");
        with(KnownSettings.BREAKER_RECOVERY, "1s");
        with(KnownSettings.BREAKER_PROBE_INTERVAL, "100ms");
        with(KnownSettings.SHUTDOWN_TIMEOUT, "10s");
        // Tests run side by side; those that look at the port ask for any that is free.
        with(KnownSettings.MANAGEMENT_ENABLED, "false");
    }

    /** With the shared flow of routes/flow and no stream yet; streams are added by {@link #stream}. */
    static RuntimeUnderTest in(Path folder) {
        return in(folder, LocalEventHubs.builder().hub(HUB, PARTITIONS));
    }

    /** As above, with hubs that a test set up; one of them is {@link #HUB}. */
    static RuntimeUnderTest in(Path folder, LocalEventHubs.Builder hubs) {
        Path routes = folder.resolve("routes");
        copy(SHIPPED.resolve("flow"), routes.resolve("flow"));
        return new RuntimeUnderTest(folder, routes, hubs.start());
    }

    /** With the routes that are shipped, all of them, in place. */
    static RuntimeUnderTest shipped(Path folder) {
        return new RuntimeUnderTest(
                folder, SHIPPED, LocalEventHubs.builder().hub(HUB, PARTITIONS).start());
    }

    /** Sets a setting, for the next start. */
    RuntimeUnderTest with(Setting<?> setting, String value) {
        settings.put(setting.key(), value);
        return this;
    }

    /** Has it go by another clock, for the next start. */
    RuntimeUnderTest on(Clock another) {
        clock = another;
        return this;
    }

    /** Takes a setting back, for the next start. */
    RuntimeUnderTest without(Setting<?> setting) {
        settings.remove(setting.key());
        return this;
    }

    /** Sets one of Camel's own settings, for the next start. */
    RuntimeUnderTest with(String camelKey, String value) {
        settings.put(camelKey, value);
        return this;
    }

    /** How many sends reach the hub from now on. */
    AtomicInteger countingSends() {
        AtomicInteger sends = new AtomicInteger();
        // A fault that looks at each batch and never strikes.
        hubs().faults().always(Fault.release(), batch -> {
            sends.incrementAndGet();
            return false;
        });
        return sends;
    }

    /** Gives up on a hub that does not answer within a second, for tests in which hubs do not. */
    RuntimeUnderTest impatient() {
        return with(KnownSettings.SEND_DEADLINE, "1500ms").with(KnownSettings.TRY_TIMEOUT, "1s");
    }

    /** Writes the route file and the query file of a stream; replaces them when they are there. */
    RuntimeUnderTest stream(String id, String query) {
        write(id + ".sql", query);
        return route(id, id + ".sql");
    }

    /** Writes the route file of a stream, with a query file that is or will be in the routes folder. */
    RuntimeUnderTest route(String id, String queryFile) {
        write(id + ".camel.yaml", """
                - route:
                    id: %1$s
                    description: A stream under test.
                    from:
                      id: read-%1$s
                      description: Reads its query.
                      uri: kamelet:fact-stream
                      parameters:
                        stream: %1$s
                        eventType: %2$s
                        query: %3$s
                      steps:
                        - to:
                            id: send-%1$s
                            description: Sends.
                            uri: direct:send-batch
                """.formatted(id, id.replace('-', '_'), queryFile));
        return this;
    }

    /** Writes a file in the routes folder. */
    void write(String name, String text) {
        try {
            Files.writeString(Path.of(setting(KnownSettings.ROUTES)).resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Changes the source by SQL, in one transaction; makes the file when there is none. It may be called while the
     * runtime reads: the file is then replaced as a whole. How it is with a loader in the same file, in a process of its
     * own, is for {@link LoaderProcessTest}.
     */
    RuntimeUnderTest load(String... statements) {
        Path next = folder.resolve("next.duckdb");
        try {
            if (Files.exists(source())) {
                Files.copy(source(), next, StandardCopyOption.REPLACE_EXISTING);
            }
            try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + next);
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                for (String sql : statements) {
                    statement.execute(sql);
                }
                connection.commit();
            }
            Files.move(next, source(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return this;
    }

    /** Asks the source, while no runtime reads it; one text a row. */
    List<String> ask(String sql) {
        List<String> answers = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + source());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                answers.add(rows.getString(1));
            }
            return answers;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts a runtime that streams until it is stopped. */
    RuntimeUnderTest start() {
        Settings loaded = settings();
        Application started = new Application(loaded, false, clock);
        application = started;
        started.start();
        return this;
    }

    /** The settings that the next start takes. */
    Settings settings() {
        return new SettingsLoader(folder, null, Map.of()).load(null, settings);
    }

    /** The value that was set for a setting. */
    String setting(Setting<?> setting) {
        return Objects.requireNonNull(settings.get(setting.key()), setting.key());
    }

    /** A file with the settings, for a runtime in a process of its own. */
    Path settingsFile() {
        Properties properties = new Properties();
        properties.putAll(settings);
        Path file = folder.resolve("application.properties");
        try (Writer out = Files.newBufferedWriter(file)) {
            properties.store(out, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    /** Stops the runtime as a signal would. Does nothing when there is none. */
    void stop() {
        Application running = application;
        application = null;
        if (running != null) {
            running.close();
        }
    }

    /** The runtime that runs. */
    Application application() {
        Application running = application;
        if (running == null) {
            throw new IllegalStateException("start() comes first");
        }
        return running;
    }

    /** Waits until every stream has delivered all there is. */
    void awaitDrained() {
        await("all streams drained")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> assertThat(application().streams().all())
                        .extracting(FactStream::status)
                        .allSatisfy(status -> {
                            assertThat(status.lastError()).isNull();
                            assertThat(status.drained()).isTrue();
                            assertThat(status.state()).isEqualTo(StreamState.RUNNING);
                        }));
    }

    /** Waits until a stream fails, and returns why. */
    String awaitFailing(String stream) {
        StreamStatus failing = await(stream + " failing")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(
                        () -> status(stream),
                        status -> status.state() == StreamState.FAILING && status.lastError() != null);
        return Objects.requireNonNull(failing.lastError());
    }

    /** Waits until so many events of a stream have arrived. */
    void awaitReceived(String stream, int atLeast) {
        eventually(stream + " received").until(() -> stored(stream).count() >= atLeast);
    }

    /** For conditions of a test's own. */
    static ConditionFactory eventually(String what) {
        return await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(10));
    }

    StreamStatus status(String stream) {
        return stream(stream).status();
    }

    FactStream stream(String stream) {
        return application().streams().find(stream).orElseThrow();
    }

    /** The stored position of a stream; null when there is none. */
    @Nullable
    Watermark watermark(String stream) {
        return state(state ->
                state.watermarks().find(stream).map(saved -> saved.position()).orElse(null));
    }

    /** The dead letters of a stream, in the order in which they were stored. */
    List<DeadLetter> deadLetters(String stream) {
        return state(state -> state.deadLetters().list(DeadLetterFilter.EVERY.ofStream(stream), Integer.MAX_VALUE));
    }

    /** Looks into the state, whether a runtime runs on it or not. */
    <T extends @Nullable Object> T state(Function<SqliteState, T> look) {
        try (SqliteState state = SqliteState.openReadOnly(stateFile())) {
            return look.apply(state);
        }
    }

    /** Moves a stream's watermark as a person would. */
    void rewind(String stream, Watermark to) {
        change(store -> store.set(stream, watermark(stream), to, "a person", "test"));
    }

    /** Accepts the query that a stream's files hold now, as a person would. */
    void acceptQuery(String stream) {
        String before = Objects.requireNonNull(
                state(state -> state.watermarks().find(stream).orElseThrow().queryFingerprint()));
        String now = RouteValues.definitions(settings()).stream(stream).fingerprint();
        change(store -> store.accept(stream, before, now, "a person"));
    }

    /** Accepts the columns that a stream's query gives now, as a person would. */
    void acceptColumns(String stream) {
        change(store -> store.acceptColumns(stream, Objects.requireNonNull(watermark(stream)), "a person"));
    }

    /** Leaves a wish as a person would. */
    void pauses(Consumer<Pauses> wish) {
        try (SqliteState state = SqliteState.open(stateFile(), new DeadLetterLimit(1, "test"))) {
            wish.accept(state.pauses());
        }
    }

    private void change(Consumer<WatermarkStore> change) {
        try (SqliteState state = SqliteState.open(stateFile(), new DeadLetterLimit(1, "test"))) {
            change.accept(state.watermarks());
        }
    }

    /**
     * One batch as the hub got it, whatever became of it.
     *
     * @param bytes its size on the wire
     */
    record Sent(int partition, int events, int bytes) {}

    /** Notes every batch that reaches the hub from now on. */
    Queue<Sent> notingBatches() {
        Queue<Sent> sent = new ConcurrentLinkedQueue<>();
        // A fault that looks at each batch and never strikes.
        hubs.faults().always(Fault.release(), batch -> {
            sent.add(new Sent(batch.partition(), batch.count(), batch.size()));
            return false;
        });
        return sent;
    }

    LocalEventHubs hubs() {
        return hubs;
    }

    Path folder() {
        return folder;
    }

    Path source() {
        return folder.resolve("facts.duckdb");
    }

    Path stateFile() {
        return folder.resolve("state").resolve("factstream.db");
    }

    /**
     * One event as the hub has it.
     *
     * @param json the event's body
     */
    record Received(StoredEvent stored, JsonNode json) {

        static Received of(StoredEvent stored) {
            try {
                return new Received(stored, JSON.readTree(stored.body()));
            } catch (IOException e) {
                throw new UncheckedIOException(stored.text(), e);
            }
        }

        String traceId() {
            return json.path("trace_id").textValue();
        }

        JsonNode payload() {
            return json.path("payload");
        }

        /** A whole number of the payload. */
        long number(String field) {
            return payload().path(field).longValue();
        }

        int partition() {
            return stored.partition();
        }
    }

    /** What the hub holds of a stream, partition by partition, each in order. */
    List<Received> received(String stream) {
        return stored(stream).map(Received::of).toList();
    }

    private Stream<StoredEvent> stored(String stream) {
        return hubs.events(HUB).stream()
                .filter(event -> stream.equals(event.properties().get("stream")));
    }

    /** A whole number of the payload of every event of a stream, partition by partition, each in order. */
    List<Long> numbers(String stream, String field) {
        return received(stream).stream().map(event -> event.number(field)).toList();
    }

    /** Asserts that no event stands before one with a smaller number in the same partition. */
    void assertInOrder(String stream, String field) {
        Map<Integer, Received> last = new HashMap<>();
        for (Received event : received(stream)) {
            Received before = last.put(event.partition(), event);
            if (before != null && before.number(field) > event.number(field)) {
                fail("partition %d holds %s before %s", event.partition(), before.json(), event.json());
            }
        }
    }

    /** Asserts that no event stands before one of the same key with a smaller number in the same partition. */
    void assertInOrderOfKeys(String stream, String field) {
        Map<String, Received> last = new HashMap<>();
        Set<String> seen = new HashSet<>();
        for (Received event : received(stream)) {
            if (!seen.add(event.traceId())) {
                continue;
            }
            String key =
                    event.partition() + "/" + event.json().path("partition_key").asText();
            Received before = last.put(key, event);
            if (before != null && before.number(field) > event.number(field)) {
                fail("key %s has %s before %s", key, before.json(), event.json());
            }
        }
    }

    /** Asserts that the numbers from 1 to {@code last} arrived, each once. */
    void assertEachOnce(String stream, String field, long last) {
        List<Long> numbers = numbers(stream, field);
        assertThat(numbers).as("repeated").doesNotHaveDuplicates();
        assertNoneLost(numbers, last);
    }

    /** Asserts that the numbers from 1 to {@code last} arrived, and no others. */
    void assertNoneLost(String stream, String field, long last) {
        assertNoneLost(numbers(stream, field), last);
    }

    private static void assertNoneLost(List<Long> numbers, long last) {
        Set<Long> expected = LongStream.rangeClosed(1, last).boxed().collect(Collectors.toCollection(TreeSet::new));
        Set<Long> arrived = new TreeSet<>(numbers);
        assertThat(minus(expected, arrived)).as("lost").isEmpty();
        assertThat(minus(arrived, expected)).as("made up").isEmpty();
    }

    private static Set<Long> minus(Set<Long> these, Set<Long> those) {
        Set<Long> rest = new TreeSet<>(these);
        rest.removeAll(those);
        return rest;
    }

    /** The events of a stream that bring a number which an earlier one brought. */
    List<Received> repeated(String stream, String field) {
        Set<Long> seen = new HashSet<>();
        return received(stream).stream()
                .filter(event -> !seen.add(event.number(field)))
                .toList();
    }

    /** Asserts that each number always came with the same trace id, and each trace id with the same number. */
    void assertRepeatsKeepTheirIds(String stream, String field) {
        Map<Long, Set<String>> ids = received(stream).stream()
                .collect(Collectors.groupingBy(
                        event -> event.number(field), Collectors.mapping(Received::traceId, Collectors.toSet())));
        assertThat(ids.values()).allSatisfy(some -> assertThat(some).hasSize(1));
        assertThat(ids.values().stream().flatMap(Set::stream)).doesNotHaveDuplicates();
    }

    /** Stops the runtime, then the hubs, and checks that no thread of theirs is left. */
    @Override
    public void close() {
        try {
            stop();
        } finally {
            hubs.close();
        }
        await("threads gone")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> OUR_THREADS.stream().anyMatch(name::startsWith)));
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.list(from)) {
            Files.createDirectories(to);
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
