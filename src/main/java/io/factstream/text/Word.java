package io.factstream.text;

import java.util.Locale;

/** How constants are written for people and programs: in settings, messages, logs, JMX, metrics and JSON. */
public final class Word {

    private Word() {}

    /** In small letters, with hyphens. */
    public static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
