package io.factstream.jmx;

import io.factstream.control.Control;
import io.factstream.eventhubs.HubStatus;
import io.factstream.statistics.Statistics;
import io.factstream.statistics.StreamStatistics;
import io.factstream.stream.StreamState;
import io.factstream.text.Word;
import java.util.Collection;
import java.util.List;

/** A whole runtime in JMX. */
final class TotalsMBean extends Counted implements TotalsMXBean {

    private final String session;
    private final Statistics statistics;
    private final Control control;

    TotalsMBean(String session, Statistics statistics, Control control) {
        this.session = session;
        this.statistics = statistics;
        this.control = control;
    }

    @Override
    Collection<StreamStatistics> streams() {
        return statistics.streams();
    }

    @Override
    public String getSession() {
        return session;
    }

    @Override
    public String getStarted() {
        return statistics.begun().toString();
    }

    @Override
    public int getStreams() {
        return streams().size();
    }

    @Override
    public List<String> getFailingStreams() {
        return in(StreamState.FAILING);
    }

    @Override
    public List<String> getPausedStreams() {
        return in(StreamState.PAUSED);
    }

    private List<String> in(StreamState state) {
        return streams().stream()
                .filter(stream -> stream.status().state() == state)
                .map(StreamStatistics::id)
                .toList();
    }

    @Override
    public List<String> getFailingHubs() {
        return statistics.hubs().stream()
                .filter(hub -> hub.failure() != null)
                .map(HubStatus::hub)
                .toList();
    }

    @Override
    public long getBreakerTrips() {
        return statistics.hubs().stream().mapToLong(HubStatus::trips).sum();
    }

    @Override
    public long getDeadLetters() {
        return statistics.deadLetters().map(summary -> summary.size()).orElse(-1L);
    }

    @Override
    public List<String> listActions(int limit) {
        return control.recent(limit).stream()
                .map(action -> action.at() + "  " + action.who() + "  "
                        + Word.of(action.kind()) + "  " + action.subject() + "  "
                        + action.detail())
                .toList();
    }
}
