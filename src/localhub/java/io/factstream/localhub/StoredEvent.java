package io.factstream.localhub;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event as a partition keeps it.
 *
 * @param hub the hub's name
 * @param partition its partition, from 0
 * @param sequenceNumber its position among the events of the partition, from 0, without gaps
 * @param offset its position in the partition's bytes: ascending, with gaps, and to be treated as opaque
 * @param enqueuedTime when it was accepted, in milliseconds; never descends within a partition
 * @param partitionKey the key it was sent with, or null
 * @param content what the client sent
 */
public record StoredEvent(
        String hub,
        int partition,
        long sequenceNumber,
        String offset,
        Instant enqueuedTime,
        @Nullable String partitionKey,
        SentEvent content) {

    /** The bytes of its data. */
    public byte[] body() {
        return content.body();
    }

    /** The body as UTF-8 text. */
    public String text() {
        return content.text();
    }

    /** Its application properties. */
    public Map<String, Object> properties() {
        return content.properties();
    }
}
