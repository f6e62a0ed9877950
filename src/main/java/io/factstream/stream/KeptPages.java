package io.factstream.stream;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory for pages that wait for an outage to end. A stream keeps the page that it could not send, so that only what
 * is missing of it is sent again; when all streams together would keep too much, a stream lets its page go and reads it
 * again later. Thread-safe.
 */
public final class KeptPages {

    private final long capacity;
    private final AtomicLong kept = new AtomicLong();

    /** @param capacity bytes that all streams together may keep */
    public KeptPages(long capacity) {
        this.capacity = capacity;
    }

    /** Whether there was room for so many bytes; they are then taken until {@link #release}. */
    boolean keep(long bytes) {
        if (kept.addAndGet(bytes) <= capacity) {
            return true;
        }
        kept.addAndGet(-bytes);
        return false;
    }

    /** Gives bytes back that {@link #keep} took. */
    void release(long bytes) {
        kept.addAndGet(-bytes);
    }
}
