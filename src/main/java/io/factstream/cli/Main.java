package io.factstream.cli;

import io.factstream.config.KnownSettings;
import io.factstream.config.LogFormat;
import io.factstream.logging.Logs;
import picocli.CommandLine;

/** Where the launcher begins. */
public final class Main {

    private Main() {}

    /** Runs the command that the arguments name, and exits with its code. */
    public static void main(String[] arguments) {
        Logs.ofAll();
        // So that what is wrong with the settings is told in the right form, too.
        if (LogFormat.JSON.name().equalsIgnoreCase(System.getenv(KnownSettings.LOG_FORMAT.environmentVariable()))) {
            Logs.use(LogFormat.JSON);
        }
        int code = commandLine(arguments).execute(arguments);
        System.exit(code);
    }

    /** For these arguments, or for any where none are given. */
    static CommandLine commandLine(String... arguments) {
        return FactStreamCommand.commandLine(arguments)
                .setExecutionExceptionHandler(new Refusals())
                .setParameterExceptionHandler(new UsageErrors())
                .setCaseInsensitiveEnumValuesAllowed(true);
    }
}
