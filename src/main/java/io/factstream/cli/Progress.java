package io.factstream.cli;

import io.factstream.Application;
import io.factstream.stream.FactStream;
import io.factstream.stream.StreamStatus;
import io.factstream.text.Word;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows how far each stream has come: on a terminal a block of lines that is drawn over itself, elsewhere a log line a
 * stream that moved.
 */
final class Progress implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Progress.class);
    private static final Duration ON_TERMINAL = Duration.ofMillis(500);
    private static final Duration IN_LOG = Duration.ofSeconds(10);
    /** How much the newest rate counts against the ones before. */
    private static final double SMOOTHING = 0.3;

    private final Application application;
    private final PrintWriter out;
    private final boolean terminal;
    private final Map<String, Pace> paces = new HashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final long startNanos = System.nanoTime();
    private int drawn;

    private Progress(Application application, PrintWriter out, boolean terminal) {
        this.application = application;
        this.out = out;
        this.terminal = terminal;
    }

    /** Begins to show. The launcher says whether the output is a terminal. */
    static Progress of(Application application, PrintWriter out) {
        Progress progress = new Progress(application, out, Boolean.getBoolean("factstream.terminal"));
        Thread drawing = new Thread(progress::showUntilClosed, "factstream-progress");
        drawing.setDaemon(true);
        drawing.start();
        return progress;
    }

    private void showUntilClosed() {
        long millis = (terminal ? ON_TERMINAL : IN_LOG).toMillis();
        try {
            while (!closed.await(millis, TimeUnit.MILLISECONDS)) {
                show();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Shows the end once more. */
    void finish() {
        close();
        show();
    }

    private synchronized void show() {
        List<StreamStatus> statuses =
                application.streams().all().stream().map(FactStream::status).toList();
        if (terminal && drawn > 0) {
            out.print("\033[" + drawn + "A");
        }
        for (StreamStatus status : statuses) {
            Pace pace = paces.computeIfAbsent(status.stream(), id -> new Pace(startNanos));
            long done = status.counts().eventsSent() + status.counts().deadLettered();
            boolean moved = pace.at(done);
            if (terminal) {
                out.print("\033[2K" + line(status, done, pace) + System.lineSeparator());
            } else if (moved) {
                LOG.info(
                        "stream={} state={} done={} left={} rate={} secondsLeft={}",
                        status.stream(),
                        Word.of(status.state()),
                        done,
                        status.lagRows() == null ? "unknown" : status.lagRows(),
                        (long) pace.rate,
                        status.lagRows() == null ? -1 : pace.secondsFor(status.lagRows()));
            }
        }
        drawn = statuses.size();
        out.flush();
    }

    private static String line(StreamStatus status, long done, Pace pace) {
        Long left = status.lagRows();
        long seconds = left == null || left == 0 ? -1 : pace.secondsFor(left);
        String time = seconds < 0 ? "" : String.format(Locale.ROOT, "%d:%02d left", seconds / 60, seconds % 60);
        return String.format(
                Locale.ROOT,
                "%-26s %,12d done %12s left %,10d/s %10s  %s",
                status.stream(),
                done,
                left == null ? "unknown" : String.format(Locale.ROOT, "%,d", left),
                (long) pace.rate,
                time,
                Word.of(status.state()));
    }

    @Override
    public void close() {
        closed.countDown();
    }

    /** How fast a count grows. */
    private static final class Pace {
        private long last;
        private long lastNanos;
        private double rate;

        private Pace(long startNanos) {
            lastNanos = startNanos;
        }

        /** Takes the next count; returns whether it grew. */
        private boolean at(long done) {
            long now = System.nanoTime();
            double newest = (done - last) * 1e9 / Math.max(1, now - lastNanos);
            rate = rate == 0 ? newest : rate * (1 - SMOOTHING) + newest * SMOOTHING;
            boolean moved = done != last;
            last = done;
            lastNanos = now;
            return moved;
        }

        /** -1 when that cannot be told. */
        private long secondsFor(long left) {
            return rate < 1 ? -1 : (long) Math.ceil(left / rate);
        }
    }
}
