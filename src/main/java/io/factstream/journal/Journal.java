package io.factstream.journal;

import io.factstream.text.Word;
import java.util.List;
import org.slf4j.LoggerFactory;

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

    /** Records an action that is done: that it cannot be recorded is logged, and keeps nobody from acting. */
    default void addDone(Action action) {
        try {
            add(action);
        } catch (RuntimeException e) {
            LoggerFactory.getLogger(Journal.class)
                    .warn(
                            "action={} subject=\"{}\" could not be recorded: {}",
                            Word.of(action.kind()),
                            action.subject(),
                            e.getMessage());
        }
    }

    /** The newest actions, newest first; {@code limit} at most, which is at least 1. */
    List<Action> recent(int limit);
}
