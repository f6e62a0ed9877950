package io.factstream.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.factstream.config.ConfigurationException;
import io.factstream.deadletter.Courier;
import io.factstream.deadletter.DeadLetter;
import io.factstream.deadletter.DeadLetterFilter;
import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.deadletter.DeliveryFailure;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Parcel;
import io.factstream.deadletter.Replay;
import io.factstream.deadletter.Severity;
import io.factstream.deadletter.Shipment;
import io.factstream.journal.Action;
import io.factstream.journal.Action.Kind;
import io.factstream.state.SqliteState;
import io.factstream.stream.FactStream;
import io.factstream.stream.IdleStreams;
import io.factstream.stream.StreamState;
import io.factstream.stream.Streams;
import io.factstream.watermark.Passed;
import io.factstream.watermark.Watermark;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    /** Delivers all it gets. */
    private static final Courier DELIVERING = new Courier() {
        @Override
        public List<Shipment> pack(String hub, List<Parcel> parcels) {
            return parcels.isEmpty() ? List.of() : List.of(new Shipment(hub, "0", parcels, null));
        }

        @Override
        public Optional<DeliveryFailure> send(Shipment shipment) {
            return Optional.empty();
        }
    };

    private SqliteState state;
    private FactStream sales;
    private Control control;

    @BeforeEach
    void open(@TempDir Path folder) {
        state = SqliteState.open(folder.resolve("state.db"), new DeadLetterLimit(10, "limit"));
        Streams streams = IdleStreams.in(folder, state.watermarks(), CLOCK);
        sales = IdleStreams.define(streams, folder, "sales");
        Replay replay = new Replay(state.deadLetters(), DELIVERING, CLOCK);
        control = new Control(
                streams, state.pauses(), () -> replay, new Rewind(state.watermarks()), state.journal(), CLOCK);
    }

    @AfterEach
    void close() {
        state.close();
    }

    @Test
    void pausing_and_resuming_are_recorded_with_who_and_when() {
        control.pause("sales", "ann");
        assertThat(sales.status().state()).isEqualTo(StreamState.PAUSED);

        control.resume("sales", "bob");

        assertThat(sales.status().state()).isEqualTo(StreamState.RUNNING);
        assertThat(control.recent(10))
                .containsExactly(
                        new Action(NOW, "bob", Kind.RESUME, "sales", ""),
                        new Action(NOW, "ann", Kind.PAUSE, "sales", ""));
    }

    @Test
    void an_unknown_stream_is_refused_with_the_names_of_those_there_are() {
        assertThatThrownBy(() -> control.pause("sale", "ann"))
                .isInstanceOf(UnknownStreamException.class)
                .hasMessage("there is no stream 'sale'; name one of sales");
        assertThatThrownBy(() -> control.rewind("sale", null, "ann", "why")).isInstanceOf(UnknownStreamException.class);
        assertThat(control.recent(10)).isEmpty();
    }

    @Test
    void a_rewind_moves_the_watermark_and_is_recorded_with_its_reason() {
        state.watermarks()
                .advance("sales", "fingerprint", null, Watermark.of("BIGINT", "7"), new Passed(0, Map.of(), null));

        control.rewind("sales", "5", "ann", "lost a day");

        assertThat(state.watermarks().find("sales").orElseThrow().position()).isEqualTo(Watermark.of("BIGINT", "5"));
        assertThat(control.recent(1))
                .containsExactly(new Action(
                        NOW, "ann", Kind.REWIND, "sales", "watermark moved from BIGINT 7 to BIGINT 5: lost a day"));
        assertThat(state.watermarks().history("sales")).hasSize(1);
    }

    @Test
    void a_rewind_without_a_reason_or_to_what_is_no_value_changes_nothing() {
        state.watermarks()
                .advance("sales", "fingerprint", null, Watermark.of("BIGINT", "7"), new Passed(0, Map.of(), null));

        assertThatThrownBy(() -> control.rewind("sales", "5", "ann", " "))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("no reason");
        assertThatThrownBy(() -> control.rewind("sales", "yesterday", "ann", "why"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("no BIGINT");

        assertThat(state.watermarks().find("sales").orElseThrow().position()).isEqualTo(Watermark.of("BIGINT", "7"));
        assertThat(control.recent(10)).isEmpty();
    }

    @Test
    void replays_are_recorded_with_what_came_of_them() {
        state.deadLetters().store(List.of(letter("t1"), letter("t2"), letter("t3")));
        String first =
                state.deadLetters().list(DeadLetterFilter.EVERY, 1).get(0).id();

        control.replay(first, "ann");
        control.replay(DeadLetterFilter.EVERY.ofStream("sales"), "bob");

        assertThat(state.deadLetters().list(DeadLetterFilter.EVERY, 10)).isEmpty();
        assertThat(control.recent(10))
                .containsExactly(
                        new Action(NOW, "bob", Kind.REPLAY, "stream=sales", "delivered 2, failed 0"),
                        new Action(NOW, "ann", Kind.REPLAY, first, "delivered 1, failed 0"));
        assertThat(control.replay("no such letter", "ann")).isEmpty();
    }

    @Test
    void an_action_that_cannot_be_recorded_is_done_all_the_same() {
        state.close();

        control.pause("sales", "ann");

        assertThat(sales.status().state()).isEqualTo(StreamState.PAUSED);
    }

    private static DeadLetter letter(String traceId) {
        return new DeadLetter(
                "sales",
                "sale",
                traceId,
                null,
                "0",
                "1",
                "{}".getBytes(StandardCharsets.UTF_8),
                Map.of(),
                "hub",
                new DeliveryFailure(ErrorCategory.VALIDATION, Severity.PERMANENT, "rejected"),
                NOW,
                NOW,
                1,
                0,
                "session",
                null);
    }
}
