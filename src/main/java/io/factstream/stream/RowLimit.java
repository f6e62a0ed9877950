package io.factstream.stream;

import io.factstream.source.Column;
import io.factstream.source.DuckDbType;
import io.factstream.source.DuckDbType.Decimal;
import io.factstream.source.DuckDbType.Field;
import io.factstream.source.DuckDbType.ListOf;
import io.factstream.source.DuckDbType.MapOf;
import io.factstream.source.DuckDbType.Scalar;
import io.factstream.source.DuckDbType.StructOf;
import io.factstream.source.DuckDbType.TupleOf;
import io.factstream.source.DuckDbType.UnionOf;
import io.factstream.stream.Unfolding.Piece;
import io.factstream.stream.Unfolding.Rest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How large a row may be to be read: one that is larger can be no event, and its values stay where they are.
 *
 * @param bytes of a row as JSON, at least {@link #LEAST}; texts inside of events are counted without what JSON adds
 * @param isMeasured whether all of a row is measured before JSON is made of it, which costs a twentieth of the reading.
 *     Else only lists are, of which DuckDB does not count all the memory that they take, and the JSON is measured
 * @param fewLevels how many levels of lists are gone through by lambdas within one another; the sizes are the same
 */
record RowLimit(long bytes, boolean isMeasured, int fewLevels) {

    /** What a hub takes in the Standard, Premium and Dedicated tiers. */
    static final long LEAST = 1L << 20;

    /** First in the payload of what is read of a row that is too large; no JSON text can hold this character. */
    static final char TOO_LARGE = 2;

    private static final int LONGEST_NAME = 1_024;
    /** JSON that DuckDB stores may have words in it that become shorter ones. */
    private static final int SHORTENING = 4;

    RowLimit {
        if (bytes < LEAST) {
            throw new IllegalArgumentException("a row may have " + LEAST + " bytes at least, not only " + bytes);
        }
    }

    /** For a hub whose messages have so many bytes at most. */
    static RowLimit of(long messageBytes) {
        return new RowLimit(Math.max(LEAST, messageBytes), false, Unfolding.FEW_LEVELS);
    }

    /** As this, for rows that DuckDB had no memory to make JSON of. */
    RowLimit measured() {
        return new RowLimit(bytes, true, fewLevels);
    }

    /** SQL that is true for a row whose JSON would certainly be too large; null where nothing of it is to be measured. */
    @Nullable
    String exceeded(AliasedQuery query) {
        List<String> conditions = new ArrayList<>();
        for (Column column : query.columns()) {
            String size =
                    isMeasured || hasLists(column.type()) ? size(query.value(column.name()), column.type()) : null;
            if (size != null) {
                boolean shortened = column.type().equals(new Scalar("JSON"));
                conditions.add(size + " > " + (shortened ? SHORTENING * bytes : bytes));
            }
        }
        return conditions.isEmpty() ? null : String.join(" OR ", conditions);
    }

    /** SQL of how many bytes the texts, BLOBs and lists of a row have together. */
    String size(AliasedQuery query) {
        return sum(query.columns().stream()
                .map(column -> size(query.value(column.name()), column.type()))
                .toList());
    }

    /** SQL of a text that is another one for another row, as far as that can be told without a copy of the row. */
    String digest(AliasedQuery query) {
        return query.columns().stream()
                .map(column -> "coalesce(" + digest(query.value(column.name()), column.type()) + ", '')")
                .collect(Collectors.collectingAndThen(
                        Collectors.joining(", '|', "), parts -> Sql.call("md5", Sql.call("concat", parts))));
    }

    /** The SQL of a text, or of NULL where it is too long to name anything. */
    static String ifShort(String value, String text) {
        return "CASE WHEN " + Sql.call("strlen", "CAST(" + value + " AS VARCHAR)") + " <= " + LONGEST_NAME + " THEN "
                + text + " END";
    }

    private String digest(String value, DuckDbType type) {
        if (type instanceof Scalar scalar) {
            return switch (scalar.name()) {
                case "VARCHAR", "JSON", "BLOB" -> Sql.call("md5", value);
                // No function of DuckDB takes these without a copy.
                case "VARIANT", "BIT", "BIGNUM" -> "''";
                default -> "CAST(" + value + " AS VARCHAR)";
            };
        }
        return type instanceof Decimal
                ? "CAST(" + value + " AS VARCHAR)"
                : "CAST(" + Objects.requireNonNullElse(size(value, type), "0") + " AS VARCHAR)";
    }

    private static boolean hasLists(DuckDbType type) {
        if (type instanceof StructOf struct) {
            return struct.fields().stream().anyMatch(field -> hasLists(field.type()));
        }
        if (type instanceof UnionOf union) {
            return union.members().stream().anyMatch(member -> hasLists(member.type()));
        }
        if (type instanceof TupleOf tuple) {
            return tuple.elements().stream().anyMatch(RowLimit::hasLists);
        }
        return type instanceof ListOf || type instanceof MapOf;
    }

    /** SQL of a number of bytes that the value's JSON has at least, or of NULL; null where that is always few. */
    @Nullable
    String size(String value, DuckDbType type) {
        if (Unfolding.levels(type) > fewLevels) {
            return deepSize(value, type);
        }
        if (type instanceof Scalar scalar) {
            return switch (scalar.name()) {
                case "VARCHAR", "JSON" -> Sql.call("strlen", value);
                case "BLOB" -> Sql.call("octet_length", value);
                case "BIT" -> Sql.call("length", value);
                default -> null;
            };
        }
        if (type instanceof ListOf list) {
            return listSize(value, list.element());
        }
        if (type instanceof MapOf map) {
            return sum(List.of(
                    listSize(Sql.call("map_keys", value), map.key()),
                    listSize(Sql.call("map_values", value), map.value())));
        }
        List<@Nullable String> sizes = new ArrayList<>();
        parts(value, type).forEach((part, partType) -> sizes.add(size(part, partType)));
        return sizes.stream().allMatch(Objects::isNull) ? null : sum(sizes);
    }

    /** Each element has a comma and one character at least. */
    private String listSize(String list, DuckDbType element) {
        String length = Sql.call("*", "2", Sql.call("len", list));
        // The list that a lambda is in has another name for its elements.
        String variable = "_" + "n".repeat(1 + Unfolding.levels(element));
        String size = size(variable, element);
        if (size == null) {
            return length;
        }
        String sizes = Sql.call("list_transform", list, "lambda " + variable + ": coalesce(" + size + ", 0)");
        String all = Sql.call("+", length, "coalesce(" + Sql.call("list_aggr", sizes, "'sum'") + ", 0)");
        return "CASE WHEN " + length + " > " + bytes + " THEN " + length + " ELSE " + all + " END";
    }

    /** As {@link #size(String, DuckDbType)}, where many lists are within one another. */
    private String deepSize(String value, DuckDbType type) {
        return Sql.call("list_aggr", Unfolding.all(pieces(value, type)), "'sum'");
    }

    private List<Piece> pieces(String value, DuckDbType type) {
        List<@Nullable String> sizes = new ArrayList<>();
        List<Piece> pieces = new ArrayList<>();
        measure(value, type, sizes, pieces);
        pieces.add(new Piece(number(sum(sizes)), null));
        return pieces;
    }

    private void measure(String value, DuckDbType type, List<@Nullable String> sizes, List<Piece> pieces) {
        if (Unfolding.levels(type) <= Unfolding.levelsWithin(fewLevels)) {
            sizes.add(size(value, type));
        } else if (type instanceof ListOf list) {
            String length = Sql.call("*", "2", Sql.call("len", value));
            sizes.add(length);
            String opened = "CASE WHEN " + length + " <= " + bytes + " THEN " + value + " END";
            pieces.add(new Piece(number("0"), new Rest(opened, element -> pieces(element, list.element()))));
        } else if (type instanceof MapOf map) {
            measure(Sql.call("map_keys", value), new ListOf(map.key()), sizes, pieces);
            measure(Sql.call("map_values", value), new ListOf(map.value()), sizes, pieces);
        } else {
            parts(value, type).forEach((part, partType) -> measure(part, partType, sizes, pieces));
        }
    }

    /** What is added up has one type. */
    private static String number(String size) {
        return "CAST(" + size + " AS HUGEINT)";
    }

    /** The values within a STRUCT, TUPLE or UNION. */
    private static Map<String, DuckDbType> parts(String value, DuckDbType type) {
        Map<String, DuckDbType> parts = new LinkedHashMap<>();
        if (type instanceof StructOf struct) {
            for (Field field : struct.fields()) {
                parts.put(Sql.call("struct_extract", value, Sql.text(field.name())), field.type());
            }
        } else if (type instanceof TupleOf tuple) {
            for (DuckDbType element : tuple.elements()) {
                parts.put(Sql.call("struct_extract", value, String.valueOf(parts.size() + 1)), element);
            }
        } else if (type instanceof UnionOf union) {
            for (Field member : union.members()) {
                parts.put(Sql.call("union_extract", value, Sql.text(member.name())), member.type());
            }
        }
        return parts;
    }

    private static String sum(List<@Nullable String> sizes) {
        return sizes.stream()
                .filter(Objects::nonNull)
                .map(size -> "coalesce(" + size + ", 0)")
                .reduce((one, other) -> Sql.call("+", one, other))
                .orElse("0");
    }
}
