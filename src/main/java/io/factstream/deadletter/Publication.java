package io.factstream.deadletter;

import io.factstream.text.Word;
import io.factstream.time.Moment;
import io.factstream.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a dead-letter hub of each letter that is stored, once it is stored: the letter as {@link DeadLetterLines} writes
 * it, with a few properties. A letter that is too large for the hub is told without its event.
 *
 * <p>Each is told at least once: what is sent and not yet marked when the process dies is sent again. While the hub is
 * away letters wait in the store, and no stream does. Rounds are run by one thread at a time.
 */
public final class Publication {

    /** Letters held in memory at once; fewer where they are large. */
    private static final int PAGE = 500;

    private static final Logger LOG = LoggerFactory.getLogger(Publication.class);

    private final DeadLetterStore store;
    private final Courier courier;
    private final @Nullable String hub;
    private final Duration hold;
    private final Clock clock;
    private final Ticker ticker;
    private @Nullable Moment notBefore;
    private boolean away;
    private volatile boolean stopping;

    /**
     * @param hub the dead-letter hub; null where there is none, and then nothing is published
     * @param hold how long to leave it alone after it could not be reached
     */
    public Publication(
            DeadLetterStore store, Courier courier, @Nullable String hub, Duration hold, Clock clock, Ticker ticker) {
        this.store = store;
        this.courier = courier;
        this.hub = hub;
        this.hold = hold;
        this.clock = clock;
        this.ticker = ticker;
    }

    /** One round: publishes the letters that were not published yet. */
    public synchronized void publish() {
        if (hub == null || (notBefore != null && ticker.now().isBefore(notBefore))) {
            return;
        }
        try {
            long published = 0;
            List<DeadLetter> letters = store.unpublished(PAGE);
            while (!letters.isEmpty() && !stopping) {
                for (Shipment shipment : courier.pack(
                        hub, letters.stream().map(Publication::whole).toList())) {
                    send(hub, shipment);
                }
                published += letters.size();
                letters = store.unpublished(PAGE);
            }
            if (published > 0) {
                LOG.info("dead-letter-hub={} published={}{}", hub, published, away ? " after it was away" : "");
                away = false;
            }
        } catch (HubUnavailableException e) {
            notBefore = ticker.now().plus(hold);
            if (!away) {
                away = true;
                LOG.warn(
                        "dead-letter-hub={} unavailable error=\"{}\"; dead letters are safe in the store and are"
                                + " published when it is back",
                        hub,
                        e.failure().error());
            }
        }
    }

    /** Ends the round under way after the page under way, and every later round at once. */
    public void stop() {
        stopping = true;
    }

    private void send(String to, Shipment shipment) {
        DeliveryFailure fault = shipment.fault();
        if (fault != null) {
            sendWithoutEvent(to, shipment, fault);
            return;
        }
        Optional<DeliveryFailure> rejection = courier.send(shipment);
        if (rejection.isEmpty()) {
            store.published(shipment.letters(), clock.instant());
        } else if (shipment.parcels().size() == 1) {
            sendWithoutEvent(to, shipment, rejection.get());
        } else {
            shipment.halves().forEach(half -> send(to, half));
        }
    }

    /** A letter whose event the hub does not take is told all the same; one that it takes in no form makes it wait. */
    private void sendWithoutEvent(String to, Shipment alone, DeliveryFailure why) {
        DeadLetter letter = alone.letters().get(0);
        Parcel parcel = parcel(letter, DeadLetterLines.lineWithoutEvent(letter, why.error()));
        for (Shipment shipment : courier.pack(to, List.of(parcel))) {
            Optional<DeliveryFailure> rejection =
                    shipment.fault() != null ? Optional.of(shipment.fault()) : courier.send(shipment);
            if (rejection.isPresent()) {
                throw new HubUnavailableException(
                        rejection.get(), new IllegalStateException("not even without its event: " + letter));
            }
            store.published(shipment.letters(), clock.instant());
        }
    }

    private static Parcel whole(DeadLetter letter) {
        return parcel(letter, DeadLetterLines.line(letter));
    }

    private static Parcel parcel(DeadLetter letter, byte[] line) {
        return new Parcel(
                letter,
                line,
                Map.of(
                        "stream",
                        letter.stream(),
                        "trace_id",
                        letter.traceId(),
                        "category",
                        Word.of(letter.failure().category()),
                        "severity",
                        Word.of(letter.failure().severity())));
    }
}
