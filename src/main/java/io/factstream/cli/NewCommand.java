package io.factstream.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.NewStream;
import io.factstream.config.Settings;
import io.factstream.routes.StreamDraft;
import io.factstream.source.SourceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes the two files of a stream from a table. */
@Command(
        name = "new",
        mixinStandardHelpOptions = true,
        description =
                "Writes a stream's route file and query from a table of the source: it guesses the watermark, the id"
                        + " and the partition key, and says why. They go to the routes folder that is set, else to the folder"
                        + " routes here, which is made where there is none. It never writes over a file.",
        footer = {
            "",
            "Look the query over, then:  factstream validate STREAM, factstream preview STREAM",
            "Exit codes: 0 written, 1 the source gave no answer, 2 refused.",
            "Example:  factstream new refund-paid --table fact_payments"
        })
final class NewCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Parameters(paramLabel = "STREAM", description = "The id of the new stream.")
    @SuppressWarnings("NullAway.Init")
    private String stream;

    @Option(
            names = "--table",
            required = true,
            paramLabel = "TABLE",
            description = "A table or view of the source, as a query writes it: orders, raw.orders.")
    @SuppressWarnings("NullAway.Init")
    private String table;

    @Option(names = "--json", description = "Writes one JSON object.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Settings settings = options.load();
        PrintWriter out = spec.commandLine().getOut();
        try {
            Path folder = NewStream.folder(settings);
            StreamDraft draft = NewStream.draft(settings, stream, table);
            Files.createDirectories(folder);
            List<Path> written = draft.writeTo(folder);
            if (json) {
                ObjectNode object = Json.object().put("stream", stream);
                ArrayNode files = object.putArray("files");
                written.forEach(file -> files.add(file.toString()));
                ArrayNode reasons = object.putArray("reasons");
                draft.reasons().forEach(reasons::add);
                out.println(object);
            } else {
                written.forEach(file -> out.println("wrote " + file));
                draft.reasons().forEach(out::println);
                out.println("Next: factstream validate " + stream + ", factstream preview " + stream);
            }
            out.flush();
            return ExitCodes.DONE;
        } catch (SourceException e) {
            spec.commandLine().getErr().println("factstream: " + HeldSource.told(e));
            return ExitCodes.FAILED;
        }
    }
}
