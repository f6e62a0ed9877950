package io.factstream.localhub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.amqp.exception.AmqpErrorCondition;
import com.azure.core.amqp.exception.AmqpException;
import com.azure.messaging.eventhubs.EventData;
import com.azure.messaging.eventhubs.EventDataBatch;
import com.azure.messaging.eventhubs.EventHubProducerAsyncClient;
import com.azure.messaging.eventhubs.EventHubProducerClient;
import com.azure.messaging.eventhubs.models.CreateBatchOptions;
import com.azure.messaging.eventhubs.models.SendOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;

@Timeout(30)
class PublishingTest {

    private static final int PARTITIONS = 4;

    private final LocalEventHubs hubs =
            LocalEventHubs.builder().hub("retail", PARTITIONS).hub("returns", 1).start();
    private final SdkClients sdk = new SdkClients();

    @AfterEach
    void close() {
        sdk.close();
        hubs.close();
    }

    private EventHubProducerClient producer() {
        return sdk.producer(hubs.connectionString("retail"));
    }

    @Test
    void one_send_goes_whole_and_in_order_to_one_partition() {
        producer().send(SdkClients.numbered(100));

        List<StoredEvent> events = hubs.events("retail");
        assertThat(events).hasSize(100).extracting(StoredEvent::partition).containsOnly(0);
        assertThat(SdkClients.texts(events))
                .isEqualTo(IntStream.range(0, 100).mapToObj(n -> "event-" + n).toList());
    }

    @Test
    void sends_without_key_or_id_take_turns_among_the_partitions() {
        EventHubProducerClient producer = producer();

        for (int send = 0; send < 2 * PARTITIONS; send++) {
            producer.send(SdkClients.numbered(3));
        }

        assertThat(IntStream.range(0, PARTITIONS).mapToLong(p -> hubs.count("retail", p)))
                .containsOnly(6L);
        assertThat(hubs.count("retail")).isEqualTo(24);
    }

    @Test
    void a_partition_id_is_obeyed() {
        producer().send(SdkClients.numbered(5), new SendOptions().setPartitionId("2"));

        assertThat(hubs.count("retail", 2)).isEqualTo(5);
        assertThat(hubs.count("retail")).isEqualTo(5);
    }

    @Test
    void a_partition_key_is_kept_and_decides_the_partition() {
        producer().send(SdkClients.numbered(5), new SendOptions().setPartitionKey("kunde-ä-17"));

        int partition = PartitionHash.partitionOf("kunde-ä-17", PARTITIONS);
        assertThat(hubs.events("retail", partition))
                .hasSize(5)
                .extracting(StoredEvent::partitionKey)
                .containsOnly("kunde-ä-17");
    }

    @Test
    void a_single_event_keeps_its_partition_key_and_everything_else() {
        EventData event = SdkClients.withProperties(
                "{\"n\":1}", Map.of("text", "ü", "number", 7, "long", 1L << 40, "flag", true, "ratio", 0.5));
        event.setContentType("application/json").setMessageId("m-1").setCorrelationId("c-1");

        producer().send(List.of(event), new SendOptions().setPartitionKey("k"));

        StoredEvent stored = hubs.events("retail").get(0);
        assertThat(stored.text()).isEqualTo("{\"n\":1}");
        assertThat(stored.partitionKey()).isEqualTo("k");
        assertThat(stored.properties())
                .containsOnly(
                        Map.entry("text", "ü"),
                        Map.entry("number", 7),
                        Map.entry("long", 1L << 40),
                        Map.entry("flag", true),
                        Map.entry("ratio", 0.5));
        assertThat(stored.content().contentType()).isEqualTo("application/json");
        assertThat(stored.content().messageId()).isEqualTo("m-1");
        assertThat(stored.content().correlationId()).isEqualTo("c-1");
    }

    @Test
    void events_of_a_batch_keep_their_own_properties() {
        producer()
                .send(IntStream.range(0, 50)
                        .mapToObj(n -> SdkClients.withProperties("event-" + n, Map.of("n", n)))
                        .toList());

        assertThat(hubs.events("retail"))
                .allSatisfy(event -> assertThat(event.text())
                        .isEqualTo("event-" + event.properties().get("n")))
                .hasSize(50);
    }

    @Test
    void sequence_numbers_have_no_gaps_and_offsets_and_times_ascend() {
        Instant before = Instant.now().minusMillis(1);
        EventHubProducerClient producer = producer();

        for (int send = 0; send < 3; send++) {
            producer.send(SdkClients.numbered(4), new SendOptions().setPartitionId("1"));
        }

        List<StoredEvent> events = hubs.events("retail", 1);
        assertThat(events)
                .extracting(StoredEvent::sequenceNumber)
                .isEqualTo(IntStream.range(0, 12).mapToObj(n -> (long) n).toList());
        assertThat(events)
                .extracting(event -> Long.parseLong(event.offset()))
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(events)
                .extracting(StoredEvent::enqueuedTime)
                .isSorted()
                .allMatch(time -> !time.isBefore(before.minusMillis(1)) && !time.isAfter(Instant.now()));
    }

