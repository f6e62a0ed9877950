package io.factstream.config;

/** How log lines are written. */
public enum LogFormat {
    /** For people. */
    TEXT,
    /** One JSON object a line, for programs. */
    JSON
}
