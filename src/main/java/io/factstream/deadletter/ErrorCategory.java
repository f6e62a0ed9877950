package io.factstream.deadletter;

/** What kind of failure kept an event from being delivered. */
public enum ErrorCategory {
    /** The hub could not be reached, or the connection broke. */
    NETWORK,
    /** The hub refused who we are or what we may do. */
    AUTHENTICATION,
    /** The hub asked to slow down. */
    THROTTLING,
    /** The row could not be turned into an event. */
    SERIALIZATION,
    /** The event breaks a rule: of the hub, such as its size, or of the stream. */
    VALIDATION,
    /** None of the others was recognised. */
    UNKNOWN
}
