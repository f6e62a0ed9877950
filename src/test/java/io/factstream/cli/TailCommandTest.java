package io.factstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.azure.messaging.eventhubs.EventData;
import com.azure.messaging.eventhubs.EventHubClientBuilder;
import com.azure.messaging.eventhubs.EventHubProducerClient;
import com.azure.messaging.eventhubs.models.SendOptions;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.factstream.localhub.LocalEventHubs;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A look into a hub of two partitions: in the first even numbers, in the second odd ones, then two odd bodies. */
class TailCommandTest {

    private static final String HUB = "retail";
    private static final int EVENTS = 20;

    private static final LocalEventHubs HUBS =
            LocalEventHubs.builder().hub(HUB, 2).hub("letters", 1).start();

    @BeforeAll
    static void send() {
        for (int n = 0; n < EVENTS; n++) {
            send(HUB, n % 2, event("{\"n\":" + n + "}", n));
        }
        send(HUB, 1, event("no JSON \u001b[31m", 20));
        send(HUB, 1, event(new byte[] {(byte) 0xff, 1}, 21));
    }

    @AfterAll
    static void close() {
        HUBS.close();
    }

    private static EventData event(String body, int n) {
        return event(body.getBytes(java.nio.charset.StandardCharsets.UTF_8), n);
    }

    private static EventData event(byte[] body, int n) {
        EventData event = new EventData(body);
        event.getProperties().put("stream", n % 5 == 0 ? "fives" : "others");
        event.getProperties().put("n", (long) n);
        return event;
    }

    private static void send(String hub, int partition, EventData event) {
        try (EventHubProducerClient producer = new EventHubClientBuilder()
                .connectionString(HUBS.connectionString(hub))
                .buildProducerClient()) {
            producer.send(List.of(event), new SendOptions().setPartitionId(Integer.toString(partition)));
        }
    }

    @Test
    void the_last_events_are_shown_with_properties_partition_number_and_body() {
        CommandRun run = run("tail", HUB, "-n", "4");

        assertThat(run.code()).as(run.errors()).isEqualTo(ExitCodes.DONE);
        assertThat(run.out())
                .containsPattern("partition 0  number 9  20\\S+Z\\R  n: 18\\R  stream: others\\R  \\{\"n\":18}\\R")
                .contains("{\"n\":19}", "no JSON  [31m", "2 bytes that are no text")
                .doesNotContain("\u001b", "{\"n\":17}");
    }

    @Test
    void all_events_are_shown_from_the_earliest_each_partition_in_order() {
        List<JsonNode> events = json("tail", "--from", "earliest", "--json");

        assertThat(events).hasSize(EVENTS + 2);
        for (String partition : List.of("0", "1")) {
            assertThat(events.stream()
                            .filter(event -> event.path("partition").textValue().equals(partition))
                            .map(event -> event.path("sequence_number").longValue()))
                    .isSorted();
        }
        assertThat(events)
                .filteredOn(event -> event.path("body").path("n").isInt())
                .hasSize(EVENTS);
        assertThat(events).filteredOn(event -> event.has("body_text")).hasSize(1);
        assertThat(events)
                .filteredOn(event -> event.has("body_base64"))
                .singleElement()
                .satisfies(event ->
                        assertThat(event.path("body_base64").textValue()).isEqualTo("/wE="));
    }

    @Test
    void a_number_a_time_and_a_partition_say_where_to_begin() {
        assertThat(numbers(json("tail", HUB, "--from", "8", "--json")))
                .containsExactlyInAnyOrder(16L, 18L, 17L, 19L, 20L, 21L);
        assertThat(numbers(json("tail", HUB, "--from", "8", "--partition", "0", "--json")))
                .containsExactly(16L, 18L);
        JsonNode tenth = json("tail", HUB, "--from", "5", "--partition", "0", "-n", "1", "--json")
                .get(0);
        assertThat(tenth.path("body").path("n").longValue()).isEqualTo(10);
        assertThat(numbers(json(
                        "tail",
                        HUB,
                        "--partition",
                        "0",
                        "--from",
                        tenth.path("enqueued").textValue(),
                        "--json")))
                .contains(10L, 12L, 18L)
                .doesNotContain(0L);
        assertThat(run("tail", HUB, "--from", "latest").out()).isEmpty();
        assertThat(run("tail", "letters").out()).isEmpty();
    }

    @Test
    void only_events_with_all_the_properties_are_shown() {
        assertThat(numbers(json("tail", HUB, "--from", "earliest", "--where", "stream=fives", "--json")))
                .containsExactlyInAnyOrder(0L, 5L, 10L, 15L, 20L);
        assertThat(numbers(
                        json("tail", HUB, "--from", "earliest", "--where", "stream=fives", "--where", "n=5", "--json")))
                .containsExactly(5L);
    }

    @Test
    void it_follows_what_arrives_until_it_has_enough() throws Exception {
        StringWriter out = new StringWriter();
        CompletableFuture<Integer> following = CompletableFuture.supplyAsync(() -> Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .execute(
                        "tail",
                        "letters",
                        "--follow",
                        "-n",
                        "3",
                        "--set",
                        "eventhubs.connection-string=" + HUBS.connectionString("letters")));

        // It begins with what arrives once it looks, so something is sent until it has seen enough.
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    send("letters", 0, event("{\"letter\":1}", 1));
                    return following.isDone();
                });

        assertThat(following.get(1, TimeUnit.SECONDS)).isEqualTo(ExitCodes.DONE);
        assertThat(out.toString().split("\\{\"letter\":1}", -1)).hasSize(4);
        HUBS.forget("letters", 0, Long.MAX_VALUE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--from yesterday", "--from -1", "-n 0", "--partition 7", "--where nothing"})
    void what_cannot_be_meant_is_refused(String arguments) {
        List<String> all = new ArrayList<>(List.of("tail", HUB));
        all.addAll(List.of(arguments.split(" ", -1)));

        CommandRun run = run(all.toArray(String[]::new));

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.errors()).isNotBlank().doesNotContain("\tat ");
    }

    @Test
    void a_hub_that_there_is_not_is_told_with_what_to_check() {
        CommandRun run = CommandRun.with(
                Map.of(
                        "eventhubs.connection-string",
                        HUBS.connectionString(HUB).replaceAll(";EntityPath=[^;]*", ""),
                        "eventhubs.try-timeout",
                        "1s",
                        "factstream.send.deadline",
                        "3s"),
                List.of("tail", "nothing"));

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.errors()).contains("hub nothing cannot be read");
    }

    private static List<Long> numbers(List<JsonNode> events) {
        return events.stream()
                .map(event -> event.path("properties").path("n").longValue())
                .toList();
    }

    private static List<JsonNode> json(String... arguments) {
        CommandRun run = run(arguments);
        assertThat(run.code()).as(run.errors()).isEqualTo(ExitCodes.DONE);
        return run.out().lines().map(TailCommandTest::parse).toList();
    }

    private static JsonNode parse(String line) {
        try {
            return new ObjectMapper().readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(line, e);
        }
    }

    private static CommandRun run(String... arguments) {
        return CommandRun.with(Map.of("eventhubs.connection-string", HUBS.connectionString(HUB)), List.of(arguments));
    }
}
