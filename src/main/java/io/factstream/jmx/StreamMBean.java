package io.factstream.jmx;

import io.factstream.stream.FactStream;
import io.factstream.stream.StreamStatus;
import io.factstream.watermark.Watermark;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedOperation;
import org.apache.camel.api.management.ManagedResource;
import org.jspecify.annotations.Nullable;

/** One stream in JMX. Counts are those of this session. */
@ManagedResource(description = "A FactStream stream")
public final class StreamMBean {

    private final FactStream stream;

    StreamMBean(FactStream stream) {
        this.stream = stream;
    }

    private StreamStatus status() {
        return stream.status();
    }

    @ManagedAttribute(description = "The id of the stream")
    public String getStream() {
        return stream.definition().id();
    }

    @ManagedAttribute(
            description =
                    "running, paused, busy (another process holds the source), throttled (the hub asked to slow down) or failing")
    public String getState() {
        return status().state().name().toLowerCase(java.util.Locale.ROOT);
    }

    @ManagedAttribute(description = "Up to where every row is acknowledged or dead-lettered")
    public @Nullable String getWatermark() {
        Watermark watermark = status().watermark();
        return watermark == null ? null : watermark.toString();
    }

    @ManagedAttribute(description = "Rows read from the source, repeated reads included")
    public long getRowsRead() {
        return status().counts().rowsRead();
    }

    @ManagedAttribute(description = "Events that the hub acknowledged")
    public long getEventsSent() {
        return status().counts().eventsSent();
    }

    @ManagedAttribute(description = "Pages in a row that failed; the stream holds its watermark and tries again")
    public int getConsecutiveFailures() {
        return status().consecutiveFailures();
    }

    @ManagedAttribute(description = "Pages that failed and were or will be tried again")
    public long getPagesFailed() {
        return status().pagesFailed();
    }

    @ManagedAttribute(description = "Pages that the hub put off; what is missing of each is sent later")
    public long getThrottles() {
        return status().throttles();
    }

    @ManagedAttribute(description = "Events stored as dead letters")
    public long getEventsDeadLettered() {
        return status().counts().deadLettered();
    }

    @ManagedAttribute(description = "Batches that the hub acknowledged")
    public long getBatches() {
        return status().counts().batches();
    }

    @ManagedAttribute(description = "Bytes of the acknowledged batches on the wire")
    public long getBytes() {
        return status().counts().bytes();
    }

    @ManagedAttribute(description = "The watermark value of the newest row delivered in this session")
    public @Nullable String getLastEventTime() {
        return status().lastEventTime();
    }

    @ManagedAttribute(description = "Why the last page failed; nothing when it did not")
    public @Nullable String getLastError() {
        return status().lastError();
    }

    @ManagedAttribute(description = "Settled rows beyond the watermark, as of the last look")
    public long getLagRows() {
        return status().backlog().rows();
    }

    @ManagedAttribute(description = "Seconds from the watermark to the newest settled row; -1 when there are none")
    public long getLagSeconds() {
        return status().backlog().seconds().orElse(-1);
    }

    @ManagedAttribute(description = "Rows that are too young to be read, those dated in the future included")
    public long getRowsUnsettled() {
        return status().backlog().unsettled();
    }

    @ManagedAttribute(description = "Rows whose watermark is NULL: they can never be read")
    public long getRowsWithoutWatermark() {
        return status().backlog().withoutWatermark();
    }

    @ManagedAttribute(description = "Rows that appeared after the watermark had passed them; backfill sends them")
    public long getLateRows() {
        return status().lateRows().rows();
    }

    @ManagedAttribute(description = "Rows that were delivered and are no longer in the source")
    public long getRowsGone() {
        return status().lateRows().gone();
    }

    @ManagedAttribute(description = "What a person should look at although the stream runs; nothing when all is well")
    public @Nullable String getWarning() {
        return status().warning();
    }

    @ManagedAttribute(
            description = "Which version of its files the stream runs: 1 from the start on, one more a change")
    public int getVersion() {
        return stream.version().number();
    }

    @ManagedAttribute(description = "Since when the stream runs this version of its files")
    public String getVersionSince() {
        return stream.version().since().toString();
    }

    @ManagedAttribute(description = "Why the newest change of its files was not taken up; nothing when there is none")
    public @Nullable String getLastRefusal() {
        return stream.version().refusal();
    }

    @ManagedOperation(description = "Stop reading after the page that is under way")
    public void pause() {
        stream.pause();
    }

    @ManagedOperation(description = "Read again")
    public void resume() {
        stream.resume();
    }
}
