package io.factstream.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.watermark.Watermark;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What commands write for programs: one JSON object a line, names in small letters with underscores, times in UTC. */
final class Json {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    /** An object without members. */
    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** Puts a time as text; null where there is none. */
    static ObjectNode put(ObjectNode object, String name, @Nullable Instant time) {
        return object.put(name, time == null ? null : time.toString());
    }

    /** Puts a position as an object of its parts; null where there is none. */
    static ObjectNode put(ObjectNode object, String name, @Nullable Watermark position) {
        if (position == null) {
            return object.putNull(name);
        }
        ObjectNode parts = object.putObject(name);
        parts.put("type", position.type()).put("value", position.value());
        if (position.slices() != null) {
            parts.put("slices_done", position.slices().done())
                    .put("slices_of", position.slices().of());
        }
        return object;
    }
}
