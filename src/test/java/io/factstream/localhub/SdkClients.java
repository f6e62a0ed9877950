package io.factstream.localhub;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.eventhubs.EventData;
import com.azure.messaging.eventhubs.EventHubClientBuilder;
import com.azure.messaging.eventhubs.EventHubConsumerAsyncClient;
import com.azure.messaging.eventhubs.EventHubConsumerClient;
import com.azure.messaging.eventhubs.EventHubProducerAsyncClient;
import com.azure.messaging.eventhubs.EventHubProducerClient;
import com.azure.messaging.eventhubs.models.EventPosition;
import com.azure.messaging.eventhubs.models.PartitionEvent;
import com.azure.messaging.eventhubs.models.ReceiveOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import reactor.core.Disposable;

/** Azure SDK clients of one test, with short timeouts; closed together. */
final class SdkClients implements AutoCloseable {

    static final String GROUP = EventHubClientBuilder.DEFAULT_CONSUMER_GROUP_NAME;

    private static final Duration TRY_TIMEOUT = Duration.ofSeconds(2);

    private final Deque<Runnable> closing = new ArrayDeque<>();

    EventHubProducerClient producer(String connectionString) {
        return producer(connectionString, impatient());
    }

    EventHubProducerClient producer(String connectionString, AmqpRetryOptions retry) {
        EventHubProducerClient producer = new EventHubClientBuilder()
                .connectionString(connectionString)
                .retryOptions(retry)
                .buildProducerClient();
        closing.push(producer::close);
        return producer;
    }

    EventHubProducerAsyncClient asyncProducer(String connectionString) {
        EventHubProducerAsyncClient producer = new EventHubClientBuilder()
                .connectionString(connectionString)
                .retryOptions(impatient())
                .buildAsyncProducerClient();
        closing.push(producer::close);
        return producer;
    }

    EventHubConsumerClient consumer(String connectionString) {
        EventHubConsumerClient consumer = new EventHubClientBuilder()
                .connectionString(connectionString)
                .consumerGroup(GROUP)
                .retryOptions(impatient())
                .buildConsumerClient();
        closing.push(consumer::close);
        return consumer;
    }

    EventHubConsumerAsyncClient asyncConsumer(String connectionString) {
        EventHubConsumerAsyncClient consumer = new EventHubClientBuilder()
                .connectionString(connectionString)
                .consumerGroup(GROUP)
                .retryOptions(impatient())
                .buildAsyncConsumerClient();
        closing.push(consumer::close);
        return consumer;
    }

    /** Follows partition 0, with a client of its own. */
    Following follow(String connectionString, EventPosition from, ReceiveOptions options) {
        Following following = new Following();
        Disposable subscription = asyncConsumer(connectionString)
                .receiveFromPartition("0", from, options)
                .subscribe(following.events::add, following.errors::add);
        closing.push(subscription::dispose);
        return following;
    }

    /** What came on a subscription. */
    record Following(Queue<PartitionEvent> events, Queue<Throwable> errors) {

        Following() {
            this(new ConcurrentLinkedQueue<>(), new ConcurrentLinkedQueue<>());
        }

        List<String> texts() {
            return events.stream()
                    .map(event -> event.getData().getBodyAsString())
                    .toList();
        }
    }

    /** One try that gives up after 2 s. */
    static AmqpRetryOptions impatient() {
        return retrying(0);
    }

    static AmqpRetryOptions retrying(int retries) {
        // The SDK fails on its own arithmetic when the longest delay is not well above the first one.
        return new AmqpRetryOptions()
                .setMaxRetries(retries)
                .setDelay(Duration.ofMillis(100))
                .setMaxDelay(Duration.ofSeconds(10))
                .setTryTimeout(TRY_TIMEOUT);
    }

    static List<EventData> numbered(int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> new EventData("event-" + number))
                .toList();
    }

    static EventData withProperties(String text, Map<String, Object> properties) {
        EventData event = new EventData(text);
        event.getProperties().putAll(properties);
        return event;
    }

    static List<String> texts(List<StoredEvent> events) {
        return events.stream().map(StoredEvent::text).toList();
    }

    static List<String> texts(Iterable<PartitionEvent> events) {
        return Stream.iterate(events.iterator(), Iterator::hasNext, iterator -> iterator)
                .map(iterator -> iterator.next().getData().getBodyAsString())
                .toList();
    }

    @Override
    public void close() {
        closing.forEach(Runnable::run);
    }
}
