package io.factstream.deadletter;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some dead letters, in the order in which they were first stored.
 *
 * @param next hand this to {@link DeadLetterStore#page} for the letters after these; it stays good when letters are
 *     removed or stored meanwhile. Null when there were no more
 */
public record DeadLetterPage(
        List<DeadLetter> letters, @Nullable String next) {
    public DeadLetterPage {
        letters = List.copyOf(letters);
    }
}
