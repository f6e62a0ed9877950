package io.factstream;

import io.factstream.eventhubs.BatchSender;
import java.time.Duration;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;

/** Gives the routes their sender, which needs the context that they run in. */
final class SenderBinding extends MainListenerSupport {

    private static final String SENDER_ROUTE = "event-hub";

    private final Duration deadline;

    SenderBinding(Duration deadline) {
        this.deadline = deadline;
    }

    @Override
    public void afterConfigure(BaseMainSupport main) {
        main.getCamelContext()
                .getRegistry()
                .bind("sender", new BatchSender(main.getCamelContext(), SENDER_ROUTE, deadline));
    }
}
