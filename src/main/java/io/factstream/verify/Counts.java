package io.factstream.verify;

/**
 * How a comparison came out. {@code rows = delivered + deadLettered + missing}.
 *
 * @param rows rows at or below the stream's watermark, within the bounds that were given
 * @param delivered those of them whose event is in the hub
 * @param deadLettered those whose event is not in the hub but a dead letter
 * @param missing those that are neither
 * @param extra events in the hub whose id no row of the source has, each id once
 * @param duplicates events whose id came before, more often than the source has it
 * @param duplicatedIds how many ids these have
 * @param ahead events that are in the hub and whose rows lie beyond the stream's watermark: sent, not yet saved
 * @param outOfOrder first deliveries that stand in their partition after one of a later watermark; of rows with a
 *     partition key only, since others may go to another partition when they are sent again, and have no order
 * @param sharedIds ids that more than one row has, because the query gives trace ids that are not unique; consumers that
 *     drop what they had before drop such rows
 * @param events events of the stream that were read from the hub
 */
public record Counts(
        long rows,
        long delivered,
        long deadLettered,
        long missing,
        long extra,
        long duplicates,
        long duplicatedIds,
        long ahead,
        long outOfOrder,
        long sharedIds,
        long events) {}
