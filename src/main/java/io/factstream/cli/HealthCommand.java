package io.factstream.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.Heartbeat;
import io.factstream.Heartbeat.Health;
import io.factstream.config.KnownSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** For a container's health check. */
@Command(
        name = "health",
        mixinStandardHelpOptions = true,
        description = "Exits with 0 while a runtime uses the state and none of its streams fails, else says why not.",
        footer = {
            "",
            "What fails while every stream goes on, such as a hub for dead letters, is shown as a warning.",
            "Exit codes: 0 well, 1 not well, 2 refused.",
            "Example:  factstream health --json"
        })
final class HealthCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Option(names = "--json", description = "Writes one JSON object.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Health health = Heartbeat.read(options.load().get(KnownSettings.STATE_FILE), Clock.systemUTC());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            ObjectNode object = Json.object();
            object.put("well", health.isWell());
            health.problems().forEach(object.putArray("problems")::add);
            health.warnings().forEach(object.putArray("warnings")::add);
            out.println(object);
        } else {
            health.problems().forEach(out::println);
            health.warnings().forEach(warning -> out.println("warning: " + warning));
        }
        out.flush();
        return health.isWell() ? ExitCodes.DONE : ExitCodes.FAILED;
    }
}
