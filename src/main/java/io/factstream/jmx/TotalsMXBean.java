package io.factstream.jmx;

import java.util.List;

/** A whole runtime in JMX. */
@Description("All streams of this FactStream together")
public interface TotalsMXBean extends CountsMXBean {

    @Description("The id of this session; it is in every event")
    String getSession();

    @Description("When this session began")
    String getStarted();

    @Description("How many streams there are")
    int getStreams();

    @Description("The ids of the streams whose last page failed")
    List<String> getFailingStreams();

    @Description("The ids of the streams that a person paused")
    List<String> getPausedStreams();

    @Description("The names of the hubs that fail")
    List<String> getFailingHubs();

    @Description("How often the circuit breakers of all hubs opened")
    long getBreakerTrips();

    @Description("Dead letters in the store; -1 when it cannot be read")
    long getDeadLetters();

    @Description("What people did last, the newest first: when, who, what and to what")
    List<String> listActions(@Description(name = "limit", value = "How many at most, at least 1") int limit);
}
