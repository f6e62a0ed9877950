package io.factstream.session;

import org.jspecify.annotations.Nullable;

/**
 * One stream's part in a session.
 *
 * @param outcome how it ended, for people; null while the session has not ended, or when nothing was said of the stream
 */
public record StreamRun(StreamCounts counts, @Nullable String outcome) {}
