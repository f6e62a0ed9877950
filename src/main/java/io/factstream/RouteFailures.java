package io.factstream;

import io.factstream.config.ConfigurationException;
import org.apache.camel.FailedToCreateRouteException;

/** Turns what Camel throws at a route that cannot work into a message for the person who wrote the route. */
final class RouteFailures {

    private RouteFailures() {}

    static RuntimeException of(Exception thrown) {
        String where = "routes";
        Throwable innermost = thrown;
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConfigurationException refusal) {
                return refusal;
            }
            if (cause instanceof FailedToCreateRouteException route) {
                where = "route " + route.getRouteId();
            }
            innermost = cause;
        }
        String what = innermost.getMessage() == null ? innermost.toString() : innermost.getMessage();
        return new ConfigurationException(where, what.strip(), "Correct the route file", thrown);
    }
}
