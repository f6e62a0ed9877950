package io.factstream.localhub;

import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Link;

/** This end of one link. All calls come from the thread of its connection. */
interface ServedLink {

    /** Bytes of a delivery came. */
    default void received(Delivery delivery) {}

    /** Sends what can be sent now. */
    default void pump() {}

    /** Whether {@link #pump()} would send something. */
    default boolean canPump() {
        return false;
    }

    /** Faults were switched on or off. */
    default void faultsChanged() {}

    /** The link, or its connection, has ended. Called once. */
    default void ended() {}

    /** Closes a link with an error, unless this end is closed already. */
    static void close(Link link, String condition, String description) {
        if (link.getLocalState() != EndpointState.CLOSED) {
            link.setCondition(new ErrorCondition(Symbol.valueOf(condition), description));
            link.close();
        }
    }

    /** Refuses a link that a client asks for: opened towards nothing, then closed. */
    static void refuse(Link link, String condition, String description) {
        link.setSource(null);
        link.setTarget(null);
        link.open();
        close(link, condition, description);
    }
}
