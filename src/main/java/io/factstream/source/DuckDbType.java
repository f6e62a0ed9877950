package io.factstream.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A DuckDB type, as DESCRIBE writes it, parsed so that nested types can be walked.
 */
public sealed interface DuckDbType {

    /** A type without parts; {@code name} is upper case and without parameters, such as DECIMAL. */
    record Scalar(String name) implements DuckDbType {}

    /** A LIST, or an ARRAY of a fixed length. */
    record ListOf(DuckDbType element) implements DuckDbType {}

    /** A STRUCT; a row without field names has fields with empty names. */
    record StructOf(List<Field> fields) implements DuckDbType {}

    /** A MAP. */
    record MapOf(DuckDbType key, DuckDbType value) implements DuckDbType {}

    /** A UNION: one of its members at a time. */
    record UnionOf(List<Field> members) implements DuckDbType {}

    /** A named part of a STRUCT or UNION. */
    record Field(String name, DuckDbType type) {}

    /**
     * Parses the text that DESCRIBE gives for a type.
     *
     * @throws IllegalArgumentException when the text is not one that DuckDB writes
     */
    static DuckDbType parse(String text) {
        Parser parser = new Parser(text);
        DuckDbType type = parser.type();
        if (parser.at != text.length()) {
            throw new IllegalArgumentException("not a DuckDB type: " + text);
        }
        return type;
    }

    /** A reader of type texts: names, quoted names, brackets and parentheses. */
    final class Parser {
        private final String text;
        private int at;

        private Parser(String text) {
            this.text = text;
        }

        private DuckDbType type() {
            DuckDbType type = base();
            while (at < text.length() && text.charAt(at) == '[') {
                at = text.indexOf(']', at) + 1;
                type = new ListOf(type);
            }
            return type;
        }

        private DuckDbType base() {
            String name = name();
            if (at >= text.length() || text.charAt(at) != '(') {
                return new Scalar(name.toUpperCase(Locale.ROOT));
            }
            return switch (name.toUpperCase(Locale.ROOT)) {
                case "STRUCT" -> new StructOf(fields());
                case "UNION" -> new UnionOf(fields());
                case "MAP" -> {
                    at++;
                    DuckDbType key = type();
                    skip(',');
                    DuckDbType value = type();
                    skip(')');
                    yield new MapOf(key, value);
                }
                default -> {
                    skipParameters();
                    yield new Scalar(name.toUpperCase(Locale.ROOT));
                }
            };
        }

        private List<Field> fields() {
            List<Field> fields = new ArrayList<>();
            at++;
            while (text.charAt(at) != ')') {
                String name = fieldName();
                fields.add(new Field(name, type()));
                if (text.charAt(at) == ',') {
                    skip(',');
                }
            }
            at++;
            return List.copyOf(fields);
        }

        private String fieldName() {
            String name;
            if (text.charAt(at) == '"') {
                name = quoted();
            } else {
                int end = text.indexOf(' ', at);
                name = text.substring(at, end);
                at = end;
            }
            skip(' ');
            return name;
        }

        private String quoted() {
            StringBuilder name = new StringBuilder();
            for (at++; ; at++) {
                if (text.charAt(at) == '"') {
                    if (at + 1 < text.length() && text.charAt(at + 1) == '"') {
                        at++;
                    } else {
                        at++;
                        return name.toString();
                    }
                }
                name.append(text.charAt(at));
            }
        }

        /** A type's name; TIMESTAMP WITH TIME ZONE has spaces in it. */
        private String name() {
            if (text.charAt(at) == '"') {
                return quoted();
            }
            int start = at;
            while (at < text.length() && "([,)".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(start, at).strip();
        }

        private void skipParameters() {
            boolean inText = false;
            int depth = 0;
            for (; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == '\'') {
                    inText = !inText;
                } else if (!inText && c == '(') {
                    depth++;
                } else if (!inText && c == ')' && --depth == 0) {
                    at++;
                    return;
                }
            }
        }

        private void skip(char expected) {
            if (text.charAt(at) != expected) {
                throw new IllegalArgumentException("not a DuckDB type: " + text);
            }
            at++;
            while (at < text.length() && text.charAt(at) == ' ') {
                at++;
            }
        }
    }
}
