package io.factstream.deadletter;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Packs a few parcels into a shipment, delivers what is sound, and remembers it all. */
final class RecordingCourier implements Courier {

    /** Parcels in a shipment. */
    private static final int SIZE = 4;

    private final List<String> delivered = new ArrayList<>();
    private final Set<String> away = new HashSet<>();
    private final Set<String> rejected = new HashSet<>();
    private Consumer<Shipment> beforeSending = shipment -> {};
    private int sends;

    /** The trace ids that were delivered, in order. */
    List<String> delivered() {
        return delivered;
    }

    int sends() {
        return sends;
    }

    void away(String hub) {
        away.add(hub);
    }

    void back(String hub) {
        away.remove(hub);
    }

    void reject(String traceId) {
        rejected.add(traceId);
    }

    void accept(String traceId) {
        rejected.remove(traceId);
    }

    void beforeSending(Consumer<Shipment> doing) {
        beforeSending = doing;
    }

    @Override
    public List<Shipment> pack(String hub, List<Parcel> parcels) {
        List<Shipment> shipments = new ArrayList<>();
        for (int from = 0; from < parcels.size(); from += SIZE) {
            shipments.add(new Shipment(hub, "0", parcels.subList(from, Math.min(from + SIZE, parcels.size())), null));
        }
        return shipments;
    }

    @Override
    public Optional<DeliveryFailure> send(Shipment shipment) {
        sends++;
        beforeSending.accept(shipment);
        if (away.contains(shipment.hub())) {
            throw new HubUnavailableException(
                    new DeliveryFailure(ErrorCategory.NETWORK, Severity.TRANSIENT, "away"),
                    new IllegalStateException("no connection"));
        }
        List<String> traceIds =
                shipment.letters().stream().map(DeadLetter::traceId).toList();
        if (traceIds.stream().anyMatch(rejected::contains)) {
            return Optional.of(Letters.REJECTED);
        }
        delivered.addAll(traceIds);
        return Optional.empty();
    }
}
