package io.factstream.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.cli.Overview.Row;
import io.factstream.config.KnownSettings;
import io.factstream.config.Settings;
import io.factstream.state.SqliteState;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** How all streams are, at a glance. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows how each stream is: state, watermark, lag, rate, dead letters, late rows, last error.",
        footer = {
            "",
            "It reads the state, beside a running runtime or without one. A runtime writes there every second.",
            "Lag, late rows and rate are those of the stream's last look, dead letters those in the store now.",
            "It exits with 0 whatever it shows; factstream health exits with 1 when something is wrong.",
            "Examples:  factstream status",
            "           factstream status receipt-created",
            "           factstream status --json"
        })
final class StatusCommand implements Callable<Integer> {

    private static final String ROW = "%-26s %-11s %-34s %12s %8s %10s %8s %8s  %s%n";
    private static final int LONGEST_ERROR = 120;

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Parameters(paramLabel = "STREAM", arity = "0..*", description = "Only these streams, with their whole errors.")
    private @Nullable List<String> streams;

    @Option(names = "--json", description = "Writes one JSON object.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        Overview overview;
        Settings settings = options.load();
        try (SqliteState state = StateFile.forReading(settings)) {
            overview = Overview.of(state, settings.get(KnownSettings.STATE_FILE), Clock.systemUTC());
        }
        List<String> named = streams == null ? List.of() : streams;
        named.forEach(overview::require);
        List<Row> rows = overview.rows().stream()
                .filter(row -> named.isEmpty() || named.contains(row.stream()))
                .toList();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            ObjectNode object = overview.runtimeJson();
            var array = object.putArray("streams");
            rows.forEach(row -> array.add(row.json()));
            out.println(object);
        } else {
            out.println(overview.runtimeText());
            out.printf(
                    Locale.ROOT,
                    ROW,
                    "stream",
                    "state",
                    "watermark",
                    "lag rows",
                    "lag s",
                    "events/s",
                    "dead",
                    "late",
                    "last error");
            rows.forEach(row -> print(out, row, named.isEmpty()));
        }
        out.flush();
        return ExitCodes.DONE;
    }

    private static void print(PrintWriter out, Row row, boolean brief) {
        String remark = Text.line(row.remark());
        out.printf(
                Locale.ROOT,
                ROW,
                row.stream(),
                row.state(),
                row.watermark() == null ? "-" : row.watermark().toString(),
                row.lagRows() == null && row.since() != null ? "unknown" : count(row.lagRows()),
                count(row.lagSeconds()),
                row.eventsPerSecond() == null ? "-" : String.format(Locale.ROOT, "%,.0f", row.eventsPerSecond()),
                count(row.deadLetters()),
                count(row.lateRows()),
                brief ? Text.brief(remark, LONGEST_ERROR) : remark);
    }

    private static String count(@Nullable Long number) {
        return number == null ? "-" : String.format(Locale.ROOT, "%,d", number);
    }
}
