package io.factstream.deadletter;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends dead letters again: the same bytes with the same properties to the same hub and partition, in the order in which
 * they were stored. The one place for it, whoever asks: a person's command or the timer.
 *
 * <p>A letter is removed when the hub has acknowledged it. After a crash between the two it is sent once more, with the
 * same id. A letter that the hub rejects, or that does not fit, stays and counts one more attempt. A hub that is away
 * or asks to slow down ends the round for its letters at once, and nothing is counted against them; letters for other
 * hubs go on.
 *
 * <p>Thread-safe. In one process there is one round at a time; two processes may send the same letter twice, with the
 * same id. Every method throws what the store throws.
 */
public final class Replay {

    /** Letters held in memory at once; fewer where they are large. */
    private static final int PAGE = 500;

    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);

    private final DeadLetterStore store;
    private final Courier courier;
    private final Clock clock;
    private final ReentrantLock round = new ReentrantLock();
    private volatile boolean stopping;

    public Replay(DeadLetterStore store, Courier courier, Clock clock) {
        this.store = store;
        this.courier = courier;
        this.clock = clock;
    }

    /**
     * Sends one letter, however often it was tried. Waits for a round under way.
     *
     * @param id its {@link DeadLetter#id}
     * @return empty when there is no such letter
     */
    public Optional<ReplayResult> one(String id) {
        round.lock();
        try {
            return store.find(id).map(letter -> {
                Tally tally = new Tally();
                send(letter.hub(), List.of(letter), tally);
                return finish("one", tally.result());
            });
        } finally {
            round.unlock();
        }
    }

    /** Sends all letters that meet the filter now, however often they were tried. Waits for a round under way. */
    public ReplayResult some(DeadLetterFilter filter) {
        round.lock();
        try {
            return finish(filter.toString(), sendAll(filter));
        } finally {
            round.unlock();
        }
    }

    /**
     * The round that the timer asks for: sends the letters that were replayed less than {@code attempts} times and whose
     * last failure is at least an interval old. Does nothing while another round is under way.
     *
     * @param intervalMillis how long a letter rests after a failure, in milliseconds
     * @param attempts how often a letter is replayed before it is left to a person
     */
    public ReplayResult automatic(long intervalMillis, int attempts) {
        if (!round.tryLock()) {
            return new Tally().result();
        }
        try {
            return finish(
                    "automatic",
                    sendAll(DeadLetterFilter.EVERY.dueForReplay(
                            attempts, clock.instant(), Duration.ofMillis(intervalMillis))));
        } finally {
            round.unlock();
        }
    }

    /** Ends the round under way after the shipment under way, and every later round at once. */
    public void stop() {
        stopping = true;
    }

    private ReplayResult sendAll(DeadLetterFilter filter) {
        Tally tally = new Tally();
        for (String hub : filter.hub() == null ? store.hubs() : List.of(filter.hub())) {
            sendAll(hub, filter.forHub(hub), tally);
        }
        return tally.result();
    }

    private void sendAll(String hub, DeadLetterFilter filter, Tally tally) {
        // Letters that are stored meanwhile belong to the next round: no round goes on for ever.
        long left = store.count(filter);
        String after = null;
        while (left > 0 && !stopping) {
            DeadLetterPage page = store.page(filter, after, (int) Math.min(PAGE, left));
            if (!page.letters().isEmpty() && !send(hub, page.letters(), tally)) {
                return;
            }
            left -= page.letters().size();
            after = page.next();
            if (after == null) {
                return;
            }
        }
        tally.stopped |= left > 0 && stopping;
    }

    /** Whether the hub is there. */
    private boolean send(String hub, List<DeadLetter> letters, Tally tally) {
        try {
            for (Shipment shipment : courier.pack(hub, sendable(letters, tally))) {
                if (stopping) {
                    tally.stopped = true;
                    return false;
                }
                deliver(shipment, tally);
            }
            return true;
        } catch (HubUnavailableException away) {
            tally.unavailable.put(hub, away.failure());
            return false;
        }
    }

    /** A row that JSON cannot say is kept as what was made of it, which no consumer could read: only mending it helps. */
    private List<Parcel> sendable(List<DeadLetter> letters, Tally tally) {
        List<Parcel> parcels = new ArrayList<>(letters.size());
        for (DeadLetter letter : letters) {
            Parcel parcel = Parcel.of(letter);
            if (DeadLetterLines.isJsonObject(parcel.body())) {
                parcels.add(parcel);
            } else {
                failed(letter, letter.failure(), tally);
            }
        }
        return parcels;
    }

    private void deliver(Shipment shipment, Tally tally) {
        DeliveryFailure fault = shipment.fault();
        if (fault != null) {
            failed(shipment.letters().get(0), fault, tally);
            return;
        }
        Optional<DeliveryFailure> rejection = courier.send(shipment);
        if (rejection.isEmpty()) {
            tally.delivered += shipment.parcels().size();
            store.delivered(shipment.letters());
        } else if (shipment.parcels().size() == 1) {
            failed(shipment.letters().get(0), rejection.get(), tally);
        } else {
            // Some letter in it is at fault: the halves find it, and the others go on.
            shipment.halves().forEach(half -> deliver(half, tally));
        }
    }

    private void failed(DeadLetter letter, DeliveryFailure failure, Tally tally) {
        tally.failed++;
        store.attempted(letter.id(), clock.instant(), failure);
    }

    private static ReplayResult finish(String which, ReplayResult result) {
        if (!result.isIdle()) {
            LOG.info("replay=\"{}\" delivered={} failed={}", which, result.delivered(), result.failed());
        }
        result.unavailable()
                .forEach((hub, failure) -> LOG.warn(
                        "replay=\"{}\" hub={} unavailable category={} error=\"{}\"; its letters wait",
                        which,
                        hub,
                        failure.category(),
                        failure.error()));
        return result;
    }

    /** Counts one round. */
    private static final class Tally {
        private long delivered;
        private long failed;
        private boolean stopped;
        private final Map<String, DeliveryFailure> unavailable = new TreeMap<>();

        private ReplayResult result() {
            return new ReplayResult(delivered, failed, unavailable, stopped);
        }
    }
}
