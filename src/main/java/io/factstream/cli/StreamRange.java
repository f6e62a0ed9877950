package io.factstream.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which rows of which stream a command is about. */
final class StreamRange {

    @Parameters(paramLabel = "STREAM", description = "The id of the stream.")
    @SuppressWarnings("NullAway.Init")
    String stream;

    @Option(
            names = "--from",
            paramLabel = "VALUE",
            description =
                    "Only rows with this watermark or a later one, such as '2026-01-31 10:00:00'. A time without an"
                            + " offset or a time zone is in UTC.")
    @Nullable
    String from;

    @Option(names = "--to", paramLabel = "VALUE", description = "Only rows with this watermark or an earlier one.")
    @Nullable
    String to;
}
