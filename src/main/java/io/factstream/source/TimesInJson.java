package io.factstream.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.DateTimeException;
import java.util.Optional;

/** The times within a value that is written as JSON, for a type with parts. */
final class TimesInJson {

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private TimesInJson() {}

    /**
     * The same JSON with its times in UTC, as {@link TimeText#inUtc} writes them; which of its texts are times tells the
     * type.
     *
     * @throws DateTimeException when there is no such time, offset or zone
     */
    static String inUtc(String json, DuckDbType type) {
        if (!holdsTime(type)) {
            return json;
        }
        try {
            return inUtc(JSON.readTree(json), type).toString();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON: " + json, e);
        }
    }

    private static boolean holdsTime(DuckDbType type) {
        if (type instanceof DuckDbType.ListOf list) {
            return holdsTime(list.element());
        }
        if (type instanceof DuckDbType.MapOf map) {
            return holdsTime(map.value());
        }
        if (type instanceof DuckDbType.StructOf struct) {
            return struct.fields().stream().anyMatch(field -> holdsTime(field.type()));
        }
        return TimeText.isFor(type);
    }

    private static JsonNode inUtc(JsonNode node, DuckDbType type) {
        if (node instanceof TextNode text && TimeText.isFor(type)) {
            return TextNode.valueOf(TimeText.inUtc(text.textValue()));
        }
        if (node instanceof ArrayNode array && type instanceof DuckDbType.ListOf list) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, inUtc(array.get(i), list.element()));
            }
        }
        if (node instanceof ObjectNode object) {
            object.properties().forEach(entry -> part(type, entry.getKey())
                    .ifPresent(part -> entry.setValue(inUtc(entry.getValue(), part))));
        }
        return node;
    }

    private static Optional<DuckDbType> part(DuckDbType type, String name) {
        if (type instanceof DuckDbType.MapOf map) {
            return Optional.of(map.value());
        }
        return type instanceof DuckDbType.StructOf struct
                ? struct.fields().stream()
                        .filter(field -> field.name().equalsIgnoreCase(name))
                        .<DuckDbType>map(DuckDbType.Field::type)
                        .findFirst()
                : Optional.empty();
    }
}
