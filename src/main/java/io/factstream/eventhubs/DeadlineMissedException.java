package io.factstream.eventhubs;

import java.time.Duration;

/** A send was not answered within {@code factstream.send.deadline}. Whether the events arrived is not known. */
final class DeadlineMissedException extends Exception {

    private static final long serialVersionUID = 1L;

    DeadlineMissedException(Duration deadline) {
        super("no acknowledgement within " + deadline.toMillis() + " ms (factstream.send.deadline)");
    }
}
