package io.factstream.stream;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The columns of a query that are not payload: their names begin with an underscore. */
enum EnvelopeColumn {
    WATERMARK("_watermark"),
    EVENT_TIME("_event_time"),
    TRACE_ID("_trace_id"),
    PARTITION_KEY("_partition_key"),
    CORRELATION_ID("_correlation_id"),
    PARENT_EVENT_ID("_parent_event_id");

    /** Those that are texts, in the order of {@link Event.Part}. */
    static final List<EnvelopeColumn> TEXTS = List.of(TRACE_ID, PARTITION_KEY, CORRELATION_ID, PARENT_EVENT_ID);

    private final String columnName;

    EnvelopeColumn(String columnName) {
        this.columnName = columnName;
    }

    String columnName() {
        return columnName;
    }

    static Optional<EnvelopeColumn> named(String name) {
        return Arrays.stream(values())
                .filter(column -> column.columnName.equals(name))
                .findFirst();
    }

    /** The names of all. */
    static List<String> all() {
        return Arrays.stream(values()).map(EnvelopeColumn::columnName).toList();
    }
}
