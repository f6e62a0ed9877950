package io.factstream.stream;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.StreamSupport;

/** What the expressions of a {@linkplain BoundPlan plan} depend on. */
record PlanExpressions(FunctionStability functions) {

    /** They grow, if at all, with each of their arguments. */
    private static final Set<String> GROWING = Set.of(
            "+",
            "add",
            "date_add",
            "date_trunc",
            "datetrunc",
            "epoch",
            "epoch_ms",
            "epoch_us",
            "epoch_ns",
            "to_timestamp",
            "make_timestamp",
            "make_timestamp_ms",
            "make_timestamp_ns",
            "make_timestamptz",
            "floor",
            "ceil",
            "ceiling",
            "round",
            "trunc",
            "year",
            "isoyear",
            "decade",
            "century",
            "millennium",
            "julian",
            "last_day",
            "time_bucket",
            "timezone",
            "normalized_interval",
            "least",
            "greatest",
            "to_years",
            "to_months",
            "to_weeks",
            "to_days",
            "to_hours",
            "to_minutes",
            "to_seconds",
            "to_milliseconds",
            "to_microseconds");

    private static final Set<String> GROWING_PARTS =
            Set.of("epoch", "epoch_us", "year", "isoyear", "decade", "century", "millennium", "julian");

    /** From the first of their last two arguments to the second. */
    private static final Set<String> DIFFERENCES = Set.of("date_diff", "datediff", "date_sub", "datesub");

    /**
     * What an expression depends on.
     *
     * @param columns what it may refer to
     */
    Movement of(JsonNode expression, List<Movement> columns) {
        return switch (expression.path("expression_class").asText()) {
            case "BOUND_REF" -> column(expression, columns);
            case "BOUND_CONSTANT" -> Movement.NONE;
            case "BOUND_FUNCTION" -> function(expression, columns);
            case "BOUND_OPERATOR" -> operator(expression, columns);
            case "BOUND_CONJUNCTION" -> Movement.all(children(expression, columns));
            case "BOUND_BETWEEN" -> between(expression, columns);
            case "BOUND_CAST" -> cast(expression, of(expression.path("child"), columns), expression.path("child"));
            case "BOUND_CASE" -> choice(expression, columns);
            // What its names refer to are its own parameters.
            case "BOUND_LAMBDA" -> Movement.mixed(nested(expression, List.of()));
            default -> Movement.mixed(nested(expression, columns));
        };
    }

    private static Movement column(JsonNode expression, List<Movement> columns) {
        int index = expression.path("index").asInt();
        return index < columns.size() ? columns.get(index) : Movement.NONE;
    }

    private List<Movement> children(JsonNode expression, List<Movement> columns) {
        return StreamSupport.stream(expression.path("children").spliterator(), false)
                .map(child -> of(child, columns))
                .toList();
    }

    /** Of all expressions that stand anywhere in one. */
    private List<Movement> nested(JsonNode expression, List<Movement> columns) {
        List<Movement> found = new ArrayList<>();
        for (JsonNode part : expression) {
            if (part.has("expression_class")) {
                found.add(of(part, columns));
            } else if (part.isContainerNode()) {
                found.addAll(nested(part, columns));
            }
        }
        return found;
    }

    private Movement function(JsonNode expression, List<Movement> columns) {
        String type = expression.path("type").asText();
        List<Movement> arguments = children(expression, columns);
        if (type.startsWith("COMPARE_")) {
            return isOfConditions(expression)
                    ? asTrueOrFalse(type, expression.path("children"), arguments)
                    : comparison(type, arguments);
        }
        String name = name(expression);
        if (name.equals("__cast")) {
            return cast(
                    expression,
                    Movement.all(arguments),
                    expression.path("children").path(0));
        }
        if (name.equals("error")) {
            return hidden(expression, arguments);
        }
        if (functions.isOfTheMoment(name)) {
            boolean rises = FunctionStability.PRESENT.containsKey(name) && !FunctionStability.isTimeOfDay(name);
            return Movement.ofTime(rises ? Movement.RISES : Movement.UNSURE);
        }
        if (functions.isOfChance(name)) {
            return Movement.mixed(arguments).byChance();
        }
        return arithmetic(name, expression, arguments);
    }

