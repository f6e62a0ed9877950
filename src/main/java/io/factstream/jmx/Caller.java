package io.factstream.jmx;

import java.rmi.server.RemoteServer;
import java.rmi.server.ServerNotActiveException;

/** Who calls an operation, for the record. */
final class Caller {

    private Caller() {}

    /** With the address that a remote call comes from. JMX does not tell who logged in. */
    static String name() {
        try {
            return "jmx from " + RemoteServer.getClientHost();
        } catch (ServerNotActiveException local) {
            // A tool that attached to this process.
            return "jmx";
        }
    }
}
