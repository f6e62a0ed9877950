package io.factstream.stream;

/**
 * How many of the events that a stream sent of late the hub rejected. Where it rejects one of four, small groups find them
 * with the fewest sends; where it rejects one of a thousand, large ones do. Thread-safe.
 */
final class RejectedShare {

    /** Of so many events. */
    private static final double MEMORY = 1_000;

    private double share;

    void taken(int events) {
        add(events, 0);
    }

    void rejected(int events) {
        add(events, 1);
    }

    private synchronized void add(int events, int rejected) {
        share += (rejected - share) * -Math.expm1(-events / MEMORY);
    }

    /** 0 to 1. */
    synchronized double now() {
        return share;
    }
}
