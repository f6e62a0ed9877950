package io.factstream.cli;

/** What a command's exit code says. */
final class ExitCodes {

    /** All was done. */
    static final int DONE = 0;

    /** Something failed; nothing is lost. */
    static final int FAILED = 1;

    /** The configuration, or the command's own words, were refused. */
    static final int REFUSED = 2;

    private ExitCodes() {}
}
