package io.factstream.config;

import org.jspecify.annotations.Nullable;

/**
 * A text that must not be seen: it shows nothing when it is printed, logged or joined to another text.
 *
 * <p>A class rather than a record, because serializers read the components of a record.
 */
public final class Secret {

    private final String text;

    /** @param text the secret itself */
    public Secret(String text) {
        this.text = text;
    }

    /** The secret itself. Call this only where it is handed to what needs it. */
    public String reveal() {
        return text;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Secret secret && secret.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
