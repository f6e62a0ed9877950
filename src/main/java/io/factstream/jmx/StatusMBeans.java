package io.factstream.jmx;

import io.factstream.control.Control;
import io.factstream.deadletter.DeadLetterStore;
import io.factstream.statistics.Statistics;
import io.factstream.statistics.StreamStatistics;
import io.factstream.stream.StreamState;
import io.factstream.stream.StreamStatus;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.management.AttributeChangeNotification;
import javax.management.JMException;
import javax.management.MBeanNotificationInfo;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.ManagementAgent;
import org.jspecify.annotations.Nullable;

/**
 * Registers the MBeans of a runtime: {@code io.factstream:type=totals} and {@code type=dead-letters}, and {@code
 * type=stream}, {@code type=event-type} and {@code type=hub} with a {@code name} each. An MBean of a stream sends an {@link
 * AttributeChangeNotification} when the stream enters another state.
 */
public final class StatusMBeans {

    private static final String STATE = "State";

    private final @Nullable ManagementAgent agent;
    private final Map<String, DescribedMBean> streams = new ConcurrentHashMap<>();
    private final AtomicLong notifications = new AtomicLong();

    /** Registers where the context registers its own MBeans; nowhere when JMX is off. They go with those. */
    public StatusMBeans(CamelContext context) {
        agent = context.getManagementStrategy().getManagementAgent();
    }

    /** Registers all that a runtime has by now. */
    public void register(String session, Statistics statistics, DeadLetterStore letters, Control control) {
        if (agent == null) {
            return;
        }
        for (StreamStatistics stream : statistics.streams()) {
            DescribedMBean mbean =
                    new DescribedMBean(new StreamMBean(stream, control), StreamMXBean.class, stateChanges());
            streams.put(stream.id(), mbean);
            register(agent, "stream", stream.id(), mbean);
        }
        for (String eventType : statistics.streams().stream()
                .map(stream -> stream.stream().definition().eventType())
                .collect(Collectors.toSet())) {
            register(
                    agent,
                    "event-type",
                    eventType,
                    new DescribedMBean(new EventTypeMBean(eventType, statistics), EventTypeMXBean.class));
        }
        for (String hub : statistics.streams().stream()
                .map(stream -> stream.stream().definition().hub())
                .collect(Collectors.toSet())) {
            register(agent, "hub", hub, new DescribedMBean(new HubMBean(hub, statistics), HubMXBean.class));
        }
        register(
                agent,
                "totals",
                null,
                new DescribedMBean(new TotalsMBean(session, statistics, control), TotalsMXBean.class));
        register(
                agent,
                "dead-letters",
                null,
                new DescribedMBean(new DeadLettersMBean(statistics, letters, control), DeadLettersMXBean.class));
        statistics.whenStateChanges(this::tell);
    }

    private static MBeanNotificationInfo stateChanges() {
        return new MBeanNotificationInfo(
                new String[] {AttributeChangeNotification.ATTRIBUTE_CHANGE},
                AttributeChangeNotification.class.getName(),
                "The stream entered another state");
    }

    private void tell(StreamState from, StreamStatus now) {
        DescribedMBean mbean = streams.get(now.stream());
        if (mbean == null) {
            return;
        }
        String error = now.lastError();
        mbean.sendNotification(new AttributeChangeNotification(
                name("stream", now.stream()),
                notifications.incrementAndGet(),
                now.since().toEpochMilli(),
                "stream " + now.stream() + " is " + word(now.state()) + (error == null ? "" : ": " + error),
                STATE,
                String.class.getName(),
                word(from),
                word(now.state())));
    }

    private static void register(ManagementAgent agent, String type, @Nullable String name, DescribedMBean mbean) {
        try {
            agent.register(mbean, name(type, name));
        } catch (JMException e) {
            throw new IllegalStateException(type + " " + name + " cannot be shown in JMX", e);
        }
    }

    private static ObjectName name(String type, @Nullable String name) {
        try {
            return new ObjectName("io.factstream:type=" + type + (name == null ? "" : ",name=" + name));
        } catch (JMException e) {
            throw new IllegalStateException(type + " " + name + " makes no JMX name", e);
        }
    }

    private static String word(StreamState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
