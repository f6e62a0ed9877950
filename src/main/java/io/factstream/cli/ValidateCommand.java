package io.factstream.cli;

import io.factstream.Validation;
import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.config.Settings;
import io.factstream.validation.Finding;
import io.factstream.validation.Report;
import io.factstream.validation.Severity;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks what an engineer has written, without sending anything. */
@Command(
        name = "validate",
        mixinStandardHelpOptions = true,
        description =
                "Checks settings, route files and queries without sending anything, and shows what each query gives.",
        footer = {
            "",
            "One line a finding: file:line: severity: what; how to mend it. It may run beside a runtime.",
            "Exit codes: 0 no errors, 1 something could not be checked (the source or a hub gave no answer), 2 errors.",
            "Example:  factstream validate receipt-created --online"
        })
final class ValidateCommand implements Callable<Integer> {

    private static final int FEWEST = 1;
    private static final int MOST = 900_000;

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Parameters(paramLabel = "STREAM", arity = "0..*", description = "The streams to check; without one all of them.")
    private List<String> streams = new ArrayList<>();

    @Option(names = "--online", description = "Asks each hub, too, whether it lets this runtime in.")
    private boolean online;

    @Option(
            names = "--sample",
            paramLabel = "ROWS",
            defaultValue = "1000",
            description =
                    "How many rows of each stream are made into events, to see that they can be: ${DEFAULT-VALUE}.")
    private int sample;

    @Option(names = "--json", description = "Prints one JSON object instead of text.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (sample < FEWEST || sample > MOST) {
            throw new ParameterException(
                    spec.commandLine(), "--sample is " + sample + "; give " + FEWEST + " to " + MOST);
        }
        PrintWriter out = spec.commandLine().getOut();
        ValidationReport report = report();
        if (json) {
            out.println(report.json());
            out.flush();
        } else {
            report.print(out);
        }
        return report.exitCode();
    }

    private ValidationReport report() throws InterruptedException {
        Settings settings;
        try {
            settings = options.load();
        } catch (ConfigurationException e) {
            // Without settings nothing else can be checked; they are findings like all others.
            return new ValidationReport(
                    new Report(
                            e.problems().stream()
                                    .map(problem -> Finding.of(Severity.ERROR, problem))
                                    .toList(),
                            List.of()),
                    null);
        }
        return new ValidationReport(
                Validation.of(settings, streams, online, sample), settings.get(KnownSettings.ROUTES));
    }
}
