package io.factstream.eventhubs;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.component.azure.eventhubs.CredentialType;
import org.apache.camel.component.azure.eventhubs.EventHubsComponent;
import org.apache.camel.component.azure.eventhubs.EventHubsEndpoint;
import org.apache.camel.spi.annotations.Component;

/**
 * Camel's {@code azure-eventhubs} component with the access of this runtime: routes name only namespace and hub, so no
 * secret stands in an endpoint's URI, where logs and JMX would show it.
 *
 * <p>The annotation is what makes Camel set the options of its endpoints.
 */
@Component("azure-eventhubs")
public final class HubComponent extends EventHubsComponent {

    private final HubAccess access;

    public HubComponent(HubAccess access) {
        this.access = access;
        // A client bean in the registry would override the connection string and die with the first stopped route.
        setAutowiredEnabled(false);
        getConfiguration().setAmqpTransportType(access.transport());
        getConfiguration().setAmqpRetryOptions(access.retryOptions());
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        String hub = remaining.substring(remaining.indexOf('/') + 1);
        String connectionString = access.connectionString(hub);
        if (connectionString == null) {
            parameters.putIfAbsent("credentialType", CredentialType.AZURE_IDENTITY);
        } else {
            parameters.putIfAbsent("connectionString", connectionString);
        }
        EventHubsEndpoint made = (EventHubsEndpoint) super.createEndpoint(uri, remaining, parameters);
        return new HubEndpoint(uri, this, made.getConfiguration());
    }
}
