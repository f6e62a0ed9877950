package io.factstream.journal;

import java.util.List;

/**
 * Where actions are recorded.
 *
 * <p>When {@link #add} returns, the action is durable. Safe for use by any number of threads and processes. Every method
 * throws the store's own unchecked exception when the store cannot be read or written.
 */
public interface Journal {

    /** Actions kept; older ones are forgotten. */
    int KEPT = 10_000;

    /** Records an action. */
    void add(Action action);

    /** The newest actions, newest first; {@code limit} at most, which is at least 1. */
    List<Action> recent(int limit);
}
