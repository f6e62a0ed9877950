package io.factstream;

import io.factstream.config.ConfigurationException;
import io.factstream.config.ConfigurationException.Problem;
import io.factstream.routes.RouteFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.FailedToCreateRouteException;

/** Turns what Camel throws at a route that cannot work into a message for the person who wrote the route. */
final class RouteFailures {

    /** How Camel's YAML reader tells where it stopped: the problem, then file, line and column, then the line itself. */
    private static final Pattern IN_FILE =
            Pattern.compile("(?s)(?<problem>.*?)\\s+in file:(?<file>[^,]+), line (?<line>\\d+),.*");

    private final Path routes;

    RouteFailures(Path routes) {
        this.routes = routes;
    }

    RuntimeException of(Exception thrown) {
        String where = routes.toString();
        Throwable innermost = thrown;
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConfigurationException refusal) {
                return refusal;
            }
            if (cause instanceof FailedToCreateRouteException route) {
                where = RouteFiles.place(routes, route.getRouteId());
            }
            innermost = cause;
        }
        String what = innermost.getMessage() == null ? innermost.toString() : innermost.getMessage();
        Matcher inFile = IN_FILE.matcher(what);
        if (inFile.matches()) {
            where = inFile.group("file") + ":" + inFile.group("line");
            what = inFile.group("problem");
            // What Camel stops at first is often not what is wrong; its schema knows better, and knows all of it.
            List<Problem> faults = RouteFiles.faults(Path.of(inFile.group("file")));
            if (!faults.isEmpty()) {
                return new ConfigurationException(faults);
            }
        }
        return new ConfigurationException(
                where,
                what.strip().replaceAll("\\.+$", ""),
                "Correct the route; docs/routes.md shows the form",
                thrown);
    }
}
