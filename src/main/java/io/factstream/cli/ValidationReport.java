package io.factstream.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.factstream.stream.Examination;
import io.factstream.validation.Finding;
import io.factstream.validation.Report;
import io.factstream.validation.Severity;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.stream.Collectors;

/** What {@code validate} tells of its findings, to people or to machines. */
final class ValidationReport {

    private final Report report;

    ValidationReport(Report report) {
        this.report = report;
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
                "%,d errors, %,d unchecked, %,d warnings; %,d streams examined%n",
                report.count(Severity.ERROR),
                report.count(Severity.UNCHECKED),
                report.count(Severity.WARNING),
                report.streams().size());
        out.flush();
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

    /** One JSON object. */
    void writeJson(PrintWriter out) throws IOException {
        JsonGenerator json = new JsonFactory().createGenerator(out);
        json.configure(JsonGenerator.Feature.AUTO_CLOSE_TARGET, false);
        json.writeStartObject();
        json.writeNumberField("errors", report.count(Severity.ERROR));
        json.writeNumberField("unchecked", report.count(Severity.UNCHECKED));
        json.writeNumberField("warnings", report.count(Severity.WARNING));
        json.writeArrayFieldStart("findings");
        for (Finding finding : report.findings()) {
            json.writeStartObject();
            json.writeStringField("severity", finding.severity().toString());
            json.writeStringField("where", finding.where());
            json.writeStringField("what", finding.what());
            json.writeStringField("mend", finding.mend());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("streams");
        for (Examination stream : report.streams()) {
            write(json, stream);
        }
        json.writeEndArray();
        json.writeEndObject();
        json.flush();
        out.println();
        out.flush();
    }

    private static void write(JsonGenerator json, Examination stream) throws IOException {
        json.writeStartObject();
        json.writeStringField("stream", stream.stream());
        json.writeNumberField("rows", stream.rows());
        json.writeNumberField("expected_events", stream.expectedEvents());
        json.writeStringField("watermark", stream.watermark());
        json.writeStringField("watermark_type", stream.watermarkType());
        json.writeNumberField("watermark_values", stream.values());
        json.writeNumberField("rows_without_watermark", stream.withoutWatermark());
        json.writeNumberField("rows_unsettled", stream.unsettled());
        json.writeNumberField("largest_tie", stream.largestTie());
        json.writeBooleanField("in_order", stream.isInOrder());
        json.writeNumberField("steps_back", stream.stepsBack());
        json.writeNumberField("page_rows", stream.pageRows());
        json.writeNumberField("page_bytes", stream.pageBytes());
        json.writeNumberField("largest_event", stream.sample().largest());
        json.writeNumberField("sampled_events", stream.sample().events());
        json.writeArrayFieldStart("columns");
        for (var column : stream.columns()) {
            json.writeStartObject();
            json.writeStringField("name", column.name());
            json.writeStringField("type", column.type().toString());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
