package io.factstream.jmx;

import io.factstream.statistics.FailureCategory;
import io.factstream.statistics.Statistics;
import io.factstream.statistics.StreamStatistics;
import io.factstream.text.Word;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** Counts of some streams, added up. */
abstract class Counted implements CountsMXBean {

    /** The streams that are counted, at this moment. */
    abstract Collection<StreamStatistics> streams();

    private long sum(ToLongFunction<StreamStatistics> count) {
        return streams().stream().mapToLong(count).sum();
    }

    private double rates(ToDoubleFunction<StreamStatistics> rate) {
        return streams().stream().mapToDouble(rate).sum();
    }

    @Override
    public final long getRowsRead() {
        return sum(stream -> stream.counts().rowsRead());
    }

    @Override
    public final long getEventsSent() {
        return sum(stream -> stream.counts().eventsSent());
    }

    @Override
    public final long getEventsFailed() {
        return sum(StreamStatistics::eventsFailed);
    }

    @Override
    public final long getEventsDeadLettered() {
        return sum(stream -> stream.counts().deadLettered());
    }

    @Override
    public final long getBatches() {
        return sum(stream -> stream.counts().batches());
    }

    @Override
    public final long getBytes() {
        return sum(stream -> stream.counts().bytes());
    }

    @Override
    public final double getEventsPerSecond() {
        return rates(StreamStatistics::rate);
    }

    @Override
    public final double getEventsPerSecondSinceStart() {
        return rates(StreamStatistics::rateSinceStart);
    }

    @Override
    public final long getPagesFailed() {
        return sum(stream -> stream.status().pagesFailed());
    }

    @Override
    public final long getThrottles() {
        return sum(stream -> stream.status().throttles());
    }

    @Override
    public final long getConnectionFailures() {
        return sum(StreamStatistics::connectionFailures);
    }

    @Override
    public final Map<String, Long> getErrors() {
        Map<String, Long> errors = new TreeMap<>();
        for (StreamStatistics stream : streams()) {
            for (Map.Entry<FailureCategory, Long> error : stream.errors().entrySet()) {
                errors.merge(Word.of(error.getKey()), error.getValue(), Long::sum);
            }
        }
        return errors;
    }

    @Override
    public final long getLagRows() {
        Long rows = Statistics.lagRows(streams());
        return rows == null ? -1 : rows;
    }
}
