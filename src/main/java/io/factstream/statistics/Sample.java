package io.factstream.statistics;

import io.factstream.time.Moment;
import org.jspecify.annotations.Nullable;

/**
 * A stream, or all of them, at one moment of the past.
 *
 * @param eventsSent since the session began
 * @param lagRows settled rows beyond the watermark; null where that was not known
 */
public record Sample(Moment at, long eventsSent, @Nullable Long lagRows) {}
