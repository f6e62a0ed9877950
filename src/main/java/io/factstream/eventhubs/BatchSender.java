package io.factstream.eventhubs;

import io.factstream.deadletter.DeliveryFailure;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Severity;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.support.DefaultExchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a batch through the route that owns the {@code azure-eventhubs} endpoint, and waits for the acknowledgement no
 * longer than a deadline: while a hub is down the endpoint may never answer, whatever its retry options say.
 *
 * <p>A send that missed its deadline may still arrive, so the batch may then be delivered twice, with the same ids.
 * Thread-safe.
 */
public final class BatchSender {

    private static final Logger LOG = LoggerFactory.getLogger(BatchSender.class);

    private final CamelContext context;
    private final ProducerTemplate template;
    private final String route;
    private final Duration deadline;
    private final AtomicBoolean renewing = new AtomicBoolean();

    /**
     * Sends through {@code direct:<route>}.
     *
     * @param route the id of the sender route
     * @param deadline how long one send may take
     */
    public BatchSender(CamelContext context, String route, Duration deadline) {
        this.context = context;
        this.template = context.createProducerTemplate();
        this.route = route;
        this.deadline = deadline;
    }

    /**
     * Sends the exchange's body, a list of messages, with the headers of the exchange.
     *
     * @throws OutageException when the batch was not acknowledged for a reason that lies outside of it
     * @throws RejectedBatchException when the hub rejected a batch of several events for what is in it
     * @throws UndeliverableEventException when the hub rejected a single event
     */
    public void send(Exchange exchange) throws InterruptedException {
        Exchange attempt = new DefaultExchange(context);
        attempt.getMessage().setBody(exchange.getMessage().getBody());
        attempt.getMessage().setHeaders(exchange.getMessage().getHeaders());
        CompletableFuture<Exchange> answer = template.asyncSend("direct:" + route, attempt);
        Throwable failure;
        try {
            failure = answer.get(deadline.toMillis(), TimeUnit.MILLISECONDS).getException();
        } catch (ExecutionException e) {
            failure = e.getCause();
        } catch (TimeoutException e) {
            renewClient();
            throw new OutageException(
                    new DeliveryFailure(
                            ErrorCategory.NETWORK,
                            Severity.TRANSIENT,
                            "no acknowledgement within " + deadline.toMillis() + " ms (factstream.send.deadline)"),
                    e);
        }
        if (failure == null) {
            return;
        }
        DeliveryException typed = SendFailures.of(failure);
        if (typed instanceof RejectedBatchException rejected
                && exchange.getMessage().getBody(List.class).size() == 1) {
            throw SendFailures.undeliverable(rejected);
        }
        throw typed;
    }

    /** Some hung clients stay hung when the fault is over, so a missed deadline makes the route start a new one. */
    private void renewClient() {
        if (!renewing.compareAndSet(false, true)) {
            return;
        }
        Thread renewal = new Thread(this::restartRoute, "factstream-renew-client");
        renewal.setDaemon(true);
        renewal.start();
    }

    private void restartRoute() {
        try {
            if (context.isStarted()) {
                context.getRouteController().stopRoute(route, 1, TimeUnit.SECONDS);
                context.getRouteController().startRoute(route);
            }
        } catch (Exception e) {
            LOG.warn("route={} could not be restarted after a missed deadline", route, e);
        } finally {
            renewing.set(false);
        }
    }
}
