package io.factstream.cli;

import io.factstream.Heartbeat;
import io.factstream.config.KnownSettings;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** For a container's health check. */
@Command(
        name = "health",
        mixinStandardHelpOptions = true,
        description = "Exits with 0 while a runtime uses the state and none of its streams fails, else says why not.")
final class HealthCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<String> problems = Heartbeat.problems(options.load().get(KnownSettings.STATE_FILE), Clock.systemUTC());
        problems.forEach(problem -> spec.commandLine().getOut().println(problem));
        return problems.isEmpty() ? ExitCodes.DONE : ExitCodes.FAILED;
    }
}
