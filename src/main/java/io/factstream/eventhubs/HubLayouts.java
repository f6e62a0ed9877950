package io.factstream.eventhubs;

import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.messaging.eventhubs.EventDataBatch;
import com.azure.messaging.eventhubs.EventHubClientBuilder;
import com.azure.messaging.eventhubs.EventHubProducerAsyncClient;
import io.factstream.deadletter.DeliveryFailure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/** Asks each hub once for its partitions and its message limit, with the SDK. Thread-safe. */
public final class HubLayouts {

    private final HubAccess access;
    private final BatchLimit limit;
    private final Duration deadline;
    private final Map<String, CompletableFuture<HubLayout>> layouts = new ConcurrentHashMap<>();

    /**
     * Answers from the service at {@code access}.
     *
     * @param limit the configured limit of a batch; the hub's own may be smaller
     * @param deadline how long to wait for an answer
     */
    public HubLayouts(HubAccess access, BatchLimit limit, Duration deadline) {
        this.access = access;
        this.limit = limit;
        this.deadline = deadline;
    }

    /**
     * The layout of a hub: from the service the first time, from memory later.
     *
     * @throws OutageException when the service gives no answer, or refuses
     * @throws ThrottledException when it asks to slow down
     */
    public HubLayout layout(String hub) {
        CompletableFuture<HubLayout> mine = new CompletableFuture<>();
        CompletableFuture<HubLayout> asked = layouts.putIfAbsent(hub, mine);
        if (asked != null) {
            // Whoever asks meanwhile shares the answer, a failure too: streams must not queue up behind a dead hub.
            return join(asked);
        }
        try {
            mine.complete(ask(hub));
        } catch (RuntimeException e) {
            layouts.remove(hub, mine);
            mine.completeExceptionally(failure(hub, e));
        }
        return join(mine);
    }

    private static HubLayout join(CompletableFuture<HubLayout> layout) {
        try {
            return layout.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof DeliveryException failure ? failure : e;
        }
    }

    /** Whether the service has told the layout of a hub. */
    boolean isKnown(String hub) {
        CompletableFuture<HubLayout> layout = layouts.get(hub);
        return layout != null && layout.isDone() && !layout.isCompletedExceptionally();
    }

    /**
     * Asks the service as a sender does who begins: it logs in, asks for the partitions, and opens a link to send.
     *
     * @throws OutageException when the service gives no answer, or refuses
     * @throws ThrottledException when it asks to slow down
     */
    void probe(String hub) {
        try {
            ask(hub);
        } catch (RuntimeException e) {
            throw failure(hub, e);
        }
    }

    private HubLayout ask(String hub) {
        EventHubClientBuilder builder =
                new EventHubClientBuilder().transportType(access.transport()).retryOptions(access.retryOptions());
        String connectionString = access.connectionString(hub);
        if (connectionString == null) {
            builder.credential(
                    access.namespace() + ".servicebus.windows.net", hub, new DefaultAzureCredentialBuilder().build());
        } else {
            builder.connectionString(connectionString);
        }
        try (EventHubProducerAsyncClient client = builder.buildAsyncProducerClient()) {
            List<String> partitions = client.getPartitionIds().collectList().block(deadline);
            EventDataBatch batch = client.createBatch().block(deadline);
            if (partitions == null || batch == null) {
                throw new IllegalStateException("the service said nothing of hub " + hub);
            }
            return new HubLayout(partitions, limit.within(batch.getMaxSizeInBytes()));
        }
    }

    /** Nothing that a hub answers here is the fault of an event. */
    private DeliveryException failure(String hub, RuntimeException e) {
        DeliveryException typed = SendFailures.of(e);
        DeliveryFailure failure = new DeliveryFailure(
                typed.failure().category(),
                typed.failure().severity(),
                "hub " + hub + " at " + access.host() + ": " + typed.failure().error());
        return typed instanceof ThrottledException throttled
                ? new ThrottledException(failure, throttled.advice().orElse(null), e)
                : new OutageException(failure, e);
    }
}
