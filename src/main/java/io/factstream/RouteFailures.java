package io.factstream;

import io.factstream.config.ConfigurationException;
import io.factstream.config.ConfigurationException.Problem;
import io.factstream.config.Settings;
import io.factstream.routes.RouteFiles;
import io.factstream.routes.RouteFolder;
import io.factstream.routes.RoutePlace;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.PropertyBindingException;
import org.jspecify.annotations.Nullable;

/** Turns what Camel throws at a route or an option that cannot work into a message for the person who wrote it. */
final class RouteFailures {

    /** How Camel's YAML reader tells where it stopped: the problem, then file, line and column, then the line itself. */
    private static final Pattern IN_FILE =
            Pattern.compile("(?s)(?<problem>.*?)\\s+in file:(?<file>[^,]+), line (?<line>\\d+),.*");

    private final RouteFolder routes;
    private final Settings settings;

    RouteFailures(RouteFolder routes, Settings settings) {
        this.routes = routes;
        this.settings = settings;
    }

    RuntimeException of(Exception thrown) {
        @Nullable String routeId = null;
        Throwable innermost = thrown;
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConfigurationException refusal) {
                return refusal;
            }
            if (cause instanceof FailedToCreateRouteException route) {
                routeId = route.getRouteId();
            }
            if (cause instanceof PropertyBindingException option && isCamels(option.getOptionPrefix())) {
                return wrongOption(option);
            }
            innermost = cause;
        }
        String what = innermost.getMessage() == null ? innermost.toString() : innermost.getMessage();
        String where = routeId == null ? routes.streams().toString() : RoutePlace.of(routes, routeId, what);
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

    /** Of an option in a route, Camel tells no such prefix. */
    private static boolean isCamels(@Nullable String prefix) {
        return prefix != null && prefix.startsWith("camel.");
    }

    private ConfigurationException wrongOption(PropertyBindingException thrown) {
        return new ConfigurationException(
                settings.originOfCamels(thrown.getOptionPrefix() + thrown.getOptionKey()),
                thrown.getCause() == null ? "Camel has no such option" : "has a value that Camel does not take",
                "Correct it by Camel's own documentation, or leave it out",
                thrown);
    }
}
