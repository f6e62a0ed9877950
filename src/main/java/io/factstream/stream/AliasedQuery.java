package io.factstream.stream;

import io.factstream.source.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A stream's query as something to select from, whose columns are named by their places. No name of the user's can then be
 * seen by the SQL around it, whatever that calls its own columns and parameters.
 *
 * @param query the stream's, as written
 * @param selected what it gives, in its order
 * @param columns the same in the order that events have them in
 */
record AliasedQuery(String query, List<Column> selected, List<Column> columns) {

    static final String ROW = "_row";

    AliasedQuery {
        selected = List.copyOf(selected);
        columns = List.copyOf(columns);
    }

    /** For after FROM. */
    String sql() {
        // Closed on a line of its own, because the query may end in a comment; opened on the query's first line, so
        // that DuckDB's messages count the lines of the query file.
        return IntStream.range(0, selected.size())
                .mapToObj(AliasedQuery::alias)
                .collect(Collectors.joining(", ", "(" + query + "\n) AS " + ROW + "(", ")"));
    }

    /** The value of a column, which must be one of the query's. */
    String value(String column) {
        for (int place = 0; place < selected.size(); place++) {
            if (selected.get(place).name().equals(column)) {
                return ROW + "." + alias(place);
            }
        }
        throw new IllegalStateException("the query has no column " + column);
    }

    /**
     * The text of these columns of a row, as DuckDB writes it: what slices of a value are cut by, so it must stay as it
     * is.
     */
    String text(List<Column> of) {
        List<String> members = new ArrayList<>();
        for (Column column : of) {
            members.add(Sql.name(column.name()) + " := " + value(column.name()));
        }
        return "CAST(" + Sql.call("struct_pack", members.toArray(String[]::new)) + " AS VARCHAR)";
    }

    private static String alias(int place) {
        return "c" + place;
    }
}
