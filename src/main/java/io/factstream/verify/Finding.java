package io.factstream.verify;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One row or event that a comparison has something to say about. */
public sealed interface Finding {

    /** The trace id. */
    String id();

    /**
     * A row that is neither in the hub nor a dead letter.
     *
     * @param watermark DuckDB's text of its watermark
     * @param partitionKey null where it has none
     */
    record Missing(String id, String watermark, @Nullable String partitionKey) implements Finding {}

    /**
     * A row that is not in the hub because its event is a dead letter.
     *
     * @param watermark DuckDB's text of its watermark
     * @param reason why it could not be delivered, as the dead letter says
     */
    record DeadLettered(String id, String watermark, String reason) implements Finding {}

    /**
     * An event whose id no row of the source has.
     *
     * @param partition where it lies
     * @param sequenceNumber its position there
     * @param enqueued when it arrived
     */
    record Extra(String id, String partition, long sequenceNumber, Instant enqueued) implements Finding {}

    /**
     * An event whose id came before.
     *
     * @param watermark DuckDB's text of the row's watermark; null when no row at or below the stream's watermark has
     *     the id
     * @param partition where it lies
     * @param sequenceNumber its position there
     * @param enqueued when it arrived
     * @param firstPartition where the first event with the id lies
     * @param firstSequenceNumber its position there
     */
    record Duplicate(
            String id,
            @Nullable String watermark,
            String partition,
            long sequenceNumber,
            Instant enqueued,
            String firstPartition,
            long firstSequenceNumber)
            implements Finding {}
}
