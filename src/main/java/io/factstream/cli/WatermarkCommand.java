package io.factstream.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.RouteValues;
import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.config.Settings;
import io.factstream.control.Rewind;
import io.factstream.journal.Action.Kind;
import io.factstream.routes.StreamDefinitions;
import io.factstream.state.SqliteState;
import io.factstream.stream.WatermarkValue;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.Watermark;
import io.factstream.watermark.WatermarkChange;
import io.factstream.watermark.WatermarkChange.ColumnsAccepted;
import io.factstream.watermark.WatermarkChange.PositionSet;
import io.factstream.watermark.WatermarkChange.QueryAccepted;
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

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Shows all watermarks.",
            footer = {"", "Example:  factstream watermark list --json"})
    int list(@Option(names = "--json", description = "Writes one JSON object a stream, one a line.") boolean json) {
        PrintWriter out = spec.commandLine().getOut();
        try (SqliteState state = StateFile.forReading(options.load())) {
            if (json) {
                state.watermarks().all().forEach(saved -> out.println(object(saved)));
                out.flush();
                return ExitCodes.DONE;
            }
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

    private static ObjectNode object(SavedWatermark saved) {
        ObjectNode object = Json.object();
        object.put("stream", saved.stream());
        Json.put(object, "watermark", saved.position());
        object.put("rows", saved.rows());
        return Json.put(object, "saved_at", saved.savedAt());
    }

    @Command(
            name = "rewind",
            mixinStandardHelpOptions = true,
            description = "Puts a watermark elsewhere, backwards or forwards. Rows after it are sent (again), with the"
                    + " same ids.",
            footer = {
                "",
                "Examples:  factstream watermark rewind receipt-created --to '2026-01-31 00:00:00' --why 'lost a day'",
                "           factstream watermark rewind receipt-created --why 'all of it again'"
            })
    int rewind(
            @Parameters(paramLabel = "STREAM", description = "The id of the stream.") String stream,
            @Option(
                            names = "--to",
                            paramLabel = "VALUE",
                            description = "The new watermark: rows after it are read next. A time without an offset or"
                                    + " a time zone is in UTC. Without it the stream begins at its first row.")
                    @Nullable
                    String to,
            @Option(names = "--why", required = true, paramLabel = "TEXT", description = "For the record.") String why,
            @Option(names = "--json", description = "Writes one JSON object.") boolean json) {
        return change(stream, json, (state, saved) -> {
            Rewind.Moved moved = new Rewind(state.watermarks()).move(stream, to, Person.name(), why);
            Deed.record(state.journal(), Kind.REWIND, stream, moved + ": " + why);
            return moved.toString();
        });
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = "Puts a watermark at a value, also that of a stream that has none yet: rows after it are read"
                    + " next, rows at or below it count as delivered.",
            footer = {
                "",
                "Example:  factstream watermark set receipt-created '2026-01-31 00:00:00' --why 'history went by file'"
            })
    int set(
            @Parameters(paramLabel = "STREAM", description = "The id of the stream.") String stream,
            @Parameters(
                            paramLabel = "VALUE",
                            description = "The new watermark. A time without an offset or a time zone is in UTC.")
                    String value,
            @Option(names = "--why", required = true, paramLabel = "TEXT", description = "For the record.") String why,
            @Option(
                            names = "--type",
                            paramLabel = "TYPE",
                            description =
                                    "The DuckDB type of the watermark column, such as TIMESTAMP or BIGINT, by any name"
                                            + " that DuckDB has for it: for a stream that has no watermark yet.")
                    @Nullable
                    String type,
            @Option(names = "--json", description = "Writes one JSON object.") boolean json) {
        Settings settings = options.load();
        try (SqliteState state = StateFile.forWriting(settings)) {
            Watermark from = state.watermarks()
                    .find(stream)
                    .map(SavedWatermark::position)
                    .orElse(null);
            Watermark to = target(settings, stream, from, value, type);
            state.watermarks().set(stream, from, to, Person.name(), why);
            String moved = "watermark moved from " + (from == null ? "nothing" : from) + " to " + to;
            Deed.record(state.journal(), Kind.REWIND, stream, moved + ": " + why);
            tell(stream, moved, to, json);
            return ExitCodes.DONE;
        }
    }

    private static Watermark target(
            Settings settings, String stream, @Nullable Watermark from, String value, @Nullable String type) {
        String known = from == null ? typeOfNew(settings, stream, type) : from.type();
        if (from != null && type != null && !WatermarkValue.type(type, "--type").equals(known)) {
            throw new ConfigurationException(
                    "--type",
                    "is " + type + ", and the watermark of stream '" + stream + "' is a " + known,
                    "Leave --type out");
        }
        return Watermark.of(known, WatermarkValue.canonical(known, value, "VALUE"));
    }

    private static String typeOfNew(Settings settings, String stream, @Nullable String type) {
        // Refuses a stream that there is not.
        StreamDefinitions.require(settings.get(KnownSettings.ROUTES), stream);
        if (type == null) {
            throw new ConfigurationException(
                    "stream '" + stream + "'",
                    "has no watermark yet, so the type of its watermark column is not known",
                    "Add --type, such as --type TIMESTAMP or --type BIGINT");
        }
        return WatermarkValue.type(type, "--type");
    }

    @Command(
            name = "accept",
            mixinStandardHelpOptions = true,
            description = "Accepts a stream's changed query, or columns of its tables that changed: it goes on from the"
                    + " same watermark.",
            footer = {"", "Example:  factstream watermark accept receipt-created"})
    int accept(
            @Parameters(paramLabel = "STREAM", description = "The id of the stream.") String stream,
            @Option(names = "--json", description = "Writes one JSON object.") boolean json) {
        String fingerprint =
                RouteValues.definitions(options.load()).stream(stream).fingerprint();
        return change(stream, json, (state, saved) -> {
            refuseWithinAValue(stream, saved.position());
            String old = saved.queryFingerprint();
            boolean otherQuery = false;
            if (old != null && !old.equals(fingerprint)) {
                state.watermarks().accept(stream, old, fingerprint, Person.name());
                otherQuery = true;
            } else if (!state.watermarks().acceptColumns(stream, saved.position(), Person.name())) {
                return "its query is the one that made its watermark; nothing to accept";
            }
            String accepted = (otherQuery ? "query accepted" : "the columns that its query gives now are accepted")
                    + ", goes on from " + saved.position();
            Deed.record(state.journal(), Kind.ACCEPT, stream, accepted);
            return accepted;
        });
    }

    /** The text of a row says which part of a value it is in, and has other columns with another query. */
    private static void refuseWithinAValue(String stream, Watermark position) {
        if (!position.isWhole()) {
            throw new ConfigurationException(
                    "stream '" + stream + "'",
                    "stands within the rows of one watermark value, at " + position
                            + ": with another query or other columns some of them would be lost or sent twice",
                    "Let the query that began the value end it, or send all its rows again: factstream watermark rewind "
                            + stream + " --to … --why …, with a value below " + position.value());
        }
    }

    @Command(
            name = "history",
            mixinStandardHelpOptions = true,
            description = "Shows what people did to a stream's watermark: who, when, from, to and why.",
            footer = {"", "Example:  factstream watermark history receipt-created"})
    int history(
            @Parameters(paramLabel = "STREAM", description = "The id of the stream.") String stream,
            @Option(names = "--json", description = "Writes one JSON object a change, one a line.") boolean json) {
        PrintWriter out = spec.commandLine().getOut();
        try (SqliteState state = StateFile.forReading(options.load())) {
            List<WatermarkChange> changes = state.watermarks().history(stream);
            if (changes.isEmpty() && state.watermarks().find(stream).isEmpty()) {
                throw withoutWatermark(stream);
            }
            changes.forEach(change -> out.println(
                    json ? object(change).toString() : change.at() + "  " + change.who() + "  " + text(change)));
            if (changes.isEmpty() && !json) {
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

    private static ObjectNode object(WatermarkChange change) {
        ObjectNode object = Json.object();
        object.put("stream", change.stream());
        Json.put(object, "at", change.at());
        object.put("who", change.who());
        if (change instanceof PositionSet set) {
            object.put("change", "set");
            Json.put(object, "from", set.from());
            Json.put(object, "to", set.to());
            return object.put("why", set.why());
        }
        if (change instanceof QueryAccepted accepted) {
            object.put("change", "query-accepted");
            Json.put(object, "watermark", accepted.position());
            return object.put("old_query", accepted.oldFingerprint()).put("new_query", accepted.newFingerprint());
        }
        ColumnsAccepted accepted = (ColumnsAccepted) change;
        object.put("change", "columns-accepted");
        Json.put(object, "watermark", accepted.position());
        return object.put("old_columns", accepted.columns());
    }

    private int change(String stream, boolean json, Change change) {
        try (SqliteState state = StateFile.forWriting(options.load())) {
            SavedWatermark saved = state.watermarks().find(stream).orElseThrow(() -> withoutWatermark(stream));
            String told = change.apply(state, saved);
            Watermark now = state.watermarks()
                    .find(stream)
                    .map(SavedWatermark::position)
                    .orElse(null);
            tell(stream, told, now, json);
            return ExitCodes.DONE;
        }
    }

    private void tell(String stream, String what, @Nullable Watermark now, boolean json) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            ObjectNode object = Json.object();
            object.put("stream", stream);
            Json.put(object, "watermark", now);
            out.println(object.put("result", what));
        } else {
            out.println("stream " + stream + ": " + what);
        }
        out.flush();
    }

    private static ConfigurationException withoutWatermark(String stream) {
        return new ConfigurationException(
                "stream '" + stream + "'", "has no watermark", "factstream watermark list shows those that have one");
    }

    /** A change of one watermark; returns what to tell the person. */
    @FunctionalInterface
    private interface Change {
        String apply(SqliteState state, SavedWatermark saved);
    }
}
