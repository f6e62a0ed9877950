package io.factstream.jmx;

import io.factstream.stream.FactStream;
import java.util.List;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.ManagementAgent;
import org.jspecify.annotations.Nullable;

/** Registers an MBean for each stream, named {@code io.factstream:type=stream,name=<stream>}. */
public final class StreamMBeans {

    private final @Nullable ManagementAgent agent;

    /** Registers where the context registers its own MBeans; nowhere when JMX is off. */
    public StreamMBeans(CamelContext context) {
        agent = context.getManagementStrategy().getManagementAgent();
    }

    /** Registers streams. They go with the context's other MBeans when it stops. */
    public void register(List<FactStream> streams) {
        if (agent == null) {
            return;
        }
        for (FactStream stream : streams) {
            String id = stream.definition().id();
            try {
                agent.register(new StreamMBean(stream), new ObjectName("io.factstream:type=stream,name=" + id));
            } catch (JMException e) {
                throw new IllegalStateException("stream " + id + " cannot be shown in JMX", e);
            }
        }
    }
}
