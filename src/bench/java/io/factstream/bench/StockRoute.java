package io.factstream.bench;

import com.azure.core.amqp.AmqpTransportType;
import io.factstream.eventhubs.HubAccess;
import io.factstream.eventhubs.HubComponent;
import io.factstream.source.DuckDbSource;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.dataformat.JsonLibrary;
import org.jspecify.annotations.Nullable;

/** The route that Camel's manual would have one write: a query, an exchange a row, JSON, a send. It saves nothing. */
final class StockRoute {

    private StockRoute() {}

    public static void main(String[] args) throws Exception {
        Job job = Job.of(args);
        CountDownLatch done = new CountDownLatch(1);
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getRegistry().bind("source", source(job));
            context.addComponent("azure-eventhubs", new HubComponent(access(job)));
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    onException(Exception.class)
                            .process(exchange -> failure.set(
                                    exchange.getProperty(org.apache.camel.Exchange.EXCEPTION_CAUGHT, Exception.class)));
                    from("timer:once?repeatCount=1&delay=0")
                            .setBody(constant(job.query().replace("_trace_id", "trace_id") + " LIMIT " + job.rows()))
                            .to("jdbc:source?outputType=StreamList")
                            .split(body())
                            .streaming()
                            .stopOnException()
                            .removeHeaders("*")
                            .marshal()
                            .json(JsonLibrary.Jackson)
                            .to("azure-eventhubs:local/" + job.hub())
                            .end()
                            .process(exchange -> done.countDown());
                }
            });
            context.start();
            while (!done.await(100, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                Exception failed = failure.get();
                if (failed != null) {
                    throw failed;
                }
            }
        }
    }

    static HubAccess access(Job job) {
        return new HubAccess("local", job.connectionString(), AmqpTransportType.AMQP, Duration.ofSeconds(30), 0);
    }

    static DuckDbSource source(Job job) {
        return new DuckDbSource(
                job.file(), 1L << 30, 2, Duration.ofMinutes(10), job.file().resolveSibling("spill"));
    }
}
