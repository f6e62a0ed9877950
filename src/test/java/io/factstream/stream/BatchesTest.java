package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.factstream.config.NonFinite;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Severity;
import io.factstream.eventhubs.BatchLimit;
import io.factstream.eventhubs.HubLayout;
import io.factstream.eventhubs.PartitionHash;
import io.factstream.eventhubs.UndeliverableEventException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BatchesTest {

    private static final StreamDefinition STREAM = FactTable.stream("SELECT 1 AS _watermark");
    private static final Envelope ENVELOPE = new Envelope(STREAM, "shop", "1.0", "session-1");
    /** Never started: exchanges only need one to belong to. */
    private static final CamelContext CAMEL = new DefaultCamelContext();

    private static final int MANY = 1_000_000;

    /** An event's key and how long its payload is. */
    private record Given(@Nullable String key, int payload) {}

    @Test
    void events_that_fill_a_batch_to_the_byte_stay_together() {
        List<Event> events =
                events(IntStream.range(0, 10).mapToObj(i -> new Given("k", 100)).toList());
        int bytes = events.stream().mapToInt(event -> event.wireBytes(ENVELOPE)).sum();

        List<EventBatch> batches = batches(events, 1, new BatchLimit(MANY, bytes));

        assertThat(batches).hasSize(1);
        assertThat(batches.get(0).wireBytes()).isEqualTo(bytes);
    }

    @Test
    void one_byte_more_begins_a_new_batch() {
        List<Event> events =
                events(IntStream.range(0, 10).mapToObj(i -> new Given("k", 100)).toList());
        int bytes = events.stream().mapToInt(event -> event.wireBytes(ENVELOPE)).sum();

        List<EventBatch> batches = batches(events, 1, new BatchLimit(MANY, bytes - 1));

        assertThat(batches).extracting(EventBatch::size).containsExactly(9, 1);
    }

    @Test
    void a_batch_has_no_more_events_than_allowed() {
        List<Event> events =
                events(IntStream.range(0, 7).mapToObj(i -> new Given("k", 1)).toList());

        assertThat(batches(events, 1, new BatchLimit(3, 1_048_576)))
                .extracting(EventBatch::size)
                .containsExactly(3, 3, 1);
    }

    @Test
    void an_event_that_fills_an_empty_batch_to_the_byte_is_sent_and_one_byte_larger_is_not() {
        Event event = events(List.of(new Given("k", 2_000))).get(0);
        int bytes = event.wireBytes(ENVELOPE);

        EventBatch fits =
                batches(List.of(event), 1, new BatchLimit(MANY, bytes)).get(0);
        EventBatch doesNot =
                batches(List.of(event), 1, new BatchLimit(MANY, bytes - 1)).get(0);

        assertThat(messages(fits)).hasSize(1);
        assertThatThrownBy(() -> messages(doesNot))
                .isInstanceOfSatisfying(UndeliverableEventException.class, e -> {
                    assertThat(e.failure().category()).isEqualTo(ErrorCategory.VALIDATION);
                    assertThat(e.failure().severity()).isEqualTo(Severity.PERMANENT);
                })
                .hasMessage("the event takes " + bytes + " bytes on the wire, the hub takes at most " + (bytes - 1)
                        + "; select fewer or shorter columns, or use a tier with a larger limit");
    }

    @Test
    void an_event_too_large_for_any_batch_is_alone_in_its_place() {
        List<Event> events = events(List.of(
                new Given("k", 10), new Given("k", 10), new Given("k", 5_000), new Given("k", 10), new Given("k", 10)));

        List<EventBatch> batches = batches(events, 1, new BatchLimit(MANY, 2_000));

        assertThat(batches).extracting(EventBatch::size).containsExactly(2, 1, 2);
        assertThat(batches.stream().flatMap(batch -> batch.events().stream()).toList())
                .isEqualTo(events);
    }

    @Test
    void an_event_that_json_cannot_say_is_alone_where_such_rows_are_dead_letters() {
        Event odd = event(1, null, ",\"x\":" + JsonSql.UNSENDABLE + "\"NaN\"");
        List<Event> events = List.of(event(0, null, ""), odd, event(2, null, ""));

        List<EventBatch> strict = new Batches(hub(1, new BatchLimit(MANY, 100_000)), ENVELOPE, NonFinite.DEAD_LETTER)
                .of(STREAM, events, 0)
                .get(0)
                .batches();

        assertThat(strict).extracting(EventBatch::size).containsExactly(1, 1, 1);
        assertThatThrownBy(() -> messages(strict.get(1)))
                .isInstanceOfSatisfying(
                        UndeliverableEventException.class,
                        e -> assertThat(e.failure().category()).isEqualTo(ErrorCategory.SERIALIZATION))
                .hasMessageContaining("set factstream.event.non-finite to string or null");
    }

    @Test
    void many_keys_do_not_make_tiny_batches() {
        List<Event> events = events(IntStream.range(0, 4_000)
                .mapToObj(i -> new Given("key-" + i, 10))
                .toList());

        List<PartitionBatches> partitions =
                new Batches(hub(4, new BatchLimit(MANY, 1_048_576)), ENVELOPE, NonFinite.STRING).of(STREAM, events, 0);

        assertThat(partitions).hasSize(4).allSatisfy(partition -> assertThat(partition.batches())
                .hasSize(1));
    }

    @Test
    void a_small_page_without_keys_stays_in_one_send_and_pages_take_turns() {
        List<Event> events = events(
                IntStream.range(0, 400).mapToObj(i -> new Given(null, 10)).toList());
        Batches batches = new Batches(hub(4, new BatchLimit(MANY, 1_048_576)), ENVELOPE, NonFinite.STRING);

        List<String> partitions = new ArrayList<>();
        for (long turn = 0; turn < 5; turn++) {
            List<PartitionBatches> page = batches.of(STREAM, events, turn);
            assertThat(page).hasSize(1);
            partitions.add(page.get(0).partition());
        }

        assertThat(partitions).containsExactly("p0", "p1", "p2", "p3", "p0");
    }

    @Test
    void a_large_page_without_keys_is_dealt_out_in_even_runs() {
        List<Event> events = events(
                IntStream.range(0, 4_001).mapToObj(i -> new Given(null, 10)).toList());

        List<PartitionBatches> page =
                new Batches(hub(4, new BatchLimit(MANY, 1_048_576)), ENVELOPE, NonFinite.STRING).of(STREAM, events, 1);

        assertThat(page)
                .extracting(partition -> partition.batches().get(0).size())
                .containsExactlyInAnyOrder(1_001, 1_001, 1_001, 998);
        assertThat(page).allSatisfy(partition -> {
            List<Event> run = partition.batches().get(0).events();
            int first = events.indexOf(run.get(0));
            assertThat(run).isEqualTo(events.subList(first, first + run.size()));
        });
    }

    @Test
    void a_rejected_batch_comes_in_lanes_that_share_no_key_and_keep_its_order() {
        EventBatch batch = keyed(500, 40);

        List<Lane> lanes = batch.lanes(Lane.MOST, 0.22);

        assertThat(lanes).hasSize(Lane.MOST);
        Map<String, Integer> lanesOfKeys = new HashMap<>();
        for (int i = 0; i < lanes.size(); i++) {
            List<Event> events = lanes.get(i).pieces().stream()
                    .flatMap(piece -> piece.events().stream())
                    .toList();
            assertThat(events).isSortedAccordingTo(Comparator.comparingInt(batch.events()::indexOf));
            for (Event event : events) {
                Integer before = lanesOfKeys.put(Objects.requireNonNull(event.partitionKey()), i);
                assertThat(before).isIn(null, i);
            }
        }
        List<EventBatch> pieces =
                lanes.stream().flatMap(lane -> lane.pieces().stream()).toList();
        assertThat(pieces.stream().flatMap(piece -> piece.events().stream()).toList())
                .containsExactlyInAnyOrderElementsOf(batch.events());
        assertThat(pieces.stream().mapToInt(EventBatch::wireBytes).sum()).isEqualTo(batch.wireBytes());
        assertThat(pieces).allSatisfy(piece -> {
            assertThat(piece.partition()).isEqualTo(batch.partition());
            assertThat(piece.size()).isLessThanOrEqualTo(3);
        });
    }

    @Test
    void a_rejected_batch_of_one_key_is_searched_in_order_down_to_single_events() {
        EventBatch batch = keyed(500, 1);
        Set<Integer> rejected = Set.of(0, 17, 18, 499);
        List<EventBatch> sent = new ArrayList<>();

        int sends = search(batch, rejected, 0, sent);

        assertThat(sent.stream().flatMap(piece -> piece.events().stream()).toList())
                .isEqualTo(batch.events());
        assertThat(sent.stream().filter(piece -> piece.size() == 1 && holds(batch, piece, rejected)))
                .hasSize(4);
        assertThat(batch.unsettled()).isEmpty();
        assertThat(sends).isLessThan(80);
    }

    /** By halves it takes 1.2 sends an event, all of them one after the other. */
    @Test
    void many_rejected_events_are_found_in_a_third_of_the_sends_after_one_another() {
        Random random = new Random(1);
        Set<Integer> rejected = new HashSet<>();
        IntStream.range(0, 500).filter(i -> random.nextInt(100) < 22).forEach(rejected::add);
        EventBatch batch = keyed(500, 100);

        int longest = batch.lanes(Lane.MOST, 0.22).stream()
                .mapToInt(lane -> search(batch, lane, rejected, 0.22, new ArrayList<>()))
                .max()
                .orElseThrow();

        int byHalves = halves(rejected, 0, 500);
        assertThat(1 + longest).isLessThan(byHalves / 3);
        assertThat(batch.unsettled()).isEmpty();
    }

    private static int halves(Set<Integer> rejected, int from, int end) {
        int middle = (from + end) / 2;
        return end - from == 1 || rejected.stream().noneMatch(i -> i >= from && i < end)
                ? 1
                : 1 + halves(rejected, from, middle) + halves(rejected, middle, end);
    }

    private static int search(EventBatch whole, Lane lane, Set<Integer> rejected, double share, List<EventBatch> sent) {
        return lane.pieces().stream()
                .mapToInt(piece -> search(whole, piece, rejected, share, sent))
                .sum();
    }

    /** Returns how many sends it takes; what is taken, or is rejected alone, is settled. */
    private static int search(
            EventBatch whole, EventBatch batch, Set<Integer> rejected, double share, List<EventBatch> sent) {
        if (batch.size() == 1 || !holds(whole, batch, rejected)) {
            sent.add(batch);
            batch.settle();
            return 1;
        }
        return 1
                + batch.lanes(Lane.MOST, share).stream()
                        .mapToInt(lane -> search(whole, lane, rejected, share, sent))
                        .sum();
    }

    private static int search(EventBatch batch, Set<Integer> rejected, double share, List<EventBatch> sent) {
        return search(batch, batch, rejected, share, sent);
    }

    private static boolean holds(EventBatch whole, EventBatch batch, Set<Integer> rejected) {
        return batch.events().stream()
                .anyMatch(event -> rejected.contains(whole.events().indexOf(event)));
    }

    private static EventBatch keyed(int events, int keys) {
        return batches(
                        events(IntStream.range(0, events)
                                .mapToObj(i -> new Given("k" + i % keys, 1))
                                .toList()),
                        1,
                        new BatchLimit(MANY, 1_000_000))
                .get(0);
    }

    @Test
    void a_message_is_the_json_with_only_the_allowed_properties_as_headers() {
        EventBatch batch = batches(events(List.of(new Given("k", 3))), 1, new BatchLimit(MANY, 100_000))
                .get(0);

        Message message = messages(batch).get(0);

        Event event = batch.events().get(0);
        assertThat(message.getBody()).isEqualTo(ENVELOPE.json(event));
        assertThat(message.getHeaders()).isEqualTo(ENVELOPE.properties(event.traceId()));
    }

    @Property(tries = 300)
    void every_event_is_in_one_batch_in_its_place(
            @ForAll("pages") List<Given> page,
            @ForAll @IntRange(min = 1, max = 6) int partitions,
            @ForAll @IntRange(min = 1, max = 12) int maxEvents,
            @ForAll @IntRange(min = 1_024, max = 4_000) int maxBytes,
            @ForAll @IntRange(max = 10) int turn) {
        List<Event> events = events(page);
        BatchLimit limit = new BatchLimit(maxEvents, maxBytes);

        List<PartitionBatches> sorted =
                new Batches(hub(partitions, limit), ENVELOPE, NonFinite.STRING).of(STREAM, events, turn);

        Map<Event, Integer> places = new HashMap<>();
        events.forEach(event -> places.put(event, places.size()));
        List<Event> all = new ArrayList<>();
        for (PartitionBatches partition : sorted) {
            List<Event> ofPartition = partition.batches().stream()
                    .flatMap(batch -> batch.events().stream())
                    .toList();
            all.addAll(ofPartition);
            assertThat(partition.batches()).isNotEmpty();
            assertThat(ofPartition.stream()
                            .map(places::get)
                            .map(Objects::requireNonNull)
                            .toList())
                    .isSorted();
            assertThat(ofPartition).allSatisfy(event -> assertThat(event.partitionKey())
                    .satisfiesAnyOf(key -> assertThat(key).isNull(), key -> assertThat(
                                    "p" + PartitionHash.partition(String.valueOf(key), partitions))
                            .isEqualTo(partition.partition())));
            partition.batches().forEach(batch -> assertWithin(batch, limit));
            assertNoTwoWouldFit(partition.batches(), limit);
        }
        assertThat(all).hasSameSizeAs(events);
        assertThat(new HashSet<>(all)).isEqualTo(new HashSet<>(events));
        assertThat(sorted).extracting(PartitionBatches::partition).doesNotHaveDuplicates();
    }

    private static void assertWithin(EventBatch batch, BatchLimit limit) {
        assertThat(batch.size()).isBetween(1, limit.maxEvents());
        assertThat(batch.wireBytes())
                .isEqualTo(batch.events().stream()
                        .mapToInt(event -> event.wireBytes(ENVELOPE))
                        .sum());
        if (batch.wireBytes() <= limit.capacity()) {
            assertThat(messages(batch)).hasSize(batch.size());
        } else {
            assertThat(batch.size()).isEqualTo(1);
            assertThatThrownBy(() -> messages(batch)).isInstanceOf(UndeliverableEventException.class);
        }
    }

    private static void assertNoTwoWouldFit(List<EventBatch> batches, BatchLimit limit) {
        for (int i = 1; i < batches.size(); i++) {
            EventBatch full = batches.get(i - 1);
            int next = batches.get(i).events().get(0).wireBytes(ENVELOPE);
            assertThat(full.size() == limit.maxEvents() || full.wireBytes() + next > limit.capacity())
                    .isTrue();
        }
    }

    @Provide
    Arbitrary<List<Given>> pages() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 5).map(i -> "k" + i).injectNull(0.3),
                        Arbitraries.frequencyOf(
                                Tuple.of(9, Arbitraries.integers().between(0, 600)),
                                Tuple.of(1, Arbitraries.integers().between(600, 5_000))))
                .as(Given::new)
                .list()
                .ofMaxSize(60);
    }

    private static List<EventBatch> batches(List<Event> events, int partitions, BatchLimit limit) {
        return new Batches(hub(partitions, limit), ENVELOPE, NonFinite.STRING)
                .of(STREAM, events, 0)
                .get(0)
                .batches();
    }

    private static HubLayout hub(int partitions, BatchLimit limit) {
        return new HubLayout(
                IntStream.range(0, partitions).mapToObj(i -> "p" + i).toList(), limit);
    }

    private static List<Message> messages(EventBatch batch) {
        return batch.messages(new DefaultExchange(CAMEL));
    }

    private static List<Event> events(List<Given> page) {
        return IntStream.range(0, page.size())
                .mapToObj(i -> event(
                        i,
                        page.get(i).key(),
                        ",\"a\":\"" + "x".repeat(page.get(i).payload()) + "\""))
                .toList();
    }

    private static Event event(int number, @Nullable String key, String members) {
        String row = String.join(
                String.valueOf(Event.SEPARATOR),
                String.valueOf(number),
                "",
                "\"t" + number + "\"",
                key == null ? "" : Sql.json(key),
                "",
                "",
                members);
        return Event.of(row.getBytes(StandardCharsets.UTF_8), new ContentIds("sale"));
    }
}
