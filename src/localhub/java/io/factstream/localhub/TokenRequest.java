package io.factstream.localhub;

/**
 * A client presents a token.
 *
 * @param hub the hub it is for; empty for the whole namespace
 * @param audience the URI it is for, as the client writes it
 */
public record TokenRequest(String hub, String audience) {}
