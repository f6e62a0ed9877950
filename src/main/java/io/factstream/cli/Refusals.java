package io.factstream.cli;

import io.factstream.config.ConfigurationException;
import io.factstream.logging.Logs;
import io.factstream.state.StateException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Tells a person what a command ended with: a message, not a stack trace, for what a person can mend. */
final class Refusals implements IExecutionExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

    @Override
    public int handleExecutionException(Exception thrown, CommandLine command, ParseResult arguments) {
        if (thrown instanceof ConfigurationException || thrown instanceof StateException) {
            if (Logs.areJson()) {
                LOG.error("command={} refused: {}", command.getCommandName(), thrown.getMessage());
            } else {
                command.getErr().println(command.getColorScheme().errorText("factstream: " + thrown.getMessage()));
            }
            LOG.debug("refused", thrown);
            return ExitCodes.REFUSED;
        }
        LOG.error("command={} failed", command.getCommandName(), thrown);
        return ExitCodes.FAILED;
    }
}
