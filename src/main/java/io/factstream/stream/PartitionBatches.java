package io.factstream.stream;

import java.util.List;

/**
 * What a page has for one partition. Partitions are sent to side by side, the batches of one in order.
 *
 * @param partition the partition's id
 * @param batches its batches, never empty
 */
public record PartitionBatches(String partition, List<EventBatch> batches) {

    public PartitionBatches {
        batches = List.copyOf(batches);
    }

    /** What is still to be sent, in order. */
    List<EventBatch> unsettled() {
        return batches.stream().flatMap(batch -> batch.unsettled().stream()).toList();
    }
}
