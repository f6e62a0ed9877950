package io.factstream.jmx;

import java.util.List;

/** All streams of one event type in JMX. */
@Description("The streams that send one type of event, together")
public interface EventTypeMXBean extends CountsMXBean {

    @Description("The event_type of the events")
    String getEventType();

    @Description("The ids of the streams that send it")
    List<String> getStreams();
}
