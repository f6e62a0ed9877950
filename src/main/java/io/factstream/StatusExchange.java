package io.factstream;

import io.factstream.state.StateException;
import io.factstream.status.Pause;
import io.factstream.status.Pauses;
import io.factstream.status.StatusBoard;
import io.factstream.status.StreamReport;
import io.factstream.stream.FactStream;
import io.factstream.stream.RefusedStream;
import io.factstream.stream.StreamState;
import io.factstream.stream.StreamStatus;
import io.factstream.stream.Streams;
import io.factstream.text.Word;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a runtime and other processes tell each other through the state: it puts up how its streams are, and obeys which
 * of them people want paused.
 *
 * <p>It acts on wishes that change, not on those that last: a stream that is paused in this process alone, because the
 * state could not be written, stays so.
 */
final class StatusExchange implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StatusExchange.class);
    private static final Duration EVERY = Duration.ofSeconds(1);

    private final String sessionId;
    private final Streams streams;
    private final StatusBoard board;
    private final Pauses pauses;
    private final Clock clock;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** The streams whose pause was seen. */
    private Set<String> obeyed = Set.of();

    private final Map<String, Pace> paces = new HashMap<>();
    private @Nullable Thread thread;

    StatusExchange(String sessionId, Streams streams, StatusBoard board, Pauses pauses, Clock clock) {
        this.sessionId = sessionId;
        this.streams = streams;
        this.board = board;
        this.pauses = pauses;
        this.clock = clock;
    }

    /** Obeys what is wanted now, and from now on. To be called when the streams are defined, before they read. */
    void start() {
        exchange();
        Thread exchanging = new NamedDaemons("factstream-status-").newThread(this::exchangeUntilClosed);
        thread = exchanging;
        exchanging.start();
    }

    private void exchangeUntilClosed() {
        try {
            while (!closed.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                exchange();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void exchange() {
        try {
            obey(pauses.wanted());
            board.putUp(Stream.concat(
                            streams.all().stream().map(this::report),
                            streams.refused().stream().map(this::report))
                    .toList());
        } catch (StateException e) {
            // What matters is saved with each page, whose failure is shown by its stream; here the next second will do.
            LOG.debug("statuses could not be exchanged", e);
        }
    }

    private void obey(Map<String, Pause> wanted) {
        for (FactStream stream : streams.all()) {
            String id = stream.definition().id();
            if (wanted.containsKey(id) && !obeyed.contains(id)) {
                stream.pause();
            } else if (!wanted.containsKey(id) && obeyed.contains(id)) {
                stream.resume();
            }
        }
        obeyed = Set.copyOf(wanted.keySet());
    }

    private StreamReport report(FactStream stream) {
        StreamStatus status = stream.status();
        Instant now = clock.instant();
        long done = status.counts().eventsSent() + status.counts().deadLettered();
        return new StreamReport(
                status.stream(),
                sessionId,
                now,
                Word.of(status.state()),
                status.since(),
                status.lagRows(),
                status.lagSeconds(),
                status.rowsUnsettled(),
                status.lookedAt(),
                status.lateRows().rows(),
                status.lateRows().gone(),
                paces.computeIfAbsent(status.stream(), id -> new Pace()).at(done),
                status.lastError(),
                remarks(status));
    }

    /** What a person should look at besides the last error; null when there is nothing. */
    private static @Nullable String remarks(StreamStatus status) {
        List<String> remarks = new ArrayList<>(status.warnings());
        if (status.state() != StreamState.FAILING
                && status.standstill() != null
                && status.standstill().rowsWait()) {
            remarks.add(0, status.standstill().why());
        }
        return remarks.isEmpty() ? null : String.join("; ", remarks);
    }

    private StreamReport report(RefusedStream refused) {
        return new StreamReport(
                refused.stream(),
                sessionId,
                clock.instant(),
                RefusedStream.STATE,
                refused.since(),
                null,
                null,
                null,
                null,
                0,
                0,
                0,
                refused.why(),
                null);
    }

    /** How fast a count grew in about the last ten seconds. */
    private static final class Pace {
        private static final double SECONDS = 10;

        private long last;
        private long lastNanos = System.nanoTime();
        private double rate;

        private double at(long done) {
            long now = System.nanoTime();
            double seconds = Math.max(1, now - lastNanos) / 1e9;
            double weight = Math.min(1, seconds / SECONDS);
            rate += ((done - last) / seconds - rate) * weight;
            last = done;
            lastNanos = now;
            return rate < 0.05 ? 0 : rate;
        }
    }

    /** Puts up how the streams are at the end. */
    @Override
    public void close() {
        closed.countDown();
        if (thread != null) {
            exchange();
        }
    }
}
