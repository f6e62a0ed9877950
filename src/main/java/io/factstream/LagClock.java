package io.factstream;

import io.factstream.stream.FactStream;
import io.factstream.stream.Standstill;
import io.factstream.stream.StreamState;
import io.factstream.stream.StreamStatus;
import io.factstream.stream.Streams;
import io.factstream.text.Word;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the streams look how far they are behind, whatever they are doing: one that is throttled, fails or is paused does not
 * look by itself. One stream after the other, so that the loader meets one reader more at most.
 */
final class LagClock implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LagClock.class);
    private static final Duration EVERY = Duration.ofSeconds(2);

    /** A query that lasts longer is left alone: its thread ends with the process. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Streams streams;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** The streams whose standstill was told. */
    private final Set<String> told = new HashSet<>();

    private @Nullable Thread thread;

    LagClock(Streams streams) {
        this.streams = streams;
    }

    void start() {
        Thread looking = new NamedDaemons("factstream-lag-").newThread(this::lookUntilClosed);
        thread = looking;
        looking.start();
    }

    private void lookUntilClosed() {
        try {
            while (!closed.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                for (FactStream stream : streams.all()) {
                    if (closed.getCount() > 0) {
                        look(stream);
                        tell(stream.status());
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void look(FactStream stream) {
        try {
            stream.lookAtLag();
        } catch (RuntimeException e) {
            // Such as a state that cannot be read, which the stream itself shows; the lag is then unknown after a
            // while.
            LOG.debug("stream={} could not be looked at", stream.definition().id(), e);
        }
    }

    /** A stream that fails is told of when it begins to. */
    private void tell(StreamStatus status) {
        Standstill standstill = status.standstill();
        if (standstill == null) {
            if (told.remove(status.stream())) {
                LOG.info("stream={} delivers again, or nothing waits any more", status.stream());
            }
        } else if (status.state() != StreamState.FAILING && told.add(status.stream())) {
            LOG.warn("stream={} state={} {}", status.stream(), Word.of(status.state()), standstill.why());
        }
    }

    @Override
    public void close() {
        closed.countDown();
        Thread looking = thread;
        if (looking != null) {
            looking.interrupt();
            try {
                looking.join(PATIENCE.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
