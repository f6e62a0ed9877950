package io.factstream;

import io.factstream.config.KnownSettings;
import io.factstream.config.Settings;
import io.factstream.deadletter.DeadLetterStore;
import io.factstream.deadletter.Publication;
import io.factstream.deadletter.Replay;
import io.factstream.eventhubs.HubCourier;
import io.factstream.eventhubs.Hubs;
import io.factstream.time.Ticker;
import java.time.Clock;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.jspecify.annotations.Nullable;

/** Gives the routes what sends dead letters, which needs the context that they run in. */
final class DeadLetterBinding extends MainListenerSupport {

    /** The route that takes shipments. */
    private static final String ROUTE = "send-dead-letters";

    private final Settings settings;
    private final DeadLetterStore store;
    private final Hubs hubs;
    private final Clock clock;
    private final Ticker ticker;
    private volatile @Nullable Replay replay;
    private volatile @Nullable Publication publication;

    DeadLetterBinding(Settings settings, DeadLetterStore store, Hubs hubs, Clock clock, Ticker ticker) {
        this.settings = settings;
        this.store = store;
        this.hubs = hubs;
        this.clock = clock;
        this.ticker = ticker;
    }

    /**
     * Which of the routes that work by themselves start, for their {@code autoStartup}.
     *
     * @param streaming whether this runtime is the one that streams; one that sends letters for a command does nothing else
     */
    Map<String, String> switches(boolean streaming) {
        boolean replays = streaming
                && !settings.get(KnownSettings.DEAD_LETTER_REPLAY_INTERVAL).isZero();
        boolean publishes =
                streaming && settings.find(KnownSettings.DEAD_LETTER_HUB).isPresent();
        return Map.of(
                "factstream.dead-letter.replays-itself", Boolean.toString(replays),
                "factstream.dead-letter.publishes", Boolean.toString(publishes));
    }

    @Override
    public void afterConfigure(BaseMainSupport main) {
        CamelContext context = main.getCamelContext();
        HubCourier courier = new HubCourier(context, ROUTE, hubs);
        Replay letters = new Replay(store, courier, clock);
        replay = letters;
        context.getRegistry().bind("courier", courier);
        context.getRegistry().bind("replay", letters);
        Publication told = new Publication(
                store,
                courier,
                settings.find(KnownSettings.DEAD_LETTER_HUB).orElse(null),
                settings.get(KnownSettings.HOLD_MAX_DELAY),
                clock,
                ticker);
        publication = told;
        context.getRegistry().bind("publication", told);
    }

    Replay replay() {
        Replay bound = replay;
        if (bound == null) {
            throw new IllegalStateException("start() comes first");
        }
        return bound;
    }

    /** Lets what is being sent finish, and no more. */
    void stop() {
        Replay bound = replay;
        if (bound != null) {
            bound.stop();
        }
        Publication told = publication;
        if (told != null) {
            told.stop();
        }
    }
}
