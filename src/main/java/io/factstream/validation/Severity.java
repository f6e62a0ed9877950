package io.factstream.validation;

import java.util.Locale;

/** What a finding means for the runtime. */
public enum Severity {
    /** The runtime or the stream would not run. */
    ERROR,
    /** It could not be found out, since the source or the hub gave no answer. */
    UNCHECKED,
    /** It runs, and is not as it should be. */
    WARNING;

    /** As it stands in a line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
