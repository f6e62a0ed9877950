package io.factstream.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.Application;
import io.factstream.config.Settings;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Streams until it is stopped, or to the present end. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Streams the fact tables to Event Hubs until it is stopped.",
        footer = {
            "",
            "SIGTERM or Ctrl-C ends it: pages under way are finished and saved.",
            "Example:  FACTSTREAM_SOURCE_FILE=facts.duckdb EVENTHUBS_NAME=retail factstream run --once"
        })
final class RunCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Option(
            names = "--once",
            description = "Drain every stream to its present end, print a summary, and exit:"
                    + " 0 all delivered, 1 something failed, 2 configuration refused. A stream that delivers nothing for"
                    + " factstream.once.patience (10m), such as while the loader has the source, has failed.")
    private boolean once;

    @Option(names = "--json", description = "With --once: writes the summary as one JSON object.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Settings settings = options.load();
        settings.validateForRun();
        PrintWriter out = spec.commandLine().getOut();
        Application application = new Application(settings, once);
        CountDownLatch stopped = new CountDownLatch(1);
        Thread onSignal = new Thread(() -> stop(application, stopped, once), "factstream-stop");
        String ending = "an error";
        try {
            application.start();
            Runtime.getRuntime().addShutdownHook(onSignal);
            try (Progress progress =
                    Progress.of(application, json ? spec.commandLine().getErr() : out)) {
                if (!once) {
                    stopped.await();
                    return ExitCodes.DONE;
                }
                new Drain(application).await();
                progress.finish();
            }
            Runtime.getRuntime().removeShutdownHook(onSignal);
            ending = "run --once has come to its end";
        } finally {
            if (stopped.getCount() > 0) {
                application.close(ending);
            }
        }
        if (json) {
            ObjectNode summary = Summary.json(application);
            out.println(summary);
            out.flush();
            return summary.path("delivered").booleanValue() ? ExitCodes.DONE : ExitCodes.FAILED;
        }
        return Summary.print(application, out) ? ExitCodes.DONE : ExitCodes.FAILED;
    }

    /**
     * A signal is the regular way to end a run, so the process then ends with 0, not with the signal's number. A run that
     * was to end by itself has not done what it was asked.
     */
    private static void stop(Application application, CountDownLatch stopped, boolean once) {
        application.close("the process was asked to end, by SIGTERM or Ctrl-C");
        stopped.countDown();
        Runtime.getRuntime().halt(once ? ExitCodes.FAILED : ExitCodes.DONE);
    }
}
