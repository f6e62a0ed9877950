package io.factstream.routes;

import io.factstream.config.KnownSettings;
import io.factstream.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the route files lie.
 *
 * @param streams the folder with a route file for each stream
 * @param flow the folder with the flow that they share
 */
public record RouteFolder(Path streams, Path flow) {

    static final String FLOW = "flow";

    /** A folder that has the flow in it. */
    public static RouteFolder withFlow(Path streams) {
        return new RouteFolder(streams, streams.resolve(FLOW));
    }

    /** The folder that is set, with the flow of the distribution where it has none of its own. */
    public static RouteFolder of(Settings settings) {
        RouteFolder own = withFlow(settings.get(KnownSettings.ROUTES));
        return Files.isDirectory(own.flow)
                ? own
                : settings.shippedRoutes()
                        .map(shipped -> new RouteFolder(own.streams, shipped.resolve(FLOW)))
                        .orElse(own);
    }
}
