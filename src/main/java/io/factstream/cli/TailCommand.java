package io.factstream.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.HubTail;
import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.config.Settings;
import io.factstream.eventhubs.HubEvent;
import io.factstream.eventhubs.HubUnreadableException;
import io.factstream.eventhubs.TailStart;
import io.factstream.text.Utf8;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A look into a hub: what is really there. */
@Command(
        name = "tail",
        mixinStandardHelpOptions = true,
        description = "Shows events of a hub with their properties, partition, sequence number and body.",
        footer = {
            "",
            "Without --from it shows the last events of the hub. Events of one partition come in order, those of several",
            "as they arrive. It needs the right to listen, and changes nothing: nobody's progress either.",
            "Exit codes: 0 shown, 2 refused, or the hub could not be read.",
            "Examples:  factstream tail retail -n 5",
            "           factstream tail retail --follow --where stream=receipt-created",
            "           factstream tail retail --from 2026-01-31T10:00:00Z --where event_type=refund_paid --json"
        })
final class TailCommand implements Callable<Integer> {

    private static final long UNTIL_TOLD = Long.MAX_VALUE;
    private static final int LAST = 10;
    private static final ObjectMapper JSON = new ObjectMapper();

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Parameters(
            paramLabel = "HUB",
            arity = "0..1",
            description = "Any event hub of the namespace; without it the one that events go to.")
    private @Nullable String hub;

