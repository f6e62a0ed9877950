package io.factstream.cli;

import io.factstream.config.KnownSettings;
import io.factstream.config.Settings;
import io.factstream.config.SettingsLoader;
import io.factstream.logging.Logs;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options by which every command takes its settings. */
final class SettingsOptions {

    private static final Logger LOG = LoggerFactory.getLogger(SettingsOptions.class);

    @Option(
            names = "--config",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "The file of settings. Without it application.properties here, where there is one.")
    @Nullable
    Path config;

    @Option(
            names = {"-D", "--set"},
            scope = ScopeType.INHERIT,
            paramLabel = "KEY=VALUE",
            description = "Sets a setting; outranks the environment and the file.")
    Map<String, String> overrides = new LinkedHashMap<>();

    Settings load() {
        Settings settings = SettingsLoader.ofThisProcess().load(config, overrides);
        Logs.use(settings.get(KnownSettings.LOG_FORMAT));
        settings.serviceLinks()
                .forEach(name -> LOG.warn(
                        "{} is the address of a service, put there by Kubernetes, and no setting: it is left out. Set "
                                + "enableServiceLinks to false in the pod, or the setting itself",
                        name));
        return settings;
    }
}
