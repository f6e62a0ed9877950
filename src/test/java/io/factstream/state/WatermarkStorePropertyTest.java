package io.factstream.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.watermark.QueryChangedException;
import io.factstream.watermark.Rows;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.Watermark;
import io.factstream.watermark.WatermarkConflictException;
import io.factstream.watermark.WatermarkStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/** The store does what a map with compare-and-set would, whatever the order of calls. */
class WatermarkStorePropertyTest {

    private record Entry(@Nullable String query, Watermark position, long rows) {}

    /** An advance when {@code query} is given, else a set. {@code from} is used when the step is stale. */
    private record Step(
            String stream,
            @Nullable String query,
            boolean stale,
            @Nullable Watermark from,
            @Nullable Watermark to,
            int rows) {}

    @Property(tries = 100)
    void any_sequence_of_advances_and_sets_gives_what_a_map_would(@ForAll("sequences") List<Step> steps)
            throws IOException {
        Path folder = Files.createTempDirectory("state");
        Path file = folder.resolve("state.db");
        Map<String, Entry> model = new TreeMap<>();
        try (SqliteState state = SqliteState.open(file, new DeadLetterLimit(1, "limit"))) {
            for (Step step : steps) {
                take(step, model, state.watermarks());
            }
            assertThat(entries(state.watermarks())).isEqualTo(model);
        }
        try (SqliteState reopened = SqliteState.openReadOnly(file)) {
            assertThat(entries(reopened.watermarks())).isEqualTo(model);
        }
        try (var files = Files.list(folder)) {
            for (Path each : files.toList()) {
                Files.delete(each);
            }
        }
        Files.delete(folder);
    }

    private static void take(Step step, Map<String, Entry> model, WatermarkStore store) {
        Entry entry = model.get(step.stream());
        Watermark stored = entry == null ? null : entry.position();
        Watermark from = step.stale() ? step.from() : stored;
        boolean stale = !Objects.equals(from, stored);
        String query = step.query();
        Watermark to = step.to();
        if (query == null) {
            if (from == null && to == null) {
                assertThatThrownBy(() -> store.set(step.stream(), null, null, "who", "why"))
                        .isInstanceOf(IllegalArgumentException.class);
            } else if (stale) {
                assertThatThrownBy(() -> store.set(step.stream(), from, to, "who", "why"))
                        .isInstanceOf(WatermarkConflictException.class);
            } else {
                store.set(step.stream(), from, to, "who", "why");
                if (to == null) {
                    model.remove(step.stream());
                } else {
                    model.put(step.stream(), new Entry(null, to, entry == null ? 0 : entry.rows()));
                }
            }
        } else if (to != null) {
            if (from != null && !from.mayAdvanceTo(to)) {
                assertThatThrownBy(() -> store.advance(step.stream(), query, from, to, Rows.passed(step.rows())))
                        .isInstanceOf(IllegalArgumentException.class);
            } else if (stale) {
                assertThatThrownBy(() -> store.advance(step.stream(), query, from, to, Rows.passed(step.rows())))
                        .isInstanceOf(WatermarkConflictException.class);
            } else if (entry != null && entry.query() != null && !entry.query().equals(query)) {
                assertThatThrownBy(() -> store.advance(step.stream(), query, from, to, Rows.passed(step.rows())))
                        .isInstanceOf(QueryChangedException.class);
            } else {
                store.advance(step.stream(), query, from, to, Rows.passed(step.rows()));
                model.put(step.stream(), new Entry(query, to, step.rows() + (entry == null ? 0 : entry.rows())));
            }
        }
    }

    private static Map<String, Entry> entries(WatermarkStore store) {
        Map<String, Entry> entries = new TreeMap<>();
        for (SavedWatermark saved : store.all()) {
            entries.put(saved.stream(), new Entry(saved.queryFingerprint(), saved.position(), saved.rows()));
        }
        return entries;
    }

    @Provide
    Arbitrary<List<Step>> sequences() {
        Arbitrary<Watermark> positions = Combinators.combine(
                        Arbitraries.frequency(Tuple.of(9, "VARCHAR"), Tuple.of(1, "BLOB")),
                        Arbitraries.oneOf(
                                Arbitraries.of("1", "2", "3", "01", "1 ", "a", "A", ""),
                                // Whatever a text column can hold: every character but halves of one.
                                Arbitraries.strings().ofMaxLength(8).filter(WatermarkStorePropertyTest::isText)),
                        Arbitraries.integers().between(1, 3))
                .as((type, value, done) -> Watermark.of(type, value, done, 3));
        Arbitrary<Step> steps = Combinators.combine(
                        Arbitraries.of("a", "b"),
                        Arbitraries.of("q1", "q1", "q1", "q2").injectNull(0.3),
                        Arbitraries.of(true, false, false),
                        positions.injectNull(0.2),
                        positions.injectNull(0.1),
                        Arbitraries.integers().between(0, 1_000))
                .as(Step::new);
        return steps.list().ofMaxSize(30);
    }

    private static boolean isText(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
