package io.factstream.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.factstream.eventhubs.HubEvents.Extent;
import io.factstream.verify.Comparison;
import io.factstream.verify.Counts;
import io.factstream.verify.Finding;
import io.factstream.watermark.Watermark;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@code verify} tells of a comparison, to people or to machines. */
final class Findings {

    private final Comparison comparison;
    private final Counts counts;
    private final long limit;

    /** @param limit how many findings of each kind are listed; 0 for all */
    Findings(Comparison comparison, long limit) {
        this.comparison = comparison;
        this.counts = comparison.counts();
        this.limit = limit;
    }

    /** Text for people. */
    void print(PrintWriter out) {
        out.printf(Locale.ROOT, "stream %s, up to its watermark %s%n", comparison.stream(), comparison.watermark());
        String from = comparison.scope().from();
        String to = comparison.scope().to();
        if (from != null || to != null) {
            out.printf(
                    Locale.ROOT,
                    "  only rows%s%s%n",
                    from == null ? "" : " from " + from,
                    to == null ? "" : " to " + to);
        }
        row(out, "rows", counts.rows(), "");
        row(out, "delivered", counts.delivered(), "");
        row(out, "dead-lettered", counts.deadLettered(), "not in the hub, kept with their reasons");
        row(out, "missing", counts.missing(), "neither in the hub nor dead letters");
        row(out, "extra", counts.extra(), "in the hub, and no row has the id");
        row(
                out,
                "duplicates",
                counts.duplicates(),
                String.format(Locale.ROOT, "events that came before, of %,d ids", counts.duplicatedIds()));
        row(out, "out of order", counts.outOfOrder(), "first deliveries of keyed rows behind a later watermark");
        row(out, "ahead", counts.ahead(), "events sent, whose rows lie beyond the watermark");
        row(out, "events read", counts.events(), "");
        if (counts.sharedIds() > 0) {
            out.printf(
                    Locale.ROOT,
                    "%,d trace ids belong to more than one row: consumers that drop repeated ids drop rows%n",
                    counts.sharedIds());
        }
        String dropped = partitionsWithoutBeginning();
        if (!dropped.isEmpty()) {
            out.printf(
                    Locale.ROOT,
                    "the hub no longer holds the beginning of partitions %s: rows sent before look missing,"
                            + " leave them out with --from%n",
                    dropped);
        }
        Instant position = comparison.scope().position();
        if (position != null) {
            out.printf(Locale.ROOT, "the hub was read from %s on: rows sent before look missing%n", position);
        }
        heading(out, "missing", counts.missing());
        comparison.forEachMissing(
                limit,
                missing -> out.printf(
                        Locale.ROOT,
                        "  watermark %s, id %s%s%n",
                        missing.watermark(),
                        missing.id(),
                        missing.partitionKey() == null ? "" : ", key " + missing.partitionKey()));
        heading(out, "extra", counts.extra());
        comparison.forEachExtra(
                limit,
                extra -> out.printf(
                        Locale.ROOT,
                        "  partition %s, sequence number %d, arrived %s, id %s%n",
                        extra.partition(),
                        extra.sequenceNumber(),
                        extra.enqueued(),
                        extra.id()));
        heading(out, "dead-lettered", counts.deadLettered());
        comparison.forEachDeadLettered(
                limit,
                letter -> out.printf(
                        Locale.ROOT, "  watermark %s, id %s: %s%n", letter.watermark(), letter.id(), letter.reason()));
        heading(out, "duplicates", counts.duplicates());
        comparison.forEachDuplicate(limit, repeat -> print(out, repeat));
        out.println(
                comparison.isComplete()
                        ? "all there"
                        : String.format(
                                Locale.ROOT,
                                "NOT all there: %,d missing, %,d extra",
                                counts.missing(),
                                counts.extra()));
        out.flush();
    }

    private static void row(PrintWriter out, String name, long number, String meaning) {
        out.printf(
                Locale.ROOT,
                "%s%n",
                String.format(Locale.ROOT, "  %-14s%,14d  %s", name, number, meaning)
                        .stripTrailing());
    }

    private void heading(PrintWriter out, String name, long number) {
        if (number > 0) {
            out.printf(
                    Locale.ROOT,
                    "%s%s:%n",
                    name,
                    limit > 0 && number > limit
                            ? String.format(Locale.ROOT, ", the first %,d of %,d", limit, number)
                            : "");
        }
    }

    private static void print(PrintWriter out, Finding.Duplicate repeat) {
        out.printf(
                Locale.ROOT,
                "  partition %s, sequence number %d, arrived %s, first in partition %s, sequence number %d%s, id %s%n",
                repeat.partition(),
                repeat.sequenceNumber(),
                repeat.enqueued(),
                repeat.firstPartition(),
                repeat.firstSequenceNumber(),
                repeat.watermark() == null ? "" : ", watermark " + repeat.watermark(),
                repeat.id());
    }

