package io.factstream.cli;

import io.factstream.config.Masked;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells a person that options are wrong. It repeats what was typed, but for secrets: it ends in a container's log. */
final class UsageErrors implements IParameterExceptionHandler {

    @Override
    public int handleParseException(ParameterException thrown, String[] arguments) {
        CommandLine command = thrown.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(
                command.getColorScheme().errorText("factstream: " + Masked.text(String.valueOf(thrown.getMessage()))));
        if (!UnmatchedArgumentException.printSuggestions(thrown, err)) {
            err.println("See factstream "
                    + command.getCommandSpec().qualifiedName(" ").replaceFirst("^\\S+ ?", "") + " --help");
        }
        return ExitCodes.REFUSED;
    }
}
