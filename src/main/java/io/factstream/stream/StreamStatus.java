package io.factstream.stream;

import io.factstream.session.StreamCounts;
import io.factstream.watermark.Watermark;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A stream at one moment.
 *
 * @param stream the stream's id
 * @param state what it is doing
 * @param watermark up to where everything is delivered; null before the first page
 * @param counts what it did in this session
 * @param backlog what lies beyond the watermark: what the last look found, less what was delivered since; empty where it
 *     is not known
 * @param lookedAt when the source was last known to hold just that; null where the backlog is not known
 * @param waiting tells of rows that wait since their time lies in the future; null when there are none, or it is not known
 * @param standstill that nothing is delivered although rows wait, or may wait; null while that is not so
 * @param version which version of its files it runs, and why the newest change of them was refused
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
        Optional<Backlog> backlog,
        @Nullable Instant lookedAt,
        @Nullable String waiting,
        @Nullable Standstill standstill,
        StreamVersion version,
        LateRows lateRows,
        @Nullable String warning,
        boolean drained,
        @Nullable String lastEventTime,
        @Nullable String lastError,
        long pagesFailed,
        long throttles,
        int consecutiveFailures,
        Instant since) {

    /** Settled rows beyond the watermark; null where that is not known. */
    public @Nullable Long lagRows() {
        return backlog.map(Backlog::rows).orElse(null);
    }

    /**
     * From the watermark to the newest settled row; null where that is not known, the watermark is no time, or there are no
     * rows.
     */
    public @Nullable Long lagSeconds() {
        OptionalLong seconds = backlog.map(Backlog::seconds).orElse(OptionalLong.empty());
        return seconds.isPresent() ? (Long) seconds.getAsLong() : null;
    }

    /** Rows that are too young to be read; null where that is not known. */
    public @Nullable Long rowsUnsettled() {
        return backlog.map(Backlog::unsettled).orElse(null);
    }

    /** Rows that can never be read; null where that is not known. */
    public @Nullable Long rowsWithoutWatermark() {
        return backlog.map(Backlog::withoutWatermark).orElse(null);
    }

    /** What keeps the stream from delivering, in sentences without their ends; none while it delivers, or nothing waits. */
    public List<String> problems() {
        List<String> found = new ArrayList<>();
        if (state == StreamState.FAILING) {
            found.add("stream " + stream + " is failing: " + lastError);
        } else if (standstill != null && standstill.rowsWait()) {
            found.add("stream " + stream + ": " + standstill.why());
        }
        return found;
    }

    /** What a person should look at although the stream runs; each a sentence without its end. */
    public List<String> warnings() {
        List<String> found = new ArrayList<>();
        if (state != StreamState.FAILING && standstill != null && !standstill.rowsWait()) {
            found.add(standstill.why());
        }
        if (version.refusal() != null) {
            found.add("the newest change of its files was refused at " + version.refusedAt()
                    + ", and the version before runs on: " + version.refusal());
        }
        Long unreadable = rowsWithoutWatermark();
        if (unreadable != null && unreadable > 0) {
            found.add(String.format(
                    Locale.ROOT,
                    "%,d rows have no watermark and can never be sent; give them one, or exclude them in the query",
                    unreadable));
        }
        if (warning != null) {
            found.add(warning);
        }
        if (waiting != null) {
            found.add(waiting);
        }
        if (lateRows.rows() > 0) {
            found.add(String.format(
                    Locale.ROOT,
                    "%,d rows appeared behind the watermark; factstream backfill %s sends them",
                    lateRows.rows(),
                    stream));
        }
        return found;
    }
}
