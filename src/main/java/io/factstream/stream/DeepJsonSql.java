package io.factstream.stream;

import io.factstream.source.DuckDbType;
import io.factstream.source.DuckDbType.Field;
import io.factstream.source.DuckDbType.ListOf;
import io.factstream.source.DuckDbType.MapOf;
import io.factstream.source.DuckDbType.StructOf;
import io.factstream.source.DuckDbType.TupleOf;
import io.factstream.source.DuckDbType.UnionOf;
import io.factstream.stream.Unfolding.Piece;
import io.factstream.stream.Unfolding.Rest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The JSON of values in which many lists are within one another, by {@link Unfolding}: the same as {@link JsonSql} makes. */
final class DeepJsonSql {

    /** Follows each bracket that opens; no JSON text can hold this character. A comma after it is one too many. */
    private static final String OPENED = Sql.call("chr", "3");

    private static final String NULL_ELEMENT = "',null'";

    private final JsonSql shallow;
    private final int shallowLevels;

    /**
     * @param shallow makes the JSON of what has few levels
     * @param shallowLevels how many these are
     */
    DeepJsonSql(JsonSql shallow, int shallowLevels) {
        this.shallow = shallow;
        this.shallowLevels = shallowLevels;
    }

    /** JSON of {@code value}, as {@link JsonSql#of}. */
    String of(String value, DuckDbType type) {
        Pieces pieces = new Pieces();
        pieces.add("''", value, type, null);
        String joined = Sql.call("list_aggr", Unfolding.all(pieces.all()), "'string_agg'", "''");
        String first = Sql.call("replace", joined, Sql.joined(OPENED, "','"), "''");
        return "CASE WHEN " + isPresent(value, type) + " THEN " + Sql.call("replace", first, OPENED, "''") + " END";
    }

    private boolean isShallow(DuckDbType type) {
        return Unfolding.levels(type) <= shallowLevels;
    }

    /** SQL of whether a value has JSON, which is to be known before it is made. */
    private String isPresent(String value, DuckDbType type) {
        if (isShallow(type)) {
            return shallow.of(value, type) + " IS NOT NULL";
        }
        if (!(type instanceof UnionOf union)) {
            return value + " IS NOT NULL";
        }
        List<String> present = union.members().stream()
                .map(member -> "(" + isPresent(member(value, member), member.type()) + ")")
                .toList();
        return "(" + String.join(" OR ", present) + ")";
    }

    private static String field(String value, Field field) {
        return Sql.call("struct_extract", value, Sql.text(field.name()));
    }

    private static String member(String value, Field member) {
        return Sql.call("union_extract", value, Sql.text(member.name()));
    }

    /** What is written of a value, piece by piece. */
    private final class Pieces {
        private final List<Piece> pieces = new ArrayList<>();
        private final List<String> texts = new ArrayList<>();

        private List<Piece> all() {
            if (!texts.isEmpty()) {
                end(null);
            }
            return pieces;
        }

        private void end(@Nullable Rest rest) {
            pieces.add(new Piece(Sql.call("concat", texts.isEmpty() ? "''" : String.join(", ", texts)), rest));
            texts.clear();
        }

        /**
         * Adds the JSON of a value.
         *
         * @param before SQL of the text before it
         * @param ifAbsent SQL of the whole text where it has no JSON; null for none
         */
        private void add(String before, String value, DuckDbType type, @Nullable String ifAbsent) {
            if (isShallow(type)) {
                String json = Sql.joined(before, shallow.of(value, type));
                texts.add(ifAbsent == null ? json : "coalesce(" + json + ", " + ifAbsent + ")");
            } else if (type instanceof ListOf list) {
                open(before, "'['", value, ifAbsent);
                end(new Rest(value, element -> element(element, list.element())));
                close(value, "']'");
            } else if (type instanceof MapOf map) {
                open(before, "'{'", value, ifAbsent);
                end(new Rest(Sql.call("map_entries", value), entry -> entry(entry, map.value())));
                close(value, "'}'");
            } else if (type instanceof TupleOf tuple) {
                open(before, "'['", value, ifAbsent);
                for (int place = 1; place <= tuple.elements().size(); place++) {
                    String part = Sql.call("struct_extract", value, String.valueOf(place));
                    add("','", part, tuple.elements().get(place - 1), whenPresent(value, NULL_ELEMENT));
                }
                close(value, "']'");
            } else if (type instanceof UnionOf union) {
                union.members().forEach(member -> add(before, member(value, member), member.type(), null));
                if (ifAbsent != null) {
                    texts.add("CASE WHEN NOT " + isPresent(value, type) + " THEN " + ifAbsent + " END");
                }
            } else {
                open(before, "'{'", value, ifAbsent);
                ((StructOf) type)
                        .fields()
                        .forEach(field -> add(
                                Sql.text("," + Sql.json(field.name()) + ":"), field(value, field), field.type(), null));
                close(value, "'}'");
            }
        }

        private void open(String before, String bracket, String value, @Nullable String ifAbsent) {
            String opened = "CASE WHEN " + value + " IS NOT NULL THEN " + Sql.joined(before, bracket, OPENED);
            texts.add(opened + (ifAbsent == null ? " END" : " ELSE " + ifAbsent + " END"));
        }

        private void close(String value, String bracket) {
            texts.add(whenPresent(value, bracket));
        }

        private static String whenPresent(String value, String text) {
            return "CASE WHEN " + value + " IS NOT NULL THEN " + text + " END";
        }

        private List<Piece> element(String element, DuckDbType type) {
            Pieces made = new Pieces();
            made.add("','", element, type, NULL_ELEMENT);
            return made.all();
        }

        private List<Piece> entry(String entry, DuckDbType type) {
            Pieces made = new Pieces();
            made.texts.add(Sql.joined("','", JsonSql.key(entry), "':'"));
            made.add("''", Sql.call("struct_extract", entry, "'value'"), type, "'null'");
            return made.all();
        }
    }
}
