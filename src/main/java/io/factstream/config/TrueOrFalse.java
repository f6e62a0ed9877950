package io.factstream.config;

/** Whether something is so. */
public enum TrueOrFalse {
    TRUE,
    FALSE
}
