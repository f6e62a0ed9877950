package io.factstream.management;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.deadletter.DeadLetter;
import io.factstream.eventhubs.HubStatus;
import io.factstream.journal.Action;
import io.factstream.session.LiveSessions;
import io.factstream.session.Outcome;
import io.factstream.session.Session;
import io.factstream.session.SessionStore;
import io.factstream.session.StreamCounts;
import io.factstream.session.StreamRun;
import io.factstream.statistics.FailureCategory;
import io.factstream.statistics.Sample;
import io.factstream.statistics.Statistics;
import io.factstream.statistics.StepTimes;
import io.factstream.statistics.StreamStatistics;
import io.factstream.stream.RefusedStream;
import io.factstream.stream.Standstill;
import io.factstream.stream.StreamObserver.Step;
import io.factstream.stream.StreamState;
import io.factstream.stream.StreamStatus;
import io.factstream.text.Utf8;
import io.factstream.text.Word;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The JSON of {@code /api/status} and of dead letters. It holds no secret; a letter holds values of rows. */
final class StatusDocument {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SESSIONS = 10;

    /** A sparkline has about so many points. */
    private static final int POINTS = 60;

    private final String session;
    private final Statistics statistics;
    private final SessionStore sessions;
    private final LiveSessions living;
    private final Function<Integer, List<Action>> actions;
    private final boolean needsToken;
    private final Clock clock;

    /**
     * @param living tells which of the sessions without an end live
     * @param actions gives so many of the newest
     * @param needsToken whether a caller needs a token to act, so that the page can ask for it
     */
    StatusDocument(
            String session,
            Statistics statistics,
            SessionStore sessions,
            LiveSessions living,
            Function<Integer, List<Action>> actions,
            boolean needsToken,
            Clock clock) {
        this.session = session;
        this.statistics = statistics;
        this.sessions = sessions;
        this.living = living;
        this.actions = actions;
        this.needsToken = needsToken;
        this.clock = clock;
    }

    /** All that the page shows. */
    ObjectNode status() {
        ObjectNode root = JSON.createObjectNode();
        root.put("now", clock.instant().toString());
        root.put("session", session);
        root.put("started", statistics.begun().toString());
        root.put("needsToken", needsToken);
        List<String> problems = problems();
        root.put("well", problems.isEmpty());
        problems.forEach(root.putArray("problems")::add);
        warnings().forEach(root.putArray("warnings")::add);
        totals(root.putObject("totals"));
        ArrayNode streams = root.putArray("streams");
        statistics.streams().forEach(stream -> stream(streams.addObject(), stream));
        ArrayNode refused = root.putArray("refused");
        statistics.refused().forEach(one -> refused.addObject()
                .put("stream", one.stream())
                .put("state", RefusedStream.STATE)
                .put("since", one.since().toString())
                .put("lastError", one.why()));
        ArrayNode hubs = root.putArray("hubs");
        statistics.hubs().forEach(hub -> hub(hubs.addObject(), hub));
        deadLetters(root.putObject("deadLetters"));
        recorded(root);
        return root;
    }

    private List<String> problems() {
        List<String> problems = new ArrayList<>();
        for (HubStatus hub : statistics.hubs()) {
            if (hub.failure() != null && statistics.isOfStreams(hub.hub())) {
                problems.add(
                        "hub " + hub.hub() + " is failing: " + hub.failure().error());
            }
        }
        for (StreamStatistics stream : statistics.streams()) {
            problems.addAll(stream.status().problems());
        }
        statistics.refused().forEach(refused -> problems.add(refused.toString()));
        return problems;
    }

