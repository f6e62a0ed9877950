package io.factstream.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.factstream.StreamPreview;
import io.factstream.config.Settings;
import io.factstream.source.SourceException;
import io.factstream.stream.EventPreview;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
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
    public Integer call() throws InterruptedException, IOException {
        refuseUnless(most >= 1 && most <= MOST, "-n is " + most + "; give 1 to " + MOST);
        refuseUnless(partitions == null || partitions >= 1, "--partitions is " + partitions + "; give at least 1");
        Settings settings = options.load();
        try {
            StreamPreview preview = StreamPreview.of(
                    settings, stream, most, partitions == null ? OptionalInt.empty() : OptionalInt.of(partitions));
            if (json) {
                writeJson(preview, spec.commandLine().getOut());
            } else {
                print(preview, spec.commandLine().getOut());
            }
            return ExitCodes.DONE;
        } catch (SourceException e) {
            // A condition of the source, told as a stream would tell it.
            spec.commandLine().getErr().println("factstream: stream '" + stream + "': " + e.getMessage());
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
            out.printf("   %s%n", event.body());
            if (event.fault() != null) {
                out.printf("   would become a dead letter: %s%n", event.fault());
            }
        }
        out.flush();
    }

    private static void writeJson(StreamPreview preview, PrintWriter out) throws IOException {
        JsonGenerator json = new JsonFactory().createGenerator(out);
        json.configure(JsonGenerator.Feature.AUTO_CLOSE_TARGET, false);
        json.writeStartObject();
        json.writeStringField("stream", preview.stream());
        json.writeStringField("hub", preview.hub());
        text(json, "after", preview.after() == null ? null : preview.after().toString());
        text(json, "note", preview.note());
        json.writeArrayFieldStart("events");
        for (EventPreview event : preview.events()) {
            json.writeStartObject();
            json.writeStringField("trace_id", event.traceId());
            json.writeStringField("watermark", event.watermark());
            text(json, "partition", event.partition());
            text(json, "partition_key", event.partitionKey());
            json.writeNumberField("wire_bytes", event.wireBytes());
            text(json, "dead_letter", event.fault());
            json.writeObjectFieldStart("properties");
            for (Map.Entry<String, Object> property : new TreeMap<>(event.properties()).entrySet()) {
                json.writeStringField(property.getKey(), property.getValue().toString());
            }
            json.writeEndObject();
            // A text, not an object: this is what travels, to the byte.
            json.writeStringField("body", event.body());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        json.flush();
        out.println();
        out.flush();
    }

    private static void text(JsonGenerator json, String name, @Nullable String text) throws IOException {
        if (text != null) {
            json.writeStringField(name, text);
        }
    }
}
