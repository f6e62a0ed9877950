package io.factstream.cli;

import io.factstream.Application;
import io.factstream.config.KnownSettings;
import io.factstream.stream.FactStream;
import io.factstream.stream.StreamStatus;
import io.factstream.text.Word;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits until all streams have come to their present end, or have given up; tells which of them has come to a stop, and why. */
final class Drain {

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

    /** So many pages in a row must fail before a run that ends gives a stream up. */
    private static final int FAILURES = 3;

    private static final long LOOK_EVERY_MILLIS = 20;

    /** After so long a stream that has come to a stop is told of, and again after each minute. */
    private static final Duration FIRST_TOLD = Duration.ofSeconds(10);

    private static final Duration TOLD_AGAIN = Duration.ofMinutes(1);

    private final Application application;

    /** How quiet each stream was when it was last told of. */
    private final Map<String, Duration> told = new HashMap<>();

    Drain(Application application) {
        this.application = application;
    }

    void await() throws InterruptedException {
        for (List<FactStream> left = application.undrained(FAILURES);
                !left.isEmpty();
                left = application.undrained(FAILURES)) {
            left.forEach(this::tell);
            Thread.sleep(LOOK_EVERY_MILLIS);
        }
    }

    private void tell(FactStream stream) {
        String id = stream.definition().id();
        Duration quiet = stream.quiet();
        Duration before = told.get(id);
        if (quiet.compareTo(FIRST_TOLD) < 0) {
            told.remove(id);
        } else if (before == null || quiet.minus(before).compareTo(TOLD_AGAIN) >= 0) {
            told.put(id, quiet);
            StreamStatus status = stream.status();
            LOG.warn(
                    "stream={} state={} nothing was delivered for {} s, it is given up after {} s ({}){}",
                    id,
                    Word.of(status.state()),
                    quiet.toSeconds(),
                    application.patience().toSeconds(),
                    KnownSettings.ONCE_PATIENCE.key(),
                    status.lastError() == null ? "" : ": " + status.lastError());
        }
    }
}
