package io.factstream.routes;

import io.factstream.RouteValues;
import io.factstream.config.SettingsLoader;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** What placeholders of route files stand for where nobody set anything but a hub. */
public final class Defaults {

    private Defaults() {}

    public static Properties values() {
        return RouteValues.of(
                new SettingsLoader(Path.of(""), null, Map.of()).load(null, Map.of("eventhubs.name", "facts")));
    }
}
