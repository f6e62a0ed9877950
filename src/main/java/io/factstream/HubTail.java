package io.factstream;

import com.azure.messaging.eventhubs.EventHubClientBuilder;
import io.factstream.config.ConfigurationException;
import io.factstream.config.HubConnection;
import io.factstream.config.KnownSettings;
import io.factstream.config.Settings;
import io.factstream.eventhubs.HubEvent;
import io.factstream.eventhubs.HubEvents;
import io.factstream.eventhubs.HubEvents.Extent;
import io.factstream.eventhubs.TailStart;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Wires the look into a hub, by the settings of the runtime that sends to it. It changes nothing. */
public final class HubTail {

    /** How long the hub may send nothing while it is read to its end. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private HubTail() {}

    /**
     * Shows events.
     *
     * @param hub any hub of the namespace; null for {@code eventhubs.name}
     * @param partition the id of the only one to look into; null for all
     * @param consumerGroup of the hub, to read with; null for the default one
     * @param taker returns false when it has enough
     * @throws ConfigurationException when the hub cannot be reached with these settings, or has no
     *     such partition
     * @throws io.factstream.eventhubs.HubUnreadableException when the hub cannot be read
     */
    public static void show(
            Settings settings,
            @Nullable String hub,
            @Nullable String partition,
            @Nullable String consumerGroup,
            TailStart start,
            boolean follow,
            Predicate<HubEvent> taker)
            throws InterruptedException {
        HubConnection connection = settings.hubConnection();
        try (HubEvents events = new HubEvents(
                Application.access(settings),
                hub == null ? connection.hubName() : hub,
                consumerGroup == null ? EventHubClientBuilder.DEFAULT_CONSUMER_GROUP_NAME : consumerGroup,
                settings.get(KnownSettings.SEND_DEADLINE),
                PATIENCE)) {
            List<Extent> all = events.extents();
            List<Extent> extents = all.stream()
                    .filter(extent -> partition == null || extent.partition().equals(partition))
                    .toList();
            if (extents.isEmpty()) {
                throw new ConfigurationException(
                        "--partition",
                        "'" + partition + "' is none of the hub's",
                        "Name one of "
                                + String.join(
                                        ", ",
                                        all.stream().map(Extent::partition).toList()));
            }
            events.tail(extents, start, follow, taker);
        }
    }
}
