package io.factstream.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.StreamTests;
import io.factstream.StreamTests.Outcome;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs the tests of streams. */
@Command(
        name = "test",
        mixinStandardHelpOptions = true,
        description =
                "Runs the tests beside the streams, <stream>.test.yaml: rows that go in, events that must come out."
                        + " It sends nothing and needs neither a source nor a hub.",
        footer = {
            "",
            "docs/routes.md shows the form of a test.",
            "Exit codes: 0 all passed, 1 some failed, 2 refused.",
            "Example:  factstream test payment-processed"
        })
final class TestCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Parameters(
            paramLabel = "STREAM",
            arity = "0..*",
            description = "The streams to test; without one all that have tests.")
    private List<String> streams = new ArrayList<>();

    @Option(names = "--json", description = "Writes one JSON object.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        List<Outcome> outcomes = StreamTests.run(options.load(), streams);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(object(outcomes));
        } else {
            print(outcomes, out);
        }
        out.flush();
        return outcomes.stream().allMatch(Outcome::passed) ? ExitCodes.DONE : ExitCodes.FAILED;
    }

    private static void print(List<Outcome> outcomes, PrintWriter out) {
        for (Outcome outcome : outcomes) {
            out.printf("%s  %s: %s%n", outcome.passed() ? "passed" : "FAILED", outcome.stream(), outcome.test());
            outcome.failures().forEach(failure -> out.printf("  %s%n", failure));
        }
        out.printf(Locale.ROOT, "%,d tests, %,d failed%n", outcomes.size(), failed(outcomes));
    }

    private static ObjectNode object(List<Outcome> outcomes) {
        ObjectNode object = Json.object().put("tests", outcomes.size()).put("failed", failed(outcomes));
        ArrayNode array = object.putArray("outcomes");
        for (Outcome outcome : outcomes) {
            ArrayNode failures = array.addObject()
                    .put("stream", outcome.stream())
                    .put("test", outcome.test())
                    .put("passed", outcome.passed())
                    .putArray("failures");
            outcome.failures().forEach(failures::add);
        }
        return object;
    }

    private static long failed(List<Outcome> outcomes) {
        return outcomes.stream().filter(outcome -> !outcome.passed()).count();
    }
}
