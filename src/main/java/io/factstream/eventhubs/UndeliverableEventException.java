package io.factstream.eventhubs;

import io.factstream.deadletter.DeliveryFailure;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Severity;
import org.jspecify.annotations.Nullable;

/** One event that will never be taken as it is. */
public final class UndeliverableEventException extends DeliveryException {

    private static final long serialVersionUID = 1L;

    public UndeliverableEventException(DeliveryFailure failure, @Nullable Throwable cause) {
        super(failure, cause);
    }

    /** An event that does not fit into an empty batch. */
    public static UndeliverableEventException tooLarge(int bytes, int capacity) {
        return new UndeliverableEventException(
                new DeliveryFailure(
                        ErrorCategory.VALIDATION,
                        Severity.PERMANENT,
                        "the event takes " + bytes + " bytes on the wire, the hub takes at most " + capacity
                                + "; select fewer or shorter columns, or use a tier with a larger limit"),
                null);
    }

    /**
     * A row that is too large for any event, and was therefore not read.
     *
     * @param bytes what its texts, BLOBs and lists have at least
     */
    public static UndeliverableEventException rowTooLarge(long bytes, int capacity) {
        return new UndeliverableEventException(
                new DeliveryFailure(
                        ErrorCategory.VALIDATION,
                        Severity.PERMANENT,
                        "the row has " + bytes
                                + " bytes in its texts, BLOBs and lists, and more as JSON; the hub takes at"
                                + " most " + capacity + " an event. It was not read, so it is in the source alone:"
                                + " make it shorter in the query or in the source, and send it by backfill"),
                null);
    }

    /** An event whose payload JSON cannot say. */
    public static UndeliverableEventException notFinite() {
        return new UndeliverableEventException(
                new DeliveryFailure(
                        ErrorCategory.SERIALIZATION,
                        Severity.PERMANENT,
                        "the payload holds NaN or an infinity, for which JSON has no number;"
                                + " mend the row, or set factstream.event.non-finite to string or null"),
                null);
    }
}
