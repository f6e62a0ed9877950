package io.factstream;

import io.factstream.eventhubs.LayoutMemory;
import io.factstream.state.SqliteHubPartitions;
import io.factstream.state.StateException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of the hubs, in the state. A state that cannot be used is no fault of the hub, and no event depends on it
 * here: each page that is saved shows it.
 */
final class EarlierLayouts implements LayoutMemory {

    private static final Logger LOG = LoggerFactory.getLogger(EarlierLayouts.class);

    private final SqliteHubPartitions partitions;

    EarlierLayouts(SqliteHubPartitions partitions) {
        this.partitions = partitions;
    }

    @Override
    public Optional<List<String>> find(String hub) {
        try {
            return partitions.find(hub);
        } catch (StateException e) {
            LOG.warn(
                    "hub={} whether its partitions have changed since the last start is not known: {}",
                    hub,
                    e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public void save(String hub, List<String> ids) {
        try {
            partitions.save(hub, ids);
        } catch (StateException e) {
            LOG.warn("hub={} its partitions could not be noted: {}", hub, e.getMessage());
        }
    }
}
