package io.factstream.deadletter;

/** What a failure says about the next attempt. */
public enum Severity {
    /** The same event may pass when it is tried again. */
    TRANSIENT,
    /** The same event will never pass as it is. */
    PERMANENT,
    /** Nothing will pass until a person mends something. */
    CRITICAL
}
