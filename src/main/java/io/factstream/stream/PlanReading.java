package io.factstream.stream;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Follows rows and columns through a {@linkplain BoundPlan plan}: what the columns that come out of it depend on, and
 * under which conditions rows come out. For one plan.
 */
final class PlanReading {

    /** Aggregates over all rows that rise as rows come. */
    private static final Set<String> RISING =
            Set.of("max", "arg_max", "argmax", "max_by", "arg_max_null", "last", "count", "count_star");

    private static final Set<String> FALLING = Set.of("min", "arg_min", "argmin", "min_by", "arg_min_null");

    private final PlanExpressions expressions;
    private final Map<Long, Rows> common = new HashMap<>();

    PlanReading(FunctionStability functions) {
        expressions = new PlanExpressions(functions);
    }

    /**
     * A condition that rows have to meet.
     *
     * @param movement how it turns out, and of which columns
     * @param at where it begins, as an offset in bytes in the query or in a view or macro; -1 where DuckDB does not say
     * @param length how many bytes long it is
     */
    record Condition(Movement movement, int at, int length) {

        static final Condition BY_CHANCE = new Condition(Movement.NONE.byChance(), -1, 0);

        static Condition of(Movement movement, JsonNode expression) {
            JsonNode at = expression.path("query_location");
            // DuckDB's form of no location is the largest number there is.
            return at.isInt()
                    ? new Condition(
                            movement,
                            at.asInt(),
                            expression.path("query_location_length").asInt())
                    : new Condition(movement, -1, 0);
        }

        Condition flipped() {
            return new Condition(movement.flipped(), at, length);
        }
    }

    /**
     * The rows that come out of a part of a plan.
     *
     * @param columns what each column depends on, in order
     * @param conditions those that depend on anything but the rows
     * @param shuffled whether they are in an order of chance
     */
    record Rows(List<Movement> columns, List<Condition> conditions, boolean shuffled) {

        Rows {
            columns = List.copyOf(columns);
            conditions = List.copyOf(conditions);
        }

        static Rows of(List<Movement> columns) {
            return new Rows(columns, List.of(), false);
        }

        Rows with(List<Movement> others) {
            return new Rows(others, conditions, shuffled);
        }

        Rows and(List<Condition> more) {
            return new Rows(columns, joined(conditions, more), shuffled);
        }

        /** What a value depends on that is made of all these rows. */
        Movement drift() {
            boolean chance =
                    conditions.stream().anyMatch(each -> each.movement().chance());
            boolean leave = conditions.stream()
                    .anyMatch(each -> each.movement().is(Movement.FALLS | Movement.UNSURE | Movement.DRIFTS));
            return new Movement(leave ? Movement.DRIFTS : 0, chance, Set.of());
        }
    }

    /** What comes out of an operator. */
    Rows read(JsonNode operator) {
        return switch (operator.path("type").asText().replaceFirst("^LOGICAL_", "")) {
            case "GET" -> table(operator);
            // One row of one column, though the plan lists none: what is unnested without a FROM stands behind it.
            case "DUMMY_SCAN" -> Rows.of(List.of(Movement.NONE));
            case "PROJECTION" -> project(operator);
            case "FILTER" -> filter(operator);
            case "AGGREGATE_AND_GROUP_BY" -> aggregate(operator);
            case "COMPARISON_JOIN", "ASOF_JOIN", "DELIM_JOIN", "ANY_JOIN" -> join(operator);
            case "EXPRESSION_GET" -> values(operator);
            case "UNION" -> set(operator, false);
            case "EXCEPT" -> set(operator, true);
            case "INTERSECT" -> set(operator, false);
            case "ORDER_BY" -> order(operator);
            case "LIMIT", "TOP_N" -> limit(operator);
            case "SAMPLE" -> sample(operator);
            case "WINDOW", "UNNEST" -> append(operator);
            case "MATERIALIZED_CTE" -> commonTable(operator);
            case "RECURSIVE_CTE" -> recursion(operator);
            case "CTE_REF" -> common.getOrDefault(operator.path("cte_index").asLong(), unknown(operator));
            default -> all(operator);
        };
    }

