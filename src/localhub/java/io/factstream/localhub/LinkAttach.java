package io.factstream.localhub;

/**
 * A client asks for a link to a hub.
 *
 * @param hub the hub's name
 * @param address the whole address of the link, with partition and consumer group
 * @param publishing true when the client will send on it, false when it will receive
 */
public record LinkAttach(String hub, String address, boolean publishing) {}
