package io.factstream.eventhubs;

import com.azure.messaging.eventhubs.EventData;
import com.azure.messaging.eventhubs.models.PartitionEvent;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One event of a hub, whoever sent it.
 *
 * @param partition the id of its partition
 * @param sequenceNumber its position there
 * @param enqueued when it arrived
 * @param partitionKey the key that its sender named; null where it named none
 * @param properties its application properties
 * @param body not copied
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record HubEvent(
        String partition,
        long sequenceNumber,
        Instant enqueued,
        @Nullable String partitionKey,
        Map<String, Object> properties,
        byte[] body) {

    static HubEvent of(PartitionEvent received) {
        EventData event = received.getData();
        return new HubEvent(
                received.getPartitionContext().getPartitionId(),
                event.getSequenceNumber(),
                event.getEnqueuedTime(),
                event.getPartitionKey(),
                event.getProperties(),
                event.getBody());
    }
}
