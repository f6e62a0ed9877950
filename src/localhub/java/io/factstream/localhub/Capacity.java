package io.factstream.localhub;

/** How much all hubs together accept. What is over it is refused; nothing is trimmed. Safe for all threads. */
final class Capacity {

    private final long maxEvents;
    private final long maxBytes;
    private final String refusal;
    private long events;
    private long bytes;

    /** @param refusal the AMQP condition with which a batch is refused */
    Capacity(long maxEvents, long maxBytes, String refusal) {
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
        this.refusal = refusal;
    }

    String refusal() {
        return refusal;
    }

    /** Takes room for a batch; false, and nothing taken, when there is not enough. */
    synchronized boolean take(int eventsOfBatch, int bytesOfBatch) {
        if (events + eventsOfBatch > maxEvents || bytes + bytesOfBatch > maxBytes) {
            return false;
        }
        events += eventsOfBatch;
        bytes += bytesOfBatch;
        return true;
    }
}
