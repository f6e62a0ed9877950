package io.factstream.jmx;

import io.factstream.control.Control;
import io.factstream.deadletter.DeadLetterFilter;
import io.factstream.deadletter.DeadLetterStore;
import io.factstream.deadletter.DeadLetterSummary;
import io.factstream.statistics.Statistics;
import io.factstream.text.Word;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The dead-letter store in JMX. */
final class DeadLettersMBean implements DeadLettersMXBean {

    private final Statistics statistics;
    private final DeadLetterStore letters;
    private final Control control;

    DeadLettersMBean(Statistics statistics, DeadLetterStore letters, Control control) {
        this.statistics = statistics;
        this.letters = letters;
        this.control = control;
    }

    @Override
    public long getCount() {
        return statistics.deadLetters().map(DeadLetterSummary::size).orElse(-1L);
    }

    @Override
    public Map<String, Long> getByCategory() {
        return counts(DeadLetterSummary::byCategory);
    }

    @Override
    public Map<String, Long> getBySeverity() {
        return counts(DeadLetterSummary::bySeverity);
    }

    @Override
    public Map<String, Long> getByStream() {
        return counts(DeadLetterSummary::byStream);
    }

    private Map<String, Long> counts(Function<DeadLetterSummary, Map<?, Long>> kind) {
        Map<String, Long> counts = new TreeMap<>();
        statistics
                .deadLetters()
                .map(kind)
                .ifPresent(found -> found.forEach((key, count) ->
                        counts.put(key instanceof Enum<?> constant ? Word.of(constant) : key.toString(), count)));
        return counts;
    }

    @Override
    public @Nullable String getOldest() {
        return time(DeadLetterSummary::oldest);
    }

    @Override
    public @Nullable String getNewest() {
        return time(DeadLetterSummary::newest);
    }

    private @Nullable String time(Function<DeadLetterSummary, @Nullable Instant> which) {
        DeadLetterSummary summary = statistics.deadLetters().orElse(null);
        Instant time = summary == null ? null : which.apply(summary);
        return time == null ? null : time.toString();
    }

    @Override
    public List<String> listLetters(int limit) {
        return letters.list(DeadLetterFilter.EVERY, limit).stream()
                .map(letter -> letter.id() + "  " + letter.stream() + "  "
                        + Word.of(letter.failure().category()) + "  "
                        + letter.failure().error())
                .toList();
    }

    @Override
    public String replayLetter(String id) {
        return control.replay(id, Caller.name()).map(Control::text).orElse("there is no letter " + id);
    }

    @Override
    public String replayStream(String stream) {
        return Control.text(control.replay(DeadLetterFilter.EVERY.ofStream(stream), Caller.name()));
    }

    @Override
    public String replayAll() {
        return Control.text(control.replay(DeadLetterFilter.EVERY, Caller.name()));
    }
}
