package io.factstream.localhub;

/** The AMQP error conditions that Event Hubs answers with, as they stand on the wire. */
public final class Conditions {

    public static final String ARGUMENT_ERROR = "com.microsoft:argument-error";
    public static final String ARGUMENT_OUT_OF_RANGE = "com.microsoft:argument-out-of-range";
    public static final String CONNECTION_FORCED = "amqp:connection:forced";
    public static final String DECODE_ERROR = "amqp:decode-error";
    public static final String DETACH_FORCED = "amqp:link:detach-forced";
    public static final String ENTITY_DISABLED = "com.microsoft:entity-disabled";
    public static final String INTERNAL_ERROR = "amqp:internal-error";
    public static final String LINK_STOLEN = "amqp:link:stolen";
    public static final String MESSAGE_SIZE_EXCEEDED = "amqp:link:message-size-exceeded";
    public static final String NOT_ALLOWED = "amqp:not-allowed";
    public static final String NOT_FOUND = "amqp:not-found";
    public static final String RESOURCE_LIMIT_EXCEEDED = "amqp:resource-limit-exceeded";
    public static final String SERVER_BUSY = "com.microsoft:server-busy";
    public static final String TIMEOUT = "com.microsoft:timeout";
    public static final String UNAUTHORIZED_ACCESS = "amqp:unauthorized-access";

    private Conditions() {}

    /**
     * A text for the condition. The SDKs tell an entity that does not exist from one that is only out of reach by the
     * words of {@code amqp:not-found}, so that one says what they look for.
     */
    static String describe(String condition) {
        return condition.equals(NOT_FOUND)
                ? "The messaging entity named by this link could not be found"
                : "Refused by the local hub: " + condition;
    }
}
