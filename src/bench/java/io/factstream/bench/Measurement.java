package io.factstream.bench;

/**
 * What one run came to.
 *
 * @param events how many arrived
 * @param eventsPerSecond from the first batch to the last
 * @param startSeconds from the start of the process to the first batch
 * @param wholeSeconds from the start of the process to the last batch
 * @param peakMegabytes the most physical memory that its process had
 * @param processorMicros of its process an event, its start included
 * @param hubMicros of the hub's process an event
 * @param allocatedBytes on the Java heap an event, its start included
 * @param bodyBytes of an event's JSON
 * @param batchEvents in a batch
 */
record Measurement(
        long events,
        double eventsPerSecond,
        double startSeconds,
        double wholeSeconds,
        double peakMegabytes,
        double processorMicros,
        double hubMicros,
        double allocatedBytes,
        double bodyBytes,
        double batchEvents) {

    private static final double NANOS = 1e9;

    static Measurement of(JavaProcess process, Taken taken, JavaProcess.Use use, double hubSeconds) {
        double events = taken.events();
        return new Measurement(
                taken.events(),
                events / ((taken.lastNanos() - taken.firstNanos()) / NANOS),
                (taken.firstNanos() - process.startNanos()) / NANOS,
                (taken.lastNanos() - process.startNanos()) / NANOS,
                use.peakBytes() / 1024.0 / 1024.0,
                use.processorSeconds() * 1e6 / events,
                hubSeconds * 1e6 / events,
                use.allocatedBytes() / events,
                taken.bodyBytes() / events,
                events / taken.batches());
    }
}
