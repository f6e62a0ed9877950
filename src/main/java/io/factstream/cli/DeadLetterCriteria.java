package io.factstream.cli;

import io.factstream.config.ConfigurationException;
import io.factstream.config.SettingType;
import io.factstream.deadletter.DeadLetterFilter;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Severity;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which a command says which dead letters it means. */
final class DeadLetterCriteria {

    private static final SettingType.Time AGE = new SettingType.Time(Duration.ZERO, Duration.ofDays(36_500));

    @Option(names = "--stream", paramLabel = "ID", description = "Of this stream.")
    private @Nullable String stream;

    @Option(names = "--event-type", paramLabel = "TYPE", description = "Whose event has this type.")
    private @Nullable String eventType;

    @Option(names = "--trace-id", paramLabel = "ID", description = "Whose event has this id.")
    private @Nullable String traceId;

    @Option(names = "--hub", paramLabel = "NAME", description = "Meant for this event hub.")
    private @Nullable String hub;

    @Option(
            names = "--category",
            paramLabel = "KIND",
            description = "Whose last failure is of this kind: network, authentication, throttling, serialization,"
                    + " validation or unknown.")
    private @Nullable ErrorCategory category;

    @Option(
            names = "--severity",
            paramLabel = "LEVEL",
            description = "Whose last failure is this severe: transient, permanent or critical.")
    private @Nullable Severity severity;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "First failed at this time or later, such as 2026-01-31 or 2026-01-31T10:00:00Z; UTC.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "First failed before this time.")
    private @Nullable String to;

    @Option(names = "--older-than", paramLabel = "AGE", description = "First failed longer ago than this, such as 30d.")
    private @Nullable String olderThan;

    /** @throws ConfigurationException when a time is none, or no time can meet them all */
    DeadLetterFilter filter(Instant now) {
        if (to != null && olderThan != null) {
            throw new ConfigurationException(
                    "--older-than", "is given, and so is --to", "Keep one of the two: both bound the first failure");
        }
        Instant end = olderThan != null ? now.minus(age(olderThan)) : time("--to", to);
        Instant start = time("--from", from);
        if (start != null && end != null && end.isBefore(start)) {
            throw new ConfigurationException(
                    "--from", "is after the end, " + end, "Give a start that lies before the end");
        }
        return new DeadLetterFilter(stream, eventType, traceId, hub, category, severity, start, end, null, null);
    }

    private static Duration age(String text) {
        try {
            return AGE.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    "--older-than", "'" + text + "' " + e.getMessage(), "Give an age such as 12h or 30d", e);
        }
    }

    private static @Nullable Instant time(String option, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            if (text.endsWith("Z")) {
                return Instant.parse(text);
            }
            return text.length() == "2026-01-31".length()
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : LocalDateTime.parse(text.replace(' ', 'T')).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new ConfigurationException(
                    option, "'" + text + "' is no time", "Write it like 2026-01-31 or 2026-01-31T10:00:00Z", e);
        }
    }
}
