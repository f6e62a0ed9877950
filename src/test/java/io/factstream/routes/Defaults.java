package io.factstream.routes;

import io.factstream.RouteValues;
import io.factstream.config.ConfigurationException;
import io.factstream.config.ConfigurationException.Problem;
import io.factstream.config.SettingsLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** What placeholders of route files stand for where nobody set anything but a hub. */
public final class Defaults {

    private Defaults() {}

    public static Properties values() {
        return RouteValues.of(
                new SettingsLoader(Path.of(""), null, Map.of()).load(null, Map.of("eventhubs.name", "facts")));
    }

    /**
     * Checks a folder whose files must all be right.
     *
     * @throws ConfigurationException naming every mistake with its file and line
     */
    public static void check(RouteFolder routes) {
        List<Problem> all = RouteFiles.mistakes(routes, values()).all();
        if (!all.isEmpty()) {
            throw new ConfigurationException(all);
        }
    }
}
