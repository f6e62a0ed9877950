package io.factstream.eventhubs;

import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.messaging.eventhubs.EventHubClientBuilder;
import com.azure.messaging.eventhubs.EventHubProducerAsyncClient;
import io.factstream.deadletter.DeliveryFailure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Asks each hub for its partitions and its message limit, with the SDK: when it is first needed, and whenever the hub is
 * probed. Thread-safe.
 */
public final class HubLayouts {

    /** How long an answer may take before somebody looks whether the hub can be reached at all. */
    static final Duration PROMPT = Duration.ofSeconds(1);

    private final HubAccess access;
    private final Reachability reachability;
    private final BatchLimit limit;
    private final Duration deadline;
    private volatile @Nullable LayoutMemory memory;
    private final List<Consumer<LayoutChange>> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, CompletableFuture<HubLayout>> layouts = new ConcurrentHashMap<>();

    /**
     * Answers from the service at {@code access}.
     *
     * @param limit the configured limit of a batch; the hub's own may be smaller
     * @param deadline how long to wait for an answer
     */
    public HubLayouts(HubAccess access, BatchLimit limit, Duration deadline) {
        this.access = access;
        this.reachability = new Reachability(HubAddress.of(access));
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
            HubLayout layout = ask(hub);
            tell(hub, null, layout);
            mine.complete(layout);
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

    /** Tells somebody when a hub is found to have other partitions than before. */
    void whenChanged(Consumer<LayoutChange> listener) {
        listeners.add(listener);
    }

    /**
     * Asks the service as a sender does who begins: it logs in, asks for the partitions, and opens a link to send. What it
     * says is the layout from then on.
     *
     * @throws OutageException when the service gives no answer, or refuses
     * @throws ThrottledException when it asks to slow down
     */
    void probe(String hub) {
        HubLayout now;
        try {
            now = ask(hub);
        } catch (RuntimeException e) {
            throw failure(hub, e);
        }
        CompletableFuture<HubLayout> before = layouts.put(hub, CompletableFuture.completedFuture(now));
        if (before == null || before.isDone()) {
            tell(hub, before == null || before.isCompletedExceptionally() ? null : before.join(), now);
        }
    }

    /** Compares layouts from now on with what an earlier runtime knew. */
    public void remember(LayoutMemory earlier) {
        memory = earlier;
    }

    private void tell(String hub, @Nullable HubLayout known, HubLayout now) {
        LayoutMemory earlier = memory;
        HubLayout before = known != null || earlier == null
                ? known
                : earlier.find(hub)
                        .map(partitions -> new HubLayout(partitions, now.limit()))
                        .orElse(null);
        boolean changed = before != null && !before.partitions().equals(now.partitions());
        if (before != null && changed) {
            LayoutChange change = new LayoutChange(hub, before, now);
            listeners.forEach(listener -> listener.accept(change));
        }
        if (earlier != null && (before == null || changed)) {
            earlier.save(hub, now.partitions());
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
            Mono<HubLayout> answer = client.getPartitionIds()
                    .collectList()
                    .flatMap(partitions -> client.createBatch()
                            .map(batch -> new HubLayout(partitions, limit.within(batch.getMaxSizeInBytes()))))
                    .timeout(deadline);
            return Mono.firstWithSignal(answer, unreachable())
                    .onErrorResume(thrown -> KnownFault.of(thrown).isUnclear(), this::explained)
                    .blockOptional()
                    .orElseThrow(() -> new IllegalStateException("the service said nothing of hub " + hub));
        }
    }

    /** Fails when there is no prompt answer and none can come, which the SDK finds out much later, or never. */
    private Mono<HubLayout> unreachable() {
        return Mono.delay(PROMPT)
                .then(Mono.fromFuture(reachability::look))
                .flatMap(finding ->
                        finding.isFault() ? Mono.error(new OutageException(finding.failure(), null)) : Mono.never());
    }

    private Mono<HubLayout> explained(Throwable thrown) {
        return Mono.fromFuture(reachability::look)
                .flatMap(finding -> Mono.error(new OutageException(finding.explain(SendFailures.of(thrown)), thrown)));
    }

    /** Looks why hubs give no answer: all of them have one address. */
    Reachability reachability() {
        return reachability;
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
