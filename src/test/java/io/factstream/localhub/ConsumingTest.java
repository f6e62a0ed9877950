package io.factstream.localhub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.azure.core.amqp.exception.AmqpErrorCondition;
import com.azure.core.amqp.exception.AmqpException;
import com.azure.messaging.eventhubs.EventData;
import com.azure.messaging.eventhubs.EventHubConsumerClient;
import com.azure.messaging.eventhubs.EventHubProducerClient;
import com.azure.messaging.eventhubs.EventHubProperties;
import com.azure.messaging.eventhubs.PartitionProperties;
import com.azure.messaging.eventhubs.models.EventPosition;
import com.azure.messaging.eventhubs.models.LastEnqueuedEventProperties;
import com.azure.messaging.eventhubs.models.PartitionEvent;
import com.azure.messaging.eventhubs.models.ReceiveOptions;
import com.azure.messaging.eventhubs.models.SendOptions;
import io.factstream.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ConsumingTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration WAIT = Duration.ofSeconds(10);

    private final SettableClock clock = new SettableClock(NOON);
    private final LocalEventHubs hubs =
            LocalEventHubs.builder().hub("retail", 2).clock(clock).start();
    private final SdkClients sdk = new SdkClients();

    @AfterEach
    void close() {
        sdk.close();
        hubs.close();
    }

    /** Three sends of two events to partition 0, a minute apart: event-0 and event-1 at noon, and so on. */
    private void publishSix() {
        EventHubProducerClient producer = sdk.producer(hubs.connectionString("retail"));
        for (int send = 0; send < 3; send++) {
            producer.send(
                    List.of(new EventData("event-" + 2 * send), new EventData("event-" + (2 * send + 1))),
                    new SendOptions().setPartitionId("0"));
            clock.advance(Duration.ofMinutes(1));
        }
    }

    private List<String> sixFrom(EventPosition position, int expected) {
        EventHubConsumerClient consumer = sdk.consumer(hubs.connectionString("retail"));
        return SdkClients.texts(consumer.receiveFromPartition("0", expected, position, WAIT));
    }

    private static List<String> eventsFrom(int first) {
        return IntStream.range(first, 6).mapToObj(n -> "event-" + n).toList();
    }

    @Test
    void the_earliest_position_gives_everything_in_order() {
        publishSix();

        assertThat(sixFrom(EventPosition.earliest(), 6)).isEqualTo(eventsFrom(0));
    }

    @Test
    void what_is_forgotten_is_gone_in_whole_batches_and_the_hub_says_where_it_begins() {
        publishSix();

        hubs.forget("retail", 0, 3);

        assertThat(sixFrom(EventPosition.earliest(), 4)).isEqualTo(eventsFrom(2));
        assertThat(sixFrom(EventPosition.fromSequenceNumber(0), 4)).isEqualTo(eventsFrom(2));
        assertThat(sdk.consumer(hubs.connectionString("retail")).getPartitionProperties("0"))
                .extracting(
                        PartitionProperties::getBeginningSequenceNumber,
                        PartitionProperties::getLastEnqueuedSequenceNumber)
                .containsExactly(2L, 5L);
        assertThat(hubs.count("retail", 0)).isEqualTo(6);
    }

    @Test
    void a_sequence_number_is_a_position_with_or_without_its_event() {
        publishSix();

        assertThat(sixFrom(EventPosition.fromSequenceNumber(2), 3)).isEqualTo(eventsFrom(3));
        assertThat(sixFrom(EventPosition.fromSequenceNumber(2, true), 4)).isEqualTo(eventsFrom(2));
    }

    @Test
    void an_offset_is_a_position_after_its_event() {
        publishSix();
        String offset = hubs.events("retail", 0).get(2).offset();

        assertThat(sixFrom(EventPosition.fromOffsetString(offset), 3)).isEqualTo(eventsFrom(3));
    }

    @Test
    void an_enqueued_time_is_a_position_after_its_events() {
        publishSix();

        assertThat(sixFrom(EventPosition.fromEnqueuedTime(NOON), 4)).isEqualTo(eventsFrom(2));
        assertThat(sixFrom(EventPosition.fromEnqueuedTime(NOON.plusSeconds(61)), 2))
                .isEqualTo(eventsFrom(4));
    }

    @Test
    void the_latest_position_gives_only_what_comes_from_then_on() {
        publishSix();
        SdkClients.Following following =
                sdk.follow(hubs.connectionString("retail"), EventPosition.latest(), new ReceiveOptions());
        EventHubProducerClient producer = sdk.producer(hubs.connectionString("retail"));

        await().until(() -> {
            producer.send(List.of(new EventData("live")), new SendOptions().setPartitionId("0"));
            return !following.events().isEmpty();
        });

        assertThat(following.texts()).containsOnly("live");
    }

    @Test
    void a_consumer_follows_what_is_published_later() {
        SdkClients.Following following =
                sdk.follow(hubs.connectionString("retail"), EventPosition.earliest(), new ReceiveOptions());
        EventHubProducerClient producer = sdk.producer(hubs.connectionString("retail"));

        for (int send = 0; send < 20; send++) {
            producer.send(SdkClients.numbered(100), new SendOptions().setPartitionId("0"));
        }

        await().untilAsserted(() -> assertThat(following.events()).hasSize(2000));
        assertThat(following.events())
                .extracting(event -> event.getData().getSequenceNumber())
                .isEqualTo(IntStream.range(0, 2000).mapToObj(n -> (long) n).toList());
    }

    @Test
    void a_received_event_has_what_was_sent_and_what_the_hub_knows_of_it() {
        EventData sent = SdkClients.withProperties("body", Map.of("n", 7, "s", "text"));
        sent.setContentType("text/plain");
        sdk.producer(hubs.connectionString("retail"))
                .send(List.of(sent, new EventData("other")), new SendOptions().setPartitionKey("key"));
        StoredEvent stored = hubs.events("retail").get(0);

        PartitionEvent received = sdk.consumer(hubs.connectionString("retail"))
                .receiveFromPartition(Integer.toString(stored.partition()), 1, EventPosition.earliest(), WAIT)
                .iterator()
                .next();

        EventData data = received.getData();
        assertThat(data.getBodyAsString()).isEqualTo("body");
        assertThat(data.getProperties()).containsOnly(Map.entry("n", 7), Map.entry("s", "text"));
        assertThat(data.getContentType()).isEqualTo("text/plain");
        assertThat(data.getPartitionKey()).isEqualTo("key");
        assertThat(data.getSequenceNumber()).isZero();
        assertThat(data.getOffsetString()).isEqualTo(stored.offset());
        assertThat(data.getEnqueuedTime()).isEqualTo(NOON);
    }

    @Test
    void an_event_of_many_frames_is_received_whole() {
        byte[] body = new byte[1_000_000];
        body[999_999] = 42;
        sdk.producer(hubs.connectionString("retail"))
                .send(List.of(new EventData(body)), new SendOptions().setPartitionId("0"));

        PartitionEvent received = sdk.consumer(hubs.connectionString("retail"))
                .receiveFromPartition("0", 1, EventPosition.earliest(), WAIT)
                .iterator()
                .next();

        assertThat(received.getData().getBody()).isEqualTo(body);
    }

    @Test
    void a_hub_describes_itself_and_its_partitions() {
        publishSix();
        EventHubConsumerClient consumer = sdk.consumer(hubs.connectionString("retail"));

        EventHubProperties hub = consumer.getEventHubProperties();
        PartitionProperties full = consumer.getPartitionProperties("0");
        PartitionProperties empty = consumer.getPartitionProperties("1");

        assertThat(hub.getName()).isEqualTo("retail");
        assertThat(hub.getCreatedAt()).isEqualTo(NOON);
        assertThat(hub.getPartitionIds()).containsExactly("0", "1");
        assertThat(full.isEmpty()).isFalse();
        assertThat(full.getBeginningSequenceNumber()).isZero();
        assertThat(full.getLastEnqueuedSequenceNumber()).isEqualTo(5);
        assertThat(full.getLastEnqueuedOffset())
                .isEqualTo(hubs.events("retail", 0).get(5).offset());
        assertThat(full.getLastEnqueuedTime()).isEqualTo(NOON.plusSeconds(120));
        assertThat(empty.isEmpty()).isTrue();
        assertThat(empty.getLastEnqueuedSequenceNumber()).isEqualTo(-1);
        assertThat(empty.getLastEnqueuedOffset()).isEqualTo("-1");
    }

    @Test
    void who_asks_is_told_where_the_partition_ends() {
        publishSix();

        SdkClients.Following following = sdk.follow(
                hubs.connectionString("retail"),
                EventPosition.earliest(),
                new ReceiveOptions().setTrackLastEnqueuedEventProperties(true));

        await().untilAsserted(() -> assertThat(following.events()).hasSize(6));
        LastEnqueuedEventProperties last = following.events().element().getLastEnqueuedEventProperties();
        assertThat(last.getSequenceNumber()).isEqualTo(5);
        assertThat(last.getOffsetString())
                .isEqualTo(hubs.events("retail", 0).get(5).offset());
        assertThat(last.getEnqueuedTime()).isEqualTo(NOON.plusSeconds(120));
    }

    @Test
    void consumers_without_epoch_read_side_by_side() {
        publishSix();
        SdkClients.Following one =
                sdk.follow(hubs.connectionString("retail"), EventPosition.earliest(), new ReceiveOptions());
        SdkClients.Following other =
                sdk.follow(hubs.connectionString("retail"), EventPosition.earliest(), new ReceiveOptions());

        await().untilAsserted(() -> assertThat(one.texts()).isEqualTo(eventsFrom(0)));
        await().untilAsserted(() -> assertThat(other.texts()).isEqualTo(eventsFrom(0)));
    }

    @Test
    void a_higher_epoch_takes_the_partition_over_and_a_lower_one_is_refused() {
        publishSix();
        String connectionString = hubs.connectionString("retail");
        EventPosition earliest = EventPosition.earliest();
        SdkClients.Following first = sdk.follow(connectionString, earliest, new ReceiveOptions().setOwnerLevel(1L));
        await().untilAsserted(() -> assertThat(first.events()).hasSize(6));

        SdkClients.Following second = sdk.follow(connectionString, earliest, new ReceiveOptions().setOwnerLevel(2L));
        await().untilAsserted(() -> assertThat(second.events()).hasSize(6));
        await().untilAsserted(() -> assertThat(first.errors()).isNotEmpty());
        SdkClients.Following late = sdk.follow(connectionString, earliest, new ReceiveOptions().setOwnerLevel(1L));
        await().untilAsserted(() -> assertThat(late.errors()).isNotEmpty());

        assertThat(conditionOf(first.errors().element())).isEqualTo(AmqpErrorCondition.LINK_STOLEN);
        assertThat(conditionOf(late.errors().element())).isEqualTo(AmqpErrorCondition.LINK_STOLEN);
        assertThat(second.errors()).isEmpty();
    }

    private static AmqpErrorCondition conditionOf(Throwable error) {
        assertThat(error).isInstanceOf(AmqpException.class);
        return ((AmqpException) error).getErrorCondition();
    }
}
