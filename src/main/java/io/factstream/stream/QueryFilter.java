package io.factstream.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * What the WHERE of a stream's query does with the stream's own watermark, as far as DuckDB's parser shows it. Which rows
 * a query takes must not depend on when it is run: FactStream asks again and again, and sends what is new.
 */
final class QueryFilter {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Set<String> PRESENT = Set.of(
            "now",
            "current_timestamp",
            "get_current_timestamp",
            "transaction_timestamp",
            "current_localtimestamp",
            "localtimestamp",
            "current_date",
            "today");

    private static final Set<String> CHANCE = Set.of("random", "uuid", "gen_random_uuid", "uuidv4", "uuidv7");

    private final JsonNode where;
    private final String column;

    private QueryFilter(JsonNode where, String column) {
        this.where = where;
        this.column = column;
    }

    /**
     * @param where DuckDB's tree of the WHERE clause, as JSON; null when there is none
     * @param selected DuckDB's tree of the selected columns
     * @param watermark the name of the watermark among them
     */
    static QueryFilter of(@Nullable String where, @Nullable String selected, String watermark) {
        try {
            JsonNode tree = JSON.readTree(where == null || selected == null ? "null" : where);
            String column = tree.isNull()
                    ? watermark
                    : StreamSupport.stream(JSON.readTree(selected).spliterator(), false)
                            .filter(item -> item.path("alias").asText().equals(watermark))
                            .map(QueryFilter::columnName)
                            .findFirst()
                            .orElse(watermark);
            return new QueryFilter(tree, column);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("DuckDB writes its tree as JSON", e);
        }
    }

    /** Where it leaves out what lies below a bound that moves: the present time, or what another query finds. */
    Optional<String> byTheMoment() {
        return lowerBound(where, QueryFilter::moves).map(QueryFilter::location);
    }

    /** Where it leaves out what lies below a bound that stays. */
    Optional<String> byConstant() {
        return lowerBound(
                        where, bound -> bound.path("class").asText().matches("CONSTANT|CAST|FUNCTION") && !moves(bound))
                .map(QueryFilter::location);
    }

    /** Where it takes rows at random. */
    Optional<String> byChance() {
        return find(where, node -> isNamed(node, CHANCE)).map(QueryFilter::location);
    }

    private Optional<JsonNode> lowerBound(JsonNode tree, Predicate<JsonNode> bound) {
        return find(tree, node -> switch (node.path("type").asText()) {
            case "COMPARE_GREATERTHAN", "COMPARE_GREATERTHANOREQUALTO" ->
                isWatermark(node.path("left")) && bound.test(node.path("right"));
            case "COMPARE_LESSTHAN", "COMPARE_LESSTHANOREQUALTO" ->
                isWatermark(node.path("right")) && bound.test(node.path("left"));
            case "COMPARE_EQUAL" ->
                (isWatermark(node.path("left")) && bound.test(node.path("right")))
                        || (isWatermark(node.path("right")) && bound.test(node.path("left")));
            case "COMPARE_BETWEEN" -> isWatermark(node.path("input")) && bound.test(node.path("lower"));
            default -> false;
        });
    }

    private boolean isWatermark(JsonNode node) {
        return !column.isEmpty() && columnName(node).equalsIgnoreCase(column);
    }

    private static boolean moves(JsonNode tree) {
        return find(
                        tree,
                        node -> isNamed(node, PRESENT)
                                || node.path("class").asText().equals("SUBQUERY"))
                .isPresent();
    }

    /** A function of one of these names; some are written without parentheses, and then look like columns. */
    private static boolean isNamed(JsonNode node, Set<String> names) {
        return names.contains(node.path("function_name").asText().toLowerCase(Locale.ROOT))
                || names.contains(columnName(node).toLowerCase(Locale.ROOT));
    }

    private static String columnName(JsonNode node) {
        JsonNode names = node.path("column_names");
        return names.isEmpty() ? "" : names.get(names.size() - 1).asText();
    }

    private static Optional<JsonNode> find(JsonNode tree, Predicate<JsonNode> wanted) {
        if (tree.isObject() && wanted.test(tree)) {
            return Optional.of(tree);
        }
        for (JsonNode child : tree) {
            Optional<JsonNode> found = find(child, wanted);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static String location(JsonNode node) {
        return node.path("query_location").asText();
    }
}
