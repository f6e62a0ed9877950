package io.factstream.eventhubs;

import java.util.List;

/**
 * What a hub says of itself.
 *
 * @param partitions the ids of its partitions, at least one
 * @param limit what one send to it may hold
 */
public record HubLayout(List<String> partitions, BatchLimit limit) {

    public HubLayout {
        partitions = List.copyOf(partitions);
        if (partitions.isEmpty()) {
            throw new IllegalArgumentException("a hub has at least one partition");
        }
    }
}
