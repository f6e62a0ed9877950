package io.factstream.deadletter;

import static io.factstream.deadletter.Letters.T0;
import static io.factstream.deadletter.Letters.letter;
import static io.factstream.deadletter.Letters.letters;
import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.SettableClock;
import io.factstream.state.SqliteState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublicationTest {

    private final SettableClock clock = new SettableClock(T0.plusSeconds(60));
    private final RecordingCourier courier = new RecordingCourier();
    private SqliteState state;
    private DeadLetterStore store;
    private Publication publication;

    @BeforeEach
    void open(@TempDir Path folder) {
        state = SqliteState.open(folder.resolve("state.db"), new DeadLetterLimit(5_000, "limit"));
        store = state.deadLetters();
        publication = new Publication(store, courier, "letters", Duration.ofSeconds(30), clock, clock.ticker());
    }

    @AfterEach
    void close() {
        state.close();
    }

    @Test
    void each_letter_is_published_once_and_stays_in_the_store() {
        store.store(letters(0, 1_100));

        publication.publish();
        publication.publish();

        assertThat(courier.delivered()).hasSize(1_100).doesNotHaveDuplicates();
        assertThat(store.list(DeadLetterFilter.EVERY, 2_000))
                .hasSize(1_100)
                .allSatisfy(letter -> assertThat(letter.published()).isEqualTo(clock.instant()));
    }

    @Test
    void a_letter_that_fails_again_is_not_published_again() {
        store.store(letters(0, 1));
        publication.publish();

        store.attempted(letter(0).id(), clock.instant(), Letters.REJECTED);
        store.store(letters(0, 1));
        publication.publish();

        assertThat(courier.delivered()).containsExactly("trace-0");
    }

    @Test
    void a_hub_that_is_away_is_left_alone_for_a_while_and_nothing_is_marked() {
        store.store(letters(0, 10));
        courier.away("letters");
        publication.publish();
        publication.publish();
        assertThat(courier.sends()).isEqualTo(1);
        assertThat(store.unpublished(100)).hasSize(10);

        courier.back("letters");
        clock.step(Duration.ofHours(2));
        publication.publish();
        assertThat(courier.delivered()).isEmpty();
        clock.step(Duration.ofHours(-4));
        clock.advance(Duration.ofSeconds(30));
        publication.publish();

        assertThat(courier.delivered()).hasSize(10);
    }

    @Test
    void a_letter_that_the_hub_does_not_take_whole_is_published_without_its_event() {
        store.store(letters(0, 6));
        List<String> bodies = new ArrayList<>();
        courier.reject("trace-2");
        courier.beforeSending(shipment -> {
            String body = new String(shipment.parcels().get(0).body(), StandardCharsets.UTF_8);
            if (body.contains("event_omitted")) {
                courier.accept("trace-2");
                bodies.add(body);
            }
        });

        publication.publish();

        assertThat(courier.delivered()).hasSize(6);
        assertThat(bodies).singleElement().satisfies(body -> assertThat(body)
                .contains("\"trace_id\":\"trace-2\"")
                .contains("\"event_omitted\":\"the hub rejects the event\"")
                .doesNotContain("\"event\":"));
        assertThat(store.unpublished(10)).isEmpty();
    }

    @Test
    void the_hub_gets_the_letter_as_a_line_with_what_a_consumer_filters_by() {
        store.store(letters(0, 1));
        List<Parcel> parcels = new ArrayList<>();
        courier.beforeSending(shipment -> parcels.addAll(shipment.parcels()));

        publication.publish();

        assertThat(parcels).singleElement().satisfies(parcel -> {
            assertThat(DeadLetterLines.read("hub:1", parcel.body())).isEqualTo(letter(0));
            assertThat(parcel.properties())
                    .containsOnlyKeys("stream", "trace_id", "category", "severity")
                    .containsEntry("category", "validation");
        });
    }

    @Test
    void without_a_hub_nothing_is_published() {
        store.store(letters(0, 1));

        new Publication(store, courier, null, Duration.ZERO, clock, clock.ticker()).publish();

        assertThat(courier.sends()).isZero();
        assertThat(store.unpublished(1)).hasSize(1);
    }
}
