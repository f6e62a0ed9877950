package io.factstream;

import io.factstream.eventhubs.BatchSender;
import io.factstream.eventhubs.HubMonitor;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;

/** Gives the context what the routes need before they are loaded. */
final class ContextSetup extends MainListenerSupport {

    private static final String SENDER_ROUTE = "hub-connection";

    private final Duration deadline;
    private final HubMonitor hubs;

    ContextSetup(Duration deadline, HubMonitor hubs) {
        this.deadline = deadline;
        this.hubs = hubs;
    }

    /** What a placeholder of a route stands for is what the settings say; the environment is one place to set them. */
    @Override
    public void beforeInitialize(BaseMainSupport main) {
        PropertiesComponent properties =
                (PropertiesComponent) main.getCamelContext().getPropertiesComponent();
        properties.setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_FALLBACK);
        properties.setSystemPropertiesMode(PropertiesComponent.SYSTEM_PROPERTIES_MODE_FALLBACK);
    }

    @Override
    public void afterConfigure(BaseMainSupport main) {
        CamelContext context = main.getCamelContext();
        // A route that names no error handler hands its failures on to the flow that called it, which decides about
        // them.
        // Camel's own default would log each with its stack trace, however often a hub that is away is tried.
        context.getCamelContextExtension().setErrorHandlerFactory(new NoErrorHandlerDefinition());
        context.getRegistry().bind("sender", new BatchSender(context, SENDER_ROUTE, deadline, hubs));
    }
}
