package io.factstream.jmx;

import io.factstream.control.Control;
import io.factstream.deadletter.DeadLetterStore;
import io.factstream.eventhubs.LayoutChange;
import io.factstream.statistics.Statistics;
import io.factstream.statistics.StreamStatistics;
import io.factstream.stream.StreamDefinition;
import io.factstream.stream.StreamState;
import io.factstream.stream.StreamStatus;
import io.factstream.text.Word;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.management.AttributeChangeNotification;
import javax.management.JMException;
import javax.management.MBeanNotificationInfo;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.ManagementAgent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the MBeans of a runtime: {@code io.factstream:type=totals} and {@code type=dead-letters}, and {@code
 * type=stream}, {@code type=event-type} and {@code type=hub} with a {@code name} each. An MBean of a stream sends an {@link
 * AttributeChangeNotification} when the stream enters another state, one of a hub when its partitions become others.
 */
public final class StatusMBeans {

    private static final Logger LOG = LoggerFactory.getLogger(StatusMBeans.class);
    private static final String STATE = "State";
    private static final String PARTITIONS = "Partitions";
    private static final Pattern OF_JMX = Pattern.compile("[,=:\"*?\n]");

    private final @Nullable ManagementAgent agent;
    private final String session;
    private final Statistics statistics;
    private final DeadLetterStore letters;
    private final Control control;
    private final Map<String, DescribedMBean> streams = new ConcurrentHashMap<>();
    private final Map<String, DescribedMBean> hubs = new ConcurrentHashMap<>();
    private final Set<ObjectName> registered = ConcurrentHashMap.newKeySet();
    private final AtomicLong notifications = new AtomicLong();

    /** Registers where the context registers its own MBeans; nowhere when JMX is off. They go with those. */
    public StatusMBeans(
            CamelContext context, String session, Statistics statistics, DeadLetterStore letters, Control control) {
        agent = context.getManagementStrategy().getManagementAgent();
        this.session = session;
        this.statistics = statistics;
        this.letters = letters;
        this.control = control;
        statistics.whenStateChanges(this::tell);
    }

    /** Registers what the runtime has by now and is not registered yet. */
    public synchronized void register() {
        if (agent == null) {
            return;
        }
        for (StreamStatistics stream : statistics.streams()) {
            StreamDefinition definition = stream.stream().definition();
            register(agent, "hub", definition.hub(), () -> hub(definition.hub()));
            register(agent, "event-type", definition.eventType(), () -> eventType(definition.eventType()));
            register(agent, "stream", stream.id(), () -> {
                DescribedMBean mbean = stream(stream);
                streams.put(stream.id(), mbean);
                return mbean;
            });
        }
        register(
                agent,
                "totals",
                null,
                () -> new DescribedMBean(new TotalsMBean(session, statistics, control), TotalsMXBean.class));
        register(
                agent,
                "dead-letters",
                null,
                () -> new DescribedMBean(new DeadLettersMBean(statistics, letters, control), DeadLettersMXBean.class));
    }

    private DescribedMBean hub(String hub) {
        return hubs.computeIfAbsent(
                hub,
                name -> new DescribedMBean(
                        new HubMBean(name, statistics),
                        HubMXBean.class,
                        changes("The hub has other partitions than before")));
    }

    private DescribedMBean eventType(String eventType) {
        return new DescribedMBean(new EventTypeMBean(eventType, statistics), EventTypeMXBean.class);
    }

    private DescribedMBean stream(StreamStatistics stream) {
        return new DescribedMBean(
                new StreamMBean(stream, control), StreamMXBean.class, changes("The stream entered another state"));
    }

    /** Takes a stream out that is no longer there. */
    public synchronized void unregister(String stream) {
        if (agent == null || streams.remove(stream) == null) {
            return;
        }
        ObjectName name = name("stream", stream);
        registered.remove(name);
        try {
            agent.unregister(name);
        } catch (JMException e) {
            throw new IllegalStateException("stream " + stream + " cannot be taken out of JMX", e);
        }
    }

    private static MBeanNotificationInfo changes(String what) {
        return new MBeanNotificationInfo(
                new String[] {AttributeChangeNotification.ATTRIBUTE_CHANGE},
                AttributeChangeNotification.class.getName(),
                what);
    }

    /** A hub was found to have other partitions than before. */
    public void tell(LayoutChange change) {
        DescribedMBean mbean = hubs.get(change.hub());
        if (mbean != null) {
            mbean.sendNotification(new AttributeChangeNotification(
                    name("hub", change.hub()),
                    notifications.incrementAndGet(),
                    System.currentTimeMillis(),
                    change.text(),
                    PARTITIONS,
                    int.class.getName(),
                    change.before().partitions().size(),
                    change.now().partitions().size()));
        }
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
                "stream " + now.stream() + " is " + Word.of(now.state()) + (error == null ? "" : ": " + error),
                STATE,
                String.class.getName(),
                Word.of(from),
                Word.of(now.state())));
    }

    private void register(ManagementAgent agent, String type, @Nullable String name, Supplier<DescribedMBean> mbean) {
        ObjectName full = name(type, name);
        if (!registered.add(full)) {
            return;
        }
        try {
            agent.register(mbean.get(), full);
        } catch (JMException e) {
            // It streams all the same, and so do the others.
            LOG.warn("{} {} cannot be shown in JMX", type, name, e);
        }
    }

    private static ObjectName name(String type, @Nullable String name) {
        try {
            return new ObjectName("io.factstream:type=" + type + (name == null ? "" : ",name=" + quoted(name)));
        } catch (JMException e) {
            throw new IllegalStateException(type + " " + name + " makes no JMX name", e);
        }
    }

    /** What means something in a JMX name is quoted; other names stay as people know them. */
    private static String quoted(String name) {
        return OF_JMX.matcher(name).find() ? ObjectName.quote(name) : name;
    }
}
