package io.factstream.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.config.ConfigurationException;
import io.factstream.session.LiveSessions;
import io.factstream.session.Outcome;
import io.factstream.session.Session;
import io.factstream.session.StreamRun;
import io.factstream.state.SqliteState;
import io.factstream.status.Pause;
import io.factstream.status.StreamReport;
import io.factstream.text.Word;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.Watermark;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a state says of its streams and of the runtime that uses it.
 *
 * @param session the run that last reported; null when none did
 * @param lastSign when it did; null when none did
 * @param running whether it lives, as far as can be known, and has not ended
 * @param silent whether it lives and has not reported for a while
 */
record Overview(
        @Nullable Session session, @Nullable Instant lastSign, boolean running, boolean silent, List<Row> rows) {

    /** A runtime that has not reported for so long is gone, or hangs. */
    private static final Duration FRESH = Duration.ofSeconds(30);

    /** One that lives reports every second. */
    private static final Duration SILENT = Duration.ofSeconds(10);

    /**
     * One stream. What only a running runtime knows is null where none runs.
     *
     * @param state what it does, as a word; where no runtime runs it, stopped or paused
     * @param deadLetters in the store now
     */
    record Row(
            String stream,
            String state,
            @Nullable Instant since,
            @Nullable Watermark watermark,
            @Nullable Instant saved,
            @Nullable Long lagRows,
            @Nullable Long lagSeconds,
            @Nullable Instant lookedAt,
            @Nullable Double eventsPerSecond,
            long deadLetters,
            @Nullable Long lateRows,
            @Nullable String lastError,
            @Nullable String warning,
            @Nullable Pause pause) {

        /** What a person should read beside the numbers; empty when there is nothing. */
        String remark() {
            String paused = pause == null ? "" : "paused by " + pause.who() + " at " + pause.at();
            String more = warning == null ? "" : warning;
            // The reason of a standstill is the last error.
            String said = lastError == null || more.contains(lastError)
                    ? more
                    : lastError + (more.isEmpty() ? "" : "; " + more);
            return paused + (paused.isEmpty() || said.isEmpty() ? "" : ": ") + said;
        }

        ObjectNode json() {
            ObjectNode object = Json.object();
            object.put("stream", stream).put("state", state);
            Json.put(object, "since", since);
            Json.put(object, "watermark", watermark);
            Json.put(object, "saved_at", saved);
            object.put("lag_rows", lagRows).put("lag_seconds", lagSeconds);
            Json.put(object, "lag_looked_at", lookedAt);
            object.put("events_per_second", eventsPerSecond)
                    .put("dead_letters", deadLetters)
                    .put("late_rows", lateRows)
                    .put("last_error", lastError)
                    .put("warning", warning);
            if (pause == null) {
                object.putNull("paused");
            } else {
                Json.put(object.putObject("paused").put("who", pause.who()), "at", pause.at());
            }
            return object;
        }
    }

    Overview {
        rows = List.copyOf(rows);
    }

    /** @param file where the state is */
    static Overview of(SqliteState state, Path file, Clock clock) {
        Map<String, StreamReport> reports =
                state.status().reports().stream().collect(Collectors.toMap(StreamReport::stream, Function.identity()));
        Map<String, SavedWatermark> watermarks = state.watermarks().all().stream()
                .collect(Collectors.toMap(SavedWatermark::stream, Function.identity()));
        Map<String, Pause> pauses = state.pauses().wanted();
        Map<String, Long> deadLetters = state.deadLetters().summary().byStream();
        StreamReport any = reports.values().stream().findAny().orElse(null);
        Session session =
                any == null ? null : state.sessions().find(any.sessionId()).orElse(null);
        Optional<Boolean> lives = session == null ? Optional.empty() : LiveSessions.lives(file, session.id());
        boolean fresh =
                any != null && Duration.between(any.at(), clock.instant()).abs().compareTo(FRESH) < 0;
        boolean running = session != null && session.outcome() == Outcome.NOT_ENDED && lives.orElse(fresh);
        boolean silent = running
                && any != null
                && Duration.between(any.at(), clock.instant()).abs().compareTo(SILENT) > 0;
        Set<String> streams = new TreeSet<>(reports.keySet());
        streams.addAll(watermarks.keySet());
        streams.addAll(pauses.keySet());
        List<Row> rows = streams.stream()
                .map(stream -> row(
                        stream,
                        running ? reports.get(stream) : null,
                        running ? null : failureOf(session, stream),
                        watermarks.get(stream),
                        pauses.get(stream),
                        deadLetters.getOrDefault(stream, 0L)))
                .toList();
        return new Overview(session, any == null ? null : any.at(), running, silent, rows);
    }

    /** Why a stream failed in a session that ended with a failure; null when it did not. */
    private static @Nullable String failureOf(@Nullable Session session, String stream) {
        StreamRun run = session == null || session.outcome() != Outcome.FAILED
                ? null
                : session.streams().get(stream);
        String outcome = run == null ? null : run.outcome();
        return outcome == null || outcome.equals("drained") || outcome.equals("stopped") ? null : outcome;
    }

    private static Row row(
            String stream,
            @Nullable StreamReport report,
            @Nullable String failure,
            @Nullable SavedWatermark saved,
            @Nullable Pause pause,
            long deadLetters) {
        Watermark position = saved == null ? null : saved.position();
        Instant savedAt = saved == null ? null : saved.savedAt();
        if (report == null) {
            return new Row(
                    stream,
                    pause == null ? "stopped" : "paused",
                    null,
                    position,
                    savedAt,
                    null,
                    null,
                    null,
                    null,
                    deadLetters,
                    null,
                    failure,
                    null,
                    pause);
        }
        return new Row(
                stream,
                report.state(),
                report.since(),
                position,
                savedAt,
                report.lagRows(),
                report.lagSeconds(),
                report.lookedAt(),
                report.eventsPerSecond(),
                deadLetters,
                report.lateRows(),
                report.lastError(),
                report.warning(),
                pause);
    }

    /** @throws ConfigurationException when the state knows nothing of a stream */
    void require(String stream) {
        if (rows.stream().noneMatch(row -> row.stream().equals(stream))) {
            throw new ConfigurationException(
                    "stream '" + Text.line(stream) + "'",
                    "is none that the state knows",
                    rows.isEmpty()
                            ? "Start the runtime first"
                            : "Name one of " + rows.stream().map(Row::stream).collect(Collectors.joining(", ")));
        }
    }

    String runtimeText() {
        if (session == null) {
            return "no runtime has reported to this state yet";
        }
        if (running) {
            return "session " + session.id() + " runs since " + session.started()
                    + (silent
                            ? ", but has written nothing to its state since " + lastSign
                                    + ", and what follows is of then: it hangs, or the disk of the state is full"
                            : "");
        }
        return session.ended() == null
                ? "no runtime: session " + session.id() + " gave its last sign at " + lastSign
                        + " and did not end: it was killed"
                : "no runtime: session " + session.id() + " " + Word.of(session.outcome()) + " at " + session.ended();
    }

    ObjectNode runtimeJson() {
        ObjectNode object = Json.object();
        object.put("running", running).put("silent", silent).put("session", session == null ? null : session.id());
        Json.put(object, "started", session == null ? null : session.started());
        Json.put(object, "ended", session == null ? null : session.ended());
        return Json.put(object, "last_sign", lastSign);
    }
}
