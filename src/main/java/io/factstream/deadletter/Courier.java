package io.factstream.deadletter;

import java.util.List;
import java.util.Optional;

/** How parcels get to a hub. Safe for use by any number of threads. */
public interface Courier {

    /**
     * Sorts parcels into shipments that the hub takes by their size. The parcels of one partition keep their order. A
     * parcel goes to the partition that its letter was meant for; where there is none, or the hub has it no more, to
     * that of its key, and without a key to one that its trace id chooses, the same each time.
     *
     * @throws HubUnavailableException when the hub does not tell its partitions
     */
    List<Shipment> pack(String hub, List<Parcel> parcels);

    /**
     * Sends a shipment without a fault, and waits for the hub's answer.
     *
     * @return empty when the hub acknowledged it; else why it rejected it for what is in it
     * @throws HubUnavailableException when there is no answer, or one that does not concern what is in it
     */
    Optional<DeliveryFailure> send(Shipment shipment);
}
