package io.factstream.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The events of the same rows, read one time after the other: a query whose answer changes gives other ones.
 *
 * @param envelope of both
 */
record ReadTwice(Envelope envelope, List<Event> first, List<Event> second) {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Map<String, String> ENVELOPE = Map.of(
            "partition_key", EnvelopeColumn.PARTITION_KEY.columnName(),
            "correlation_id", EnvelopeColumn.CORRELATION_ID.columnName(),
            "parent_event_id", EnvelopeColumn.PARENT_EVENT_ID.columnName(),
            "ingest_timestamp", EnvelopeColumn.EVENT_TIME.columnName());

    ReadTwice {
        first = List.copyOf(first);
        second = List.copyOf(second);
    }

    /** Compares, in whatever order the rows came. */
    Examination.Differences differences() {
        Map<String, Integer> ids = new HashMap<>();
        first.forEach(event -> ids.merge(event.watermark() + "\n" + event.traceId(), 1, Integer::sum));
        second.forEach(event -> ids.merge(event.watermark() + "\n" + event.traceId(), -1, Integer::sum));
        int differing = ids.values().stream().mapToInt(Math::abs).sum();
        if (differing == 0) {
            return Examination.Differences.NONE;
        }
        return first.size() == second.size()
                ? new Examination.Differences(differing, columns())
                : new Examination.Differences(differing, List.of());
    }

    private List<String> columns() {
        Map<String, Map<String, Integer>> values = new LinkedHashMap<>();
        first.forEach(event -> count(event, 1, values));
        second.forEach(event -> count(event, -1, values));
        List<String> differing = new ArrayList<>();
        values.forEach((name, counts) -> {
            if (counts.values().stream().anyMatch(count -> count != 0)) {
                differing.add(name);
            }
        });
        // Where nothing else differs, the ids are the query's own.
        return differing.isEmpty() ? List.of(EnvelopeColumn.TRACE_ID.columnName()) : differing;
    }

    private void count(Event event, int by, Map<String, Map<String, Integer>> values) {
        JsonNode json;
        try {
            json = JSON.readTree(event.isSendable() ? envelope.json(event) : new byte[0]);
        } catch (IOException e) {
            // Whoever reads the sample tells of events that are no JSON.
            return;
        }
        json.path("payload").properties().forEach(field -> {
            count(field.getKey(), field.getValue(), by, values);
        });
        ENVELOPE.forEach((field, column) -> {
            count(column, json.path(field), by, values);
        });
    }

    private static void count(String name, JsonNode value, int by, Map<String, Map<String, Integer>> values) {
        values.computeIfAbsent(name, key -> new HashMap<>()).merge(value.toString(), by, Integer::sum);
    }
}
