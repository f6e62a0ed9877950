package io.factstream.cli;

import java.util.List;
import java.util.Set;
import picocli.CommandLine;
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
        footer = {"", "Exit codes: 0 done, 1 something failed (nothing is lost), 2 configuration refused."})
final class FactStreamCommand implements Runnable {

    /** All commands, in the order in which help lists them. */
    private static final List<Class<?>> COMMANDS = List.of(
            DemoCommand.class,
            InitCommand.class,
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
            HelpCommand.class);

    /** These tell of the others. */
    private static final Set<Class<?>> OF_ALL = Set.of(CompletionCommand.class, HelpCommand.class);

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

    /**
     * The command line for these arguments. Where they begin with the name of a command it knows that one alone: to learn
     * all of them takes a tenth of a start.
     */
    static CommandLine commandLine(String... arguments) {
        String first = arguments.length == 0 ? "" : arguments[0];
        List<Class<?>> named = COMMANDS.stream()
                .filter(command -> command.getAnnotation(Command.class).name().equals(first))
                .filter(command -> !OF_ALL.contains(command))
                .toList();
        CommandLine line = new CommandLine(new FactStreamCommand());
        (named.isEmpty() ? COMMANDS : named).forEach(line::addSubcommand);
        return line;
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
