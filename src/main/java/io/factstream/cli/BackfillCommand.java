package io.factstream.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.Application;
import io.factstream.BackfillRange;
import io.factstream.config.ConfigurationException;
import io.factstream.config.Settings;
import io.factstream.journal.Action.Kind;
import io.factstream.source.SourceException;
import io.factstream.stream.Backfill;
import io.factstream.stream.Backfill.Bucket;
import io.factstream.stream.FactStream;
import io.factstream.watermark.QueryChangedException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Sends rows that a stream's watermark has passed, beside a runtime that may be running. */
@Command(
        name = "backfill",
        mixinStandardHelpOptions = true,
        description = "Sends rows of a stream again, or for the first time where they appeared after its watermark had"
                + " passed them. The watermark stays where it is.",
        footer = {
            "",
            "Every row has the id that it has or would have had at first, so that consumers can drop what they know.",
            "Without --from and --to it sends those buckets (hours, as a rule) that hold late rows. With one of them, the",
            "other is the first row, or the watermark: rows beyond it are never sent.",
            "A runtime may run meanwhile. When it was cut off, run it again.",
            "Exit codes: 0 all delivered, 1 something failed, 2 refused.",
            "Example:  factstream backfill receipt-created --from '2026-01-31 00:00:00' --to '2026-01-31 23:59:59'"
        })
final class BackfillCommand implements Callable<Integer> {

    private static final int MOST_SHOWN = 50;

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Mixin
    private StreamRange range = new StreamRange();

    @Option(names = "--dry-run", description = "Shows how many rows of each bucket would be sent, and sends none.")
    private boolean dryRun;

    @Option(names = "--json", description = "Writes one JSON object.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Settings settings = options.load();
        settings.validateForRun();
        PrintWriter out = spec.commandLine().getOut();
        Application application = application(settings);
        if (application == null) {
            return ExitCodes.FAILED;
        }
        boolean delivered;
        try (application) {
            Backfill backfill = Objects.requireNonNull(application.backfill());
            ObjectNode object = json(backfill);
            if (!json) {
                show(backfill, out);
            }
            if (dryRun || backfill.buckets().isEmpty()) {
                delivered = true;
            } else {
                delivered = send(application, backfill, out, object);
            }
            if (json) {
                out.println(object.put("done", delivered));
                out.flush();
            }
        }
        return delivered ? ExitCodes.DONE : ExitCodes.FAILED;
    }

    private @Nullable Application application(Settings settings) {
        try {
            return new Application(settings, new BackfillRange(range.stream, range.from, range.to));
        } catch (QueryChangedException e) {
            throw new ConfigurationException(
                    "stream '" + range.stream + "'",
                    "its query changed since its watermark was saved, so its rows would get other ids",
                    "Put the query back, or factstream watermark accept " + range.stream,
                    e);
        } catch (SourceException e) {
            // A condition of the source, told as a stream would tell it.
            spec.commandLine().getErr().println("factstream: stream '" + range.stream + "': " + HeldSource.told(e));
            return null;
        }
    }

    private boolean send(Application application, Backfill backfill, PrintWriter out, ObjectNode object)
            throws InterruptedException {
        application.start();
        try (Progress progress =
                Progress.of(application, json ? spec.commandLine().getErr() : out)) {
            new Drain(application).await();
            progress.finish();
        }
        Deed.record(
                application.journal(),
                Kind.BACKFILL,
                range.stream,
                "from " + (range.from == null ? "the first" : range.from) + " to "
                        + (range.to == null ? "the watermark" : range.to) + ": "
                        + application.statistics().counts().eventsSent() + " events sent");
        boolean drained = application.streams().all().stream()
                .map(FactStream::status)
                .allMatch(status -> status.drained() && status.lastError() == null);
        boolean settled = drained && backfill.settle();
        if (json) {
            ObjectNode summary = Summary.json(application);
            object.put("settled", settled).set("sent", summary);
            return drained && summary.path("delivered").booleanValue();
        }
        if (drained && !settled) {
            out.println("all rows were sent, but it is not known which were delivered before: the watermark was set or"
                    + " another backfill ended. When late rows are still shown, run it again");
        }
        return Summary.print(application, out) && drained;
    }

    private static ObjectNode json(Backfill backfill) {
        ObjectNode object = Json.object();
        object.put("stream", backfill.stream());
        Json.put(object, "watermark", backfill.upTo());
        ArrayNode buckets = object.putArray("buckets");
        backfill.buckets().forEach(bucket -> buckets.addObject()
                .put("bucket", bucket.name())
                .put("rows", bucket.rows())
                .put("whole", bucket.whole()));
        return object;
    }

    private static void show(Backfill backfill, PrintWriter out) {
        long rows = backfill.buckets().stream().mapToLong(Bucket::rows).sum();
        out.printf(
                Locale.ROOT,
                "stream %s, watermark %s: %,d rows in %,d buckets%n",
                backfill.stream(),
                backfill.upTo(),
                rows,
                backfill.buckets().size());
        backfill.buckets().stream()
                .limit(MOST_SHOWN)
                .forEach(bucket -> out.printf(
                        Locale.ROOT,
                        "  %-26s %,12d%s%n",
                        bucket.name(),
                        bucket.rows(),
                        bucket.whole() ? "" : "  (in part)"));
        int more = backfill.buckets().size() - MOST_SHOWN;
        if (more > 0) {
            out.printf(Locale.ROOT, "  and %,d more%n", more);
        }
        out.flush();
    }
}