    /** The present time, where it is that. */
    private static Movement hidden(JsonNode expression, List<Movement> arguments) {
        String text =
                expression.path("children").path(0).path("value").path("value").asText();
        if (!text.endsWith(BoundPlan.PRESENT)) {
            return Movement.mixed(arguments);
        }
        String name = text.substring(0, text.length() - BoundPlan.PRESENT.length());
        return Movement.ofTime(FunctionStability.isTimeOfDay(name) ? Movement.UNSURE : Movement.RISES);
    }

    private static Movement arithmetic(String name, JsonNode expression, List<Movement> arguments) {
        int count = arguments.size();
        if (count == 2 && (name.equals("-") || name.equals("subtract") || name.equals("age"))) {
            return Movement.sum(List.of(arguments.get(0), arguments.get(1).flipped()));
        }
        if (count == 1 && (name.equals("-") || name.equals("subtract"))) {
            return arguments.get(0).flipped();
        }
        if (count == 1 && name.equals("age")) {
            return Movement.sum(
                    List.of(Movement.ofTime(Movement.RISES), arguments.get(0).flipped()));
        }
        if (count == 3 && DIFFERENCES.contains(name)) {
            return Movement.sum(List.of(arguments.get(1).flipped(), arguments.get(2)));
        }
        JsonNode children = expression.path("children");
        if (name.matches("\\*|multiply")) {
            for (int factor = 0; factor < count; factor++) {
                if (sign(children.path(factor)) != 0) {
                    Movement other = arguments.get(count - 1 - factor);
                    return sign(children.path(factor)) > 0 ? other : other.flipped();
                }
            }
        }
        if (count == 2 && name.matches("//?|divide") && sign(children.path(1)) != 0) {
            return sign(children.path(1)) > 0
                    ? arguments.get(0)
                    : arguments.get(0).flipped();
        }
        boolean growing = GROWING.contains(name)
                || (name.matches("date_part|datepart")
                        && GROWING_PARTS.contains(children.path(0)
                                .path("value")
                                .path("value")
                                .asText()
                                .toLowerCase(Locale.ROOT)));
        return growing ? Movement.sum(arguments) : Movement.mixed(arguments);
    }

    /** 1 or -1 for a constant above or below zero, else 0. */
    private static int sign(JsonNode expression) {
        if (name(expression).equals("__cast")) {
            return sign(expression.path("children").path(0));
        }
        JsonNode value = expression.path("value").path("value");
        if (value.isNumber()) {
            return (int) Math.signum(value.asDouble());
        }
        double interval = value.path("months").asDouble()
                + value.path("days").asDouble()
                + value.path("micros").asDouble();
        return (int) Math.signum(interval);
    }

    private static Movement cast(JsonNode expression, Movement value, JsonNode child) {
        String to = expression.path("return_type").path("id").asText();
        String from = child.path("return_type").path("id").asText();
        boolean keepsOrder = to.equals("VARCHAR")
                ? from.matches("DATE|TIMESTAMP.*|NULL")
                : !to.matches("TIME|TIME_NS|TIME WITH TIME ZONE|BLOB|BOOLEAN|BIT") || from.equals("NULL");
        return keepsOrder || !value.is(Movement.OF_TIME) ? value : Movement.mixed(List.of(value));
    }

    /** Whether what is compared is whether something is so. */
    private static boolean isOfConditions(JsonNode comparison) {
        return comparison.path("children").size() == 2
                && StreamSupport.stream(comparison.path("children").spliterator(), false)
                        .allMatch(PlanExpressions::isTrueOrFalse);
    }

    private static boolean isTrueOrFalse(JsonNode side) {
        JsonNode type = side.has("value") ? side.path("value").path("type") : side.path("return_type");
        return type.path("id").asText().equals("BOOLEAN");
    }