    private List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        for (HubStatus hub : statistics.hubs()) {
            if (hub.failure() != null && !statistics.isOfStreams(hub.hub())) {
                warnings.add("hub " + hub.hub() + " of the dead letters is failing, no stream waits for it: "
                        + hub.failure().error());
            }
        }
        for (StreamStatistics stream : statistics.streams()) {
            StreamStatus status = stream.status();
            if (status.state() == StreamState.PAUSED) {
                warnings.add("stream " + stream.id() + " is paused");
            }
            status.warnings().forEach(warning -> warnings.add("stream " + stream.id() + ": " + warning));
        }
        statistics
                .deadLetters()
                .filter(letters -> letters.size() > 0)
                .ifPresent(letters -> warnings.add(letters.size() + " dead letters"));
        return warnings;
    }

    private void totals(ObjectNode node) {
        counts(node, statistics.counts());
        node.put(
                "eventsFailed",
                statistics.streams().stream()
                        .mapToLong(StreamStatistics::eventsFailed)
                        .sum());
        node.put("eventsPerSecond", statistics.rate());
        node.put("eventsPerSecondSinceStart", statistics.rateSinceStart());
        node.put("lagRows", statistics.lagRows());
        errors(node.putObject("errors"), statistics.errors());
    }

    private static void counts(ObjectNode node, StreamCounts counts) {
        node.put("rowsRead", counts.rowsRead());
        node.put("eventsSent", counts.eventsSent());
        node.put("eventsDeadLettered", counts.deadLettered());
        node.put("batches", counts.batches());
        node.put("bytes", counts.bytes());
    }

    private static void errors(ObjectNode node, Map<FailureCategory, Long> errors) {
        errors.forEach((category, count) -> {
            if (count > 0) {
                node.put(Word.of(category), count);
            }
        });
    }

    private void stream(ObjectNode node, StreamStatistics stream) {
        StreamStatus status = stream.status();
        node.put("stream", stream.id());
        node.put("eventType", stream.stream().definition().eventType());
        node.put("hub", stream.stream().definition().hub());
        node.put("state", Word.of(status.state()));
        node.put("since", status.since().toString());
        node.put(
                "watermark",
                status.watermark() == null ? null : status.watermark().toString());
        node.put("lastEventTime", status.lastEventTime());
        node.put("lastDelivery", text(stream.lastDelivery()));
        node.put("lastError", status.lastError());
        Standstill standstill = status.standstill();
        if (standstill == null) {
            node.putNull("standstill");
        } else {
            node.putObject("standstill")
                    .put("since", standstill.since().toString())
                    .put("why", standstill.why())
                    .put("rowsWait", standstill.rowsWait());
        }
        node.put("warning", status.warnings().isEmpty() ? null : String.join("; ", status.warnings()));
        counts(node, status.counts());
        node.put("eventsFailed", stream.eventsFailed());
        node.put("eventsPerSecond", stream.rate());
        node.put("eventsPerSecondSinceStart", stream.rateSinceStart());
        node.put("pagesFailed", status.pagesFailed());
        node.put("throttles", status.throttles());
        node.put("consecutiveFailures", status.consecutiveFailures());
        node.put("drained", status.drained());
        node.put("lagRows", status.lagRows());
        node.put("lagSeconds", status.lagSeconds());
        node.put("lagLookedAt", text(status.lookedAt()));
        node.put("rowsUnsettled", status.rowsUnsettled());
        node.put("rowsWithoutWatermark", status.rowsWithoutWatermark());
        node.put("lateRows", status.lateRows().rows());
        node.put("rowsGone", status.lateRows().gone());
        node.put(
                "deadLetters",
                statistics
                        .deadLetters()
                        .map(letters -> letters.byStream().getOrDefault(stream.id(), 0L))
                        .orElse(0L));
        errors(node.putObject("errors"), stream.errors());
        ObjectNode partitions = node.putObject("partitions");
        stream.ratesByPartition().forEach(partitions::put);
        ObjectNode times = node.putObject("times");
        for (Step step : Step.values()) {
            times(times.putObject(Word.of(step)), stream.times(step));
        }
        history(node.putObject("history"), stream.history());
    }

    private static void times(ObjectNode node, StepTimes times) {
        node.put("count", times.count());
        node.put("mean", times.mean());
        node.put("p50", times.p50());
        node.put("p99", times.p99());
        node.put("max", times.max());
    }

    /** Rates and lags of the last minutes, the oldest first. */
    private static void history(ObjectNode node, List<Sample> samples) {
        ArrayNode rates = node.putArray("eventsPerSecond");
        ArrayNode lags = node.putArray("lagRows");
        int step = Math.max(1, (samples.size() + POINTS - 1) / POINTS);
        Sample before = null;
        for (int i = (samples.size() - 1) % step; i >= 0 && i < samples.size(); i += step) {
            Sample sample = samples.get(i);
            if (before != null) {
                long millis = Math.max(1, sample.at().since(before.at()).toMillis());
                rates.add(Math.max(0, sample.eventsSent() - before.eventsSent()) * 1000.0 / millis);
                lags.add(sample.lagRows());
            }
            before = sample;
        }
        node.put("seconds", step * Statistics.SAMPLED.toSeconds());
    }

    private void hub(ObjectNode node, HubStatus hub) {
        node.put("hub", hub.hub());
        node.put("state", statistics.state(hub));
        node.put("breaker", Word.of(hub.breaker()));
        node.put("trips", hub.trips());
        node.put("failures", hub.failures());
        ObjectNode failures = node.putObject("failuresByCategory");
        hub.failuresByCategory().forEach((category, count) -> failures.put(Word.of(category), count));
        node.put("throttled", hub.throttled());
        node.put("reachable", hub.reachable());
        node.put("partitions", hub.partitions());
        node.put("notice", hub.notice());
        node.put("lastError", hub.failure() == null ? null : hub.failure().error());
        node.put("since", text(hub.since()));
    }

    private void deadLetters(ObjectNode node) {
        statistics.deadLetters().ifPresent(letters -> {
            node.put("size", letters.size());
            ObjectNode categories = node.putObject("byCategory");
            letters.byCategory().forEach((category, count) -> categories.put(Word.of(category), count));
            ObjectNode severities = node.putObject("bySeverity");
            letters.bySeverity().forEach((severity, count) -> severities.put(Word.of(severity), count));
            ObjectNode streams = node.putObject("byStream");
            letters.byStream().forEach(streams::put);
            node.put("oldest", text(letters.oldest()));
            node.put("newest", text(letters.newest()));
        });
    }

    /** What the state holds; left out when it cannot be read, which each stream shows as its error. */
    private void recorded(ObjectNode root) {
        List<Session> recent;
        List<Action> done;
        try {
            recent = sessions.recent(SESSIONS);
            done = actions.apply(SESSIONS);
        } catch (RuntimeException e) {
            root.put("stateError", e.getMessage());
            return;
        }
        ArrayNode runs = root.putArray("sessions");
        for (Session run : recent) {
            ObjectNode node = runs.addObject();
            node.put("session", run.id());
            node.put("started", run.started().toString());
            node.put("ended", text(run.ended()));
            node.put(
                    "outcome",
                    run.id().equals(session)
                            ? "running"
                            : run.outcome() == Outcome.NOT_ENDED
                                    ? LiveSessions.word(living.lives(run.id()))
                                    : Word.of(run.outcome()));
            counts(
                    node,
                    run.id().equals(session)
                            ? statistics.counts()
                            : run.streams().values().stream()
                                    .map(StreamRun::counts)
                                    .reduce(StreamCounts.ZERO, StreamCounts::plus));
        }
        ArrayNode actionsDone = root.putArray("actions");
        for (Action action : done) {
            ObjectNode node = actionsDone.addObject();
            node.put("at", action.at().toString());
            node.put("who", action.who());
            node.put("action", Word.of(action.kind()));
            node.put("subject", action.subject());
            node.put("detail", action.detail());
        }
    }

    /** Letters without their events. */
    static ObjectNode letters(List<DeadLetter> letters) {
        ObjectNode root = JSON.createObjectNode();
        ArrayNode list = root.putArray("deadLetters");
        letters.forEach(letter -> letter(list.addObject(), letter));
        return root;
    }

    /** All of one letter. */
    static ObjectNode letter(DeadLetter letter) {
        ObjectNode node = JSON.createObjectNode();
        letter(node, letter);
        node.put("partition", letter.partition());
        node.put("partitionKey", letter.partitionKey());
        node.put("position", letter.position());
        node.put("session", letter.sessionId());
        ObjectNode properties = node.putObject("properties");
        letter.properties().forEach(properties::put);
        String event = Utf8.text(letter.event());
        if (event != null) {
            node.put("event", event);
        } else {
            // As an export does it.
            node.put("eventBase64", Base64.getEncoder().encodeToString(letter.event()));
        }
        return node;
    }

    private static void letter(ObjectNode node, DeadLetter letter) {
        node.put("id", letter.id());
        node.put("stream", letter.stream());
        node.put("eventType", letter.eventType());
        node.put("traceId", letter.traceId());
        node.put("hub", letter.hub());
        node.put("category", Word.of(letter.failure().category()));
        node.put("severity", Word.of(letter.failure().severity()));
        node.put("error", letter.failure().error());
        node.put("firstFailed", letter.firstFailed().toString());
        node.put("lastFailed", letter.lastFailed().toString());
        node.put("attempts", letter.attempts());
        node.put("replays", letter.replays());
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }
}
