package io.factstream.stream;

import io.factstream.session.StreamCounts;
import io.factstream.watermark.Watermark;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A stream at one moment.
 *
 * @param stream the stream's id
 * @param state what it is doing
 * @param watermark up to where everything is delivered; null before the first page
 * @param counts what it did in this session
 * @param backlog what lies beyond the watermark, as of the last look
 * @param lateRows how what lies at or below the watermark differs from what was delivered, as of the last look
 * @param warning what a person should look at although the stream runs; null when there is nothing
 * @param drained whether the last look found nothing more to read
 * @param lastEventTime the watermark of the newest row sent, as text; null before the first
 * @param lastError why the last page failed; null when it did not. Holds no secret
 * @param pagesFailed pages that failed in this session; each is tried again
 * @param throttles pages that the hub put off in this session; what is missing of each is sent later
 * @param consecutiveFailures how many pages in a row failed; waiting for a busy source is no failure
 * @param since when the state began
 */
public record StreamStatus(
        String stream,
        StreamState state,
        @Nullable Watermark watermark,
        StreamCounts counts,
        Backlog backlog,
        LateRows lateRows,
        @Nullable String warning,
        boolean drained,
        @Nullable String lastEventTime,
        @Nullable String lastError,
        long pagesFailed,
        long throttles,
        int consecutiveFailures,
        Instant since) {}
