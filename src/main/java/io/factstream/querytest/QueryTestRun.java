package io.factstream.querytest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.config.ConfigurationException;
import io.factstream.eventhubs.BatchLimit;
import io.factstream.eventhubs.HubLayout;
import io.factstream.querytest.QueryTest.ExpectedEvent;
import io.factstream.source.DuckDbSource;
import io.factstream.source.MadeUpSource;
import io.factstream.source.SourceException;
import io.factstream.source.TimeText;
import io.factstream.stream.DryRun;
import io.factstream.stream.EventPreview;
import io.factstream.stream.StreamDefinition;
import io.factstream.stream.StreamServices;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs tests of streams: each on a small DuckDB file of its own, by the queries that the runtime reads with. Nothing is
 * sent.
 */
public final class QueryTestRun {

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    /** What of an event is a time, which may be expected in any form of it: with an offset, or without zeros. */
    private static final Set<String> TIMES = Set.of("ingest_timestamp", "watermark");

    private static final int MOST_EVENTS = 1_000;
    private static final long MEMORY = 256L << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final StreamServices.Pages pages;
    private final Path folder;
    private int number;

    /**
     * @param pages how the runtime makes events
     * @param folder where the DuckDB files may lie; the caller removes it
     */
    public QueryTestRun(StreamServices.Pages pages, Path folder) {
        this.pages = pages;
        this.folder = folder;
    }

    /**
     * Runs one test.
     *
     * @return what differs, each with its place; nothing when all is as it must be
     */
    public List<String> run(StreamDefinition stream, QueryTest test) throws InterruptedException {
        Path file = folder.resolve("test-" + ++number + ".duckdb");
        try {
            MadeUpSource.create(file, test.tables());
        } catch (SQLException | DateTimeException e) {
            return List.of(test.place() + ": its tables cannot be made: " + oneLine(e));
        }
        BatchLimit limit = new BatchLimit(MOST_EVENTS, Integer.MAX_VALUE);
        List<JsonNode> events;
        try (DuckDbSource source = new DuckDbSource(file, MEMORY, 1, PATIENCE, folder)) {
            events = new DryRun(stream, pages, source, limit, PATIENCE)
                    .next(null, Instant.now(), MOST_EVENTS, new HubLayout(List.of("0"), limit)).stream()
                            .map(QueryTestRun::json)
                            .toList();
        } catch (SourceException | ConfigurationException e) {
            return refused(stream, test, e);
        }
        if (test.error() != null) {
            return List.of(test.place() + ": the stream must fail with \"" + test.error() + "\", but gives "
                    + events.size() + " events");
        }
        return differences(test, events);
    }

    private static List<String> refused(StreamDefinition stream, QueryTest test, RuntimeException refusal) {
        String said = oneLine(refusal);
        if (test.error() != null) {
            return said.contains(test.error())
                    ? List.of()
                    : List.of(test.place() + ": the stream must fail with \"" + test.error() + "\", but fails with: "
                            + said);
        }
        return List.of(test.place() + ": the stream '" + stream.id() + "' fails: " + said);
    }

    /** The event, with what travels beside it. */
    private static JsonNode json(EventPreview preview) {
        try {
            if (preview.body().isEmpty()) {
                return JSON.createObjectNode()
                        .put("watermark", preview.watermark())
                        .put("dead_letter", preview.fault());
            }
            ObjectNode event = (ObjectNode) JSON.readTree(preview.body());
            event.put("watermark", preview.watermark());
            ObjectNode properties = event.putObject("properties");
            preview.properties().forEach((name, value) -> properties.put(name, value.toString()));
            return event;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an event is JSON", e);
        }
    }

    /** Each expected event takes the first one that fits and that no other took: rows of one watermark have no order. */
    private static List<String> differences(QueryTest test, List<JsonNode> events) {
        List<String> differences = new ArrayList<>();
        List<JsonNode> left = new ArrayList<>(events);
        List<ExpectedEvent> missing = new ArrayList<>();
        for (ExpectedEvent expected : test.events()) {
            JsonNode fitting = left.stream()
                    .filter(event -> difference(expected, event).isEmpty())
                    .findFirst()
                    .orElse(null);
            if (fitting == null) {
                missing.add(expected);
            } else {
                left.remove(fitting);
            }
        }
        for (ExpectedEvent expected : missing) {
            // The one that is likest, so that a person sees the one field that is wrong.
            JsonNode nearest = left.stream()
                    .min(Comparator.comparingInt(
                            event -> difference(expected, event).size()))
                    .orElse(null);
            if (nearest == null) {
                differences.add(expected.place() + ": no event like this came out: " + expected.fields());
            } else {
                left.remove(nearest);
                differences.add(expected.place() + ": " + String.join(", ", difference(expected, nearest))
                        + "; the event is " + nearest);
            }
        }
        left.forEach(event -> differences.add(test.place() + ": an event came out that is not expected: " + event));
        return differences;
    }

    private static List<String> difference(ExpectedEvent expected, JsonNode event) {
        List<String> differences = new ArrayList<>();
        compare("", expected.fields(), event, differences);
        if (expected.exact()) {
            JsonNode wanted = expected.fields().path("payload");
            event.path("payload").fieldNames().forEachRemaining(name -> {
                if (!wanted.has(name)) {
                    differences.add("payload." + name + " is not expected");
                }
            });
        }
        return differences;
    }

    private static void compare(String path, JsonNode expected, JsonNode actual, List<String> differences) {
        if (expected.isObject() && actual.isObject()) {
            for (Map.Entry<String, JsonNode> field : expected.properties()) {
                String name = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
                compare(name, field.getValue(), actual.path(field.getKey()), differences);
            }
        } else if (expected.isArray() && actual.isArray() && expected.size() == actual.size()) {
            for (int i = 0; i < expected.size(); i++) {
                compare(path + "[" + i + "]", expected.get(i), actual.get(i), differences);
            }
        } else if (!isSame(expected, actual) && !(TIMES.contains(path) && isSameTime(expected, actual))) {
            String found = actual.isMissingNode() ? " is missing" : " is " + actual;
            String wanted = expected.isNull() ? "not be there" : "be " + expected;
            differences.add(path + found + " and must " + wanted);
        }
    }

    private static boolean isSame(JsonNode expected, JsonNode actual) {
        if (expected.isNull()) {
            return actual.isMissingNode() || actual.isNull();
        }
        if (expected.isNumber() && actual.isNumber()) {
            return expected.decimalValue().compareTo(actual.decimalValue()) == 0;
        }
        return expected.equals(actual);
    }

    private static boolean isSameTime(JsonNode expected, JsonNode actual) {
        return expected.isTextual() && actual.isTextual() && TimeText.isSame(expected.textValue(), actual.textValue());
    }

    private static String oneLine(Exception e) {
        return String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " ");
    }
}
