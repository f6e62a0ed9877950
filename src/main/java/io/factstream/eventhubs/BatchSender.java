package io.factstream.eventhubs;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.AsyncProducer;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.component.direct.DirectConsumerNotAvailableException;
import org.apache.camel.spi.ReactiveExecutor;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
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

    /** The header with the hub's name, which the flow sets. */
    private static final String HUB = "hub";

    /** The client that a send went by. */
    static final String CLIENT = "FactStreamClient";

    private static final String ANSWER = "FactStreamAnswer";
    private static final String ACKNOWLEDGED = "acknowledged";

    private final CamelContext context;
    private final String route;
    private final Duration deadline;
    private final HubMonitor monitor;
    private final AtomicBoolean starting = new AtomicBoolean();
    private @Nullable AsyncProducer producer;

    /**
     * Sends through {@code direct:<route>}.
     *
     * @param route the id of the sender route
     * @param deadline how long one send may take
     * @param monitor is told what each send came to
     */
    public BatchSender(CamelContext context, String route, Duration deadline, HubMonitor monitor) {
        this.context = context;
        this.route = route;
        this.deadline = deadline;
        this.monitor = monitor;
    }

    /**
     * Makes the kamelet {@code event-hub} for a hub, before anything is sent to it: made by the first sends, which come
     * side by side, it would get some of them before it has started.
     */
    public void open(String hub) {
        context.getEndpoint("kamelet:event-hub/event-hub-" + hub + "?hub=" + hub);
    }

    /**
     * Step within the circuit breaker: sends the exchange's body, a list of messages, with the headers of the exchange,
     * and leaves what the hub said of them for {@link #heed}.
     *
     * <p>The breaker must see only what keeps everybody from sending, and each failure once. Exceptions that its step is told
     * to ignore are swallowed, and the route would go on as if the events were sent.
     *
     * @throws OutageException when the batch was not acknowledged for a reason that lies outside of it
     * @throws CountedException when that is so, and the breaker has counted it with another send
     */
    public void send(Exchange exchange) throws InterruptedException {
        String hub = exchange.getMessage().getHeader(HUB, String.class);
        exchange.removeProperty(ANSWER);
        long began = monitor.began(hub);
        Throwable failure = attempt(hub, exchange);
        if (failure == null) {
            exchange.setProperty(ANSWER, ACKNOWLEDGED);
            monitor.answered(hub);
            return;
        }
        DeliveryException typed = SendFailures.of(failure);
        if (typed instanceof OutageException outage) {
            if (monitor.failed(hub, outage, began)) {
                throw outage;
            }
            throw new CountedException(outage);
        }
        if (typed instanceof ThrottledException throttled) {
            monitor.throttled(hub, throttled);
        } else {
            monitor.answered(hub);
        }
        exchange.setProperty(ANSWER, typed);
    }

    /**
     * Step after the circuit breaker: goes on only when the hub acknowledged the events.
     *
     * @throws ThrottledException when the hub asks to slow down
     * @throws RejectedBatchException when the hub rejected a batch of several events for what is in it
     * @throws UndeliverableEventException when the hub rejected a single event
     */
    public void heed(Exchange exchange) {
        Object answer = exchange.removeProperty(ANSWER);
        if (answer instanceof RejectedBatchException rejected
                && exchange.getMessage().getBody(List.class).size() == 1) {
            throw SendFailures.undeliverable(rejected);
        }
        if (answer instanceof DeliveryException refused) {
            throw refused;
        }
        if (!ACKNOWLEDGED.equals(answer)) {
            throw new IllegalStateException("the hub was not asked: the route of its kamelet has no step bean:sender"
                    + " with the method send in its circuit breaker");
        }
    }

    /**
     * Returns what it ended with; null when the hub acknowledged it.
     *
     * <p>The endpoint hands the messages to the SDK and returns, so this thread does that itself: handed to another, the batch
     * would wait for that one to be woken.
     */
    private @Nullable Throwable attempt(String hub, Exchange exchange) throws InterruptedException {
        Exchange attempt = new DefaultExchange(context);
        attempt.getMessage().setBody(exchange.getMessage().getBody());
        attempt.getMessage().setHeaders(exchange.getMessage().getHeaders());
        CompletableFuture<Exchange> answer = new CompletableFuture<>();
        long began = System.nanoTime();
        try {
            boolean unused = producer().process(attempt, doneSync -> answer.complete(attempt));
            // Camel leaves further steps of a route to the thread that is within another one, which this thread is.
            ReactiveExecutor steps = context.getCamelContextExtension().getReactiveExecutor();
            boolean more = true;
            while (more && !answer.isDone()) {
                more = steps.executeFromQueue();
            }
            long left = deadline.toNanos() - (System.nanoTime() - began);
            Throwable failure = await(hub, answer, left).getException();
            if (failure instanceof InterruptedException interrupted) {
                throw interrupted;
            }
            if (failure instanceof DirectConsumerNotAvailableException) {
                startRoute();
                return new DeadlineMissedException(deadline);
            }
            if (failure != null && KnownFault.of(failure).isOfClient()) {
                replaceClient(attempt);
            }
            return failure;
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (TimeoutException e) {
            replaceClient(attempt);
            return new DeadlineMissedException(deadline);
        }
    }

    /** Waits for an answer; where there is no prompt one, somebody looks whether the hub can be reached at all. */
    private Exchange await(String hub, CompletableFuture<Exchange> answer, long nanos)
            throws InterruptedException, ExecutionException, TimeoutException {
        long prompt = Math.min(nanos, HubLayouts.PROMPT.toNanos());
        try {
            return answer.get(prompt, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            monitor.isSilent(hub);
            return answer.get(nanos - prompt, TimeUnit.NANOSECONDS);
        }
    }

    /** Links without credit, and some hung clients, stay as they are when the fault is over. */
    private static void replaceClient(Exchange attempt) {
        if (attempt.getProperty(CLIENT) instanceof HubProducer.Client client) {
            client.replace();
        }
    }

    private synchronized AsyncProducer producer() {
        AsyncProducer known = producer;
        if (known == null) {
            try {
                // While the route is away, its start is waited for no longer than for an answer.
                known = context.getEndpoint("direct:" + route + "?timeout=" + deadline.toMillis())
                        .createAsyncProducer();
                known.start();
            } catch (Exception e) {
                throw new IllegalStateException("nothing can be sent to direct:" + route, e);
            }
            producer = known;
        }
        return known;
    }

    /** Somebody has stopped the route. Its start waits for locks that its stop may hold. */
    private void startRoute() {
        if (!starting.compareAndSet(false, true)) {
            return;
        }
        Thread start = new Thread(
                () -> {
                    try {
                        if (context.isStarted()) {
                            context.getRouteController().startRoute(route);
                        }
                    } catch (Exception e) {
                        LOG.warn("route={} was stopped, and could not be started again", route, e);
                    } finally {
                        starting.set(false);
                    }
                },
                "factstream-start-route");
        start.setDaemon(true);
        start.start();
    }
}
