package io.factstream.config;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be set: all that is known of it before anybody sets it.
 *
 * @param key its name in files and on the command line: {@code factstream.} or {@code eventhubs.}, then words joined by
 *     dots and dashes
 * @param type what its values look like, and their range
 * @param defaultText the value where nobody sets one, as a person would write it; null when there is none
 * @param description what it does, for the person who sets it: whole sentences
 * @param <T> what its values are in Java
 */
public record Setting<T>(
        String key, SettingType<T> type, @Nullable String defaultText, String description) {

    private static final Pattern KEY = Pattern.compile("(factstream|eventhubs)(\\.[a-z]+(-[a-z]+)*)+");

    public Setting {
        if (!KEY.matcher(key).matches()) {
            throw new IllegalArgumentException("not the key of a setting: " + key);
        }
        if (defaultText != null) {
            type.parse(defaultText);
        }
    }

    /** The environment variable that sets it: the key in capitals, with {@code .} and {@code -} as {@code _}. */
    public String environmentVariable() {
        return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** Whether its values must never be shown. */
    public boolean isSecret() {
        return type instanceof SettingType.SecretText;
    }

    /** The key. */
    @Override
    public String toString() {
        return key;
    }
}
