package io.factstream.deadletter;

/**
 * How many dead letters a store may hold.
 *
 * @param entries at least 1
 * @param setting the key under which a person sets it, for messages
 */
public record DeadLetterLimit(long entries, String setting) {
    public DeadLetterLimit {
        if (entries < 1) {
            throw new IllegalArgumentException(setting + " must be at least 1, but is " + entries);
        }
    }
}
