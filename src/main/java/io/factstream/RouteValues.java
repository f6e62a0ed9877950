package io.factstream;

import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.config.Settings;
import io.factstream.routes.RouteFolder;
import io.factstream.routes.StreamDefinitions;
import java.util.Properties;

/** What {@code {{…}}} in route files stands for, for the runtime and for every command alike. */
public final class RouteValues {

    /** What stands in where no hub is set, for those who send nothing. */
    private static final String NO_HUB = "no-hub";

    private RouteValues() {}

    /** The settings, as Camel is given them. */
    public static Properties of(Settings settings) {
        Properties values = settings.asCamelProperties();
        values.setProperty(KnownSettings.HUB_NAME.key(), hubName(settings));
        values.setProperty(KnownSettings.NAMESPACE.key(), namespace(settings));
        values.setProperty(
                "factstream.source.query-timeout-seconds",
                Long.toString(Math.max(
                        1, settings.get(KnownSettings.SOURCE_QUERY_TIMEOUT).toSeconds())));
        values.setProperty(
                "factstream.breaker.recovery-seconds",
                Long.toString(settings.get(KnownSettings.BREAKER_RECOVERY).toSeconds()));
        return values;
    }

    /** The maker of the streams of the settings' routes folder. */
    public static StreamDefinitions definitions(Settings settings) {
        return new StreamDefinitions(RouteFolder.of(settings), of(settings));
    }

    private static String hubName(Settings settings) {
        try {
            return settings.hubConnection().hubName();
        } catch (ConfigurationException e) {
            return settings.find(KnownSettings.HUB_NAME).orElse(NO_HUB);
        }
    }

    private static String namespace(Settings settings) {
        try {
            return Application.access(settings).namespace();
        } catch (ConfigurationException e) {
            return settings.find(KnownSettings.NAMESPACE).orElse(NO_HUB);
        }
    }
}
