package io.factstream.deadletter;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parcels that are sent at once, to one partition of one hub.
 *
 * @param hub the event hub
 * @param partition the id of the partition
 * @param parcels at least one, in order
 * @param fault why the one parcel of this shipment can never be sent as it is; null when it can
 */
public record Shipment(
        String hub,
        String partition,
        List<Parcel> parcels,
        @Nullable DeliveryFailure fault) {

    public Shipment {
        parcels = List.copyOf(parcels);
        if (parcels.isEmpty() || (fault != null && parcels.size() > 1)) {
            throw new IllegalArgumentException("a shipment holds parcels, and one at fault is sent alone");
        }
    }

    /** The letters that the parcels travel for, in order. */
    List<DeadLetter> letters() {
        return parcels.stream().map(Parcel::letter).toList();
    }

    /** The shipment in two; for finding the one parcel that a hub rejects. */
    List<Shipment> halves() {
        int middle = parcels.size() / 2;
        return List.of(
                new Shipment(hub, partition, parcels.subList(0, middle), null),
                new Shipment(hub, partition, parcels.subList(middle, parcels.size()), null));
    }
}
