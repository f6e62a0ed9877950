package io.factstream.jmx;

import io.factstream.eventhubs.HubMonitor;
import io.factstream.stream.FactStream;
import java.util.Collection;
import java.util.List;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.ManagementAgent;
import org.jspecify.annotations.Nullable;

/**
 * Registers an MBean for each stream, {@code io.factstream:type=stream,name=<stream>}, and for each hub, {@code
 * io.factstream:type=hub,name=<hub>}.
 */
public final class StatusMBeans {

    private final @Nullable ManagementAgent agent;

    /** Registers where the context registers its own MBeans; nowhere when JMX is off. */
    public StatusMBeans(CamelContext context) {
        agent = context.getManagementStrategy().getManagementAgent();
    }

    /** Registers streams that are not registered yet. They go with the context's other MBeans when it stops. */
    public void register(List<FactStream> streams) {
        streams.forEach(stream -> register("stream", stream.definition().id(), new StreamMBean(stream)));
    }

    /** Takes a stream out that is no longer there. */
    public void unregister(String stream) {
        if (agent == null) {
            return;
        }
        try {
            agent.unregister(new ObjectName("io.factstream:type=stream,name=" + stream));
        } catch (JMException e) {
            throw new IllegalStateException("stream " + stream + " cannot be taken out of JMX", e);
        }
    }

    /** Registers hubs by name, where they are not registered yet. They go with the context's other MBeans when it stops. */
    public void register(HubMonitor monitor, Collection<String> hubs) {
        hubs.forEach(hub -> register("hub", hub, new HubMBean(hub, monitor)));
    }

    private void register(String type, String name, Object mbean) {
        if (agent == null) {
            return;
        }
        try {
            agent.register(mbean, new ObjectName("io.factstream:type=" + type + ",name=" + name));
        } catch (JMException e) {
            throw new IllegalStateException(type + " " + name + " cannot be shown in JMX", e);
        }
    }
}
