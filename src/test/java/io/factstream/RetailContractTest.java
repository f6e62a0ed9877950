package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.messaging.eventhubs.EventData;
import com.azure.messaging.eventhubs.EventHubClientBuilder;
import com.azure.messaging.eventhubs.EventHubConsumerAsyncClient;
import com.azure.messaging.eventhubs.models.EventPosition;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.factstream.config.KnownSettings;
import io.factstream.sample.RetailSample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

/** The shipped routes on the retail sample, read back as a consumer of the hub reads them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RetailContractTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant END = Instant.parse("2026-03-01T12:00:00Z");
    private static final String UTC_MICROSECONDS = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z";
    private static final Set<String> ENVELOPE = Set.of(
            "event_type",
            "payload",
            "trace_id",
            "ingest_timestamp",
            "schema_version",
            "source",
            "correlation_id",
            "partition_key",
            "session_id",
            "parent_event_id");

    /** One event as the SDK hands it to a consumer. */
    private record Consumed(String partition, EventData event, JsonNode json) {

        String stream() {
            return String.valueOf(event.getProperties().get("stream"));
        }

        String text(String field) {
            return json.path(field).textValue();
        }
    }

    private final Map<String, List<Consumed>> byStream = new HashMap<>();
    private final Map<String, Set<String>> sentAgain = new HashMap<>();

    @SuppressWarnings("NullAway.Init")
    private RuntimeUnderTest runtime;

    @SuppressWarnings("NullAway.Init")
    private String session;

    static List<RetailContract> contracts() {
        return RetailContract.all();
    }

    @BeforeAll
    void streamTheSampleTwice(@TempDir Path folder) throws SQLException {
        runtime = RuntimeUnderTest.shipped(folder);
        RetailSample.create(runtime.source(), 6_000, 11, END);
        RetailSample.append(runtime.source(), 500, 11, END, END.plusSeconds(3600));
        runtime.start();
        session = runtime.application().sessionId();
        runtime.awaitDrained();
        runtime.stop();
        List<Consumed> first = consumed();
        first.forEach(event -> byStream.computeIfAbsent(event.stream(), stream -> new ArrayList<>())
                .add(event));
        runtime.with(KnownSettings.STATE_FILE, folder.resolve("anew.db").toString())
                .start();
        runtime.awaitDrained();
        runtime.stop();
        Set<String> seen = new HashSet<>();
        Map<String, Long> before = new HashMap<>();
        first.forEach(event -> before.merge(event.partition(), 1L, Long::sum));
        for (Consumed event : consumed()) {
            // A partition holds all of the first send before all of the second.
            if (event.event().getSequenceNumber() >= before.getOrDefault(event.partition(), 0L)) {
                sentAgain
                        .computeIfAbsent(event.stream(), stream -> new HashSet<>())
                        .add(event.text("trace_id"));
                assertThat(seen.add(event.stream() + event.text("trace_id"))).isTrue();
            }
        }
    }

    @AfterAll
    void stop() {
        runtime.close();
    }

    private List<Consumed> consumed() {
        EventHubConsumerAsyncClient client = new EventHubClientBuilder()
                .connectionString(runtime.hubs().connectionString(RuntimeUnderTest.HUB))
                .consumerGroup(EventHubClientBuilder.DEFAULT_CONSUMER_GROUP_NAME)
                .prefetchCount(2000)
                .buildAsyncConsumerClient();
        try {
            return Flux.fromIterable(List.of("0", "1", "2", "3"))
                    .flatMap(partition -> client.receiveFromPartition(partition, EventPosition.earliest())
                            .map(received -> new Consumed(partition, received.getData(), parse(received.getData())))
                            .take(runtime.hubs().count(RuntimeUnderTest.HUB, Integer.parseInt(partition))))
                    .collectList()
                    .blockOptional(Duration.ofSeconds(60))
                    .orElseThrow();
        } finally {
            client.close();
        }
    }

    private static JsonNode parse(EventData event) {
        try {
            return JSON.readTree(event.getBody());
        } catch (IOException e) {
            throw new UncheckedIOException(event.getBodyAsString(), e);
        }
    }

    @Test
    void every_stream_sends_and_no_other() {
        assertThat(byStream.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        contracts().stream().map(RetailContract::stream).toList());
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void as_many_events_arrive_as_its_query_selects_rows(RetailContract contract) {
        String query = RetailContractTest.read(contract.stream());

        // Shipments planned for the future wait for their time.
        List<String> rows = runtime.ask("SELECT count(*) FROM (" + query + "\n) WHERE _watermark <= now()::TIMESTAMP");

        assertThat(rows).containsExactly(String.valueOf(of(contract).size()));
        assertThat(of(contract)).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void the_envelope_is_complete(RetailContract contract) {
        assertThat(of(contract)).allSatisfy(consumed -> {
            assertThat(names(consumed.json())).isSubsetOf(ENVELOPE);
            assertThat(consumed.text("event_type")).isEqualTo(contract.eventType());
            assertThat(consumed.json().path("payload").isObject()).isTrue();
            assertThat(consumed.text("trace_id")).isNotEmpty();
            assertThat(consumed.text("ingest_timestamp")).matches(UTC_MICROSECONDS);
            assertThat(consumed.text("schema_version")).isEqualTo("1.0");
            assertThat(consumed.text("source")).isEqualTo("factstream");
            assertThat(consumed.text("session_id")).isEqualTo(session);
            assertThat(consumed.json().has("parent_event_id")).isFalse();
        });
        assertThat(of(contract))
                .extracting(consumed -> consumed.text("trace_id"))
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void the_application_properties_are_exactly_the_allowed_ones(RetailContract contract) {
        assertThat(of(contract))
                .allSatisfy(consumed -> assertThat(consumed.event().getProperties())
                        .isEqualTo(Map.of(
                                "event_type", contract.eventType(),
                                "stream", contract.stream(),
                                "trace_id", consumed.text("trace_id"),
                                "schema_version", "1.0",
                                "content_type", "application/json")));
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void times_ids_and_keys_are_those_of_the_rows(RetailContract contract) {
        String select = "SELECT concat_ws('|', strftime(" + contract.eventTime() + ", '%Y-%m-%dT%H:%M:%S.%fZ'), "
                + textOf(contract.correlation()) + ", " + textOf(contract.partition()) + ", "
                + textOf(contract.traceId()) + ") FROM " + contract.table() + " WHERE (" + contract.rows() + ") AND "
                + contract.watermark() + " <= now()::TIMESTAMP";

        List<String> expected = runtime.ask(select);

        assertThat(of(contract))
                .extracting(consumed -> String.join(
                        "|",
                        consumed.text("ingest_timestamp"),
                        given(contract.correlation(), consumed, "correlation_id"),
                        given(contract.partition(), consumed, "partition_key"),
                        given(contract.traceId(), consumed, "trace_id")))
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(of(contract)).allSatisfy(consumed -> {
            assertThat(contract.correlation() != null || !consumed.json().has("correlation_id"))
                    .isTrue();
            assertThat(contract.partition() != null || !consumed.json().has("partition_key"))
                    .isTrue();
        });
    }

    private static String textOf(@org.jspecify.annotations.Nullable String expression) {
        return expression == null ? "'-'" : "coalesce((" + expression + ")::VARCHAR, 'absent')";
    }

    private static String given(@org.jspecify.annotations.Nullable String expression, Consumed consumed, String field) {
        if (expression == null) {
            return "-";
        }
        boolean derived = field.equals("trace_id") && consumed.text(field).matches("[0-9a-f]{32}(-\\d+)?");
        return consumed.json().has(field) && !derived ? consumed.text(field) : "absent";
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void the_payload_has_the_fields_of_the_contract_with_their_types(RetailContract contract) {
        assertThat(of(contract)).allSatisfy(consumed -> {
            JsonNode payload = consumed.json().path("payload");
            assertThat(names(payload)).isSubsetOf(contract.payload().keySet());
            contract.payload().forEach((field, type) -> {
                if (payload.has(field)) {
                    assertThat(hasType(payload.get(field), type))
                            .as("%s as %s: %s", field, type, payload)
                            .isTrue();
                }
            });
        });
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void a_field_is_absent_exactly_where_it_is_null(RetailContract contract) {
        String query = RetailContractTest.read(contract.stream());
        List<String> fields = List.copyOf(contract.payload().keySet());
        String counts = fields.stream().map(field -> "count(\"" + field + "\")").collect(Collectors.joining(", "));

        List<String> present = runtime.ask(
                "SELECT unnest([" + counts + "]) FROM (" + query + "\n) WHERE _watermark <= now()::TIMESTAMP");

        assertThat(fields.stream()
                        .map(field -> field + " "
                                + of(contract).stream()
                                        .filter(consumed ->
                                                consumed.json().path("payload").has(field))
                                        .count()))
                .containsExactlyElementsOf(IntStream.range(0, fields.size())
                        .mapToObj(i -> fields.get(i) + " " + present.get(i))
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void events_of_one_key_are_in_one_partition_in_the_order_of_their_watermarks(RetailContract contract) {
        Map<String, Set<String>> partitions = of(contract).stream()
                .filter(consumed -> consumed.json().has("partition_key"))
                .collect(Collectors.groupingBy(
                        consumed -> consumed.text("partition_key"),
                        Collectors.mapping(Consumed::partition, Collectors.toSet())));

        assertThat(partitions.values()).allSatisfy(some -> assertThat(some).hasSize(1));
        if (contract.watermark().equals(contract.eventTime())) {
            of(contract).stream()
                    .collect(Collectors.groupingBy(Consumed::partition))
                    .values()
                    .forEach(events -> assertThat(events.stream().map(consumed -> consumed.text("ingest_timestamp")))
                            .isSorted());
        }
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void a_second_send_of_the_same_rows_repeats_their_ids(RetailContract contract) {
        assertThat(sentAgain.get(contract.stream()))
                .isEqualTo(of(contract).stream()
                        .map(consumed -> consumed.text("trace_id"))
                        .collect(Collectors.toSet()));
    }

    private List<Consumed> of(RetailContract contract) {
        return byStream.getOrDefault(contract.stream(), List.of());
    }

    private static Set<String> names(JsonNode object) {
        Set<String> names = new HashSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static boolean hasType(JsonNode value, RetailContract.FieldType type) {
        return switch (type) {
            case LONG, INT -> value.isIntegralNumber();
            case REAL -> value.isNumber();
            case DATETIME -> value.isTextual() && value.textValue().matches(UTC_MICROSECONDS);
            case STRING -> value.isTextual();
            case LONGS -> value.isArray() && value.valueStream().allMatch(JsonNode::isIntegralNumber);
        };
    }

    private static String read(String stream) {
        try {
            return java.nio.file.Files.readString(Path.of("routes", stream + ".sql"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
