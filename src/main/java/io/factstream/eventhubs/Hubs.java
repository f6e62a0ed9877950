package io.factstream.eventhubs;

/** Asks event hubs what they look like. */
@FunctionalInterface
public interface Hubs {

    /**
     * The partitions and limits of a hub. The first call for a hub goes to the service, later ones do not: keys must
     * not move to other partitions while the runtime runs.
     *
     * @throws OutageException when the service gives no answer, or refuses
     */
    HubLayout layout(String hub);
}
