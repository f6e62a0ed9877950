package io.factstream.jmx;

import java.util.Map;

/** Counts of this session, of one stream or several. */
public interface CountsMXBean {

    @Description("Rows read from the source, repeated reads included")
    long getRowsRead();

    @Description("Events that the hub acknowledged")
    long getEventsSent();

    @Description("Events of pages that failed; each is sent again")
    long getEventsFailed();

    @Description("Events stored as dead letters")
    long getEventsDeadLettered();

    @Description("Batches that the hub acknowledged")
    long getBatches();

    @Description("Bytes of the acknowledged batches on the wire")
    long getBytes();

    @Description("Events acknowledged a second, over the last minute")
    double getEventsPerSecond();

    @Description("Events acknowledged a second, since the session began")
    double getEventsPerSecondSinceStart();

    @Description("Pages that failed and were or will be tried again")
    long getPagesFailed();

    @Description("Pages that the hub put off; what is missing of each is sent later")
    long getThrottles();

    @Description("Pages that failed because the hub could not be reached, or the connection broke")
    long getConnectionFailures();

    @Description("Failed pages and dead-lettered events by what kind of failure it was")
    Map<String, Long> getErrors();

    @Description("Settled rows beyond the watermark; -1 where that is not known")
    long getLagRows();
}
