package io.factstream.source;

import java.sql.SQLException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the file open between the pages of a stream that catches up: opening and closing it costs as much as reading
 * thousands of rows. It lets go when the stretch of reading is over that {@link Courtesy} allows, and soon after the last
 * page. Thread-safe.
 */
final class Linger implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Linger.class);

    /** How long it waits for the next page. */
    private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Gate gate;
    private final Opening opening;
    private final ScheduledThreadPoolExecutor timer;

    private @Nullable SourceConnection held;
    private long until;

    /** Opens the file. */
    @FunctionalInterface
    interface Opening {
        SourceConnection open() throws SQLException;
    }

    /** @param opening opens it once more, beside a connection that is open */
    Linger(Gate gate, Opening opening) {
        this.gate = gate;
        this.opening = opening;
        timer = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(work, "factstream-source");
            thread.setDaemon(true);
            return thread;
        });
        timer.setKeepAliveTime(1, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
    }

    /** To be called while the file is open. Once closed it does nothing. */
    synchronized void begin() throws SQLException {
        long left = gate.left();
        if (left <= 0 || timer.isShutdown()) {
            return;
        }
        until = System.nanoTime() + Math.min(left, LONGEST_NANOS);
        if (held == null) {
            held = opening.open();
            endLater();
        }
    }

    private void endLater() {
        var unused = timer.schedule(this::endIfOver, until - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    private synchronized void endIfOver() {
        if (System.nanoTime() < until) {
            endLater();
        } else {
            end();
        }
    }

    private synchronized void end() {
        SourceConnection connection = held;
        held = null;
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                // Nothing was read or written through it.
                LOG.warn("source could not be closed: {}", e.getMessage(), e);
            }
        }
    }

    /** Lets go of the file now, for good. */
    @Override
    public synchronized void close() {
        timer.shutdownNow();
        end();
    }
}
