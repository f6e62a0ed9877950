package io.factstream.jmx;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One event hub in JMX, as its senders see it. Counts are those of this session. */
@Description("An event hub that streams send to")
public interface HubMXBean {

    @Description("The name of the hub")
    String getHub();

    @Description("unknown before the first send, running, or failing")
    String getState();

    @Description("closed; open while nothing is sent because sends failed; half-open for a trial")
    String getBreakerState();

    @Description("How often the circuit breaker opened")
    long getBreakerTrips();

    @Description("Sends, and questions about the hub, that an outage ended")
    long getFailures();

    @Description("Failures because the hub could not be reached, or the connection broke")
    long getConnectionFailures();

    @Description("Failures by what kind of failure it was")
    Map<String, Long> getFailuresByCategory();

    @Description("Sends that the hub put off because its throughput was used up")
    long getThrottled();

    @Description("False while a probe finds that the hub cannot be reached at all")
    boolean isReachable();

    @Description("How many partitions it has; 0 while that is not known")
    int getPartitions();

    @Description("What a person should know of the hub although it answers, such as a change of its partitions")
    @Nullable
    String getNotice();

    @Description("Why the last send failed; nothing when the last one was answered")
    @Nullable
    String getLastError();

    @Description(
            "The kind of the last failure: network, authentication, throttling, serialization, validation or unknown")
    @Nullable
    String getErrorCategory();

    @Description("transient, permanent, or critical: nothing will pass until a person mends something")
    @Nullable
    String getErrorSeverity();
}