    private Rows table(JsonNode operator) {
        JsonNode path = operator.path("function_data").path("qualified_name").path("path");
        String table = path.isEmpty() ? "#" + operator.path("table_index").asText() : path.toString();
        List<Rows> inputs = children(operator);
        Movement input = Movement.mixed(
                inputs.stream().flatMap(rows -> rows.columns().stream()).toList());
        List<Movement> columns = new ArrayList<>();
        for (JsonNode column : operator.path("column_indexes")) {
            String name =
                    operator.path("names").path(column.path("index").asInt()).asText();
            columns.add(Movement.all(List.of(Movement.ofColumn(table + "." + name), input)));
        }
        return Rows.of(mapped(columns, operator.path("projection_ids")))
                .and(inputs.stream().flatMap(rows -> rows.conditions().stream()).toList());
    }

    private Rows values(JsonNode operator) {
        List<Movement> columns = null;
        for (JsonNode row : operator.path("expressions")) {
            List<Movement> values = each(row, List.of());
            columns = columns == null ? values : beside(columns, values);
        }
        return Rows.of(columns == null ? List.of() : columns);
    }

    private Rows project(JsonNode operator) {
        Rows rows = all(operator);
        return rows.with(each(operator.path("expressions"), rows.columns()));
    }

    private Rows filter(JsonNode operator) {
        Rows rows = all(operator);
        Rows left = rows.and(conditions(operator.path("expressions"), rows.columns()));
        return left.with(mapped(rows.columns(), operator.path("projection_map")));
    }

    private List<Condition> conditions(JsonNode list, List<Movement> columns) {
        List<Condition> found = new ArrayList<>();
        for (JsonNode expression : list) {
            addCondition(expressions.of(expression, columns), expression, found);
        }
        return found;
    }

    private static void addCondition(Movement movement, JsonNode expression, List<Condition> found) {
        if (movement.ways() != 0 || movement.chance()) {
            found.add(Condition.of(movement, expression));
        }
    }

    private Rows aggregate(JsonNode operator) {
        Rows rows = all(operator);
        List<Movement> columns = new ArrayList<>(each(operator.path("groups"), rows.columns()));
        boolean single = columns.isEmpty();
        for (JsonNode aggregate : operator.path("expressions")) {
            Movement made = Movement.all(List.of(expressions.of(aggregate, rows.columns()), rows.drift()));
            String name = PlanExpressions.name(aggregate);
            if (single && RISING.contains(name)) {
                made = made.with(Movement.RISES_WITH_ROWS);
            } else if (single && FALLING.contains(name)) {
                made = made.with(Movement.FALLS_WITH_ROWS);
            } else if (single && name.equals("first")) {
                made = made.with(Movement.LOOKED_UP);
            }
            columns.add(made);
        }
        // One row comes out of all, whichever they are.
        return new Rows(columns, single ? List.of() : rows.conditions(), false);
    }

    private Rows join(JsonNode operator) {
        Rows left = read(operator.path("children").path(0));
        Rows right = read(operator.path("children").path(1));
        List<Condition> on = joinConditions(operator, left, right);
        List<Movement> leftColumns = mapped(left.columns(), operator.path("left_projection_map"));
        List<Movement> rightColumns = mapped(right.columns(), operator.path("right_projection_map"));
        Rows inner = new Rows(right.columns(), joined(right.conditions(), on), false);
        return switch (operator.path("join_type").asText()) {
            case "LEFT", "SINGLE" ->
                new Rows(joined(leftColumns, drifting(rightColumns, inner)), left.conditions(), false);
            case "RIGHT" ->
                new Rows(
                        joined(
                                drifting(leftColumns, new Rows(List.of(), joined(left.conditions(), on), false)),
                                rightColumns),
                        right.conditions(),
                        false);
            case "SEMI" -> new Rows(leftColumns, joined(left.conditions(), inner.conditions()), false);
            case "ANTI" ->
                new Rows(
                        leftColumns,
                        joined(
                                left.conditions(),
                                inner.conditions().stream()
                                        .map(Condition::flipped)
                                        .toList()),
                        false);
            case "MARK" ->
                new Rows(
                        joined(
                                leftColumns,
                                List.of(Movement.all(inner.conditions().stream()
                                        .map(Condition::movement)
                                        .toList()))),
                        left.conditions(),
                        false);
            default ->
                new Rows(joined(leftColumns, rightColumns), joined(left.conditions(), inner.conditions()), false);
        };
    }

    private List<Condition> joinConditions(JsonNode operator, Rows left, Rows right) {
        List<Condition> found = new ArrayList<>();
        for (JsonNode condition : operator.path("conditions")) {
            if (condition.has("comparison")) {
                Movement movement = PlanExpressions.comparison(
                        condition.path("comparison").asText(),
                        List.of(
                                expressions.of(condition.path("left"), left.columns()),
                                expressions.of(condition.path("right"), right.columns())));
                addCondition(movement, condition.path("left"), found);
            }
        }
        if (operator.has("condition")) {
            Movement movement = expressions.of(operator.path("condition"), joined(left.columns(), right.columns()));
            addCondition(movement, operator.path("condition"), found);
        }
        return found;
    }

