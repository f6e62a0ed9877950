package io.factstream.config;

/** What becomes of NaN, Infinity and -Infinity, which JSON cannot hold as numbers. */
public enum NonFinite {
    /** They are written as the texts "NaN", "Infinity" and "-Infinity". */
    STRING,
    /** They count as NULL: the field is left out, and inside a list it is null. */
    NULL,
    /** The event that holds one becomes a dead letter. */
    DEAD_LETTER
}
