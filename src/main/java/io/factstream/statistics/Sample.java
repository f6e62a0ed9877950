package io.factstream.statistics;

import java.time.Instant;

/**
 * A stream, or all of them, at one moment of the past.
 *
 * @param eventsSent since the session began
 * @param lagRows settled rows beyond the watermark, as of the last look then
 */
public record Sample(Instant at, long eventsSent, long lagRows) {}
