package io.factstream.cli;

import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.config.Settings;
import io.factstream.control.Rewind;
import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.routes.RouteFiles;
import io.factstream.state.SqliteState;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.WatermarkChange;
import io.factstream.watermark.WatermarkChange.ColumnsAccepted;
import io.factstream.watermark.WatermarkChange.PositionSet;
import io.factstream.watermark.WatermarkChange.QueryAccepted;
import io.factstream.watermark.WatermarkStore;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Positions of streams: shown, and moved by people. Each move is recorded with who, when, from and to. */
@Command(
        name = "watermark",
        mixinStandardHelpOptions = true,
        description = "Shows and moves watermarks. A move is recorded with who, when, from, to and why.",
        footer = {
            "",
            "A running stream takes a new position at its next page.",
            "Example:  factstream watermark rewind receipt-created --to '2026-01-31 00:00:00' --why 'consumer lost a day'"
        })
final class WatermarkCommand implements Runnable {

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Shows all watermarks.")
    int list() {
        PrintWriter out = spec.commandLine().getOut();
        try (SqliteState state = SqliteState.openReadOnly(options.load().get(KnownSettings.STATE_FILE))) {
            out.printf(Locale.ROOT, "%-26s %-44s %14s  %s%n", "stream", "watermark", "rows", "saved");
            for (SavedWatermark saved : state.watermarks().all()) {
                out.printf(
                        Locale.ROOT,
                        "%-26s %-44s %,14d  %s%n",
                        saved.stream(),
                        saved.position(),
                        saved.rows(),
                        saved.savedAt());
            }
            out.flush();
            return ExitCodes.DONE;
        }
    }

    @Command(
            name = "rewind",
            mixinStandardHelpOptions = true,
            description = "Puts a watermark elsewhere, backwards or forwards. Rows after it are sent (again), with the"
                    + " same ids.")
    int rewind(
            @Parameters(paramLabel = "STREAM", description = "The id of the stream.") String stream,
            @Option(
                            names = "--to",
                            paramLabel = "VALUE",
                            description = "The new watermark: rows after it are read next. Without it the stream begins"
                                    + " at its first row.")
                    @Nullable
                    String to,
            @Option(names = "--why", required = true, paramLabel = "TEXT", description = "For the record.")
                    String why) {
        return change(
                stream, (store, saved) -> "stream " + stream + ": " + new Rewind(store).move(stream, to, user(), why));
    }

    @Command(
            name = "accept",
            mixinStandardHelpOptions = true,
            description = "Accepts a stream's changed query, or columns of its tables that changed: it goes on from the"
                    + " same watermark.")
    int accept(@Parameters(paramLabel = "STREAM", description = "The id of the stream.") String stream) {
        String fingerprint = RouteFiles.fingerprint(options.load().get(KnownSettings.ROUTES), stream);
        return change(stream, (store, saved) -> {
            String old = saved.queryFingerprint();
            if (old != null && !old.equals(fingerprint)) {
                store.accept(stream, old, fingerprint, user());
                return "stream " + stream + ": query accepted, goes on from " + saved.position();
            }
            return store.acceptColumns(stream, saved.position(), user())
                    ? "stream " + stream + ": the columns that its query gives now are accepted, goes on from "
                            + saved.position()
                    : "stream " + stream + ": its query is the one that made its watermark; nothing to accept";
        });
    }

    @Command(
            name = "history",
            mixinStandardHelpOptions = true,
            description = "Shows what people did to a stream's watermark: who, when, from, to and why.")
    int history(@Parameters(paramLabel = "STREAM", description = "The id of the stream.") String stream) {
        PrintWriter out = spec.commandLine().getOut();
        try (SqliteState state = SqliteState.openReadOnly(options.load().get(KnownSettings.STATE_FILE))) {
            List<WatermarkChange> changes = state.watermarks().history(stream);
            if (changes.isEmpty() && state.watermarks().find(stream).isEmpty()) {
                throw withoutWatermark(stream);
            }
            changes.forEach(change -> out.printf("%s  %s  %s%n", change.at(), change.who(), text(change)));
            if (changes.isEmpty()) {
                out.println("stream " + stream + ": nobody changed its watermark");
            }
            out.flush();
            return ExitCodes.DONE;
        }
    }

    private static String text(WatermarkChange change) {
        if (change instanceof PositionSet set) {
            return "moved from " + (set.from() == null ? "nothing" : set.from()) + " to "
                    + (set.to() == null ? "the beginning" : set.to()) + ": " + set.why();
        }
        if (change instanceof QueryAccepted accepted) {
            return "accepted the query " + accepted.newFingerprint() + " after " + accepted.oldFingerprint() + ", at "
                    + accepted.position();
        }
        ColumnsAccepted accepted = (ColumnsAccepted) change;
        return "accepted other columns than " + accepted.columns() + ", at " + accepted.position();
    }

    private int change(String stream, Change change) {
        Settings settings = options.load();
        try (SqliteState state = SqliteState.open(
                settings.get(KnownSettings.STATE_FILE),
                new DeadLetterLimit(
                        settings.get(KnownSettings.DEAD_LETTER_MAX_ENTRIES),
                        KnownSettings.DEAD_LETTER_MAX_ENTRIES.key()))) {
            SavedWatermark saved = state.watermarks().find(stream).orElseThrow(() -> withoutWatermark(stream));
            spec.commandLine().getOut().println(change.apply(state.watermarks(), saved));
            return ExitCodes.DONE;
        }
    }

    private static ConfigurationException withoutWatermark(String stream) {
        return new ConfigurationException(
                "stream '" + stream + "'", "has no watermark", "factstream watermark list shows those that have one");
    }

    private static String user() {
        return System.getProperty("user.name", "unknown");
    }

    /** A change of one watermark; returns what to tell the person. */
    @FunctionalInterface
    private interface Change {
        String apply(WatermarkStore store, SavedWatermark saved);
    }
}
