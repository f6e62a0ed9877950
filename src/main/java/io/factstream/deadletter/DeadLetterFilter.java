package io.factstream.deadletter;

import io.factstream.text.Word;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which dead letters are meant: those that meet every criterion given.
 *
 * @param stream of this stream; null for any
 * @param eventType whose event has this type; null for any
 * @param traceId whose event has this id; null for any
 * @param hub meant for this event hub; null for any
 * @param category whose last failure is of this kind; null for any
 * @param severity whose last failure is this severe; null for any
 * @param from first failed at this time or later; null for any
 * @param to first failed before this time; null for any
 * @param rested not failed within this time; null for any
 * @param replaysBelow replayed fewer times than this; null for any
 */
public record DeadLetterFilter(
        @Nullable String stream,
        @Nullable String eventType,
        @Nullable String traceId,
        @Nullable String hub,
        @Nullable ErrorCategory category,
        @Nullable Severity severity,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable Span rested,
        @Nullable Integer replaysBelow) {

    /** A time from after one moment until another, that moment included. */
    public record Span(Instant after, Instant until) {}

    /** No criterion: every letter. */
    public static final DeadLetterFilter EVERY =
            new DeadLetterFilter(null, null, null, null, null, null, null, null, null, null);

    public DeadLetterFilter {
        if (from != null && to != null && to.isBefore(from)) {
            throw new IllegalArgumentException("no time is from " + from + " and before " + to);
        }
    }

    /** This filter, and of that stream only. */
    public DeadLetterFilter ofStream(String only) {
        return new DeadLetterFilter(only, eventType, traceId, hub, category, severity, from, to, rested, replaysBelow);
    }

    /** This filter, and of that kind of failure only. */
    public DeadLetterFilter ofCategory(ErrorCategory only) {
        return new DeadLetterFilter(stream, eventType, traceId, hub, only, severity, from, to, rested, replaysBelow);
    }

    /** This filter, and meant for that hub only. */
    public DeadLetterFilter forHub(String only) {
        return new DeadLetterFilter(
                stream, eventType, traceId, only, category, severity, from, to, rested, replaysBelow);
    }

    /**
     * This filter, and only letters that were replayed less than {@code replays} times and did not fail within the
     * {@code interval} before now. One that failed much later than now did so before the clock was set back: it is due,
     * for else it would have to wait until that time comes again.
     */
    public DeadLetterFilter dueForReplay(int replays, Instant now, Duration interval) {
        return new DeadLetterFilter(
                stream,
                eventType,
                traceId,
                hub,
                category,
                severity,
                from,
                to,
                new Span(now.minus(interval), now.plus(interval)),
                replays);
    }

    /** Whether no criterion is given, so that every letter is meant. */
    public boolean isEvery() {
        return equals(EVERY);
    }

    /** The criteria for a log line or a message, such as {@code stream=sales category=validation}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        add(text, "stream", stream);
        add(text, "event-type", eventType);
        add(text, "trace-id", traceId);
        add(text, "hub", hub);
        add(text, "category", category == null ? null : Word.of(category));
        add(text, "severity", severity == null ? null : Word.of(severity));
        add(text, "from", from);
        add(text, "to", to);
        add(text, "rested-since", rested == null ? null : rested.after());
        add(text, "replays-below", replaysBelow);
        return text.isEmpty() ? "every" : text.toString();
    }

    private static void add(StringBuilder text, String name, @Nullable Object value) {
        if (value != null) {
            text.append(text.isEmpty() ? "" : " ").append(name).append('=').append(value);
        }
    }
}
