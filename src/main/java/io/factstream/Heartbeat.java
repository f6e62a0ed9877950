package io.factstream;

import io.factstream.deadletter.DeliveryFailure;
import io.factstream.eventhubs.HubMonitor;
import io.factstream.eventhubs.HubStatus;
import io.factstream.stream.FactStream;
import io.factstream.stream.StreamState;
import io.factstream.stream.StreamStatus;
import io.factstream.stream.Streams;
import io.factstream.text.Word;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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

    private final Path file;
    private final Streams streams;
    private final HubMonitor hubs;
    private final Runnable eachBeat;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean started;
    /** So that a disk that stays full is told once. */
    private volatile boolean unwritable;

    /** @param eachBeat what else to do every few seconds; must not throw */
    Heartbeat(Path state, Streams streams, HubMonitor hubs, Runnable eachBeat) {
        this.file = file(state);
        this.streams = streams;
        this.hubs = hubs;
        this.eachBeat = eachBeat;
    }

    private static Path file(Path state) {
        return state.resolveSibling(state.getFileName() + ".health");
    }

    void start() {
        started = true;
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
        Stream<String> streamLines = streams.all().stream()
                .map(FactStream::status)
                .filter(status -> status.state() == StreamState.FAILING)
                .map(status -> PROBLEM + line(status));
        List<String> lines = Stream.concat(hubLines, streamLines).toList();
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
        }
    }

    private static String line(HubStatus status) {
        DeliveryFailure failure = Objects.requireNonNull(status.failure());
        return "hub " + status.hub() + " is failing since " + status.since() + " ("
                + Word.of(failure.severity()) + "): "
                + failure.error().replace('\n', ' ');
    }

    private static String line(StreamStatus status) {
        return "stream " + status.stream() + " is failing: "
                + String.valueOf(status.lastError()).replace('\n', ' ');
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
            if (written.plus(FRESH).isBefore(clock.instant())) {
                return new Health(List.of("the runtime gave no sign since " + written), List.of());
            }
            List<String> lines = Files.readAllLines(file);
            return new Health(those(PROBLEM, lines), those(WARNING, lines));
        } catch (NoSuchFileException e) {
            return new Health(List.of("no runtime uses the state " + state), List.of());
        }
    }

    private static List<String> those(String kind, List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith(kind))
                .map(line -> line.substring(kind.length()))
                .toList();
    }
}
