package io.factstream.stream;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One event as it would be sent.
 *
 * @param traceId its id
 * @param watermark DuckDB's text of its row's watermark
 * @param partitionKey null where it has none
 * @param partition the partition it would go to; null when it is not known how many there are
 * @param wireBytes the bytes that it takes of a batch, or that the row has at least where it was too large to be read
 * @param properties what travels beside the body
 * @param body JSON; empty where the row was too large to be read
 * @param fault why it would become a dead letter at once; null when it would be sent
 */
public record EventPreview(
        String traceId,
        String watermark,
        @Nullable String partitionKey,
        @Nullable String partition,
        int wireBytes,
        Map<String, Object> properties,
        String body,
        @Nullable String fault) {}