    /** Columns that are there or not, as rows come and go. */
    private static List<Movement> drifting(List<Movement> columns, Rows rows) {
        Movement drift = rows.drift();
        return columns.stream()
                .map(column -> Movement.all(List.of(column, drift)))
                .toList();
    }

    private Rows set(JsonNode operator, boolean except) {
        Rows left = read(operator.path("children").path(0));
        Rows right = read(operator.path("children").path(1));
        List<Condition> others =
                except ? right.conditions().stream().map(Condition::flipped).toList() : right.conditions();
        return new Rows(
                except ? left.columns() : beside(left.columns(), right.columns()),
                joined(left.conditions(), others),
                false);
    }

    private static List<Movement> beside(List<Movement> some, List<Movement> others) {
        List<Movement> columns = new ArrayList<>();
        for (int index = 0; index < some.size(); index++) {
            Movement other = index < others.size() ? others.get(index) : Movement.NONE;
            columns.add(Movement.all(List.of(some.get(index), other)));
        }
        return columns;
    }

    private Rows order(JsonNode operator) {
        Rows rows = all(operator);
        boolean shuffled = StreamSupport.stream(operator.path("orders").spliterator(), false)
                .anyMatch(order ->
                        expressions.of(order.path("expression"), rows.columns()).chance());
        return new Rows(mapped(rows.columns(), operator.path("projections")), rows.conditions(), shuffled);
    }

    private Rows limit(JsonNode operator) {
        Rows rows = operator.has("orders") ? order(operator) : all(operator);
        return rows.shuffled() ? rows.and(List.of(Condition.BY_CHANCE)) : rows;
    }

    private Rows sample(JsonNode operator) {
        Rows rows = all(operator);
        return operator.path("sample_options").path("repeatable").asBoolean()
                ? rows
                : rows.and(List.of(Condition.BY_CHANCE));
    }

    /** Its own columns follow those that go in. */
    private Rows append(JsonNode operator) {
        Rows rows = all(operator);
        boolean window = operator.path("type").asText().endsWith("WINDOW");
        List<Movement> added = each(operator.path("expressions"), rows.columns());
        return rows.with(joined(rows.columns(), window ? drifting(added, rows) : added));
    }

    private Rows commonTable(JsonNode operator) {
        common.put(
                operator.path("table_index").asLong(),
                read(operator.path("children").path(0)));
        return read(operator.path("children").path(1));
    }

    private Rows recursion(JsonNode operator) {
        Rows first = read(operator.path("children").path(0));
        common.put(operator.path("table_index").asLong(), first);
        Rows next = read(operator.path("children").path(1));
        return new Rows(beside(first.columns(), next.columns()), joined(first.conditions(), next.conditions()), false);
    }

    private static Rows unknown(JsonNode operator) {
        return Rows.of(StreamSupport.stream(operator.path("chunk_types").spliterator(), false)
                .map(type -> Movement.NONE)
                .toList());
    }

    /** All that goes into an operator, side by side. */
    private Rows all(JsonNode operator) {
        if (operator.path("children").isEmpty()) {
            return unknown(operator);
        }
        List<Rows> inputs = children(operator);
        return inputs.size() == 1
                ? inputs.get(0)
                : new Rows(
                        inputs.stream().flatMap(rows -> rows.columns().stream()).toList(),
                        inputs.stream()
                                .flatMap(rows -> rows.conditions().stream())
                                .toList(),
                        false);
    }

    private List<Rows> children(JsonNode operator) {
        return StreamSupport.stream(operator.path("children").spliterator(), false)
                .map(this::read)
                .toList();
    }

    private List<Movement> each(JsonNode list, List<Movement> columns) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(expression -> expressions.of(expression, columns))
                .toList();
    }

    private static List<Movement> mapped(List<Movement> columns, JsonNode map) {
        if (map.isEmpty()) {
            return columns;
        }
        return StreamSupport.stream(map.spliterator(), false)
                .map(index -> index.asInt() < columns.size() ? columns.get(index.asInt()) : Movement.NONE)
                .toList();
    }

    private static <T> List<T> joined(List<T> some, List<T> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }
}