    /** A condition that is compared with true stands as it is, with false it is negated. */
    private static Movement asTrueOrFalse(String type, JsonNode sides, List<Movement> movements) {
        boolean equal = type.matches("COMPARE_EQUAL|COMPARE_NOT_DISTINCT_FROM|COMPARE_IN");
        boolean different = type.matches("COMPARE_NOTEQUAL|COMPARE_DISTINCT_FROM|COMPARE_NOT_IN");
        for (int side = 0; side < 2; side++) {
            JsonNode constant = sides.path(side).path("value").path("value");
            if (constant.isBoolean() && (equal || different)) {
                Movement condition = movements.get(1 - side);
                return constant.booleanValue() == equal ? condition : condition.flipped();
            }
        }
        // Two conditions that differ now may agree later, and the other way round.
        return different ? met(Movement.all(movements)) : comparison(type, movements);
    }

    /** Of two values side by side: how a comparison of them turns out. */
    static Movement comparison(String type, List<Movement> sides) {
        if (sides.size() != 2) {
            return Movement.mixed(sides);
        }
        Movement left = sides.get(0);
        Movement right = sides.get(1);
        Movement compared =
                switch (type) {
                    case "COMPARE_GREATERTHAN", "COMPARE_GREATERTHANOREQUALTO" ->
                        Movement.sum(List.of(left, right.flipped()));
                    case "COMPARE_LESSTHAN", "COMPARE_LESSTHANOREQUALTO" ->
                        Movement.sum(List.of(left.flipped(), right));
                    case "COMPARE_EQUAL", "COMPARE_NOT_DISTINCT_FROM", "COMPARE_IN" -> met(Movement.all(sides));
                    case "COMPARE_NOTEQUAL", "COMPARE_DISTINCT_FROM", "COMPARE_NOT_IN" ->
                        met(Movement.all(sides)).flipped();
                    default -> Movement.mixed(sides);
                };
        int found = Movement.RISES_WITH_ROWS | Movement.FALLS_WITH_ROWS | Movement.LOOKED_UP;
        if (left.is(found) != right.is(found)) {
            // What is found elsewhere is compared with this side.
            return new Movement(compared.ways(), compared.chance(), (left.is(found) ? right : left).origins());
        }
        return compared;
    }

    /** Equal to what moves: what is so now will not be so later. */
    private static Movement met(Movement sides) {
        int ways = sides.ways() & (Movement.DRIFTS | Movement.LOOKED_UP);
        ways |= sides.is(Movement.OF_TIME) ? Movement.FALLS : 0;
        ways |= sides.is(Movement.RISES_WITH_ROWS | Movement.FALLS_WITH_ROWS) ? Movement.FALLS_WITH_ROWS : 0;
        return new Movement(ways, sides.chance(), sides.origins());
    }

    private Movement operator(JsonNode expression, List<Movement> columns) {
        List<Movement> parts = children(expression, columns);
        Movement all = Movement.all(parts);
        return switch (expression.path("type").asText()) {
            case "OPERATOR_NOT" -> all.flipped();
            case "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL" -> all.only(Movement.UNSURE | Movement.DRIFTS);
            case "OPERATOR_COALESCE", "OPERATOR_TRY" -> Movement.sum(parts);
            case "COMPARE_IN" -> met(all);
            case "COMPARE_NOT_IN" -> met(all).flipped();
            default -> Movement.mixed(parts);
        };
    }

    private Movement between(JsonNode expression, List<Movement> columns) {
        Movement input = of(expression.path("input"), columns);
        return Movement.all(List.of(
                comparison("COMPARE_GREATERTHAN", List.of(input, of(expression.path("lower"), columns))),
                comparison("COMPARE_LESSTHAN", List.of(input, of(expression.path("upper"), columns)))));
    }

    private Movement choice(JsonNode expression, List<Movement> columns) {
        List<Movement> results = new ArrayList<>();
        List<Movement> conditions = new ArrayList<>();
        for (JsonNode check : expression.path("case_checks")) {
            conditions.add(of(check.path("when_expr"), columns));
            results.add(of(check.path("then_expr"), columns));
        }
        results.add(of(expression.path("else_expr"), columns));
        Movement chosen = Movement.sum(results);
        Movement choosing = Movement.mixed(conditions);
        return Movement.all(List.of(chosen, choosing));
    }

    /** A function's name, without its schema. */
    static String name(JsonNode expression) {
        JsonNode path = expression.path("qname").path("path");
        return path.isEmpty() ? "" : path.get(path.size() - 1).asText().toLowerCase(Locale.ROOT);
    }
}
