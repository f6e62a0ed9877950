package io.factstream.jmx;

import io.factstream.control.Control;
import io.factstream.deadletter.DeadLetterFilter;
import io.factstream.statistics.StreamStatistics;
import io.factstream.stream.Standstill;
import io.factstream.stream.StreamObserver.Step;
import io.factstream.stream.StreamStatus;
import io.factstream.text.Word;
import io.factstream.watermark.Watermark;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One stream in JMX. */
final class StreamMBean extends Counted implements StreamMXBean {

    private final StreamStatistics statistics;
    private final Control control;

    StreamMBean(StreamStatistics statistics, Control control) {
        this.statistics = statistics;
        this.control = control;
    }

    @Override
    Collection<StreamStatistics> streams() {
        return List.of(statistics);
    }

    private StreamStatus status() {
        return statistics.status();
    }

    @Override
    public String getStream() {
        return statistics.id();
    }

    @Override
    public String getEventType() {
        return statistics.stream().definition().eventType();
    }

    @Override
    public String getHub() {
        return statistics.stream().definition().hub();
    }

    @Override
    public String getState() {
        return Word.of(status().state());
    }

    @Override
    public String getStateSince() {
        return status().since().toString();
    }

    @Override
    public @Nullable String getWatermark() {
        Watermark watermark = status().watermark();
        return watermark == null ? null : watermark.toString();
    }

    @Override
    public @Nullable String getLastEventTime() {
        return status().lastEventTime();
    }

    @Override
    public @Nullable String getLastDelivery() {
        Instant last = statistics.lastDelivery();
        return last == null ? null : last.toString();
    }

    @Override
    public @Nullable String getLastError() {
        return status().lastError();
    }

    @Override
    public int getConsecutiveFailures() {
        return status().consecutiveFailures();
    }

    @Override
    public long getLagSeconds() {
        return orUnknown(status().lagSeconds());
    }

    private static long orUnknown(@Nullable Long number) {
        return number == null ? -1 : number;
    }

    @Override
    public @Nullable String getLagLookedAt() {
        Instant at = status().lookedAt();
        return at == null ? null : at.toString();
    }

    @Override
    public long getRowsUnsettled() {
        return orUnknown(status().rowsUnsettled());
    }

    @Override
    public long getRowsWithoutWatermark() {
        return orUnknown(status().rowsWithoutWatermark());
    }

    @Override
    public long getLateRows() {
        return status().lateRows().rows();
    }

    @Override
    public long getRowsGone() {
        return status().lateRows().gone();
    }

    @Override
    public @Nullable String getStandstill() {
        Standstill standstill = status().standstill();
        return standstill == null ? null : standstill.why();
    }

    @Override
    public @Nullable String getWarning() {
        List<String> warnings = status().warnings();
        return warnings.isEmpty() ? null : String.join("; ", warnings);
    }

    @Override
    public int getVersion() {
        return statistics.stream().version().number();
    }

    @Override
    public String getVersionSince() {
        return statistics.stream().version().since().toString();
    }

    @Override
    public @Nullable String getLastRefusal() {
        return statistics.stream().version().refusal();
    }

    @Override
    public Times getPollTimes() {
        return new Times(statistics.times(Step.POLL));
    }

    @Override
    public Times getReadTimes() {
        return new Times(statistics.times(Step.READ));
    }

    @Override
    public Times getMarshalTimes() {
        return new Times(statistics.times(Step.MARSHAL));
    }

    @Override
    public Times getSendTimes() {
        return new Times(statistics.times(Step.SEND));
    }

    @Override
    public Times getCommitTimes() {
        return new Times(statistics.times(Step.COMMIT));
    }

    @Override
    public void pause() {
        control.pause(statistics.id(), Caller.name());
    }

    @Override
    public void resume() {
        control.resume(statistics.id(), Caller.name());
    }

    @Override
    public String replay() {
        return Control.text(control.replay(DeadLetterFilter.EVERY.ofStream(statistics.id()), Caller.name()));
    }

    @Override
    public String rewind(String to, String why) {
        return control.rewind(statistics.id(), to, Caller.name(), why).toString();
    }

    @Override
    public String rewindToBeginning(String why) {
        return control.rewind(statistics.id(), null, Caller.name(), why).toString();
    }
}
