package io.factstream.eventhubs;

import io.factstream.config.ConfigurationException;

/**
 * How much one send may hold.
 *
 * @param maxEvents events in one batch, at least 1
 * @param maxBytes the hub's limit for one message in bytes: 1,048,576 on Standard and above, 262,144 on Basic
 */
public record BatchLimit(int maxEvents, int maxBytes) {

    public BatchLimit {
        if (maxEvents < 1) {
            throw new ConfigurationException(
                    "factstream.batch.max-events", maxEvents + " is too few", "Use at least 1");
        }
        if (maxBytes < 1024) {
            throw new ConfigurationException(
                    "factstream.batch.max-bytes", maxBytes + " bytes is too small", "Use at least 1024");
        }
    }

    /** The bytes that events may fill: the SDK keeps back 1 KiB of each whole 64 KiB for the batch's own envelope. */
    public int capacity() {
        return maxBytes - maxBytes / 65_536 * 1024;
    }

    /** This limit, with the size that the hub itself states where that is smaller. */
    public BatchLimit within(int hubMaxBytes) {
        return hubMaxBytes > 0 && hubMaxBytes < maxBytes ? new BatchLimit(maxEvents, hubMaxBytes) : this;
    }
}
