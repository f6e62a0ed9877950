package io.factstream.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** For a container's health check. */
@Command(name = "health", mixinStandardHelpOptions = true, description = "Exits with 0 while a runtime is well.")
final class HealthCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        return ExitCodes.DONE;
    }
}
