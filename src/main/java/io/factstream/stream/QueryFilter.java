package io.factstream.stream;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/**
 * What the WHERE of a stream's query does with the stream's own watermark, as far as DuckDB's parser shows it. Which rows
 * a query takes must not depend on when it is run: FactStream asks again and again, and sends what is new.
 */
final class QueryFilter {

    private final JsonNode where;
    private final String column;

    private QueryFilter(JsonNode where, String column) {
        this.where = where;
        this.column = column;
    }

    /**
     * @param where DuckDB's tree of the WHERE clause
     * @param selected DuckDB's tree of the selected columns
     * @param watermark the name of the watermark among them
     */
    static QueryFilter of(JsonNode where, JsonNode selected, String watermark) {
        String column = StreamSupport.stream(selected.spliterator(), false)
                .filter(item -> item.path("alias").asText().equals(watermark))
                .map(QueryFilter::columnName)
                .findFirst()
                .orElse(watermark);
        return new QueryFilter(where, column);
    }

    /** Where it leaves out what lies below a bound that stays. */
    Optional<String> byConstant() {
        return lowerBound(where, QueryFilter::isConstant).map(QueryFilter::location);
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

    /** Neither of a row, nor of another query, nor of the present time, which some keywords tell that look like columns. */
    private static boolean isConstant(JsonNode bound) {
        return bound.path("class").asText().matches("CONSTANT|CAST|FUNCTION")
                && find(
                                bound,
                                node -> node.path("class").asText().matches("COLUMN_REF|SUBQUERY")
                                        || FunctionStability.PRESENT.containsKey(node.path("function_name")
                                                .asText()
                                                .toLowerCase(Locale.ROOT)))
                        .isEmpty();
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
