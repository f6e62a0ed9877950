package io.factstream.session;

/** How a session ended. */
public enum Outcome {
    /** It has not ended: it runs, or it was killed. */
    NOT_ENDED,
    /** It did all there was to do. */
    COMPLETED,
    /** It was asked to stop, and saved what was under way. */
    STOPPED,
    /** It gave up on an error. */
    FAILED
}
