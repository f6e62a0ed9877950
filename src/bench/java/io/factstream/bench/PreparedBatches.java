package io.factstream.bench;

import io.factstream.eventhubs.EventMessage;
import io.factstream.eventhubs.HubComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;

/** Part of the whole: lists of ready messages through Camel's endpoint, one at a time to each partition. */
final class PreparedBatches {

    private static final int BATCH = 2_000;

    private PreparedBatches() {}

    public static void main(String[] args) throws Exception {
        Job job = Job.of(args);
        ExecutorService threads = Executors.newFixedThreadPool(HubMain.PARTITIONS);
        AtomicLong numbers = new AtomicLong();
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.addComponent("azure-eventhubs", new HubComponent(StockRoute.access(job)));
            context.start();
            ProducerTemplate template = context.createProducerTemplate();
            List<Callable<Void>> senders = new ArrayList<>();
            for (int i = 0; i < HubMain.PARTITIONS; i++) {
                String partition = Integer.toString(i);
                senders.add(() -> {
                    for (long first = numbers.getAndAdd(BATCH); first < job.rows(); first = numbers.getAndAdd(BATCH)) {
                        send(template, context, job, partition, first);
                    }
                    return null;
                });
            }
            for (Future<Void> sender : threads.invokeAll(senders)) {
                sender.get();
            }
        } finally {
            threads.shutdown();
        }
    }

    private static void send(
            ProducerTemplate template, DefaultCamelContext context, Job job, String partition, long first)
            throws Exception {
        Exchange exchange = new DefaultExchange(context);
        exchange.getMessage().setHeader("CamelAzureEventHubsPartitionId", partition);
        List<Message> messages = new ArrayList<>(BATCH);
        for (long number = first; number < Math.min(first + BATCH, job.rows()); number++) {
            String id = "p-" + number;
            byte[] json =
                    ("{\"event_type\":\"receipt_line_added\",\"payload\":{\"receipt_id\":\"RCP0000000000\",\"line_number\":1,"
                                    + "\"product_id\":1234,\"quantity\":3,\"unit_price\":12.34,\"extended_price\":123.45},\"trace_id\":\""
                                    + id
                                    + "\",\"ingest_timestamp\":\"2024-01-01T00:00:00.000000Z\",\"schema_version\":\"1.0\","
                                    + "\"source\":\"bench\",\"correlation_id\":\"RCP0000000000\",\"session_id\":\"20260101T000000-00000000\"}")
                            .getBytes(StandardCharsets.UTF_8);
            messages.add(new EventMessage(
                    exchange,
                    json,
                    Map.of(
                            "event_type", "receipt_line_added",
                            "stream", "bench",
                            "trace_id", id,
                            "schema_version", "1.0",
                            "content_type", "application/json")));
        }
        exchange.getMessage().setBody(messages);
        Exchange sent = template.send("azure-eventhubs:local/" + job.hub(), exchange);
        if (sent.getException() != null) {
            throw sent.getException();
        }
    }

    /** The checksum of the ids of so many events. */
    static long checksum(long rows) {
        long sum = 0;
        for (long number = 0; number < rows; number++) {
            byte[] id = ("p-" + number).getBytes(StandardCharsets.US_ASCII);
            sum += EventIds.checksum(id, 0, id.length);
        }
        return sum;
    }
}
