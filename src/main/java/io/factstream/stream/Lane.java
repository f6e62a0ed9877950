package io.factstream.stream;

import java.util.List;

/**
 * Some events of a rejected batch, all events of their keys. Lanes are sent side by side, the pieces of one in order.
 *
 * @param pieces batches, never empty
 */
public record Lane(List<EventBatch> pieces) {

    /** So many searches side by side find what is rejected several times as fast, and take little memory. */
    public static final int MOST = 16;

    public Lane {
        pieces = List.copyOf(pieces);
    }
}
