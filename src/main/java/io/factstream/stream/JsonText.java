package io.factstream.stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Reads a JSON text back. */
final class JsonText {

    private static final JsonFactory JSON = new JsonFactory();

    private JsonText() {}

    /** The text whose JSON stands in {@code bytes}, the quotes around it excluded. */
    static String decode(byte[] bytes, int start, int length) {
        for (int at = start; at < start + length; at++) {
            if (bytes[at] == '\\') {
                return parse(bytes, start - 1, length + 2);
            }
        }
        return new String(bytes, start, length, StandardCharsets.UTF_8);
    }

    private static String parse(byte[] bytes, int start, int length) {
        try (JsonParser parser = JSON.createParser(bytes, start, length)) {
            parser.nextToken();
            return parser.getText();
        } catch (IOException e) {
            throw new UncheckedIOException("DuckDB made a JSON text that cannot be read back", e);
        }
    }
}
