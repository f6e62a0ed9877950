package io.factstream.eventhubs;

import org.apache.camel.Component;
import org.apache.camel.Producer;
import org.apache.camel.component.azure.eventhubs.EventHubsConfiguration;
import org.apache.camel.component.azure.eventhubs.EventHubsEndpoint;

/** An endpoint of {@code azure-eventhubs} whose client can be replaced while sends are under way: {@link HubProducer}. */
final class HubEndpoint extends EventHubsEndpoint {

    HubEndpoint(String uri, Component component, EventHubsConfiguration configuration) {
        super(uri, component, configuration);
    }

    @Override
    public Producer createProducer() {
        return new HubProducer(this);
    }
}
