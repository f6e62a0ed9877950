package io.factstream.state;

import org.jspecify.annotations.Nullable;

/**
 * The state cannot be opened, read or written.
 *
 * <p>What was asked for did not happen, and nothing else was changed or lost. Its message names the state, the fault
 * and the mend.
 */
public final class StateException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What is wrong with the state. */
    public enum Fault {
        /** There is no state at that place. */
        MISSING,
        /** What is there is something else: a folder, or a file that is not a state of FactStream. */
        NOT_A_STATE,
        /** It is broken, or emptied. */
        DAMAGED,
        /** A newer FactStream made it. */
        NEWER,
        /** An older FactStream made it, and it was opened for reading only. */
        OLDER,
        /** It may not be written. */
        READ_ONLY,
        /** There is no space left to write it; it can be read. */
        FULL,
        /** Another process holds it for longer than we wait; trying again is all there is to do. */
        BUSY,
        /** The disk or file system failed. */
        IO,
        /** It was closed by us. */
        CLOSED,
        /** None of the others. */
        UNKNOWN
    }

    private final String where;
    private final Fault fault;
    private final String what;
    private final String mend;

    /**
     * @param where the file
     * @param what what is wrong with it
     * @param mend what to do about it, as an instruction
     * @param cause the failure behind it; null when there is none
     */
    public StateException(String where, Fault fault, String what, String mend, @Nullable Throwable cause) {
        super("State " + where + ": " + what + ". " + mend, cause);
        this.where = where;
        this.fault = fault;
        this.what = what;
        this.mend = mend;
    }

    /** The file. */
    public String where() {
        return where;
    }

    /** What kind of fault. */
    public Fault fault() {
        return fault;
    }

    /** What is wrong. */
    public String what() {
        return what;
    }

    /** What to do about it. */
    public String mend() {
        return mend;
    }
}
