package io.factstream;

import io.factstream.deadletter.DeliveryFailure;
import io.factstream.eventhubs.HubMonitor;
import io.factstream.eventhubs.HubStatus;
import io.factstream.session.LiveSessions;
import io.factstream.stream.FactStream;
import io.factstream.stream.StreamStatus;
import io.factstream.stream.Streams;
import io.factstream.text.Word;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A small file beside the state that tells other processes that this runtime is alive, and which streams fail. It is
 * written every few seconds and removed at a regular end.
 */
public final class Heartbeat implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
    private static final Duration EVERY = Duration.ofSeconds(5);
    /** A file that is older was left by a process that is gone, or hangs. */
    private static final Duration FRESH = Duration.ofSeconds(30);

    private static final String SESSION = "session: ";
    private static final String PROBLEM = "problem: ";
    private static final String WARNING = "warning: ";

    /**
     * What a runtime says of itself.
     *
     * @param problems what keeps streams from delivering, or the runtime from being there at all
     * @param warnings what fails while every stream goes on, such as a hub that only dead letters go to
     */
    public record Health(List<String> problems, List<String> warnings) {
        public Health {
            problems = List.copyOf(problems);
            warnings = List.copyOf(warnings);
        }

        /** Whether it does its work. */
        public boolean isWell() {
            return problems.isEmpty();
        }
    }

    private final Path state;
    private final Path file;
    private final String sessionId;
    private final Streams streams;
    private final HubMonitor hubs;
    private final Runnable eachBeat;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean started;
    /** So that a disk that stays full is told once. */
    private volatile boolean unwritable;

    /** What the file system calls the state file that was opened, whatever its name. */
    private volatile @Nullable Object stateKey;

    private volatile boolean stateLost;

    /** @param eachBeat what else to do every few seconds; must not throw */
    Heartbeat(Path state, String sessionId, Streams streams, HubMonitor hubs, Runnable eachBeat) {
        this.state = state;
        this.file = file(state);
        this.sessionId = sessionId;
        this.streams = streams;
        this.hubs = hubs;
        this.eachBeat = eachBeat;
    }

    private static Path file(Path state) {
        return state.resolveSibling(state.getFileName() + ".health");
    }

    void start() {
        started = true;
        stateKey = key(state);
        write();
        Thread beating = new NamedDaemons("factstream-heartbeat-").newThread(this::writeUntilClosed);
        beating.start();
    }

    private void writeUntilClosed() {
        try {
            while (!closed.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                write();
                eachBeat.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() {
        Set<String> needed = streams.hubs();
        Stream<String> hubLines = hubs.all().stream()
                .filter(hub -> hub.failure() != null)
                .map(hub -> (needed.contains(hub.hub()) ? PROBLEM : WARNING) + line(hub));
        Stream<String> streamLines =
                streams.all().stream().map(FactStream::status).flatMap(Heartbeat::lines);
        Stream<String> refused =
                streams.refused().stream().map(one -> PROBLEM + one.toString().replace('\n', ' '));
        List<String> lines = Stream.of(Stream.of(SESSION + sessionId), stateLines(), hubLines, streamLines, refused)
                .flatMap(Function.identity())
                .toList();
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.write(draft, lines);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            unwritable = false;
        } catch (IOException e) {
            // Without it a health check fails, which is right: the folder of the state cannot be written to.
            LOG.atLevel(unwritable ? Level.DEBUG : Level.WARN)
                    .log("health file={} cannot be written: {}", file, e.toString());
            unwritable = true;
            removeUntrue(draft);
            removeUntrue(file);
        }
    }

    /** What it says is no longer so; removing it works on a disk that is full, too. */
    private static void removeUntrue(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debug("health file={} cannot be removed either", file, e);
        }
    }

    private static @Nullable Object key(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            LOG.debug("state={} cannot be looked at", file, e);
            return null;
        }
    }

    private Stream<String> stateLines() {
        Object first = stateKey;
        if (first == null || first.equals(key(state))) {
            stateLost = false;
            return Stream.empty();
        }
        String problem =
                "the state file " + state + " was deleted or replaced while the runtime uses it: what it saves is lost"
                        + " when it ends, and rows are then sent again. Stop the runtime, put the state back, and start it";
        if (!stateLost) {
            stateLost = true;
            LOG.error("session={} {}", sessionId, problem);
        }
        return Stream.of(PROBLEM + problem);
    }

    private static String line(HubStatus status) {
        DeliveryFailure failure = Objects.requireNonNull(status.failure());
        return "hub " + status.hub() + " is failing since " + status.since() + " ("
                + Word.of(failure.severity()) + "): "
                + failure.error().replace('\n', ' ');
    }

    private static Stream<String> lines(StreamStatus status) {
        return Stream.concat(
                        status.problems().stream().map(problem -> PROBLEM + problem),
                        status.warnings().stream()
                                .map(warning -> WARNING + "stream " + status.stream() + ": " + warning))
                .map(line -> line.replace('\n', ' '));
    }

    @Override
    public void close() {
        closed.countDown();
        if (!started) {
            // Then the file, if there is one, is that of another runtime.
            return;
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("health file={} cannot be removed: {}", file, e.toString());
        }
    }

    /**
     * How the runtime that uses a state file is.
     *
     * @throws IOException when its file is there but cannot be read
     */
    public static Health read(Path state, Clock clock) throws IOException {
        Path file = file(state);
        try {
            Instant written = Files.getLastModifiedTime(file).toInstant();
            List<String> lines = Files.readAllLines(file);
            Optional<Boolean> lives =
                    those(SESSION, lines).stream().findFirst().flatMap(session -> LiveSessions.lives(state, session));
            if (lives.isPresent() && !lives.get()) {
                return new Health(List.of("the runtime was killed; it gave its last sign at " + written), List.of());
            }
            // One from the future was written before the clock was set back.
            if (Duration.between(written, clock.instant()).abs().compareTo(FRESH) > 0) {
                return new Health(
                        List.of(
                                lives.isPresent()
                                        ? "the runtime is there, and gave no sign since " + written
                                                + ": it hangs, or the folder of the state cannot be written to"
                                        : "the runtime gave no sign since " + written),
                        List.of());
            }
            return new Health(those(PROBLEM, lines), those(WARNING, lines));
        } catch (NoSuchFileException e) {
            return new Health(
                    List.of("no runtime uses the state " + state
                            + ", or one that does cannot write beside it: is there room on the disk?"),
                    List.of());
        }
    }

    private static List<String> those(String kind, List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith(kind))
                .map(line -> line.substring(kind.length()))
                .toList();
    }
}
