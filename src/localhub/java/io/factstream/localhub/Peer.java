package io.factstream.localhub;

/**
 * A client's TCP connection.
 *
 * @param number counts the connections since the hubs were started, from 1
 */
public record Peer(long number) {}
