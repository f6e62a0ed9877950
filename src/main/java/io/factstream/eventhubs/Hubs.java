package io.factstream.eventhubs;

import java.util.Optional;

/** What streams must know of event hubs. */
public interface Hubs {

    /**
     * The partitions and limits of a hub. The first call for a hub goes to the service, later ones do not: the layout is
     * asked again when the hub is back after a failure, and now and then. Where it has changed, whatever was sorted by
     * the one before is to be sorted again.
     *
     * @throws OutageException when the service gives no answer, or refuses
     * @throws ThrottledException when it asks to slow down
     */
    HubLayout layout(String hub);

    /** Why nothing can be sent to a hub at the moment; empty when a send may be tried. Never asks the service. */
    Optional<OutageException> cut(String hub);
}
