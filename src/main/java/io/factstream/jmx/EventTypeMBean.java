package io.factstream.jmx;

import io.factstream.statistics.Statistics;
import io.factstream.statistics.StreamStatistics;
import java.util.Collection;
import java.util.List;

/** All streams of one event type in JMX. */
final class EventTypeMBean extends Counted implements EventTypeMXBean {

    private final String eventType;
    private final Statistics statistics;

    EventTypeMBean(String eventType, Statistics statistics) {
        this.eventType = eventType;
        this.statistics = statistics;
    }

    @Override
    Collection<StreamStatistics> streams() {
        return statistics.ofEventType(eventType);
    }

    @Override
    public String getEventType() {
        return eventType;
    }

    @Override
    public List<String> getStreams() {
        return streams().stream().map(StreamStatistics::id).toList();
    }
}
