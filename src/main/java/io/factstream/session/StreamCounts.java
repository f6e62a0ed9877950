package io.factstream.session;

/**
 * What one stream did in one session so far. Rows and events are counted apart: several rows may travel in one event.
 *
 * @param rowsRead rows read from the source, repeated reads included
 * @param eventsSent events that the hub acknowledged
 * @param deadLettered events stored as dead letters
 * @param batches batches that the hub acknowledged
 * @param bytes size of the acknowledged events, as sent
 */
public record StreamCounts(long rowsRead, long eventsSent, long deadLettered, long batches, long bytes) {

    /** Nothing yet. */
    public static final StreamCounts ZERO = new StreamCounts(0, 0, 0, 0, 0);

    public StreamCounts {
        if (rowsRead < 0 || eventsSent < 0 || deadLettered < 0 || batches < 0 || bytes < 0) {
            throw new IllegalArgumentException("counts cannot be negative");
        }
    }

    /** These and those together. */
    public StreamCounts plus(StreamCounts other) {
        return new StreamCounts(
                rowsRead + other.rowsRead,
                eventsSent + other.eventsSent,
                deadLettered + other.deadLettered,
                batches + other.batches,
                bytes + other.bytes);
    }
}
