package io.factstream.session;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Makes session ids such as {@code 20260102T030405678-7k2mq0xa}: the time in UTC to the millisecond, then 40 random
 * bits. They sort by time as text, and a person can read when.
 *
 * <p>The ids of one instance always rise, even within a millisecond or when the clock is put back. Thread-safe.
 */
public final class SessionIds {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssSSS").withZone(ZoneOffset.UTC);

    /** Without i, l, o and u, which are misread or make words. */
    private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";

    private static final int RANDOM_DIGITS = 8;

    private final Clock clock;
    private final RandomGenerator random;
    private final AtomicLong lastMillis = new AtomicLong(Long.MIN_VALUE);

    /** @param random must be safe for use by the threads that call {@link #next} */
    public SessionIds(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /** A new id. */
    public String next() {
        long now = clock.millis();
        long millis = lastMillis.updateAndGet(last -> Math.max(last + 1, now));
        StringBuilder id = new StringBuilder(TIME.format(Instant.ofEpochMilli(millis))).append('-');
        for (int i = 0; i < RANDOM_DIGITS; i++) {
            id.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
        }
        return id.toString();
    }
}
