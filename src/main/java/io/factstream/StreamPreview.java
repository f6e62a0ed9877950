package io.factstream;

import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.config.Settings;
import io.factstream.eventhubs.BatchLimit;
import io.factstream.eventhubs.DeliveryException;
import io.factstream.eventhubs.HubLayout;
import io.factstream.eventhubs.HubLayouts;
import io.factstream.session.SessionIds;
import io.factstream.source.DuckDbSource;
import io.factstream.state.SqliteState;
import io.factstream.stream.DryRun;
import io.factstream.stream.EventPreview;
import io.factstream.stream.StreamDefinition;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.Watermark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The next events of a stream as they would be sent. Nothing is sent or saved, and a runtime may go on meanwhile: it
 * moves on, so that these may be sent already when a person reads them.
 *
 * @param hub the hub that they would go to
 * @param after where the stream stands; null before its first page
 * @param events in the order of their watermarks
 * @param note what a person should know of them, such as why no partition is known; null when there is nothing
 */
public record StreamPreview(
        String stream,
        String hub,
        @Nullable Watermark after,
        List<EventPreview> events,
        @Nullable String note) {

    /** How long a loader may hold the source. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** How long to wait for a hub to say how many partitions it has. */
    private static final Duration HUB_PATIENCE = Duration.ofSeconds(10);

    public StreamPreview {
        events = List.copyOf(events);
    }

    /**
     * Reads them.
     *
     * @param stream the id of a stream of the route files
     * @param most how many events, at least 1
     * @param partitions how many partitions the hub has; empty to ask it
     * @throws ConfigurationException when there is no such stream, or its query cannot become events
     * @throws io.factstream.source.SourceException when the source is away, stays busy, or refuses the query or a row
     * @throws io.factstream.state.StateException when there is a state that cannot be read
     */
    public static StreamPreview of(Settings settings, String stream, int most, OptionalInt partitions)
            throws InterruptedException {
        Clock clock = Clock.systemUTC();
        StreamDefinition definition = RouteValues.definitions(settings).stream(stream);
        SavedWatermark saved = saved(settings.get(KnownSettings.STATE_FILE), stream);
        Watermark after = saved == null ? null : saved.position();
        Layout layout = partitions.isPresent()
                ? new Layout(numbered(partitions.getAsInt(), Application.limit(settings)), null)
                : asked(settings, definition.hub());
        // As long as that of a run, so that the sizes are right.
        String session = new SessionIds(clock, new SecureRandom()).next();
        List<EventPreview> events;
        Optional<String> waiting;
        try (DuckDbSource source = Application.source(settings)) {
            DryRun run = new DryRun(
                    definition,
                    Application.pages(settings, session),
                    source,
                    layout.hub == null ? Application.limit(settings) : layout.hub.limit(),
                    PATIENCE);
            events = run.next(saved, clock.instant(), most, layout.hub);
            waiting = run.waiting(after, clock.instant());
        }
        boolean changed = saved != null && !saved.isOf(definition.fingerprint());
        List<String> notes = new ArrayList<>();
        if (changed) {
            notes.add("the query is not the one that made the watermark: these events are sent once it is accepted");
        } else if (layout.whyUnknown != null) {
            notes.add(layout.whyUnknown);
        }
        waiting.ifPresent(notes::add);
        return new StreamPreview(
                stream, definition.hub(), after, events, notes.isEmpty() ? null : String.join("\n", notes));
    }

    private static @Nullable SavedWatermark saved(Path state, String stream) {
        if (!Files.exists(state)) {
            return null;
        }
        try (SqliteState opened = SqliteState.openReadOnly(state)) {
            return opened.watermarks().find(stream).orElse(null);
        }
    }

    /**
     * @param hub null when it is not known
     * @param whyUnknown null when it is known
     */
    private record Layout(@Nullable HubLayout hub, @Nullable String whyUnknown) {}

    private static HubLayout numbered(int partitions, BatchLimit limit) {
        return new HubLayout(
                IntStream.range(0, partitions).mapToObj(Integer::toString).toList(), limit);
    }

    private static Layout asked(Settings settings, String hub) {
        Duration longest = settings.get(KnownSettings.SEND_DEADLINE);
        try {
            HubLayouts layouts = new HubLayouts(
                    Application.access(settings),
                    Application.limit(settings),
                    longest.compareTo(HUB_PATIENCE) < 0 ? longest : HUB_PATIENCE);
            return new Layout(layouts.layout(hub), null);
        } catch (ConfigurationException e) {
            return new Layout(null, "no partition is known, since no hub is set; --partitions N tells how many it has");
        } catch (DeliveryException e) {
            return new Layout(
                    null,
                    "no partition is known: " + e.failure().error() + "; --partitions N tells how many the hub has");
        }
    }
}