    @Test
    void a_batch_filled_to_the_limit_is_stored() {
        EventHubProducerClient producer = producer();
        EventDataBatch batch = producer.createBatch(new CreateBatchOptions().setPartitionKey("k"));
        byte[] body = new byte[300];
        while (batch.tryAdd(new EventData(body))) {
            body[0]++;
        }

        producer.send(batch);

        assertThat(batch.getMaxSizeInBytes()).isEqualTo(1024 * 1024);
        assertThat(batch.getSizeInBytes()).isGreaterThan(1024 * 1024 - 400);
        assertThat(hubs.count("retail")).isEqualTo(batch.getCount());
    }

    @Test
    void an_event_just_below_the_limit_is_stored_whole() {
        byte[] body = new byte[1_030_000];
        body[body.length - 1] = 42;

        producer().send(List.of(new EventData(body)));

        assertThat(hubs.events("retail").get(0).body()).isEqualTo(body);
    }

    @Test
    void an_event_over_the_limit_is_refused_by_the_client_and_nothing_is_stored() {
        EventHubProducerClient producer = producer();

        assertThatThrownBy(() -> producer.send(List.of(new EventData(new byte[1_100_000]))))
                .isInstanceOfSatisfying(AmqpException.class, e -> assertThat(e.getErrorCondition())
                        .isEqualTo(AmqpErrorCondition.LINK_PAYLOAD_SIZE_EXCEEDED));
        assertThat(hubs.count("retail")).isZero();
    }

    @Test
    void a_smaller_limit_is_what_clients_take_as_theirs() {
        try (LocalEventHubs basic = LocalEventHubs.builder()
                .hub("retail", 1)
                .maxMessageSize(256 * 1024)
                .start()) {
            EventDataBatch batch =
                    sdk.producer(basic.connectionString("retail")).createBatch();

            assertThat(batch.getMaxSizeInBytes()).isEqualTo(256 * 1024);
        }
    }

    @Test
    void an_async_producer_may_have_many_sends_in_flight() {
        EventHubProducerAsyncClient producer = sdk.asyncProducer(hubs.connectionString("retail"));

        Flux.range(0, 200)
                .flatMap(n -> producer.send(SdkClients.numbered(10)), 16)
                .blockLast(Duration.ofSeconds(10));

        assertThat(hubs.count("retail")).isEqualTo(2000);
    }

    @Test
    void hubs_do_not_mix() {
        producer().send(SdkClients.numbered(2));
        sdk.producer(hubs.connectionString("returns")).send(SdkClients.numbered(3));

        assertThat(hubs.count("retail")).isEqualTo(2);
        assertThat(hubs.count("returns")).isEqualTo(3);
    }

    @Test
    void what_is_over_the_capacity_is_refused_whole_and_nothing_is_trimmed() {
        try (LocalEventHubs small = LocalEventHubs.builder()
                .hub("retail", 1)
                .maxEvents(10)
                .refuseWhenFull(Conditions.RESOURCE_LIMIT_EXCEEDED)
                .start()) {
            EventHubProducerClient producer = sdk.producer(small.connectionString("retail"));
            producer.send(SdkClients.numbered(8));

            assertThatThrownBy(() -> producer.send(SdkClients.numbered(3)))
                    .isInstanceOfSatisfying(AmqpException.class, e -> assertThat(e.getErrorCondition())
                            .isEqualTo(AmqpErrorCondition.RESOURCE_LIMIT_EXCEEDED));

            producer.send(SdkClients.numbered(2));
            assertThat(small.count("retail")).isEqualTo(10);
        }
    }

    @Test
    void hubs_that_keep_counts_only_tally_the_same_as_hubs_that_keep_everything() {
        try (LocalEventHubs counting = LocalEventHubs.builder()
                .hub("retail", PARTITIONS)
                .retention(Retention.COUNT_ONLY)
                .start()) {
            for (LocalEventHubs target : List.of(hubs, counting)) {
                EventHubProducerClient producer = sdk.producer(target.connectionString("retail"));
                IntStream.range(1, 6).forEach(send -> producer.send(SdkClients.numbered(100 * send)));
            }

            assertThat(counting.tallies("retail")).isEqualTo(hubs.tallies("retail"));
            assertThat(counting.count("retail")).isEqualTo(1500);
            assertThatThrownBy(() -> counting.events("retail")).isInstanceOf(IllegalStateException.class);
        }
    }
}
