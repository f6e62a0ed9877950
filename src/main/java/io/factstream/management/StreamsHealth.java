package io.factstream.management;

import io.factstream.eventhubs.HubStatus;
import io.factstream.statistics.Statistics;
import io.factstream.statistics.StreamStatistics;
import io.factstream.stream.RefusedStream;
import io.factstream.stream.StreamStatus;
import io.factstream.text.Word;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckRepository;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** A readiness check for each stream and each hub that streams send to: down while it fails. A restart mends none of them: all are alive. */
final class StreamsHealth implements HealthCheckRepository {

    private static final String GROUP = "factstream";

    private final Statistics statistics;
    private boolean enabled = true;

    StreamsHealth(Statistics statistics) {
        this.statistics = statistics;
    }

    @Override
    public String getId() {
        return GROUP;
    }

    @Override
    public boolean isEnabled() {
        return enabled;
    }

    @Override
    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    @Override
    public Stream<HealthCheck> stream() {
        return enabled
                ? Stream.of(
                                statistics.streams().stream().map(StreamCheck::new),
                                statistics.refused().stream().map(RefusedCheck::new),
                                statistics.hubs().stream()
                                        .filter(hub -> statistics.isOfStreams(hub.hub()))
                                        .map(hub -> new HubCheck(hub.hub())))
                        .flatMap(checks -> checks)
                : Stream.empty();
    }

    private abstract static class ReadinessCheck extends AbstractHealthCheck {

        private ReadinessCheck(String id) {
            super(GROUP, id);
        }

        @Override
        public boolean isLiveness() {
            return false;
        }
    }

    private static final class StreamCheck extends ReadinessCheck {
        private final StreamStatistics stream;

        private StreamCheck(StreamStatistics stream) {
            super("stream-" + stream.id());
            this.stream = stream;
        }

        @Override
        protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
            StreamStatus status = stream.status();
            builder.detail("stream", stream.id());
            builder.detail("state", Word.of(status.state()));
            builder.detail("since", status.since().toString());
            if (status.problems().isEmpty()) {
                builder.up();
            } else {
                builder.down().message(String.join("; ", status.problems()));
            }
        }
    }

    private static final class RefusedCheck extends ReadinessCheck {
        private final RefusedStream stream;

        private RefusedCheck(RefusedStream stream) {
            super("stream-" + stream.stream());
            this.stream = stream;
        }

        @Override
        protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
            builder.detail("stream", stream.stream());
            builder.detail("state", RefusedStream.STATE);
            builder.detail("since", stream.since().toString());
            builder.down().message(stream.toString());
        }
    }

    private final class HubCheck extends ReadinessCheck {
        private final String hub;

        private HubCheck(String hub) {
            super("hub-" + hub);
            this.hub = hub;
        }

        @Override
        protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
            HubStatus status = statistics.hub(hub);
            builder.detail("hub", hub);
            if (status.failure() == null) {
                builder.up();
            } else {
                builder.down()
                        .message("hub " + hub + " is failing: "
                                + status.failure().error());
            }
        }
    }
}
