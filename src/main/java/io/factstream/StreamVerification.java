package io.factstream;

import io.factstream.config.KnownSettings;
import io.factstream.config.Settings;
import io.factstream.eventhubs.HubEvents;
import io.factstream.source.DuckDbSource;
import io.factstream.state.SqliteState;
import io.factstream.stream.StreamDefinition;
import io.factstream.stream.StreamRows;
import io.factstream.verify.Comparison;
import io.factstream.verify.Scope;
import io.factstream.verify.Verifier;
import java.nio.file.Path;
import java.time.Duration;

/** Wires the comparison of a stream with its hub, by the settings of the runtime that sends it. It changes nothing. */
public final class StreamVerification {

    /** How long the hub may send nothing while it is read, and the source be held by a loader. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private StreamVerification() {}

    /**
     * Compares; a runtime may go on meanwhile.
     *
     * @param settings checked by {@link Settings#validateForRun()}
     * @param stream the id of a stream of the route files
     * @param consumerGroup of the hub, to read with
     * @param place a folder with room for the ids
     * @return what was found; to be closed
     * @throws io.factstream.config.ConfigurationException when there is no such stream, it has no watermark or one of
     *     another query, or the scope makes no sense
     * @throws io.factstream.source.SourceException when the source cannot be read
     * @throws io.factstream.eventhubs.HubUnreadableException when the hub cannot be read to its end
     * @throws io.factstream.verify.ScratchException when the ids cannot be compared
     * @throws io.factstream.state.StateException when the state cannot be read
     */
    public static Comparison compare(Settings settings, String stream, Scope scope, String consumerGroup, Path place)
            throws InterruptedException {
        StreamDefinition definition = RouteValues.definitions(settings).stream(stream);
        Verifier.Room room = new Verifier.Room(
                place, settings.get(KnownSettings.SOURCE_MEMORY_LIMIT), settings.get(KnownSettings.SOURCE_THREADS));
        try (DuckDbSource source = Application.source(settings);
                SqliteState state = SqliteState.openReadOnly(settings.get(KnownSettings.STATE_FILE));
                HubEvents hub = new HubEvents(
                        Application.access(settings),
                        definition.hub(),
                        consumerGroup,
                        settings.get(KnownSettings.SEND_DEADLINE),
                        PATIENCE)) {
            StreamRows rows = new StreamRows(
                    definition,
                    source,
                    settings.get(KnownSettings.EVENT_NON_FINITE),
                    settings.get(KnownSettings.BATCH_MAX_BYTES),
                    settings.get(KnownSettings.SOURCE_BUSY_RETRY),
                    PATIENCE);
            return new Verifier(definition, rows, state.watermarks(), state.deadLetters(), hub, room).compare(scope);
        }
    }
}
