package io.factstream.config;

import org.jspecify.annotations.Nullable;

/**
 * Something that a person configured cannot work: a setting, a route file, a query.
 *
 * <p>Its message is written for that person: where it stands, what was wrong, how to mend it. It never holds the
 * value of a secret.
 */
public final class ConfigurationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String where;
    private final String what;
    private final String mend;

    /**
     * @param where the file (with its line where known) or the setting's key
     * @param what what is wrong there, with the value unless that is a secret
     * @param mend what to do about it, as an instruction
     */
    public ConfigurationException(String where, String what, String mend) {
        this(where, what, mend, null);
    }

    /** As above, keeping the failure behind it. */
    public ConfigurationException(String where, String what, String mend, @Nullable Throwable cause) {
        super(where + ": " + what + ". " + mend, cause);
        this.where = where;
        this.what = what;
        this.mend = mend;
    }

    /** The file (with its line where known) or the setting's key. */
    public String where() {
        return where;
    }

    /** What is wrong there. */
    public String what() {
        return what;
    }

    /** What to do about it. */
    public String mend() {
        return mend;
    }
}
