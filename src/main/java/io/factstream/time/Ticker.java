package io.factstream.time;

/**
 * A clock that only goes on, at the same pace, whatever is done to the clock on the wall. What waits goes by it; what is
 * shown, stored or compared with rows goes by a {@link java.time.Clock}. Thread-safe.
 */
@FunctionalInterface
public interface Ticker {

    /** That of this process. */
    static Ticker system() {
        return () -> new Moment(System.nanoTime());
    }

    /** The present moment. */
    Moment now();
}
