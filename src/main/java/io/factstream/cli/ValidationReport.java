package io.factstream.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.stream.Examination;
import io.factstream.text.Word;
import io.factstream.validation.Finding;
import io.factstream.validation.Report;
import io.factstream.validation.Severity;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@code validate} tells of its findings, to people or to machines. */
final class ValidationReport {

    private final Report report;
    private final @Nullable Path routes;

    /** @param routes the folder that was checked; null where the settings do not even tell which */
    ValidationReport(Report report, @Nullable Path routes) {
        this.report = report;
        this.routes = routes;
    }

    int exitCode() {
        if (report.count(Severity.ERROR) > 0) {
            return ExitCodes.REFUSED;
        }
        return report.count(Severity.UNCHECKED) > 0 ? ExitCodes.FAILED : ExitCodes.DONE;
    }

    /** Text for people. */
    void print(PrintWriter out) {
        report.findings().forEach(out::println);
        report.streams().forEach(stream -> print(out, stream));
        out.printf(
                Locale.ROOT,
                "%s, %,d unchecked, %s; %s examined%s%n",
                counted(report.count(Severity.ERROR), "error"),
                report.count(Severity.UNCHECKED),
                counted(report.count(Severity.WARNING), "warning"),
                counted(report.streams().size(), "stream"),
                routes == null ? "" : " of " + routes);
        out.flush();
    }

    private static String counted(long count, String noun) {
        return String.format(Locale.ROOT, "%,d %s%s", count, noun, count == 1 ? "" : "s");
    }

    private static void print(PrintWriter out, Examination stream) {
        out.printf(
                Locale.ROOT,
                "stream %s: %,d rows, %,d events expected%n",
                stream.stream(),
                stream.rows(),
                stream.expectedEvents());
        out.printf(
                Locale.ROOT,
                "  watermark      %s %s, %,d values, at most %,d rows share one, %,d rows have none, %,d wait%n",
                stream.watermark(),
                stream.watermarkType(),
                stream.values(),
                stream.largestTie(),
                stream.withoutWatermark(),
                stream.unsettled());
        out.printf(
                Locale.ROOT,
                "  order          %s%n",
                stream.isInOrder()
                        ? "rows lie in the order of the watermark"
                        : String.format(
                                Locale.ROOT,
                                "rows do not lie in the order of the watermark: %,d step back",
                                stream.stepsBack()));
        if (stream.advisedSettle() != null) {
            out.printf(
                    "  settle         all values are whole %s: rows that come while theirs is not over would be late rows, so"
                            + " set settle to %s where rows come that soon%n",
                    stream.cutOff() == ChronoUnit.MILLIS
                            ? "milliseconds"
                            : Word.of(Objects.requireNonNull(stream.cutOff())),
                    stream.advisedSettle());
        }
        out.printf(Locale.ROOT, "  page           %,d rows, about %,d bytes%n", stream.pageRows(), stream.pageBytes());
        out.printf(
                Locale.ROOT,
                "  largest event  %,d bytes on the wire, of the first %,d%n",
                stream.sample().largest(),
                stream.sample().events());
        out.printf(
                "  columns        %s%n",
                stream.columns().stream()
                        .map(column -> column.name() + " " + column.type())
                        .collect(Collectors.joining(", ")));
    }

    ObjectNode json() {
        ObjectNode object = Json.object()
                .put("errors", report.count(Severity.ERROR))
                .put("unchecked", report.count(Severity.UNCHECKED))
                .put("warnings", report.count(Severity.WARNING))
                .put("routes", routes == null ? null : routes.toString());
        ArrayNode findings = object.putArray("findings");
        for (Finding finding : report.findings()) {
            findings.addObject()
                    .put("severity", finding.severity().toString())
                    .put("where", finding.where())
                    .put("what", finding.what())
                    .put("mend", finding.mend());
        }
        ArrayNode streams = object.putArray("streams");
        report.streams().forEach(stream -> put(streams.addObject(), stream));
        return object;
    }

    private static void put(ObjectNode object, Examination stream) {
        object.put("stream", stream.stream())
                .put("rows", stream.rows())
                .put("expected_events", stream.expectedEvents())
                .put("watermark", stream.watermark())
                .put("watermark_type", stream.watermarkType())
                .put("watermark_values", stream.values())
                .put("rows_without_watermark", stream.withoutWatermark())
                .put("rows_unsettled", stream.unsettled())
                .put("largest_tie", stream.largestTie())
                .put("in_order", stream.isInOrder())
                .put("steps_back", stream.stepsBack())
                .put("advised_settle", stream.advisedSettle())
                .put("page_rows", stream.pageRows())
                .put("page_bytes", stream.pageBytes())
                .put("largest_event", stream.sample().largest())
                .put("sampled_events", stream.sample().events());
        ArrayNode columns = object.putArray("columns");
        stream.columns().forEach(column -> columns.addObject()
                .put("name", column.name())
                .put("type", column.type().toString()));
    }
}
