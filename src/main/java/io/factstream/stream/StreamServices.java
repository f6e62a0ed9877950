package io.factstream.stream;

import io.factstream.config.NonFinite;
import io.factstream.eventhubs.Hubs;
import io.factstream.source.DuckDbSource;
import io.factstream.time.Ticker;
import io.factstream.watermark.WatermarkStore;
import java.time.Clock;
import java.time.Duration;

/**
 * What all streams of a runtime share.
 *
 * @param source where rows are read
 * @param hubs what the hubs look like
 * @param watermarks where positions are kept
 * @param memory what the pages of all streams may take
 * @param pages how events and pages are made
 * @param clock tells what is shown and stored
 * @param settled tells what is settled; stands still in a run that ends
 * @param ticker tells when to look or try again
 */
public record StreamServices(
        DuckDbSource source,
        Hubs hubs,
        WatermarkStore watermarks,
        PageMemory memory,
        Pages pages,
        Clock clock,
        Clock settled,
        Ticker ticker) {

    /**
     * How events and pages are made, and how long a stream waits.
     *
     * @param eventSource the {@code source} of all events
     * @param schemaVersion the {@code schema_version} of all events
     * @param sessionId this run
     * @param nonFinite what becomes of NaN and the infinities
     * @param maxPageRows rows one page may hold
     * @param maxPageBytes bytes one page may hold
     * @param maxEventBytes the most bytes that one send may have; no larger row can be an event
     * @param busyRetry about how long to wait for a source that another process holds
     * @param firstHold how long to wait after a first failure
     * @param longestHold how long to wait at most, however often it failed
     * @param holdMultiplier by how much the wait grows with each failure, at least 1
     * @param throttledHold how long to wait when the hub asks to slow down and does not say how long
     */
    public record Pages(
            String eventSource,
            String schemaVersion,
            String sessionId,
            NonFinite nonFinite,
            int maxPageRows,
            long maxPageBytes,
            long maxEventBytes,
            Duration busyRetry,
            Duration firstHold,
            Duration longestHold,
            double holdMultiplier,
            Duration throttledHold) {}
}
