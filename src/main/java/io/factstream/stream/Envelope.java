package io.factstream.stream;

import io.factstream.eventhubs.WireSize;
import io.factstream.stream.Event.Part;
import io.factstream.stream.Event.Parts;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The JSON object around each row of a stream, and the application properties beside it.
 *
 * <p>Its fields, in this order: {@code event_type}, {@code payload}, {@code trace_id}, {@code ingest_timestamp} (the
 * row's event time, where that is finite), {@code schema_version}, {@code source}, {@code correlation_id}, {@code partition_key},
 * {@code session_id}, {@code parent_event_id}; what a row does not have is left out.
 */
final class Envelope {

    private static final byte[] TRACE_ID = ascii(",\"trace_id\":");
    private static final byte[] INGEST_TIMESTAMP = ascii(",\"ingest_timestamp\":");
    private static final byte[] CORRELATION_ID = ascii(",\"correlation_id\":");
    private static final byte[] PARTITION_KEY = ascii(",\"partition_key\":");
    private static final byte[] PARENT_EVENT_ID = ascii(",\"parent_event_id\":");
    /** A derived trace id is hexadecimal, so only the quotes around it are added. */
    private static final int QUOTES = 2;
    /** Every finite time is longer. */
    private static final int LONGEST_INFINITE = "\"-infinity\"".length();

    private final String eventType;
    private final String stream;
    private final String schemaVersion;
    private final byte[] head;
    private final byte[] origin;
    private final byte[] session;
    private final int fixedPropertiesContent;

    /**
     * @param source the {@code source} of all events
     * @param schemaVersion the {@code schema_version} of all events
     * @param sessionId the run of the runtime that sends them
     */
    Envelope(StreamDefinition stream, String source, String schemaVersion, String sessionId) {
        this.eventType = stream.eventType();
        this.stream = stream.id();
        this.schemaVersion = schemaVersion;
        head = utf8("{\"event_type\":" + Sql.json(eventType) + ",\"payload\":");
        origin = utf8(",\"schema_version\":" + Sql.json(schemaVersion) + ",\"source\":" + Sql.json(source));
        session = utf8(",\"session_id\":" + Sql.json(sessionId));
        fixedPropertiesContent = properties("").entrySet().stream()
                .mapToInt(property -> WireSize.text(property.getKey())
                        + WireSize.text(property.getValue().toString()))
                .sum();
    }

    /** All that travels beside the body: nothing else is ever put into an event's application properties. */
    Map<String, Object> properties(String traceId) {
        return Map.of(
                "event_type", eventType,
                "stream", stream,
                "trace_id", traceId,
                "schema_version", schemaVersion,
                "content_type", "application/json");
    }

    /** The encoded size of the content of {@link #properties}, with a trace id of so many bytes in UTF-8. */
    int propertiesContent(int traceIdBytes) {
        return fixedPropertiesContent - WireSize.text("") + WireSize.textOf(traceIdBytes);
    }

    /** The length in bytes of what {@link #json} returns. */
    int length(Event event, Parts parts) {
        String derived = event.derivedId();
        return head.length
                + parts.payloadLength()
                + TRACE_ID.length
                + (derived == null ? parts.length(Part.TRACE_ID) : derived.length() + QUOTES)
                + (isFinite(parts) ? optional(INGEST_TIMESTAMP, parts, Part.EVENT_TIME) : 0)
                + origin.length
                + optional(CORRELATION_ID, parts, Part.CORRELATION_ID)
                + optional(PARTITION_KEY, parts, Part.PARTITION_KEY)
                + session.length
                + optional(PARENT_EVENT_ID, parts, Part.PARENT_EVENT_ID)
                + 1;
    }

    /** The event as it is sent: UTF-8 JSON. */
    byte[] json(Event event) {
        return json(event, event.parts());
    }

    /** As above, where its parts are known already. */
    byte[] json(Event event, Parts parts) {
        String derived = event.derivedId();
        Writer out = new Writer(new byte[length(event, parts)]);
        out.write(head);
        out.writePayload(parts);
        out.write(TRACE_ID);
        if (derived == null) {
            out.write(parts, Part.TRACE_ID);
        } else {
            out.write(ascii('"' + derived + '"'));
        }
        if (isFinite(parts)) {
            out.write(INGEST_TIMESTAMP, parts, Part.EVENT_TIME);
        }
        out.write(origin);
        out.write(CORRELATION_ID, parts, Part.CORRELATION_ID);
        out.write(PARTITION_KEY, parts, Part.PARTITION_KEY);
        out.write(session);
        out.write(PARENT_EVENT_ID, parts, Part.PARENT_EVENT_ID);
        out.write(new byte[] {'}'});
        return out.bytes;
    }

    /** Whether an event time is one that a calendar has: an infinite one is none, but part of what an id is made of. */
    private static boolean isFinite(Parts parts) {
        return parts.length(Part.EVENT_TIME) > LONGEST_INFINITE;
    }

    private static int optional(byte[] name, Parts parts, Part part) {
        int length = parts.length(part);
        return length == 0 ? 0 : name.length + length;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static final class Writer {
        private final byte[] bytes;
        private int at;

        private Writer(byte[] bytes) {
            this.bytes = bytes;
        }

        private void write(byte[] part) {
            System.arraycopy(part, 0, bytes, at, part.length);
            at += part.length;
        }

        private void write(Parts parts, Part part) {
            parts.copy(part, bytes, at);
            at += parts.length(part);
        }

        private void writePayload(Parts parts) {
            parts.copyPayload(bytes, at);
            at += parts.payloadLength();
        }

        private void write(byte[] name, Parts parts, Part part) {
            if (parts.length(part) > 0) {
                write(name);
                write(parts, part);
            }
        }
    }
}
