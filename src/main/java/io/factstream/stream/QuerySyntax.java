package io.factstream.stream;

import io.factstream.config.ConfigurationException;
import io.factstream.config.Problems;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What DuckDB's own parser says of a stream's query: that it is one SELECT, which gives all its rows.
 *
 * <p>A query that limits itself would lose rows without a word: the limit applies before FactStream's window, so that the
 * rows behind it never come. Subqueries may do so, as their result is what the query is about.
 */
final class QuerySyntax {

    /** The places where a query as a whole can be told to give other rows than all, each with what stands there. */
    private static final String PARSED = """
            WITH parsed AS (SELECT json_serialize_sql(%s) AS tree),
            outermost AS (SELECT tree, tree->'$.statements[0].node' AS node FROM parsed)
            SELECT
                tree->>'$.error_type',
                tree->>'$.error_message',
                tree->>'$.position',
                array_to_string(json_extract_string(node, '$.modifiers[*].type'), ','),
                array_to_string(json_extract_string(node, '$.modifiers[*].limit.query_location'), ','),
                array_to_string(json_extract_string(node, '$.modifiers[*].offset.query_location'), ','),
                array_to_string(json_extract_string(node, '$.modifiers[*].orders[0].expression.query_location'), ','),
                node->>'$.where_clause',
                node->>'$.select_list',
                coalesce(nullif(node->>'$.sample', 'null'), nullif(node->>'$.from_table.sample', 'null')) IS NOT NULL
            FROM outermost""";

    private final StreamDefinition stream;

    private QuerySyntax(StreamDefinition stream) {
        this.stream = stream;
    }

    /**
     * Refuses what is no single SELECT, and one that orders, limits or samples its rows, or leaves out what has become
     * old.
     *
     * @throws ConfigurationException naming each mistake with its line of the query file
     */
    static void check(StreamDefinition stream, Connection connection) throws SQLException {
        QuerySyntax syntax = new QuerySyntax(stream);
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(PARSED.formatted(Sql.text(stream.query())))) {
            row.next();
            if ("parser".equals(row.getString(1))) {
                throw syntax.refusal(row.getString(3), "is no SQL: " + row.getString(2), "Correct the query");
            }
            if (row.getString(2) != null && row.getString(2).contains("Only SELECT")) {
                refuseWhatIsNoSelect(stream, connection);
            }
            Problems problems = new Problems();
            syntax.checkModifiers(row, problems);
            syntax.checkFilter(row.getString(8), row.getString(9), problems);
            if (row.getBoolean(10)) {
                syntax.add(
                        problems,
                        null,
                        "the query takes a sample, which is another one each time, so that rows would be lost",
                        "Take it out, or filter by a hash of a column");
            }
            problems.refuseIfAny();
        }
    }

    /** The file and line where a query leaves out what lies below a watermark that it names; empty when it does not. */
    static Optional<String> fixedBound(StreamDefinition stream, Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(PARSED.formatted(Sql.text(stream.query())))) {
            row.next();
            return QueryFilter.of(row.getString(8), row.getString(9), stream.watermarkColumn())
                    .byConstant()
                    .map(at -> stream.place(new QuerySyntax(stream).line(at)));
        }
    }

    private void checkModifiers(ResultSet row, Problems problems) throws SQLException {
        String modifiers = row.getString(4) == null ? "" : row.getString(4);
        if (modifiers.contains("LIMIT")) {
            add(
                    problems,
                    Stream.of(row.getString(5), row.getString(6))
                            .filter(at -> at != null && !at.isEmpty())
                            .findFirst()
                            .orElse(null),
                    "the query ends in LIMIT or OFFSET, so that rows behind it would be lost without a word",
                    "Take it out: FactStream reads page by page by itself (factstream.page.max-rows)");
        }
        if (modifiers.contains("ORDER")) {
            add(
                    problems,
                    row.getString(7),
                    "the query ends in ORDER BY, which would sort the whole table for each page",
                    "Take it out: FactStream reads in the order of the watermark by itself");
        }
    }

    private void checkFilter(@Nullable String where, @Nullable String selected, Problems problems) {
        QueryFilter filter = QueryFilter.of(where, selected, stream.watermarkColumn());
        filter.byTheMoment()
                .ifPresent(at -> add(
                        problems,
                        at,
                        "the query leaves rows out whose watermark is too old, or not after what was sent: while the hub"
                                + " or the source is away more of them grow old, and would be lost without a word",
                        "Take the condition out: FactStream reads what lies after the saved watermark by itself"));
        filter.byChance()
                .ifPresent(at -> add(
                        problems,
                        at,
                        "the query takes rows at random, other ones each time, so that rows would be lost",
                        "Take it out, or filter by a hash of a column"));
    }

    /** A PIVOT is as good as a SELECT, though its tree cannot be had. */
    private static void refuseWhatIsNoSelect(StreamDefinition stream, Connection connection) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DESCRIBE " + stream.query());
        } catch (SQLException e) {
            throw new ConfigurationException(
                    stream.queryFile().toString(), "the query is no SELECT", "Write one SELECT into it", e);
        }
    }

    private void add(Problems problems, @Nullable String at, String what, String mend) {
        problems.add(stream.place(line(at)), what, mend);
    }

    /** @param at the offset in bytes, in DuckDB's form: none at all is the largest number there is */
    private ConfigurationException refusal(@Nullable String at, String what, String mend) {
        return new ConfigurationException(stream.place(line(at)), what, mend);
    }

    private OptionalInt line(@Nullable String at) {
        byte[] query = stream.query().getBytes(StandardCharsets.UTF_8);
        String first = at == null ? "" : at.split(",", 2)[0];
        if (!first.matches("\\d{1,9}") || Integer.parseInt(first) > query.length) {
            return OptionalInt.empty();
        }
        String before = new String(Arrays.copyOf(query, Integer.parseInt(first)), StandardCharsets.UTF_8);
        return OptionalInt.of(1 + (int) before.chars().filter(c -> c == '\n').count());
    }
}
