package io.factstream.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command of all commands. */
@Command(
        name = "factstream",
        description = "Streams DuckDB fact tables to Azure Event Hubs.",
        mixinStandardHelpOptions = true,
        versionProvider = FactStreamCommand.Version.class,
        subcommands = {
            DemoCommand.class,
            RunCommand.class,
            StatusCommand.class,
            SessionsCommand.class,
            PauseCommand.class,
            ResumeCommand.class,
            ValidateCommand.class,
            PreviewCommand.class,
            TestCommand.class,
            NewCommand.class,
            WatermarkCommand.class,
            DeadLetterCommand.class,
            BackfillCommand.class,
            VerifyCommand.class,
            TailCommand.class,
            HealthCommand.class,
            CompletionCommand.class,
            HelpCommand.class
        },
        footer = {"", "Exit codes: 0 done, 1 something failed (nothing is lost), 2 configuration refused."})
final class FactStreamCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** The version that the build put into the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = FactStreamCommand.class.getPackage().getImplementationVersion();
            return new String[] {"factstream " + (version == null ? "(not packaged)" : version)};
        }
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
