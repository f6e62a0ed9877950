package io.factstream.eventhubs;

/** What a hub holds could not be read to its end. Its message names the hub and holds no secret. */
public final class HubUnreadableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    HubUnreadableException(String message, Throwable cause) {
        super(message, cause);
    }

    HubUnreadableException(String message) {
        super(message);
    }
}
