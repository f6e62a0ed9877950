package io.factstream.source;

import java.time.Duration;

/**
 * How the streams of a runtime, all together, leave room for the loader.
 *
 * <p>A loader gets the file only while nobody reads it, and sixteen streams that read one after the other, each briefly,
 * can hold it open for ever. So streams read for a stretch of time, and then all of them stay out for a pause.
 *
 * @param maxHold for how long streams go on opening the file, counted from the first of them; a stream that has it open
 *     then still finishes its page; more than zero
 * @param pause how long the file stays closed after that; zero for no longer than it takes
 * @param readers how many streams read at the same time, at least 1; the more there are, the longer the last of them
 *     takes to finish its page
 */
public record Courtesy(Duration maxHold, Duration pause, int readers) {
    public Courtesy {
        if (maxHold.isNegative() || maxHold.isZero() || pause.isNegative() || readers < 1) {
            throw new IllegalArgumentException(
                    "maxHold must be more than zero, pause not negative, readers at least 1: " + maxHold + ", " + pause
                            + ", " + readers);
        }
    }
}
