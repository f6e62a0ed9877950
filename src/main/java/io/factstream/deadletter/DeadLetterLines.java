package io.factstream.deadletter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.factstream.config.ConfigurationException;
import io.factstream.text.Utf8;
import io.factstream.text.Word;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Dead letters as JSON, one object a line, and back: what is written is read as the same letter, its event to the byte.
 *
 * <p>The event stands in {@code event} as the JSON object that it is; where it is none, in {@code event_text} as a text,
 * or in {@code event_base64} where it is no UTF-8. Members that a letter does not have are left out.
 */
public final class DeadLetterLines {

    private static final String EVENT = "event";
    private static final String EVENT_TEXT = "event_text";
    private static final String EVENT_BASE64 = "event_base64";
    private static final String EVENT_OMITTED = "event_omitted";

    private static final List<String> NUMBERS = List.of("attempts", "replays");
    private static final List<String> REQUIRED_TEXTS = List.of(
            "id",
            "stream",
            "event_type",
            "trace_id",
            "position",
            "hub",
            "category",
            "severity",
            "error",
            "first_failed",
            "last_failed",
            "session_id");
    private static final List<String> OPTIONAL_TEXTS =
            List.of("partition_key", "partition", "published", EVENT_TEXT, EVENT_BASE64, EVENT_OMITTED);

    /** Events are as large as rows are, so no bound but that of the line. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNestingDepth(100_000)
                    .build())
            .build();

    private DeadLetterLines() {}

    /** A letter in one line of UTF-8, without a line break at its end. */
    public static byte[] line(DeadLetter letter) {
        return write(letter, null);
    }

    /** A letter in one line, without its event but with the reason for that. Such a line cannot be imported. */
    public static byte[] lineWithoutEvent(DeadLetter letter, String why) {
        return write(letter, why);
    }

    /** Whether the bytes are one JSON object and nothing else, as every event of a stream is that can be sent. */
    static boolean isJsonObject(byte[] bytes) {
        if (bytes.length < 2 || bytes[0] != '{' || bytes[bytes.length - 1] != '}' || Utf8.text(bytes) == null) {
            return false;
        }
        try (JsonParser parser = JSON.createParser(bytes)) {
            parser.nextToken();
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (JsonProcessingException notJson) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("bytes in memory can always be read", e);
        }
    }

