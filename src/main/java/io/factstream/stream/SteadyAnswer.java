package io.factstream.stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.factstream.config.ConfigurationException.Problem;
import io.factstream.config.Problems;
import io.factstream.source.Column;
import io.factstream.stream.PlanReading.Condition;
import io.factstream.stream.PlanReading.Rows;
import io.factstream.stream.Sql.Word;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Whether a stream's query gives the same rows and the same values whenever it is run on the same source, but for rows that come.
 *
 * <p>FactStream asks again and again, and sends what is new. Rows that a query leaves out by the time they are read are
 * lost without a word, and a row that is sent again must have the id that it had. It is judged by what DuckDB makes of
 * the query, views and macros included. What loses rows for certain is refused, what may do so is told.
 */
final class SteadyAnswer {

    private static final Set<EnvelopeColumn> IDS = Set.copyOf(EnvelopeColumn.TEXTS);

    /** They tell the present time without parentheses. */
    private static final Set<String> KEYWORDS =
            Set.of("current_date", "current_time", "current_timestamp", "localtime", "localtimestamp");

    private static final String LEAVES_OUT =
            "the query leaves rows out whose watermark is too old, or not after what was"
                    + " sent%s: while the hub or the source is away more of them grow old, and would be lost without a word";

    private final StreamDefinition stream;
    private final FunctionStability functions;
    private final List<Word> calls;
    private final List<Problem> refused = new ArrayList<>();
    private final List<Problem> advice = new ArrayList<>();

    private SteadyAnswer(StreamDefinition stream, FunctionStability functions) {
        this.stream = stream;
        this.functions = functions;
        calls = Sql.words(stream.query()).stream().filter(this::isMoving).toList();
    }

    /**
     * Judges a query.
     *
     * @param columns all of the query, in order
     */
    static SteadyAnswer of(StreamDefinition stream, List<Column> columns, Connection connection) throws SQLException {
        FunctionStability functions = FunctionStability.of(connection);
        SteadyAnswer answer = new SteadyAnswer(stream, functions);
        Optional<JsonNode> plan = BoundPlan.of(stream.query(), functions, connection);
        if (plan.isPresent()) {
            answer.judge(new PlanReading(functions).read(plan.get()), columns);
        } else if (!answer.calls.isEmpty()) {
            answer.advise(
                    answer.place(answer.calls.get(0)),
                    "the query calls " + answer.calls.get(0).text().toLowerCase(Locale.ROOT)
                            + ", and DuckDB does not tell what for: rows that it leaves out as time passes are never sent",
                    "Be sure that it gives the same whenever it is run, and give a PIVOT the list of its values");
        }
        return answer;
    }

    /** @throws io.factstream.config.ConfigurationException naming each place where the answer changes for certain */
    void refuseIfNot() {
        Problems problems = new Problems();
        refused.forEach(problem -> problems.add(problem.where(), problem.what(), problem.mend()));
        problems.refuseIfAny();
    }

    /** Where it may change, or does so and no row is lost by it. */
    List<Problem> advice() {
        return List.copyOf(advice);
    }

    private void judge(Rows rows, List<Column> columns) {
        Movement watermark = Movement.NONE;
        boolean derivesIds =
                columns.stream().noneMatch(column -> column.name().equals(EnvelopeColumn.TRACE_ID.columnName()));
        for (int index = 0; index < Math.min(columns.size(), rows.columns().size()); index++) {
            String name = columns.get(index).name();
            Movement movement = rows.columns().get(index);
            if (name.equals(stream.watermarkColumn())) {
                watermark = movement;
                judgeWatermark(name, movement);
            } else if (EnvelopeColumn.named(name).filter(IDS::contains).isPresent()) {
                judgeId(name, movement);
            } else if (derivesIds) {
                judgePayload(name, movement);
            }
        }
        for (Condition condition : rows.conditions()) {
            judge(condition, watermark);
        }
    }

    private void judgeWatermark(String name, Movement movement) {
        if (movement.chance() || movement.is(Movement.OF_TIME)) {
            refuse(
                    stream.place(name),
                    "the watermark " + name + " " + source(movement) + ", so that no row keeps its place",
                    "Select a time or number that the loader wrote into the row");
        }
    }

