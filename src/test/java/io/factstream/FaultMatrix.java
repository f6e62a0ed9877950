package io.factstream;

import static io.factstream.deadletter.ErrorCategory.AUTHENTICATION;
import static io.factstream.deadletter.ErrorCategory.NETWORK;
import static io.factstream.deadletter.ErrorCategory.THROTTLING;
import static io.factstream.deadletter.ErrorCategory.UNKNOWN;
import static io.factstream.deadletter.ErrorCategory.VALIDATION;
import static io.factstream.deadletter.Severity.CRITICAL;
import static io.factstream.deadletter.Severity.TRANSIENT;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.factstream.config.KnownSettings;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Severity;
import io.factstream.localhub.Conditions;
import io.factstream.localhub.Fault;
import io.factstream.localhub.LocalEventHubs;
import io.factstream.localhub.SentBatch;
import io.factstream.stream.StreamState;
import io.factstream.stream.StreamStatus;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Every fault that a hub is known to show, and what must come of it whenever it strikes. The test classes whose names
 * begin with {@code Fault} each take one moment.
 *
 * <p>A list that is larger than the hub's limit is missing here, because no such list is ever sent: {@link
 * BatchesAtTheLimitTest}.
 */
final class FaultMatrix {

    private static final String STREAM = "numbers";
    private static final int ROWS = 240;
    private static final int PAGE = 120;
    /** The row that some faults, or its own size, make undeliverable. It stands behind others of its partition. */
    private static final int POISON = 77;

    /** How long the hub waits, at a moment of a test's choice, for the fault to be switched on. */
    private static final long BRIEFLY = 300;

    private FaultMatrix() {}

    /** What must come of a fault while it lasts. */
    sealed interface Expected {

        /** The stream holds; the hub shows this failure. */
        record Outage(ErrorCategory category, Severity severity) implements Expected {}

        /** The stream waits for the hub, and that is no failure. */
        record Throttled() implements Expected {}

        /** The one event at fault becomes a dead letter; the others are delivered. */
        record DeadLetter() implements Expected {}

        /** It passes by itself; some events may be sent again. */
        record Passes() implements Expected {}
    }

