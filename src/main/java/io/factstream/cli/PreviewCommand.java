package io.factstream.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.StreamPreview;
import io.factstream.config.Settings;
import io.factstream.source.SourceException;
import io.factstream.stream.EventPreview;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what a stream would send next. */
@Command(
        name = "preview",
        mixinStandardHelpOptions = true,
        description =
                "Prints the next events of a stream as they would be sent. It sends nothing and moves nothing, and"
                        + " may run beside a runtime.",
        footer = {
            "",
            "Events without a key take turns among the partitions; the partition shown is that of a first page.",
            "Exit codes: 0 shown, 1 the source gave no answer, 2 refused.",
            "Example:  factstream preview receipt-created -n 3"
        })
final class PreviewCommand implements Callable<Integer> {

    private static final int MOST = 100_000;

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Parameters(paramLabel = "STREAM", description = "The id of the stream.")
    @SuppressWarnings("NullAway.Init")
    private String stream;

    @Option(names = "-n", paramLabel = "N", defaultValue = "5", description = "How many events: ${DEFAULT-VALUE}.")
    private int most;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            description = "How many partitions the hub has; without it the hub is asked.")
    private @Nullable Integer partitions;

    @Option(names = "--json", description = "Writes one JSON object.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        refuseUnless(most >= 1 && most <= MOST, "-n is " + most + "; give 1 to " + MOST);
        refuseUnless(partitions == null || partitions >= 1, "--partitions is " + partitions + "; give at least 1");
        Settings settings = options.load();
        try {
            StreamPreview preview = StreamPreview.of(
                    settings, stream, most, partitions == null ? OptionalInt.empty() : OptionalInt.of(partitions));
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(object(preview));
                out.flush();
            } else {
                print(preview, out);
            }
            return ExitCodes.DONE;
        } catch (SourceException e) {
            // A condition of the source, told as a stream would tell it.
            spec.commandLine().getErr().println("factstream: stream '" + stream + "': " + HeldSource.told(e));
            return ExitCodes.FAILED;
        }
    }

    private void refuseUnless(boolean sound, String words) {
        if (!sound) {
            throw new ParameterException(spec.commandLine(), words);
        }
    }

    private static void print(StreamPreview preview, PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "stream %s, hub %s, %s: %s%n",
                preview.stream(),
                preview.hub(),
                preview.after() == null ? "from its first row" : "after its watermark " + preview.after(),
                preview.events().isEmpty()
                        ? "nothing is to be sent"
                        : preview.events().size() + " events");
        if (preview.note() != null) {
            out.println(preview.note());
        }
        int number = 0;
        for (EventPreview event : preview.events()) {
            out.printf(
                    Locale.ROOT,
                    "%n%d  partition %s, %s, %,d bytes on the wire, watermark %s, id %s%n",
                    ++number,
                    event.partition() == null ? "unknown" : event.partition(),
                    event.partitionKey() == null ? "no key" : "key " + event.partitionKey(),
                    event.wireBytes(),
                    event.watermark(),
                    event.traceId());
            out.printf(
                    "   %s%n",
                    new TreeMap<>(event.properties())
                            .entrySet().stream()
                                    .map(property -> property.getKey() + "=" + property.getValue())
                                    .collect(Collectors.joining(" ")));
            if (!event.body().isEmpty()) {
                out.printf("   %s%n", event.body());
            }
            if (event.fault() != null) {
                out.printf("   would become a dead letter: %s%n", event.fault());
            }
        }
        out.flush();
    }

    private static ObjectNode object(StreamPreview preview) {
        ObjectNode object = Json.object().put("stream", preview.stream()).put("hub", preview.hub());
        putIfAny(
                object,
                "after",
                preview.after() == null ? null : preview.after().toString());
        putIfAny(object, "note", preview.note());
        ArrayNode events = object.putArray("events");
        for (EventPreview event : preview.events()) {
            ObjectNode node =
                    events.addObject().put("trace_id", event.traceId()).put("watermark", event.watermark());
            putIfAny(node, "partition", event.partition());
            putIfAny(node, "partition_key", event.partitionKey());
            node.put("wire_bytes", event.wireBytes());
            putIfAny(node, "dead_letter", event.fault());
            ObjectNode properties = node.putObject("properties");
            new TreeMap<>(event.properties()).forEach((name, value) -> properties.put(name, value.toString()));
            // A text, not an object: this is what travels, to the byte.
            node.put("body", event.body());
        }
        return object;
    }

    private static void putIfAny(ObjectNode object, String name, @Nullable String text) {
        if (text != null) {
            object.put(name, text);
        }
    }
}