    private static byte[] write(DeadLetter letter, @Nullable String whyWithoutEvent) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(letter.eventBytes() + 1_024);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("id", letter.id());
            json.writeStringField("stream", letter.stream());
            json.writeStringField("event_type", letter.eventType());
            json.writeStringField("trace_id", letter.traceId());
            writeOptional(json, "partition_key", letter.partitionKey());
            writeOptional(json, "partition", letter.partition());
            json.writeStringField("position", letter.position());
            json.writeStringField("hub", letter.hub());
            json.writeStringField("category", Word.of(letter.failure().category()));
            json.writeStringField("severity", Word.of(letter.failure().severity()));
            json.writeStringField("error", letter.failure().error());
            json.writeStringField("first_failed", letter.firstFailed().toString());
            json.writeStringField("last_failed", letter.lastFailed().toString());
            json.writeNumberField("attempts", letter.attempts());
            json.writeNumberField("replays", letter.replays());
            json.writeStringField("session_id", letter.sessionId());
            writeOptional(json, "published", letter.published());
            json.writeObjectFieldStart("properties");
            for (Map.Entry<String, String> property : new TreeMap<>(letter.properties()).entrySet()) {
                json.writeStringField(property.getKey(), property.getValue());
            }
            json.writeEndObject();
            if (whyWithoutEvent == null) {
                writeEvent(json, letter.event());
            } else {
                json.writeStringField(EVENT_OMITTED, whyWithoutEvent);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("the dead letter " + letter.id() + " cannot be written as JSON", e);
        }
        return out.toByteArray();
    }

    private static void writeOptional(JsonGenerator json, String name, @Nullable Object value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value.toString());
        }
    }

    private static void writeEvent(JsonGenerator json, byte[] event) throws IOException {
        String text = Utf8.text(event);
        if (text == null) {
            json.writeStringField(EVENT_BASE64, Base64.getEncoder().encodeToString(event));
        } else if (isJsonObject(event) && text.indexOf('\n') < 0 && text.indexOf('\r') < 0) {
            json.writeFieldName(EVENT);
            json.writeRawValue(text);
        } else {
            json.writeStringField(EVENT_TEXT, text);
        }
    }

    /**
     * The letter in a line.
     *
     * @param where the file and line, for the message
     * @throws ConfigurationException when it is no line that {@link #line} could have written
     */
    public static DeadLetter read(String where, byte[] line) {
        return new Reader(where).read(line);
    }

    /** Reads one line. */
    private static final class Reader {

        private final String where;
        private final Map<String, String> texts = new HashMap<>();
        private final Map<String, Integer> numbers = new HashMap<>();
        private @Nullable Map<String, String> properties;
        private byte @Nullable [] event;

        private Reader(String where) {
            this.where = where;
        }

        private DeadLetter read(byte[] line) {
            if (Utf8.text(line) == null) {
                throw refusal("is no text in UTF-8", null);
            }
            try (JsonParser parser = JSON.createParser(line)) {
                if (parser.nextToken() != JsonToken.START_OBJECT) {
                    throw refusal("is no JSON object", null);
                }
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    readMember(line, parser);
                }
                if (parser.nextToken() != null) {
                    throw refusal("has more than one JSON object", null);
                }
            } catch (JsonProcessingException e) {
                // Jackson's own words may repeat what stands there, which may be a value of a row.
                throw refusal("is not JSON from column " + e.getLocation().getColumnNr() + " on", e);
            } catch (IOException e) {
                throw new UncheckedIOException("bytes in memory can always be read", e);
            }
            return letter();
        }

        private void readMember(byte[] line, JsonParser parser) throws IOException {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (NUMBERS.contains(name)) {
                if (value != JsonToken.VALUE_NUMBER_INT || !parser.getText().matches("\\d{1,9}")) {
                    throw refusal("has a member \"" + name + "\" that is no whole number", null);
                }
                once(name, numbers.put(name, parser.getIntValue()));
            } else if (REQUIRED_TEXTS.contains(name) || OPTIONAL_TEXTS.contains(name)) {
                once(name, texts.put(name, text(name, parser)));
            } else if (name.equals("properties")) {
                once(name, properties);
                properties = properties(parser);
            } else if (name.equals(EVENT)) {
                once(name, event);
                event = slice(line, parser);
            } else {
                throw refusal("has a member \"" + name + "\", which a dead letter has not", null);
            }
        }

        private String text(String name, JsonParser parser) throws IOException {
            if (parser.currentToken() != JsonToken.VALUE_STRING) {
                throw refusal("has a member \"" + name + "\" that is no text", null);
            }
            return parser.getText();
        }

        private Map<String, String> properties(JsonParser parser) throws IOException {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw refusal("has \"properties\" that are no object", null);
            }
            Map<String, String> read = new HashMap<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                once(name, read.put(name, text(name, parser)));
            }
            return read;
        }

        /** The event's own bytes, not what parsing and writing would make of them. */
        private byte[] slice(byte[] line, JsonParser parser) throws IOException {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw refusal("has an \"event\" that is no object", null);
            }
            int from = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
            parser.skipChildren();
            int to = Math.toIntExact(parser.currentLocation().getByteOffset());
            return Arrays.copyOfRange(line, from, to);
        }

        private void once(String name, @Nullable Object before) {
            if (before != null) {
                throw refusal("has the member \"" + name + "\" twice", null);
            }
        }

        private DeadLetter letter() {
            String missing = REQUIRED_TEXTS.stream()
                    .filter(name -> !texts.containsKey(name))
                    .collect(Collectors.joining(", "));
            if (!missing.isEmpty()) {
                throw refusal("lacks " + missing, null);
            }
            for (String name : NUMBERS) {
                if (!numbers.containsKey(name)) {
                    throw refusal("lacks " + name, null);
                }
            }
            if (properties == null) {
                throw refusal("lacks properties", null);
            }
            try {
                DeadLetter letter = new DeadLetter(
                        required("stream"),
                        required("event_type"),
                        required("trace_id"),
                        texts.get("partition_key"),
                        texts.get("partition"),
                        required("position"),
                        event(),
                        properties,
                        required("hub"),
                        new DeliveryFailure(
                                constant(ErrorCategory.class, "category"),
                                constant(Severity.class, "severity"),
                                required("error")),
                        Instant.parse(required("first_failed")),
                        Instant.parse(required("last_failed")),
                        Objects.requireNonNull(numbers.get("attempts")),
                        Objects.requireNonNull(numbers.get("replays")),
                        required("session_id"),
                        texts.containsKey("published") ? Instant.parse(required("published")) : null);
                if (!letter.id().equals(required("id"))) {
                    throw refusal(
                            "has an id that is not the one of its stream and trace id, which is " + letter.id(), null);
                }
                return letter;
            } catch (DateTimeException e) {
                throw refusal("has a time that is not written like 2026-01-31T10:00:00Z", e);
            } catch (IllegalArgumentException e) {
                throw refusal("makes no sense: " + e.getMessage(), e);
            }
        }

        private byte[] event() {
            int given = (event == null ? 0 : 1)
                    + (texts.containsKey(EVENT_TEXT) ? 1 : 0)
                    + (texts.containsKey(EVENT_BASE64) ? 1 : 0);
            if (texts.containsKey(EVENT_OMITTED)) {
                throw refusal("was published without its event, so there is nothing to keep", null);
            }
            if (given != 1) {
                throw refusal("has " + given + " of event, event_text and event_base64, not one", null);
            }
            if (event != null) {
                return event;
            }
            return texts.containsKey(EVENT_TEXT)
                    ? required(EVENT_TEXT).getBytes(StandardCharsets.UTF_8)
                    : Base64.getDecoder().decode(required(EVENT_BASE64));
        }

        private String required(String name) {
            return Objects.requireNonNull(texts.get(name), name);
        }

        private <E extends Enum<E>> E constant(Class<E> type, String name) {
            String given = required(name);
            return Arrays.stream(type.getEnumConstants())
                    .filter(constant -> Word.of(constant).equals(given))
                    .findFirst()
                    .orElseThrow(() -> refusal(
                            "has a " + name + " that is none of "
                                    + Arrays.stream(type.getEnumConstants())
                                            .map(Word::of)
                                            .collect(Collectors.joining(", ")),
                            null));
        }

        private ConfigurationException refusal(String what, @Nullable Throwable cause) {
            return new ConfigurationException(
                    where,
                    "the line " + what,
                    "Mend the line as `factstream dlq export` writes it, or take it out, and import again: letters that"
                            + " are stored already stay one",
                    cause);
        }
    }
}
