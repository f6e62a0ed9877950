package io.factstream.bench;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.eventhubs.EventData;
import com.azure.messaging.eventhubs.EventDataBatch;
import com.azure.messaging.eventhubs.EventHubClientBuilder;
import com.azure.messaging.eventhubs.EventHubProducerAsyncClient;
import com.azure.messaging.eventhubs.models.CreateBatchOptions;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/** Sends events in batches of the SDK, some of them under way at a time, each to the next partition in turn. */
final class Sender implements AutoCloseable {

    private final EventHubProducerAsyncClient client;
    private final List<String> partitions;
    private final int inFlight;
    private final int maxBytes;
    private final Semaphore free;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private EventDataBatch batch;
    private int turn;

    /**
     * @param inFlight how many sends may be under way
     * @param maxBytes of one batch
     */
    Sender(Job job, int inFlight, int maxBytes) {
        client = new EventHubClientBuilder()
                .connectionString(job.hubConnectionString())
                .retryOptions(new AmqpRetryOptions().setMaxRetries(0))
                .buildAsyncProducerClient();
        this.inFlight = inFlight;
        this.maxBytes = maxBytes;
        free = new Semaphore(inFlight);
        partitions = client.getPartitionIds().collectList().block();
        batch = newBatch();
    }

    private EventDataBatch newBatch() {
        return client.createBatch(new CreateBatchOptions()
                        .setPartitionId(partitions.get(turn++ % partitions.size()))
                        .setMaximumSizeInBytes(maxBytes))
                .block();
    }

    /** With the application properties that FactStream gives its events. */
    void send(byte[] json, String traceId) throws InterruptedException {
        EventData event = new EventData(json);
        var properties = event.getProperties();
        properties.put("event_type", "receipt_line_added");
        properties.put("stream", "bench");
        properties.put("trace_id", traceId);
        properties.put("schema_version", "1.0");
        properties.put("content_type", "application/json");
        if (!batch.tryAdd(event)) {
            flush();
            if (!batch.tryAdd(event)) {
                throw new IllegalStateException("an event of " + json.length + " bytes does not fit into a batch");
            }
        }
    }

    private void flush() throws InterruptedException {
        free.acquire();
        var unused = client.send(batch)
                .subscribe(
                        done -> {},
                        failed -> {
                            failure.set(failed);
                            free.release();
                        },
                        free::release);
        throwFailure();
        batch = newBatch();
    }

    /** Waits until all is acknowledged. */
    void finish() throws InterruptedException {
        if (batch.getCount() > 0) {
            flush();
        }
        free.acquire(inFlight);
        throwFailure();
    }

    private void throwFailure() {
        Throwable failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("a send failed", failed);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
