package io.factstream.routes;

import io.factstream.config.ConfigurationException;
import io.factstream.source.Column;
import io.factstream.source.DuckDbType;
import io.factstream.source.TableProfile;
import io.factstream.source.TableProfile.ColumnProfile;
import io.factstream.stream.StreamDefinition;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The two files of a new stream, made from a table. What the watermark, the id and the key are is guessed from names,
 * types and what the columns hold; the query says why, so that a person can judge it.
 */
public final class StreamDraft {

    private static final Pattern TIME = Pattern.compile("TIMESTAMP.*|DATE");
    private static final Pattern INTEGER = Pattern.compile("U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|UINTEGER");

    /** A time that a row has from its making on. */
    private static final Pattern OF_THE_EVENT =
            Pattern.compile("(event|occurred|happened|created|inserted|operation).*");

    /** Times that are set or changed later, or lie ahead. */
    private static final Pattern OF_LATER = Pattern.compile(
            ".*(updated|modified|deleted|planned|due|expir|eta|etd|valid|birth|departure|deliver|ship|pick|complet|sent|end).*");

    private static final Pattern SEQUENCE = Pattern.compile("(.*_)?(id|seq|sequence|offset|version|number|no)");
    private static final Pattern OWN_ID = Pattern.compile("(trace|event|message|outbox|row)_?id|uuid|guid|id");
    private static final Pattern ID = Pattern.compile(".*_(id|key|code|no|ext)|.*uuid");

    private final String stream;
    private final TableProfile table;
    private final ColumnProfile watermark;
    private final Optional<ColumnProfile> traceId;
    private final Optional<ColumnProfile> partitionKey;

    private StreamDraft(String stream, TableProfile table, ColumnProfile watermark) {
        this.stream = stream;
        this.table = table;
        this.watermark = watermark;
        this.traceId = guessTraceId();
        this.partitionKey = guessPartitionKey();
    }

    /**
     * Guesses.
     *
     * @throws ConfigurationException when the id is none, or no column can be the watermark
     */
    public static StreamDraft of(String stream, TableProfile table) {
        if (!StreamDefinition.isId(stream)) {
            throw new ConfigurationException("stream '" + stream + "'", "is no stream id", StreamDefinition.ID_FORM);
        }
        ColumnProfile watermark = table.columns().stream()
                .filter(column -> fitness(column, table.rows()) > 0)
                .max(Comparator.comparingInt(column -> fitness(column, table.rows())))
                .orElseThrow(() -> new ConfigurationException(
                        "table " + table.name(),
                        "has no column by which a stream could advance: neither a time nor a rising number. It has "
                                + table.columns().stream()
                                        .map(column -> column.column().name() + " "
                                                + column.column().type())
                                        .collect(Collectors.joining(", ")),
                        "Compute one in a query of your own; docs/routes.md tells how"));
        return new StreamDraft(stream, table, watermark);
    }

    /** How well a column would do as the watermark; 0 when it cannot. */
    private static int fitness(ColumnProfile column, long rows) {
        String type = column.column().type().toString();
        String name = column.column().name().toLowerCase(Locale.ROOT);
        boolean plain = column.column().type() instanceof DuckDbType.Scalar;
        boolean time = plain && TIME.matcher(type).matches();
        boolean sequence = plain
                && INTEGER.matcher(type).matches()
                && SEQUENCE.matcher(name).matches()
                && (rows == 0 || column.unique());
        if ((!time && !sequence) || (rows > 0 && column.nulls() == rows)) {
            return 0;
        }
        int fitness = type.equals("DATE") ? 200 : time ? 300 : 100;
        fitness += OF_THE_EVENT.matcher(name).matches() ? 100 : 0;
        fitness -= OF_LATER.matcher(name).matches() ? 80 : 0;
        fitness += rows > 0 && column.stepsBack() == 0 ? 30 : 0;
        return Math.max(1, fitness - (column.nulls() > 0 ? 90 : 0));
    }

    private Optional<ColumnProfile> guessTraceId() {
        return table.columns().stream()
                .filter(column -> table.rows() > 0 ? column.unique() : isNamed(column, OWN_ID))
                .filter(column -> isNamed(column, OWN_ID) || isNamed(column, ID))
                .min(Comparator.comparing(column -> !isNamed(column, OWN_ID)));
    }

    private Optional<ColumnProfile> guessPartitionKey() {
        return table.columns().stream()
                .filter(column -> isNamed(column, ID) && !column.unique())
                .filter(column -> !column.equals(watermark)
                        && traceId.filter(column::equals).isEmpty())
                .filter(column -> column.column().type() instanceof DuckDbType.Scalar scalar
                        && !scalar.name().matches("BLOB|FLOAT|DOUBLE|JSON"))
                .filter(column -> table.rows() == 0 || (column.values() > 1 && column.values() * 2 <= table.rows()))
                .min(Comparator.comparingLong(ColumnProfile::nulls).thenComparingLong(ColumnProfile::values));
    }

    private static boolean isNamed(ColumnProfile column, Pattern pattern) {
        return pattern.matcher(column.column().name().toLowerCase(Locale.ROOT)).matches();
    }

