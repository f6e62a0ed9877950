package io.factstream.stream;

import java.time.Instant;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What lies beyond a stream's watermark.
 *
 * @param rows settled rows that are not delivered yet
 * @param seconds the time between the watermark and the newest settled row; empty where the watermark is no time, or
 *     there are no rows
 * @param unsettled rows that are too young to be read, those dated in the future included
 * @param firstDue when the first of those can be read; null where there is none, or none that can be read at any time
 * @param lastDue when the last of those can be read; null with {@code firstDue}
 * @param withoutWatermark rows whose watermark is NULL: they can never be read
 */
public record Backlog(
        long rows,
        OptionalLong seconds,
        long unsettled,
        @Nullable Instant firstDue,
        @Nullable Instant lastDue,
        long withoutWatermark) {

    public Backlog {
        if (rows < 0 || unsettled < 0 || withoutWatermark < 0) {
            throw new IllegalArgumentException("rows cannot be fewer than none");
        }
        if ((firstDue == null) != (lastDue == null)) {
            throw new IllegalArgumentException("rows that become due have a first and a last of them");
        }
    }

    /** The same when some of the rows were delivered since, and so much time lies between the watermark and the newest. */
    Backlog after(long delivered, OptionalLong left) {
        return new Backlog(Math.max(0, rows - delivered), left, unsettled, firstDue, lastDue, withoutWatermark);
    }
}
