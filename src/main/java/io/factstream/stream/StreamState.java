package io.factstream.stream;

/** What a stream is doing, as an operator sees it. */
public enum StreamState {
    /** It reads and sends, or has nothing to do. */
    RUNNING,
    /** A person paused it. */
    PAUSED,
    /** Another process holds its source; it waits. */
    BUSY,
    /** Its last page failed; it holds its watermark and tries again. */
    FAILING
}