    /** What was guessed and why, a line each. */
    public List<String> reasons() {
        List<String> reasons = new ArrayList<>();
        reasons.add("Watermark: " + watermark.column().name() + ", a "
                + watermark.column().type() + "; "
                + (table.rows() == 0 ? "the table is empty, so this is by name and type alone" : held(watermark)));
        reasons.add(traceId.map(id -> "Trace id: " + id.column().name() + "; "
                        + (id.unique() ? "no two rows share one" : "by its name, as the table is empty"))
                .orElse("Trace id: none, as no column is unique by itself; FactStream derives one from the row"));
        reasons.add(partitionKey
                .map(key -> "Partition key: " + key.column().name() + "; its events stay in order, and it has "
                        + (table.rows() == 0
                                ? "no rows yet"
                                : String.format(Locale.ROOT, "about %,d values", key.values())))
                .orElse("Partition key: none; events are spread over the partitions"));
        return reasons;
    }

    private String held(ColumnProfile column) {
        String nulls = column.nulls() == 0
                ? "every row has one"
                : String.format(
                        Locale.ROOT, "%,d of %,d rows have none and are never read", column.nulls(), table.rows());
        return nulls + ", and rows " + (column.stepsBack() == 0 ? "lie" : "do not lie") + " in its order";
    }

    /** The query. */
    public String query() {
        List<String> columns = new ArrayList<>();
        columns.add(table.written(watermark.column().name()) + " AS _watermark");
        traceId.ifPresent(id -> columns.add(table.written(id.column().name()) + " AS _trace_id"));
        partitionKey.ifPresent(key -> columns.add(table.written(key.column().name()) + " AS _partition_key"));
        Set<String> taken = table.columns().stream()
                .map(profile -> profile.column().name().toLowerCase(Locale.ROOT))
                .collect(Collectors.toCollection(HashSet::new));
        for (ColumnProfile profile : table.columns()) {
            Column column = profile.column();
            String name = table.written(column.name());
            if (column.name().startsWith("_")) {
                // Names with an underscore first are kept for the envelope.
                String plain = "of" + column.name();
                String shorter = column.name().replaceFirst("^_+", "");
                if (!shorter.isEmpty() && taken.add(shorter.toLowerCase(Locale.ROOT))) {
                    plain = shorter;
                }
                columns.add(name + " AS " + table.written(plain));
            } else {
                columns.add(name);
            }
        }
        return reasons().stream()
                        .map(reason -> "-- " + reason.replaceAll("\\R", " ") + ".\n")
                        .collect(Collectors.joining("", "-- " + table.name() + ": one event a row.\n", ""))
                + "SELECT\n  " + String.join(",\n  ", columns) + "\nFROM " + table.name() + "\n";
    }

    /** The route file. */
    public String route() {
        return """
                # One event a row.
                - route:
                    id: %1$s
                    description: Each row of %2$s becomes a %3$s event.
                    from:
                      id: read-%1$s
                      description: Reads %2$s page by page, in the order of %4$s.
                      uri: kamelet:fact-stream
                      parameters:
                        stream: %1$s
                        eventType: %3$s
                        query: %1$s.sql
                      steps:
                        - to:
                            id: send-%1$s
                            description: Hands each batch to the one sender of the hub.
                            uri: direct:send-batch
                """.formatted(
                        stream,
                        inYaml(table.name()),
                        stream.replace('-', '_'),
                        inYaml(watermark.column().name()));
    }

    /** Within a plain text of YAML; a name that would end it is written without what does. */
    private static String inYaml(String name) {
        return name.replaceAll("[^\\p{L}\\p{N}_. -]", "");
    }

    /**
     * Writes both files, none over another.
     *
     * @return the files
     * @throws ConfigurationException when one of them is there, the stream's id is taken, or the folder cannot be written
     */
    public List<Path> writeTo(Path folder) {
        for (Path file : RouteFiles.files(folder)) {
            if (RouteFiles.streams(file).containsKey(stream)) {
                throw new ConfigurationException(
                        file.toString(),
                        "has the stream '" + stream + "' already",
                        "Give the new one an id of its own");
            }
        }
        Map<Path, String> texts =
                Map.of(folder.resolve(stream + ".sql"), query(), folder.resolve(stream + ".camel.yaml"), route());
        for (Path file : texts.keySet()) {
            if (Files.exists(file)) {
                throw new ConfigurationException(
                        file.toString(),
                        "is there already",
                        "Give the new stream an id of its own, or remove the file");
            }
        }
        // The query first: a runtime that watches the folder takes a route up as soon as it is there.
        List<Path> files =
                texts.keySet().stream().sorted(Comparator.reverseOrder()).toList();
        for (Path file : files) {
            try {
                Files.writeString(file, texts.get(file), StandardOpenOption.CREATE_NEW);
            } catch (FileAlreadyExistsException e) {
                throw new ConfigurationException(
                        file.toString(), "is there already", "Give the new stream an id of its own", e);
            } catch (IOException e) {
                throw new ConfigurationException(file.toString(), "cannot be written", "Let this user write there", e);
            }
        }
        return files;
    }
}
