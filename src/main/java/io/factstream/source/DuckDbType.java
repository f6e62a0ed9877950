package io.factstream.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A DuckDB type, as DESCRIBE writes it, parsed so that nested types can be walked.
 */
public sealed interface DuckDbType {

    /** A type without parts; {@code name} is upper case and without parameters, such as BIGINT or ENUM. */
    record Scalar(String name) implements DuckDbType {
        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * A DECIMAL.
     *
     * @param width how many digits it has
     * @param scale how many of them stand behind the point
     */
    record Decimal(int width, int scale) implements DuckDbType {
        @Override
        public String toString() {
            return "DECIMAL(" + width + "," + scale + ")";
        }
    }

    /** A LIST, or an ARRAY of a fixed length. */
    record ListOf(DuckDbType element) implements DuckDbType {
        @Override
        public String toString() {
            return element + "[]";
        }
    }

    /** A STRUCT. */
    record StructOf(List<Field> fields) implements DuckDbType {
        @Override
        public String toString() {
            // Without fields it has no parentheses in SQL.
            return fields.isEmpty() ? "STRUCT" : "STRUCT" + Field.list(fields);
        }
    }

    /** A TUPLE: a row whose fields have no names. */
    record TupleOf(List<DuckDbType> elements) implements DuckDbType {
        @Override
        public String toString() {
            return elements.stream().map(DuckDbType::toString).collect(Collectors.joining(", ", "TUPLE(", ")"));
        }
    }

    /** A MAP. */
    record MapOf(DuckDbType key, DuckDbType value) implements DuckDbType {
        @Override
        public String toString() {
            return "MAP(" + key + ", " + value + ")";
        }
    }

    /** A UNION: one of its members at a time. */
    record UnionOf(List<Field> members) implements DuckDbType {
        @Override
        public String toString() {
            return "UNION" + Field.list(members);
        }
    }

    /** A named part of a STRUCT or UNION. */
    record Field(String name, DuckDbType type) {
        private static String list(List<Field> fields) {
            return fields.stream().map(Field::toString).collect(Collectors.joining(", ", "(", ")"));
        }

        @Override
        public String toString() {
            return '"' + name.replace("\"", "\"\"") + "\" " + type;
        }
    }

    /**
     * Parses the text that DESCRIBE gives for a type.
     *
     * @throws IllegalArgumentException when the text is not one that DuckDB writes
     */
    static DuckDbType parse(String text) {
        Parser parser = new Parser(text);
        DuckDbType type;
        try {
            type = parser.type();
        } catch (StringIndexOutOfBoundsException | NumberFormatException e) {
            throw new IllegalArgumentException("not a DuckDB type: " + text, e);
        }
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
            String name = name().toUpperCase(Locale.ROOT);
            if (at >= text.length() || text.charAt(at) != '(') {
                // What has no fields has no parentheses either.
                return switch (name) {
                    case "TUPLE" -> new TupleOf(List.of());
                    case "STRUCT" -> new StructOf(List.of());
                    default -> new Scalar(name);
                };
            }
            return switch (name) {
                case "DECIMAL" -> decimal();
                case "STRUCT" -> new StructOf(fields());
                case "TUPLE" -> new TupleOf(elements());
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
                    yield new Scalar(name);
                }
            };
        }

        private Decimal decimal() {
            int comma = text.indexOf(',', at);
            int end = text.indexOf(')', at);
            int width = Integer.parseInt(text.substring(at + 1, comma).strip());
            int scale = Integer.parseInt(text.substring(comma + 1, end).strip());
            at = end + 1;
            return new Decimal(width, scale);
        }

        private List<DuckDbType> elements() {
            List<DuckDbType> elements = new ArrayList<>();
            at++;
            while (text.charAt(at) != ')') {
                elements.add(type());
                if (text.charAt(at) == ',') {
                    skip(',');
                }
            }
            at++;
            return List.copyOf(elements);
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
            throw new IllegalArgumentException("not a DuckDB type: " + text);
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
