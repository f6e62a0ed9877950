package io.factstream.config;

/** What carries AMQP to Event Hubs. */
public enum Transport {
    /** Plain AMQP over TLS, port 5671. */
    AMQP,
    /** AMQP inside a WebSocket, port 443: for networks that let nothing else out. */
    AMQP_WEB_SOCKETS
}
