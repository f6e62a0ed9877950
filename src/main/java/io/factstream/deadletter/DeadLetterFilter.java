package io.factstream.deadletter;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which dead letters are meant: those that meet every criterion given.
 *
 * @param stream of this stream; null for any
 * @param category whose last failure is of this kind; null for any
 * @param severity whose last failure is this severe; null for any
 * @param from first failed at this time or later; null for any
 * @param to first failed before this time; null for any
 */
public record DeadLetterFilter(
        @Nullable String stream,
        @Nullable ErrorCategory category,
        @Nullable Severity severity,
        @Nullable Instant from,
        @Nullable Instant to) {

    /** No criterion: every letter. */
    public static final DeadLetterFilter EVERY = new DeadLetterFilter(null, null, null, null, null);

    public DeadLetterFilter {
        if (from != null && to != null && to.isBefore(from)) {
            throw new IllegalArgumentException("no time is from " + from + " and before " + to);
        }
    }

    /** This filter, and of that stream only. */
    public DeadLetterFilter ofStream(String only) {
        return new DeadLetterFilter(only, category, severity, from, to);
    }

    /** This filter, and of that kind of failure only. */
    public DeadLetterFilter ofCategory(ErrorCategory only) {
        return new DeadLetterFilter(stream, only, severity, from, to);
    }

    /** This filter, and of that severity only. */
    public DeadLetterFilter ofSeverity(Severity only) {
        return new DeadLetterFilter(stream, category, only, from, to);
    }

    /** This filter, and first failed at {@code start} or later but before {@code end} only; null for no bound. */
    public DeadLetterFilter firstFailed(@Nullable Instant start, @Nullable Instant end) {
        return new DeadLetterFilter(stream, category, severity, start, end);
    }

    /** Whether no criterion is given, so that every letter is meant. */
    public boolean isEvery() {
        return equals(EVERY);
    }
}
