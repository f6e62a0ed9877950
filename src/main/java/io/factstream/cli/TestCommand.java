package io.factstream.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.factstream.StreamTests;
import io.factstream.StreamTests.Outcome;
import java.io.IOException;
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
    public Integer call() throws InterruptedException, IOException {
        List<Outcome> outcomes = StreamTests.run(options.load(), streams);
        if (json) {
            writeJson(outcomes, spec.commandLine().getOut());
        } else {
            print(outcomes, spec.commandLine().getOut());
        }
        return outcomes.stream().allMatch(Outcome::passed) ? ExitCodes.DONE : ExitCodes.FAILED;
    }

    private static void print(List<Outcome> outcomes, PrintWriter out) {
        for (Outcome outcome : outcomes) {
            out.printf("%s  %s: %s%n", outcome.passed() ? "passed" : "FAILED", outcome.stream(), outcome.test());
            outcome.failures().forEach(failure -> out.printf("  %s%n", failure));
        }
        long failed = outcomes.stream().filter(outcome -> !outcome.passed()).count();
        out.printf(Locale.ROOT, "%,d tests, %,d failed%n", outcomes.size(), failed);
        out.flush();
    }

    private static void writeJson(List<Outcome> outcomes, PrintWriter out) throws IOException {
        JsonGenerator json = new JsonFactory().createGenerator(out);
        json.configure(JsonGenerator.Feature.AUTO_CLOSE_TARGET, false);
        json.writeStartObject();
        json.writeNumberField("tests", outcomes.size());
        json.writeNumberField(
                "failed", outcomes.stream().filter(outcome -> !outcome.passed()).count());
        json.writeArrayFieldStart("outcomes");
        for (Outcome outcome : outcomes) {
            json.writeStartObject();
            json.writeStringField("stream", outcome.stream());
            json.writeStringField("test", outcome.test());
            json.writeBooleanField("passed", outcome.passed());
            json.writeArrayFieldStart("failures");
            for (String failure : outcome.failures()) {
                json.writeString(failure);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        json.flush();
        out.println();
        out.flush();
    }
}
