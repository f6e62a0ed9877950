package io.factstream.stream;

import java.util.OptionalLong;

/**
 * What lies beyond a stream's watermark.
 *
 * @param rows settled rows that are not delivered yet
 * @param seconds the time between the watermark and the newest settled row; empty where the watermark is no time, or
 *     there are no rows
 * @param unsettled rows that are too young to be read, those dated in the future included
 * @param withoutWatermark rows whose watermark is NULL: they can never be read
 */
public record Backlog(long rows, OptionalLong seconds, long unsettled, long withoutWatermark) {

    /** Before anything is known. */
    public static final Backlog UNKNOWN = new Backlog(0, OptionalLong.empty(), 0, 0);
}
