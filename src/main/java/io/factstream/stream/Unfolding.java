package io.factstream.stream;

import io.factstream.source.DuckDbType;
import io.factstream.source.DuckDbType.Field;
import io.factstream.source.DuckDbType.ListOf;
import io.factstream.source.DuckDbType.MapOf;
import io.factstream.source.DuckDbType.StructOf;
import io.factstream.source.DuckDbType.TupleOf;
import io.factstream.source.DuckDbType.UnionOf;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * SQL that goes through lists within lists one level after the other: the lists of a level, opened, are the argument of the
 * call that opens the next one. A lambda within the body of another one makes DuckDB plan the inner one twice, so what is
 * nested that way costs twice as much with each level.
 */
final class Unfolding {

    /** How many levels of lists are gone through by lambdas within one another, which takes a sixth of the time a row. */
    static final int FEW_LEVELS = 6;

    private static final String ITEM = "item";
    private static final String ELEMENT = "element";

    private Unfolding() {}

    /**
     * A part of what is made of a value, in its order.
     *
     * @param made SQL of what is made already, of one type in all pieces
     * @param rest a list that what follows is still to be made of; null where there is none
     */
    record Piece(String made, @Nullable Rest rest) {}

    /**
     * A list that is opened in the next round.
     *
     * @param list SQL of it, which may be NULL and then has no pieces
     * @param opened the pieces of an element, given the SQL of one
     */
    record Rest(String list, Function<String, List<Piece>> opened) {}

    /** SQL of the list of all that the pieces and what is within them make, in its order. */
    static String all(List<Piece> pieces) {
        String items = items(pieces, 0, rests(pieces).size());
        for (List<Rest> rests = rests(pieces); !rests.isEmpty(); ) {
            List<List<Piece>> opened =
                    rests.stream().map(rest -> rest.opened().apply(ELEMENT)).toList();
            List<Rest> next =
                    opened.stream().flatMap(some -> rests(some).stream()).toList();
            List<String> parts = new ArrayList<>();
            parts.add(items(List.of(new Piece(part(1), null)), 0, next.size()));
            int place = 0;
            for (int i = 0; i < opened.size(); i++) {
                parts.add(transformed(part(i + 2), ELEMENT, items(opened.get(i), place, next.size())));
                place += rests(opened.get(i)).size();
            }
            items = transformed(items, ITEM, Sql.call("list_concat", parts.toArray(String[]::new)));
            rests = next;
        }
        return items;
    }

    /** How many levels of lists what is made of an element may have: two lambdas are around it already. */
    static int levelsWithin(int fewLevels) {
        return Math.max(0, fewLevels - 2);
    }

    /** How many lists are within one another in a type. */
    static int levels(DuckDbType type) {
        if (type instanceof ListOf list) {
            return 1 + levels(list.element());
        }
        if (type instanceof MapOf map) {
            return 1 + Math.max(levels(map.key()), levels(map.value()));
        }
        List<DuckDbType> parts = type instanceof StructOf struct
                ? struct.fields().stream().map(Field::type).toList()
                : type instanceof UnionOf union
                        ? union.members().stream().map(Field::type).toList()
                        : type instanceof TupleOf tuple ? tuple.elements() : List.of();
        return parts.stream().mapToInt(Unfolding::levels).max().orElse(0);
    }

    private static List<Rest> rests(List<Piece> pieces) {
        List<Rest> rests = new ArrayList<>();
        for (Piece piece : pieces) {
            if (piece.rest() != null) {
                rests.add(piece.rest());
            }
        }
        return rests;
    }

    /** A list of pieces as SQL: what is made, and a place for each list of the round, of which at most one is taken. */
    private static String items(List<Piece> pieces, int firstPlace, int places) {
        List<String> items = new ArrayList<>();
        int place = firstPlace;
        for (Piece piece : pieces) {
            List<String> parts = new ArrayList<>(List.of(piece.made()));
            for (int i = 0; i < places; i++) {
                parts.add(piece.rest() != null && i == place ? piece.rest().list() : "NULL");
            }
            if (piece.rest() != null) {
                place++;
            }
            items.add(places == 0 ? piece.made() : Sql.call("row", parts.toArray(String[]::new)));
        }
        return Sql.call("list_value", items.toArray(String[]::new));
    }

    private static String part(int place) {
        return Sql.call("struct_extract", ITEM, String.valueOf(place));
    }

    private static String transformed(String list, String variable, String pieces) {
        return Sql.call("flatten", Sql.call("list_transform", list, "lambda " + variable + ": " + pieces));
    }
}
