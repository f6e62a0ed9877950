package io.factstream.cli;

import io.factstream.config.KnownSettings;
import io.factstream.config.Settings;
import io.factstream.config.SettingsLoader;
import io.factstream.logging.Logs;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options by which every command takes its settings. */
final class SettingsOptions {

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
        return settings;
    }
}