    @Option(
            names = "--from",
            paramLabel = "PLACE",
            description =
                    "earliest; latest, which is what arrives from now on; a sequence number; or a time of arrival,"
                            + " such as 2026-01-31T10:00:00Z.")
    private @Nullable String from;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "COUNT",
            description = "Ends after so many events. Without --from: shows the last so many, 10 if not told.")
    private @Nullable Long count;

    @Option(
            names = {"-f", "--follow"},
            description = "Goes on with what arrives, until it is stopped.")
    private boolean follow;

    @Option(
            names = "--where",
            paramLabel = "NAME=VALUE",
            description = "Only events with this application property; more than once, they must have them all.")
    private Map<String, String> where = new LinkedHashMap<>();

    @Option(names = "--partition", paramLabel = "ID", description = "Only this partition.")
    private @Nullable String partition;

    @Option(
            names = "--consumer-group",
            paramLabel = "NAME",
            description = "The consumer group to read with: $Default if not told. Nothing is saved in it.")
    private @Nullable String consumerGroup;

    @Option(names = "--json", description = "Writes one JSON object an event, one a line.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (count != null && count < 1) {
            throw new ConfigurationException("-n", count + " is too few", "Give at least 1");
        }
        PrintWriter out = spec.commandLine().getOut();
        try {
            if (from == null && !follow) {
                showLast(count == null ? LAST : count, out);
            } else {
                show(start(), count == null ? UNTIL_TOLD : count, out);
            }
            return ExitCodes.DONE;
        } catch (HubUnreadableException e) {
            spec.commandLine()
                    .getErr()
                    .println(spec.commandLine().getColorScheme().errorText("factstream: " + e.getMessage()));
            return ExitCodes.REFUSED;
        }
    }

    private Settings settings() {
        if (hub != null) {
            // The hub that is named is enough, where the connection string is one of the namespace.
            Settings given = options.load();
            if (given.find(KnownSettings.HUB_NAME).isEmpty()) {
                options.overrides.put(KnownSettings.HUB_NAME.key(), hub);
            }
        }
        return options.load();
    }

    private TailStart start() {
        if (from == null) {
            return new TailStart.Latest();
        }
        if (from.equalsIgnoreCase("earliest")) {
            return new TailStart.Earliest();
        }
        if (from.equalsIgnoreCase("latest")) {
            return new TailStart.Latest();
        }
        try {
            return from.matches("\\d{1,18}")
                    ? new TailStart.Sequence(Long.parseLong(from))
                    : new TailStart.Time(OffsetDateTime.parse(from).toInstant());
        } catch (DateTimeException e) {
            throw new ConfigurationException(
                    "--from",
                    "'" + Text.line(from) + "' is no place in a hub",
                    "Give earliest, latest, a sequence number, or a time such as 2026-01-31T10:00:00Z",
                    e);
        }
    }

    private void show(TailStart start, long most, PrintWriter out) throws InterruptedException {
        long[] shown = {0};
        HubTail.show(settings(), hub, partition, consumerGroup, start, follow, event -> {
            if (isMeant(event)) {
                print(event, out);
                shown[0]++;
            }
            // Nobody listens any more when the reader of a pipe has gone.
            return shown[0] < most && !out.checkError();
        });
    }

    /** The last ones of each partition may not be the last of the hub, so they are sorted by when they arrived. */
    private void showLast(long most, PrintWriter out) throws InterruptedException {
        List<HubEvent> last = new ArrayList<>();
        HubTail.show(settings(), hub, partition, consumerGroup, new TailStart.Newest(most), false, event -> {
            if (isMeant(event)) {
                last.add(event);
            }
            return true;
        });
        last.sort(Comparator.comparing(HubEvent::enqueued)
                .thenComparing(HubEvent::partition)
                .thenComparing(HubEvent::sequenceNumber));
        last.subList((int) Math.max(0, last.size() - most), last.size()).forEach(event -> print(event, out));
        out.flush();
    }

    private boolean isMeant(HubEvent event) {
        return where.entrySet().stream()
                .allMatch(property -> Objects.equals(
                        property.getValue(), String.valueOf(event.properties().get(property.getKey()))));
    }

    private void print(HubEvent event, PrintWriter out) {
        if (json) {
            out.println(object(event));
        } else {
            out.printf(
                    Locale.ROOT,
                    "partition %s  number %d  %s%s%n",
                    event.partition(),
                    event.sequenceNumber(),
                    event.enqueued(),
                    event.partitionKey() == null ? "" : "  key " + Text.line(event.partitionKey()));
            new TreeMap<>(event.properties())
                    .forEach((name, value) ->
                            out.printf(Locale.ROOT, "  %s: %s%n", Text.line(name), Text.line(String.valueOf(value))));
            String text = Utf8.text(event.body());
            out.printf(
                    Locale.ROOT,
                    "  %s%n%n",
                    text == null ? event.body().length + " bytes that are no text" : Text.line(text));
        }
        out.flush();
    }

    private static ObjectNode object(HubEvent event) {
        ObjectNode object = Json.object();
        object.put("partition", event.partition()).put("sequence_number", event.sequenceNumber());
        Json.put(object, "enqueued", event.enqueued());
        object.put("partition_key", event.partitionKey());
        ObjectNode properties = object.putObject("properties");
        new TreeMap<>(event.properties()).forEach((name, value) -> {
            if (value instanceof Boolean flag) {
                properties.put(name, flag);
            } else if (value instanceof Long || value instanceof Integer) {
                properties.put(name, ((Number) value).longValue());
            } else {
                properties.put(name, String.valueOf(value));
            }
        });
        JsonNode body = parsed(event.body());
        String text = Utf8.text(event.body());
        if (body != null) {
            object.set("body", body);
        } else if (text != null) {
            object.put("body_text", text);
        } else {
            object.put("body_base64", Base64.getEncoder().encodeToString(event.body()));
        }
        return object;
    }

    /** The body where it is one JSON value; null where it is none. */
    private static @Nullable JsonNode parsed(byte[] body) {
        try {
            JsonNode node = JSON.readerFor(JsonNode.class).readTree(body);
            return node == null || node.isMissingNode() ? null : node;
        } catch (JsonProcessingException e) {
            return null;
        } catch (IOException e) {
            throw new IllegalStateException("an array of bytes can be read", e);
        }
    }
}
