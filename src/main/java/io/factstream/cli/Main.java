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
        // So that what is wrong with the settings is told in the right form, too.
        if (LogFormat.JSON.name().equalsIgnoreCase(System.getenv(KnownSettings.LOG_FORMAT.environmentVariable()))) {
            Logs.use(LogFormat.JSON);
        }
        int code = commandLine().execute(arguments);
        System.exit(code);
    }

    static CommandLine commandLine() {
        return new CommandLine(new FactStreamCommand())
                .setExecutionExceptionHandler(new Refusals())
                .setParameterExceptionHandler(new UsageErrors())
                .setCaseInsensitiveEnumValuesAllowed(true);
    }
}
