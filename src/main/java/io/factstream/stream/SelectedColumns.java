package io.factstream.stream;

import io.factstream.config.ConfigurationException;
import io.factstream.source.Column;
import io.factstream.source.DuckDbType;
import io.factstream.source.DuckDbType.Field;
import io.factstream.source.DuckDbType.StructOf;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The columns that a query gave when its stream was last advanced, beside those that it gives now. As text they are the
 * STRUCT that DuckDB would make of a row.
 */
record SelectedColumns(List<Field> before, List<Field> now) {

    private static final int MOST_NAMED = 5;

    static String text(List<Column> columns) {
        return new StructOf(columns.stream()
                        .map(column -> new Field(column.name(), column.type()))
                        .toList())
                .toString();
    }

    static SelectedColumns of(String before, String now) {
        return new SelectedColumns(fields(before), fields(now));
    }

    /**
     * Those of the columns that a query gives which it gave before too, in the order that they had then.
     *
     * @param before as {@link #text} writes them
     */
    static List<Column> known(String before, List<Column> columns) {
        Map<String, Column> found =
                columns.stream().collect(Collectors.toMap(column -> key(column.name()), Function.identity()));
        return fields(before).stream()
                .flatMap(field -> Stream.ofNullable(found.get(key(field.name()))))
                .toList();
    }

    private static List<Field> fields(String text) {
        if (DuckDbType.parse(text) instanceof StructOf columns) {
            return columns.fields();
        }
        throw new IllegalStateException("the state holds no list of columns but " + text);
    }

    /**
     * Refuses columns that are gone, or have another type or name, be it only in other letters: consumers would get other events than they know, and rows that
     * are sent again other ids than before.
     */
    void refuseDrift(StreamDefinition stream) {
        Map<String, Field> found = byName(now);
        List<String> drifted = new ArrayList<>();
        for (Field column : before) {
            Field same = found.get(key(column.name()));
            if (same == null) {
                drifted.add("the column " + column.name() + ", a " + column.type() + ", is gone");
            } else if (!same.name().equals(column.name())) {
                drifted.add("the column " + column.name() + " is now named " + same.name());
            } else if (!same.type().equals(column.type())) {
                drifted.add("the column " + column.name() + " was a " + column.type() + " and is now a " + same.type());
            }
        }
        if (!drifted.isEmpty()) {
            String more = drifted.size() > MOST_NAMED ? ", and " + (drifted.size() - MOST_NAMED) + " more" : "";
            throw new ConfigurationException(
                    stream.queryFile().toString(),
                    drifted.stream().limit(MOST_NAMED).collect(Collectors.joining(", ")) + more,
                    "Restore it, CAST it in the query to what it was or name it so by AS, or go on with what is there now: factstream"
                            + " watermark accept " + stream.id());
        }
    }

    /** Columns that the query did not give before, as text. */
    List<String> added() {
        Map<String, Field> known = byName(before);
        return now.stream()
                .filter(column -> !known.containsKey(key(column.name())))
                .map(column -> column.name() + " " + column.type())
                .toList();
    }

    /** Names of columns differ by more than case. */
    private static Map<String, Field> byName(List<Field> columns) {
        return columns.stream().collect(Collectors.toMap(column -> key(column.name()), Function.identity()));
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
