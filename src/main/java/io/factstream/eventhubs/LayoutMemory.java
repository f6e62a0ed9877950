package io.factstream.eventhubs;

import java.util.List;
import java.util.Optional;

/** Remembers which partitions the hubs had, beyond the life of a runtime. */
public interface LayoutMemory {

    /** The ids of a hub's partitions, in its order; empty for a hub that is not known. */
    Optional<List<String>> find(String hub);

    /** Notes them. */
    void save(String hub, List<String> partitions);
}
