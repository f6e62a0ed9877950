package io.factstream.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.config.Settings;
import io.factstream.session.LiveSessions;
import io.factstream.session.Outcome;
import io.factstream.session.Session;
import io.factstream.session.StreamCounts;
import io.factstream.session.StreamRun;
import io.factstream.state.SqliteState;
import io.factstream.text.Word;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs of the runtime: when, how they ended, and what each did. */
@Command(
        name = "sessions",
        mixinStandardHelpOptions = true,
        description = "Shows the runs of the runtime, the newest first; or one of them with each of its streams.",
        footer = {
            "",
            "A run without an end is running, or was killed; not-ended is one of which that is not known.",
            "The counts of one that is at work, or was killed, are a few seconds old.",
            "Examples:  factstream sessions --limit 5",
            "           factstream sessions 20260131T101531000-7k2mq0xa --json"
        })
final class SessionsCommand implements Callable<Integer> {

    private static final String ROW = "%-28s %-28s %-28s %-10s %14s %14s %9s%n";

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Parameters(paramLabel = "SESSION", arity = "0..1", description = "Its id: shows this run with its streams.")
    private @Nullable String id;

    @Option(
            names = "--limit",
            paramLabel = "COUNT",
            defaultValue = "20",
            description = "How many at most (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(names = "--json", description = "Writes one JSON object a line, with the streams.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (limit < 1) {
            throw new ConfigurationException("--limit", limit + " is too few", "Give at least 1");
        }
        List<Session> sessions;
        Settings settings = options.load();
        Path file = settings.get(KnownSettings.STATE_FILE);
        try (SqliteState state = StateFile.forReading(settings)) {
            String named = id;
            sessions = named == null
                    ? state.sessions().recent(limit)
                    : List.of(state.sessions().find(named).orElseThrow(() -> unknown(named)));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            sessions.forEach(session -> out.println(object(session, file)));
        } else {
            out.printf(Locale.ROOT, ROW, "session", "started", "ended", "outcome", "rows", "events", "dead");
            sessions.forEach(session -> print(out, session, file));
            if (id != null) {
                sessions.forEach(session -> printStreams(out, session));
            }
        }
        out.flush();
        return ExitCodes.DONE;
    }

    private static String outcome(Session session, Path file) {
        return session.outcome() == Outcome.NOT_ENDED
                ? LiveSessions.word(LiveSessions.lives(file, session.id()))
                : Word.of(session.outcome());
    }

    private static ConfigurationException unknown(String id) {
        return new ConfigurationException(
                "session '" + Text.line(id) + "'", "is not in the state", "factstream sessions shows those that are");
    }

    private static void print(PrintWriter out, Session session, Path file) {
        StreamCounts sum = session.streams().values().stream()
                .map(StreamRun::counts)
                .reduce(StreamCounts.ZERO, StreamCounts::plus);
        out.printf(
                Locale.ROOT,
                ROW,
                session.id(),
                session.started(),
                session.ended() == null ? "-" : session.ended(),
                outcome(session, file),
                String.format(Locale.ROOT, "%,d", sum.rowsRead()),
                String.format(Locale.ROOT, "%,d", sum.eventsSent()),
                String.format(Locale.ROOT, "%,d", sum.deadLettered()));
    }

    private static void printStreams(PrintWriter out, Session session) {
        out.printf(
                Locale.ROOT,
                "%n%-26s %14s %14s %10s %9s  %s%n",
                "stream",
                "rows",
                "events",
                "batches",
                "dead",
                "outcome");
        new TreeMap<>(session.streams())
                .forEach((stream, run) -> out.printf(
                        Locale.ROOT,
                        "%-26s %,14d %,14d %,10d %,9d  %s%n",
                        stream,
                        run.counts().rowsRead(),
                        run.counts().eventsSent(),
                        run.counts().batches(),
                        run.counts().deadLettered(),
                        run.outcome() == null ? "" : Text.line(run.outcome())));
    }

    private static ObjectNode object(Session session, Path file) {
        ObjectNode object = Json.object();
        object.put("session", session.id());
        Json.put(object, "started", session.started());
        Json.put(object, "ended", session.ended());
        object.put("outcome", outcome(session, file));
        ObjectNode streams = object.putObject("streams");
        new TreeMap<>(session.streams()).forEach((stream, run) -> streams.putObject(stream)
                .put("rows_read", run.counts().rowsRead())
                .put("events_sent", run.counts().eventsSent())
                .put("dead_lettered", run.counts().deadLettered())
                .put("batches", run.counts().batches())
                .put("bytes", run.counts().bytes())
                .put("outcome", run.outcome()));
        return object;
    }
}
