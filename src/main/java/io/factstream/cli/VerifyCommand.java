package io.factstream.cli;

import com.azure.messaging.eventhubs.EventHubClientBuilder;
import io.factstream.StreamVerification;
import io.factstream.config.Settings;
import io.factstream.eventhubs.HubUnreadableException;
import io.factstream.source.SourceException;
import io.factstream.verify.Comparison;
import io.factstream.verify.Scope;
import io.factstream.verify.ScratchException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The proof that nothing is lost: reads the hub, and compares it with the source. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = "Compares the rows that a stream has sent with the events in its hub, one by one.",
        footer = {
            "",
            "Changes nothing, and may run beside the runtime. Needs the settings of run, and the right to listen.",
            "Exit codes: 0 all there (duplicates are counted, and allowed), 1 missing or extra, 2 refused or broken off.",
            "Example:  factstream verify receipt-created --from '2026-01-31 00:00:00'"
        })
final class VerifyCommand implements Callable<Integer> {

    private static final String EARLIEST = "earliest";

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Mixin
    private StreamRange range = new StreamRange();

    @Option(
            names = "--position",
            paramLabel = "TIME",
            defaultValue = EARLIEST,
            converter = VerifyCommand.PositionConverter.class,
            description = "Reads the hub from this time on, such as 2026-01-31T10:00:00Z, by when events arrived:"
                    + " ${DEFAULT-VALUE}. Rows that were sent before then look missing: leave them out with --from.")
    @SuppressWarnings("NullAway.Init")
    private Position position;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "Lists that many findings of each kind, 0 for all: ${DEFAULT-VALUE}.")
    private long limit;

    @Option(names = "--json", description = "Writes one JSON object.")
    private boolean json;

    @Option(
            names = "--consumer-group",
            paramLabel = "NAME",
            defaultValue = EventHubClientBuilder.DEFAULT_CONSUMER_GROUP_NAME,
            description = "The consumer group to read with: ${DEFAULT-VALUE}. Nothing is saved in it.")
    @SuppressWarnings("NullAway.Init")
    private String consumerGroup;

    @Option(
            names = "--scratch",
            paramLabel = "DIR",
            defaultValue = "${sys:java.io.tmpdir}",
            description = "Where ids are kept meanwhile, about 150 bytes a row and an event: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private Path scratch;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** A time, or none. */
    record Position(@Nullable Instant time) {}

    /** Reads a {@link Position}. */
    static final class PositionConverter implements ITypeConverter<Position> {
        @Override
        public Position convert(String text) {
            if (text.equalsIgnoreCase(EARLIEST)) {
                return new Position(null);
            }
            try {
                return new Position(OffsetDateTime.parse(text).toInstant());
            } catch (DateTimeParseException e) {
                throw new TypeConversionException(
                        "'" + text + "' is neither " + EARLIEST + " nor a time such as 2026-01-31T10:00:00Z");
            }
        }
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        if (limit < 0) {
            throw new picocli.CommandLine.ParameterException(
                    spec.commandLine(), "--limit is " + limit + "; use 0 for all, or a number of findings");
        }
        Settings settings = options.load();
        settings.validateForRun();
        try (Comparison comparison = StreamVerification.compare(
                settings, range.stream, new Scope(range.from, range.to, position.time()), consumerGroup, scratch)) {
            Findings findings = new Findings(comparison, limit);
            if (json) {
                findings.writeJson(spec.commandLine().getOut());
            } else {
                findings.print(spec.commandLine().getOut());
            }
            return comparison.isComplete() ? ExitCodes.DONE : ExitCodes.FAILED;
        } catch (SourceException | HubUnreadableException | ScratchException e) {
            // Nothing is known of missing rows, which is what a 1 would say.
            spec.commandLine()
                    .getErr()
                    .println(spec.commandLine().getColorScheme().errorText("factstream: " + e.getMessage()));
            return ExitCodes.REFUSED;
        }
    }
}
