package io.factstream.stream;

/** What a stream is doing, as an operator sees it. */
public enum StreamState {
    /** It reads and sends, or has nothing to do. */
    RUNNING,
    /** A person paused it. */
    PAUSED,
    /** Another process holds its source; it waits. */
    BUSY,
    /** The hub asked to slow down; it waits, and goes on from where it was. */
    THROTTLED,
    /** Its last page failed; it holds its watermark and tries again. */
    FAILING
}
