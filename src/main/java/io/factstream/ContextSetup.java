package io.factstream;

import io.factstream.eventhubs.BatchSender;
import io.factstream.eventhubs.HubMonitor;
import io.factstream.routes.Placeholders;
import io.factstream.routes.StreamDefinitions;
import io.factstream.routes.StreamRoutesLoader;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;

/** Gives the context what the routes need before they are loaded. */
final class ContextSetup extends MainListenerSupport {

    private static final String SENDER_ROUTE = "hub-connection";

    private final Duration deadline;
    private final HubMonitor hubs;
    private final StreamDefinitions definitions;

    ContextSetup(Duration deadline, HubMonitor hubs, StreamDefinitions definitions) {
        this.deadline = deadline;
        this.hubs = hubs;
        this.definitions = definitions;
    }

    @Override
    public void beforeInitialize(BaseMainSupport main) {
        Placeholders.configure(main.getCamelContext());
    }

    @Override
    public void afterConfigure(BaseMainSupport main) {
        CamelContext context = main.getCamelContext();
        // A route that names no error handler hands its failures on to the flow that called it, which decides about
        // them.
        // Camel's own default would log each with its stack trace, however often a hub that is away is tried.
        context.getCamelContextExtension().setErrorHandlerFactory(new NoErrorHandlerDefinition());
        context.getRegistry().bind("sender", new BatchSender(context, SENDER_ROUTE, deadline, hubs));
        StreamRoutesLoader loader = new StreamRoutesLoader(definitions);
        loader.setCamelContext(context);
        context.getRegistry().bind(StreamRoutesLoader.NAME, loader);
    }
}
