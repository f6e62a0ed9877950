package io.factstream.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.config.Settings;
import io.factstream.journal.Action.Kind;
import io.factstream.routes.StreamDefinitions;
import io.factstream.state.SqliteState;
import io.factstream.status.StreamReport;
import io.factstream.stream.RefusedStream;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which streams a person wants paused or resumed, and how that is left in the state for the runtime to obey. */
final class PauseWish {

    /** A runtime looks every second. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final long LOOK_EVERY_MILLIS = 100;

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Parameters(paramLabel = "STREAM", arity = "0..*", description = "The ids of streams.")
    private @Nullable List<String> streams;

    @Option(names = "--all", description = "All streams that the state knows.")
    private boolean all;

    @Option(names = "--json", description = "Writes one JSON object a stream, one a line.")
    private boolean json;

    /**
     * Leaves the wish, and waits until a runtime that runs has obeyed it.
     *
     * @return the command's exit code
     */
    int carryOut(boolean pause, PrintWriter out) throws InterruptedException {
        List<String> named = streams == null ? List.of() : streams;
        if (named.isEmpty() != all) {
            throw new ConfigurationException(
                    "factstream " + (pause ? "pause" : "resume"),
                    all ? "got both --all and ids of streams" : "was not told which streams",
                    "Give ids of streams, or --all; factstream status lists them");
        }
        Settings settings = options.load();
        try (SqliteState state = StateFile.forWriting(settings)) {
            Overview overview = Overview.of(state, settings.get(KnownSettings.STATE_FILE), Clock.systemUTC());
            Set<String> known =
                    overview.rows().stream().map(Overview.Row::stream).collect(Collectors.toSet());
            for (String stream : named) {
                if (!known.contains(stream)) {
                    // One that has never run: its route file says whether there is such a stream.
                    StreamDefinitions.require(settings.get(KnownSettings.ROUTES), stream);
                }
            }
            Map<String, Boolean> changed = new LinkedHashMap<>();
            for (String stream : all ? known.stream().sorted().toList() : named) {
                changed.put(
                        stream,
                        pause
                                ? state.pauses().pause(stream, Person.name())
                                : state.pauses().resume(stream, Person.name()));
            }
            Set<String> running = overview.running()
                    ? state.status().reports().stream()
                            .filter(report -> !report.state().equals(RefusedStream.STATE))
                            .map(StreamReport::stream)
                            .filter(changed::containsKey)
                            .collect(Collectors.toSet())
                    : Set.of();
            changed.forEach((stream, isNew) -> {
                if (isNew) {
                    Deed.record(state.journal(), pause ? Kind.PAUSE : Kind.RESUME, stream, "");
                }
            });
            boolean obeyed = awaitObeyed(state, running, pause);
            changed.forEach((stream, isNew) -> print(out, stream, pause, isNew, running.contains(stream), obeyed));
            out.flush();
            return obeyed ? ExitCodes.DONE : ExitCodes.FAILED;
        }
    }

    private static boolean awaitObeyed(SqliteState state, Set<String> running, boolean pause)
            throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!state.status().reports().stream()
                .filter(report -> running.contains(report.stream()))
                .allMatch(report -> report.state().equals("paused") == pause)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(LOOK_EVERY_MILLIS);
        }
        return true;
    }

    private void print(PrintWriter out, String stream, boolean pause, boolean isNew, boolean running, boolean obeyed) {
        if (json) {
            ObjectNode object = Json.object();
            object.put("stream", stream)
                    .put("paused", pause)
                    .put("changed", isNew)
                    .put("running", running)
                    .put("obeyed", running && obeyed);
            out.println(object);
            return;
        }
        String wish = pause ? "paused" : "resumed";
        String text = isNew ? wish : pause ? "was paused already" : "was not paused";
        if (!running) {
            text += pause ? "; no runtime runs it now, it will start paused" : "; no runtime runs it now";
        } else if (!obeyed) {
            text += "; the runtime has not obeyed within " + PATIENCE.toSeconds()
                    + " s: factstream health tells whether it hangs";
        }
        out.println("stream " + stream + ": " + text);
    }
}