    private String partitionsWithoutBeginning() {
        return comparison.extents().stream()
                .filter(Extent::hasLostItsBeginning)
                .map(Extent::partition)
                .collect(Collectors.joining(", "));
    }

    /** One JSON object. The lists are written as they are read, so that they need not fit into memory. */
    void writeJson(PrintWriter out) throws IOException {
        JsonGenerator json = new JsonFactory().createGenerator(out);
        json.configure(JsonGenerator.Feature.AUTO_CLOSE_TARGET, false);
        json.writeStartObject();
        json.writeStringField("stream", comparison.stream());
        writeWatermark(json, comparison.watermark());
        text(json, "from", comparison.scope().from());
        text(json, "to", comparison.scope().to());
        text(json, "position", instant(comparison.scope().position()));
        json.writeBooleanField("complete", comparison.isComplete());
        json.writeNumberField("rows", counts.rows());
        json.writeNumberField("delivered", counts.delivered());
        json.writeNumberField("dead_lettered", counts.deadLettered());
        json.writeNumberField("missing", counts.missing());
        json.writeNumberField("extra", counts.extra());
        json.writeNumberField("duplicates", counts.duplicates());
        json.writeNumberField("duplicated_ids", counts.duplicatedIds());
        json.writeNumberField("out_of_order", counts.outOfOrder());
        json.writeNumberField("ahead", counts.ahead());
        json.writeNumberField("shared_ids", counts.sharedIds());
        json.writeNumberField("events", counts.events());
        writePartitions(json, comparison.extents());
        json.writeArrayFieldStart("missing_rows");
        comparison.forEachMissing(
                limit,
                missing -> element(() -> {
                    json.writeStartObject();
                    json.writeStringField("id", missing.id());
                    json.writeStringField("watermark", missing.watermark());
                    text(json, "partition_key", missing.partitionKey());
                    json.writeEndObject();
                }));
        json.writeEndArray();
        json.writeArrayFieldStart("dead_lettered_rows");
        comparison.forEachDeadLettered(
                limit,
                letter -> element(() -> {
                    json.writeStartObject();
                    json.writeStringField("id", letter.id());
                    json.writeStringField("watermark", letter.watermark());
                    json.writeStringField("reason", letter.reason());
                    json.writeEndObject();
                }));
        json.writeEndArray();
        json.writeArrayFieldStart("extra_events");
        comparison.forEachExtra(
                limit,
                extra -> element(() -> {
                    json.writeStartObject();
                    json.writeStringField("id", extra.id());
                    writePlace(json, extra.partition(), extra.sequenceNumber(), extra.enqueued());
                    json.writeEndObject();
                }));
        json.writeEndArray();
        json.writeArrayFieldStart("duplicate_events");
        comparison.forEachDuplicate(
                limit,
                repeat -> element(() -> {
                    json.writeStartObject();
                    json.writeStringField("id", repeat.id());
                    text(json, "watermark", repeat.watermark());
                    writePlace(json, repeat.partition(), repeat.sequenceNumber(), repeat.enqueued());
                    json.writeStringField("first_partition", repeat.firstPartition());
                    json.writeNumberField("first_sequence_number", repeat.firstSequenceNumber());
                    json.writeEndObject();
                }));
        json.writeEndArray();
        json.writeEndObject();
        json.flush();
        out.println();
        out.flush();
    }

    private static void writeWatermark(JsonGenerator json, Watermark watermark) throws IOException {
        json.writeObjectFieldStart("watermark");
        json.writeStringField("type", watermark.type());
        json.writeStringField("value", watermark.value());
        Watermark.Slices slices = watermark.slices();
        if (slices != null) {
            json.writeNumberField("slices_done", slices.done());
            json.writeNumberField("slices_of", slices.of());
        }
        json.writeEndObject();
    }

    private static void writePartitions(JsonGenerator json, List<Extent> extents) throws IOException {
        json.writeArrayFieldStart("partitions");
        for (Extent extent : extents) {
            json.writeStartObject();
            json.writeStringField("partition", extent.partition());
            json.writeNumberField("first_sequence_number", extent.first());
            json.writeNumberField("last_sequence_number", extent.last());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writePlace(JsonGenerator json, String partition, long sequenceNumber, Instant enqueued)
            throws IOException {
        json.writeStringField("partition", partition);
        json.writeNumberField("sequence_number", sequenceNumber);
        json.writeStringField("enqueued", enqueued.toString());
    }

    private static @Nullable String instant(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    private static void text(JsonGenerator json, String name, @Nullable String text) throws IOException {
        if (text != null) {
            json.writeStringField(name, text);
        }
    }

    @FunctionalInterface
    private interface Writing {
        void write() throws IOException;
    }

    private static void element(Writing writing) {
        try {
            writing.write();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