    /** One fault. */
    record Row(String name, Consumer<LocalEventHubs> begin, Consumer<LocalEventHubs> end, Expected expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** All of them. */
    static Stream<Row> faults() {
        return Stream.of(
                once("server-busy once", Fault.serverBusy()),
                throttled("server-busy", Fault.serverBusy()),
                outage("unauthorized", reject(Conditions.UNAUTHORIZED_ACCESS), AUTHENTICATION, CRITICAL),
                poison("argument error", reject(Conditions.ARGUMENT_ERROR)),
                poison("size exceeded", reject(Conditions.MESSAGE_SIZE_EXCEEDED)),
                outage("resource limit", reject(Conditions.RESOURCE_LIMIT_EXCEEDED), THROTTLING, TRANSIENT),
                outage("entity disabled", reject(Conditions.ENTITY_DISABLED), VALIDATION, CRITICAL),
                outage("not found", reject(Conditions.NOT_FOUND), VALIDATION, CRITICAL),
                outage("internal error", reject(Conditions.INTERNAL_ERROR), NETWORK, TRANSIENT),
                outage("timeout", reject(Conditions.TIMEOUT), NETWORK, TRANSIENT),
                outage("not allowed", reject(Conditions.NOT_ALLOWED), VALIDATION, CRITICAL),
                outage("unknown condition", reject("com.example:never-heard-of"), UNKNOWN, TRANSIENT),
                outage("released", Fault.release(), UNKNOWN, TRANSIENT),
                outage("modified", Fault.modify(), UNKNOWN, TRANSIENT),
                once("connection dropped once, not stored", Fault.dropConnectionBeforeStoring()),
                once("connection dropped once, stored", Fault.dropConnectionAfterStoring()),
                outage("connections dropped, not stored", Fault.dropConnectionBeforeStoring(), NETWORK, TRANSIENT),
                outage("connections dropped, stored", Fault.dropConnectionAfterStoring(), NETWORK, TRANSIENT),
                once("acknowledgement lost once", Fault.loseAcknowledgement()),
                outage("acknowledgements lost", Fault.loseAcknowledgement(), NETWORK, TRANSIENT),
                once("acknowledgement late", Fault.delayAcknowledgement(Duration.ofMillis(50))),
                once("acknowledgement later than the deadline", Fault.delayAcknowledgement(Duration.ofSeconds(2))),
                once("link detached once", Fault.detachLink(Conditions.DETACH_FORCED)),
                once("connection forced once", Fault.forceConnectionClosed()),
                outage("token expired", Fault.detachLink(Conditions.UNAUTHORIZED_ACCESS), AUTHENTICATION, CRITICAL),
                connecting("login answered 401", Fault.answerToken(401), AUTHENTICATION, CRITICAL),
                connecting("login answered 404", Fault.answerToken(404), VALIDATION, CRITICAL),
                connecting("login answered 500", Fault.answerToken(500), NETWORK, TRANSIENT),
                connecting("login not answered", Fault.ignoreToken(), NETWORK, TRANSIENT),
                connecting(
                        "link refused: unauthorized",
                        Fault.refuseAttach(Conditions.UNAUTHORIZED_ACCESS),
                        AUTHENTICATION,
                        CRITICAL),
                connecting("link refused: not found", Fault.refuseAttach(Conditions.NOT_FOUND), VALIDATION, CRITICAL),
                new Row(
                        "link refused: server-busy",
                        whenConnecting(Fault.refuseAttach(Conditions.SERVER_BUSY)),
                        FaultMatrix::clear,
                        new Expected.Throttled()),
                connecting("no credit", Fault.withholdCredit(), NETWORK, TRANSIENT),
                connecting("connections hung up", Fault.hangUp(), NETWORK, TRANSIENT),
                connecting("connections silent", Fault.fallSilent(), NETWORK, TRANSIENT),
                new Row(
                        "hub down",
                        LocalEventHubs::suspend,
                        LocalEventHubs::resume,
                        new Expected.Outage(NETWORK, TRANSIENT)));
    }

    private static void clear(LocalEventHubs hubs) {
        hubs.faults().clear();
    }

    private static Fault<SentBatch> reject(String condition) {
        return Fault.reject(condition);
    }

    private static Row once(String name, Fault<SentBatch> fault) {
        return new Row(name, hubs -> hubs.faults().next(1, fault), FaultMatrix::clear, new Expected.Passes());
    }

    private static Row throttled(String name, Fault<SentBatch> fault) {
        return new Row(name, hubs -> hubs.faults().always(fault), FaultMatrix::clear, new Expected.Throttled());
    }

    private static Row outage(String name, Fault<SentBatch> fault, ErrorCategory category, Severity severity) {
        return new Row(
                name, hubs -> hubs.faults().always(fault), FaultMatrix::clear, new Expected.Outage(category, severity));
    }

    private static Row poison(String name, Fault<SentBatch> fault) {
        Predicate<SentBatch> holdsIt =
                batch -> batch.events().stream().anyMatch(event -> event.text().contains("\"n\":" + POISON + ","));
        return new Row(
                name, hubs -> hubs.faults().always(fault, holdsIt), FaultMatrix::clear, new Expected.DeadLetter());
    }

    /** A fault that only strikes those who connect. */
    private static Row connecting(String name, Fault<?> fault, ErrorCategory category, Severity severity) {
        return new Row(name, whenConnecting(fault), FaultMatrix::clear, new Expected.Outage(category, severity));
    }

    private static Consumer<LocalEventHubs> whenConnecting(Fault<?> fault) {
        return hubs -> {
            hubs.faults().always(fault);
            hubs.dropConnections();
        };
    }

    /** The fault is there before anything was sent. */
    static void atTheFirstSend(Row row, Path folder) {
        strike(row, folder, Poison.NONE, runtime -> {
            row.begin().accept(runtime.hubs());
            runtime.start();
        });
    }

    /** Some batches of a page have arrived, others have not. */
    static void midPage(Row row, Path folder) {
        strike(row, folder, Poison.NONE, runtime -> {
            Watch watch = Watch.on(runtime, 3);
            runtime.start();
            watch.await();
            row.begin().accept(runtime.hubs());
            watch.goOn();
        });
    }

    /** All events of a page have arrived, and its watermark is being saved. */
    @SuppressWarnings("try") // The lock is held, not used.
    static void duringCommit(Row row, Path folder) {
        strike(row, folder, Poison.NONE, runtime -> {
            Watch watch = Watch.on(runtime, 1);
            runtime.start();
            watch.await();
            whileStateIsHeld(runtime, () -> {
                watch.goOn();
                RuntimeUnderTest.eventually("the page is sent")
                        .until(() -> runtime.hubs().count(RuntimeUnderTest.HUB) >= PAGE);
                assertThat(runtime.watermark(STREAM)).isNull();
                row.begin().accept(runtime.hubs());
            });
        });
    }

    /** An event of a page is being stored as a dead letter, and others of the page have yet to be sent. */
    @SuppressWarnings("try") // The lock is held, not used.
    static void duringDeadLetterWrite(Row row, Path folder) {
        strike(row, folder, Poison.TOO_LARGE, runtime -> {
            Watch watch = Watch.on(runtime, 1);
            runtime.start();
            watch.await();
            whileStateIsHeld(runtime, () -> {
                watch.goOn();
                RuntimeUnderTest.eventually("other partitions are sent")
                        .until(() -> runtime.hubs().count(RuntimeUnderTest.HUB) >= PAGE / 2);
                row.begin().accept(runtime.hubs());
            });
        });
    }

    /** The runtime is told to stop while it is in the middle of a page, and is started again when the fault is over. */
    static void duringShutdown(Row row, Path folder) {
        try (CapturedLog log = CapturedLog.of("io.factstream", Level.ERROR);
                RuntimeUnderTest runtime = numbers(folder, Poison.NONE)) {
            Watch watch = Watch.on(runtime, 3);
            runtime.start();
            watch.await();
            row.begin().accept(runtime.hubs());
            watch.goOn();

            runtime.stop();

            String stopped = String.valueOf(runtime.watermark(STREAM));
            row.end().accept(runtime.hubs());
            assertThat(String.valueOf(runtime.watermark(STREAM))).isEqualTo(stopped);
            runtime.start();
            assertComplete(row, runtime, Poison.NONE);
            assertThat(log.lines()).isEmpty();
        }
    }

    /** Whether there is a row that is too large to be sent. */
    private enum Poison {
        NONE,
        TOO_LARGE
    }

    private static void strike(Row row, Path folder, Poison poison, Consumer<RuntimeUnderTest> moment) {
        try (CapturedLog log = CapturedLog.of("io.factstream", Level.WARN);
                RuntimeUnderTest runtime = numbers(folder, poison)) {
            moment.accept(runtime);

            assertHolds(row, runtime, log);

            row.end().accept(runtime.hubs());
            assertComplete(row, runtime, poison);
            assertThat(log.lines()).noneMatch(line -> line.startsWith("ERROR"));
        }
    }

    private static void assertHolds(Row row, RuntimeUnderTest runtime, CapturedLog log) {
        if (row.expected() instanceof Expected.Outage outage) {
            StreamStatus failing = awaitState(runtime, StreamState.FAILING);
            assertThat(failing.lastError()).isNotBlank();
            String held = String.valueOf(runtime.watermark(STREAM));
            RuntimeUnderTest.eventually("the hub shows the failure")
                    .untilAsserted(() -> assertThat(runtime.application().hubs().all())
                            .singleElement()
                            .satisfies(hub -> {
                                assertThat(hub.failures()).isPositive();
                                assertThat(hub.failure()).isNotNull();
                                assertThat(Objects.requireNonNull(hub.failure()).category())
                                        .isEqualTo(outage.category());
                                assertThat(Objects.requireNonNull(hub.failure()).severity())
                                        .isEqualTo(outage.severity());
                            }));
            assertThat(String.valueOf(runtime.watermark(STREAM)))
                    .as("watermark")
                    .isEqualTo(held);
            assertThat(runtime.status(STREAM).drained()).isFalse();
            // The hub fails, fails otherwise (a lost connection, then its cause), and its breaker opens: no storm.
            assertThat(log.lines()).hasSizeBetween(1, 5);
        } else if (row.expected() instanceof Expected.Throttled) {
            awaitState(runtime, StreamState.THROTTLED);
            String held = String.valueOf(runtime.watermark(STREAM));
            RuntimeUnderTest.eventually("put off again")
                    .until(() -> runtime.status(STREAM).throttles() >= 2);
            assertThat(String.valueOf(runtime.watermark(STREAM)))
                    .as("watermark")
                    .isEqualTo(held);
            assertThat(log.lines()).hasSizeBetween(1, 3);
        }
    }

    private static StreamStatus awaitState(RuntimeUnderTest runtime, StreamState state) {
        return RuntimeUnderTest.eventually(state.name())
                .until(() -> runtime.status(STREAM), status -> status.state() == state);
    }

    private static void assertComplete(Row row, RuntimeUnderTest runtime, Poison poison) {
        boolean deadLetter = poison == Poison.TOO_LARGE || row.expected() instanceof Expected.DeadLetter;
        RuntimeUnderTest.eventually("drained").untilAsserted(() -> {
            assertThat(runtime.status(STREAM).drained()).isTrue();
            assertThat(runtime.status(STREAM).state()).isEqualTo(StreamState.RUNNING);
        });
        TreeSet<Long> arrived = new TreeSet<>(runtime.numbers(STREAM, "n"));
        List<String> stored = runtime.deadLetters(STREAM).stream()
                .map(letter -> letter.position())
                .toList();
        if (deadLetter && !arrived.contains((long) POISON)) {
            assertThat(stored).containsExactly(String.valueOf(POISON));
            arrived.add((long) POISON);
        } else {
            // A fault that was over before the event came by leaves it as any other.
            assertThat(stored).isEmpty();
        }
        assertThat(arrived).hasSize(ROWS);
        runtime.assertRepeatsKeepTheirIds(STREAM, "n");
        assertThat(Objects.requireNonNull(runtime.watermark(STREAM)).value()).isEqualTo(String.valueOf(ROWS));
        assertThat(runtime.application().hubs().all())
                .allSatisfy(hub -> assertThat(hub.failure()).isNull());
    }

    private static RuntimeUnderTest numbers(Path folder, Poison poison) {
        return RuntimeUnderTest.in(folder)
                .with(KnownSettings.SEND_DEADLINE, "700ms")
                .with(KnownSettings.TRY_TIMEOUT, "500ms")
                // What waits for one of these instead of the end of the fault fails.
                .with(KnownSettings.BREAKER_RECOVERY, "1h")
                .with(KnownSettings.HOLD_MAX_DELAY, "1h")
                .with(KnownSettings.PAGE_MAX_ROWS, String.valueOf(PAGE))
                .with(KnownSettings.BATCH_MAX_EVENTS, "10")
                .with(KnownSettings.BATCH_MAX_BYTES, "8KB")
                // Nothing here looks there, and 180 times a hundred MBeans take their time.
                .with("camel.main.jmxEnabled", "false")
                .load("CREATE TABLE numbers AS SELECT range + 1 AS n, CASE range + 1 WHEN " + POISON
                        + " THEN repeat('x', " + (poison == Poison.TOO_LARGE ? 9_000 : 0)
                        + ") ELSE '' END AS text FROM range(" + ROWS + ")")
                .stream(STREAM, "SELECT n AS _watermark, n % 4 AS _partition_key, n, text FROM numbers");
    }

    /** Lets the hub wait, when so many batches have arrived, until the test goes on. */
    private static final class Watch {
        private final CountDownLatch arrived;
        private final CountDownLatch goOn = new CountDownLatch(1);

        private Watch(int batches) {
            arrived = new CountDownLatch(batches);
        }

        static Watch on(RuntimeUnderTest runtime, int batches) {
            Watch watch = new Watch(batches);
            // A fault that looks at each batch and never strikes.
            runtime.hubs().faults().always(Fault.release(), batch -> watch.holdUp());
            return watch;
        }

        private boolean holdUp() {
            arrived.countDown();
            if (arrived.getCount() == 0) {
                try {
                    boolean unused = goOn.await(BRIEFLY, TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return false;
        }

        void await() {
            RuntimeUnderTest.eventually("batches arrive").until(() -> arrived.getCount() == 0);
        }

        void goOn() {
            goOn.countDown();
        }
    }

    /** Does something while another connection writes the state, so that whoever saves has to wait. */
    private static void whileStateIsHeld(RuntimeUnderTest runtime, Runnable work) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + runtime.stateFile());
                Statement statement = connection.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            work.run();
            statement.execute("ROLLBACK");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
