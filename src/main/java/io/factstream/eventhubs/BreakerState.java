package io.factstream.eventhubs;

/** The state of a hub's circuit breaker. */
public enum BreakerState {
    /** Sends go through. */
    CLOSED,
    /** Too many sends in a row failed: none is tried until the hub is back or the recovery time is over. */
    OPEN,
    /** One send is let through to see whether the hub takes events again. */
    HALF_OPEN
}
