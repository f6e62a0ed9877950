package io.factstream.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.factstream.config.ConfigurationException;
import io.factstream.config.Problems;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What DuckDB's own parser says of a stream's query: that it is one SELECT, which gives all its rows.
 *
 * <p>A query that limits itself would lose rows without a word: the limit applies before FactStream's window, so that the
 * rows behind it never come. Subqueries may do so, as their result is what the query is about.
 */
final class QuerySyntax {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Pattern CHANGING = Pattern.compile("\"type\":\"([A-Z]+)(_INTO)?_QUERY_NODE\"");

    private final StreamDefinition stream;

    private QuerySyntax(StreamDefinition stream) {
        this.stream = stream;
    }

    /**
     * Refuses what is no single SELECT, and one that orders, limits or samples its rows.
     *
     * @throws ConfigurationException naming each mistake with its line of the query file
     */
    static void check(StreamDefinition stream, Connection connection) throws SQLException {
        QuerySyntax syntax = new QuerySyntax(stream);
        JsonNode tree = syntax.tree(connection);
        String error = tree.path("error_message").asText();
        if (tree.path("error_type").asText().equals("parser")) {
            throw syntax.refusal(tree.path("position").asText(), "is no SQL: " + error, "Correct the query");
        }
        if (error.contains("Only SELECT")) {
            refuseWhatIsNoSelect(stream, connection);
        }
        Problems problems = new Problems();
        JsonNode outermost = outermost(tree);
        syntax.checkModifiers(outermost.path("modifiers"), problems);
        syntax.checkReading(tree, problems);
        if (outermost.hasNonNull("sample") || outermost.path("from_table").hasNonNull("sample")) {
            syntax.add(
                    problems,
                    syntax.last("SAMPLE|TABLESAMPLE"),
                    "the query takes a sample, which is another one each time, so that rows would be lost",
                    "Take it out, or filter by a hash of a column");
        }
        problems.refuseIfAny();
    }

    private JsonNode tree(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT " + Sql.call("json_serialize_sql", Sql.text(stream.query())))) {
            row.next();
            return JSON.readTree(row.getString(1));
        } catch (JsonProcessingException e) {
            throw new SQLException("DuckDB writes a query in another form than JSON", e);
        }
    }

    private static JsonNode outermost(JsonNode tree) {
        return tree.path("statements").path(0).path("node");
    }

    /** The file and line where a query leaves out what lies below a watermark that it names; empty when it does not. */
    static Optional<String> fixedBound(StreamDefinition stream, Connection connection) throws SQLException {
        QuerySyntax syntax = new QuerySyntax(stream);
        JsonNode outermost = outermost(syntax.tree(connection));
        return QueryFilter.of(outermost.path("where_clause"), outermost.path("select_list"), stream.watermarkColumn())
                .byConstant()
                .map(at -> stream.place(syntax.line(at)));
    }

    private void checkModifiers(JsonNode modifiers, Problems problems) {
        for (JsonNode modifier : modifiers) {
            String type = modifier.path("type").asText();
            if (type.contains("LIMIT")) {
                String limit = location(modifier.path("limit"));
                String place = isPlace(limit) ? limit : location(modifier.path("offset"));
                add(
                        problems,
                        isPlace(place) ? place : last("LIMIT|OFFSET|FETCH"),
                        "the query ends in LIMIT or OFFSET, so that rows behind it would be lost without a word",
                        "Take it out: FactStream reads page by page by itself (factstream.page.max-rows)");
            }
            if (type.contains("ORDER")) {
                String place = location(modifier.path("orders").path(0).path("expression"));
                add(
                        problems,
                        isPlace(place) ? place : last("ORDER"),
                        "the query ends in ORDER BY, which would sort the whole table for each page",
                        "Take it out: FactStream reads in the order of the watermark by itself");
            }
        }
    }

    private static String location(JsonNode expression) {
        return expression.path("query_location").asText();
    }

    /** DuckDB says of a WITH that changes rows only that it must stand elsewhere. */
    private void checkReading(JsonNode tree, Problems problems) {
        Matcher found = CHANGING.matcher(tree.toString());
        if (found.find()) {
            String changing = found.group(1);
            add(
                    problems,
                    last(changing),
                    "the query changes rows, by " + changing + ", and a query only reads",
                    "Take it out; the loader is the one who writes");
        }
    }

    /** The place of the last of some words that stands outside of texts and comments; null when there is none. */
    private @Nullable String last(String words) {
        return Sql.words(stream.query()).stream()
                .filter(word -> word.text().toUpperCase(Locale.ROOT).matches(words))
                .reduce((before, word) -> word)
                .map(word ->
                        String.valueOf(stream.query().substring(0, word.at()).getBytes(StandardCharsets.UTF_8).length))
                .orElse(null);
    }

    /** DuckDB's form of no place is the largest number there is. */
    private static boolean isPlace(@Nullable String at) {
        return at != null && at.matches("\\d{1,9}");
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
        return at != null && isPlace(at) ? line(stream, Integer.parseInt(at)) : OptionalInt.empty();
    }

    /** The line of an offset in bytes; empty when the query is shorter. */
    static OptionalInt line(StreamDefinition stream, int at) {
        byte[] query = stream.query().getBytes(StandardCharsets.UTF_8);
        if (at > query.length) {
            return OptionalInt.empty();
        }
        String before = new String(Arrays.copyOf(query, at), StandardCharsets.UTF_8);
        return OptionalInt.of(1 + (int) before.chars().filter(c -> c == '\n').count());
    }
}