    private void judgeId(String name, Movement movement) {
        if (movement.chance() || movement.is(Movement.OF_TIME)) {
            refuse(
                    stream.place(name),
                    "the column " + name + " " + source(movement)
                            + ", so that a row that is sent again has another one",
                    "Make it of columns of the row, or leave it out");
        }
    }

    private void judgePayload(String name, Movement movement) {
        if (movement.chance() || movement.is(Movement.OF_TIME | Movement.DRIFTS)) {
            advise(
                    stream.place(name),
                    "the column " + name + " " + source(movement)
                            + ", and ids are derived from all columns: a row that is sent again has another id, and"
                            + " verify finds it missing",
                    "Leave it out, or give the events an id of their own AS " + EnvelopeColumn.TRACE_ID.columnName());
        }
    }

    private static String source(Movement movement) {
        return movement.chance() ? "is another one at each reading" : "depends on the present time";
    }

    private void judge(Condition condition, Movement watermark) {
        Movement movement = condition.movement();
        boolean ofWatermark = !Collections.disjoint(movement.origins(), watermark.origins());
        String place = place(condition);
        if (movement.chance()) {
            refuse(
                    place,
                    "the query takes rows at random, other ones each time" + within() + ", so that rows would be lost",
                    "Take it out, or filter by a hash of a column");
        } else if (ofWatermark && movement.is(Movement.FALLS | Movement.FALLS_WITH_ROWS)) {
            refuse(
                    place,
                    LEAVES_OUT.formatted(movement.is(Movement.FALLS) ? within() : ""),
                    "Take the condition out: FactStream reads what lies after the saved watermark by itself");
        } else if (movement.is(Movement.FALLS)) {
            advise(
                    place,
                    "the query leaves rows out as time passes" + within()
                            + ": those that it leaves out by the time they are read are never sent",
                    "Take the condition out, unless that is meant");
        } else if (movement.is(Movement.UNSURE | Movement.DRIFTS)) {
            advise(
                    place,
                    "which rows the query takes depends on the present time" + within()
                            + ": any that it leaves out by the time they are read are never sent",
                    "Take the condition out, or be sure that it only lets rows in as time passes");
        } else if (ofWatermark && movement.is(Movement.LOOKED_UP)) {
            advise(
                    place,
                    "the query begins at a watermark that it looks up: rows below it are never sent, nor seen as late",
                    "Take the condition out, unless that is meant");
        }
    }

    private String within() {
        return calls.isEmpty() ? ", by a view or macro that it uses" : "";
    }

    private void refuse(String where, String what, String mend) {
        add(refused, new Problem(where, what, mend));
    }

    private void advise(String where, String what, String mend) {
        add(advice, new Problem(where, what, mend));
    }

    private static void add(List<Problem> problems, Problem problem) {
        if (!problems.contains(problem)) {
            problems.add(problem);
        }
    }

    private boolean isMoving(Word word) {
        String name = word.text().toLowerCase(Locale.ROOT);
        return word.called()
                ? functions.isOfTheMoment(name) || functions.isOfChance(name) || name.equals("age")
                : KEYWORDS.contains(name);
    }

    /** The line of the call in a condition, else of the first one there is, since columns carry it on. */
    private String place(Condition condition) {
        return calls.stream()
                .filter(call -> contains(condition, offset(call)))
                .findFirst()
                .or(() -> calls.stream().findFirst())
                .map(this::place)
                .orElseGet(() ->
                        condition.movement().is(Movement.FALLS_WITH_ROWS | Movement.LOOKED_UP) && condition.at() >= 0
                                ? stream.place(QuerySyntax.line(stream, condition.at()))
                                : stream.queryFile().toString());
    }

    private static boolean contains(Condition condition, int offset) {
        return condition.at() >= 0 && offset >= condition.at() && offset < condition.at() + condition.length();
    }

    private String place(Word call) {
        OptionalInt line = QuerySyntax.line(stream, offset(call));
        return stream.place(line);
    }

    private int offset(Word word) {
        return stream.query().substring(0, word.at()).getBytes(StandardCharsets.UTF_8).length;
    }
}
