package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.config.NonFinite;
import io.factstream.source.DuckDbType;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists within lists: DuckDB plans a lambda within another one twice, so few are, however deep the lists. */
class UnfoldingTest {

    private static final Pattern LAMBDA = Pattern.compile("\\blambda \\w+:");

    private static final int ONLY_BY_LAMBDAS = Integer.MAX_VALUE;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%s[]",
                "MAP(VARCHAR, %s)",
                "STRUCT(a %s)[]",
                "STRUCT(a %s, b DATE[])[]",
                "UNION(u %s)[]",
                "TUPLE(%s)[]",
                "STRUCT(a %s)[2]"
            })
    void each_level_of_lists_costs_the_same_lambdas_and_no_more_are_within_one_another(String wrapping) {
        for (Function<DuckDbType, String> sql : Stream.<Function<DuckDbType, String>>of(
                        type -> new JsonSql(NonFinite.STRING).of("x", type),
                        type -> Objects.requireNonNull(
                                RowLimit.of(RowLimit.LEAST).size("x", type)))
                .toList()) {
            String ten = sql.apply(nested(wrapping, 10));
            String twenty = sql.apply(nested(wrapping, 20));
            String thirty = sql.apply(nested(wrapping, 30));

            assertThat(lambdas(thirty) - lambdas(twenty)).isEqualTo(lambdas(twenty) - lambdas(ten));
            assertThat(thirty.length() - twenty.length()).isEqualTo(twenty.length() - ten.length());
            assertThat(lambdasWithinOneAnother(thirty)).isLessThanOrEqualTo(Unfolding.FEW_LEVELS);
        }
    }

    @Test
    void what_is_thirty_levels_deep_is_read() throws SQLException {
        String value = "[{'a': ".repeat(30) + "TIMESTAMP '2026-01-31'" + "}]".repeat(30);
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:")) {
            DuckDbType type = nested("STRUCT(a %s)[]", 30, "TIMESTAMP");

            String json = text(duckDb, value, new JsonSql(NonFinite.STRING).of("q.v", type));

            assertThat(json).isEqualTo("[{\"a\":".repeat(30) + "\"2026-01-31T00:00:00.000000Z\"" + "}]".repeat(30));
        }
    }

    @Property(tries = 50, edgeCases = EdgeCasesMode.NONE)
    void level_by_level_it_is_the_same_json_and_the_same_size(@ForAll("cells") Cell cell) throws SQLException {
        DuckDbType type = cell.type().parsed();
        String value = cell.value().sql() + "::" + cell.type().sql();
        String expected = jsonAndSize(type, ONLY_BY_LAMBDAS);
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:")) {
            String isSame = expected + " IS NOT DISTINCT FROM " + jsonAndSize(type, 0) + " AND " + expected
                    + " IS NOT DISTINCT FROM " + jsonAndSize(type, 3);

            assertThat(text(duckDb, value, isSame)).as(value).isEqualTo("true");
        }
    }

    private static String jsonAndSize(DuckDbType type, int fewLevels) {
        String size = new RowLimit(RowLimit.LEAST, true, fewLevels).size("q.v", type);
        return "row(" + new JsonSql(NonFinite.STRING, fewLevels).of("q.v", type) + ", coalesce(" + size
                + ", 0)::HUGEINT)";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[[[['NaN'::DOUBLE, NULL, 1]], NULL], []]",
                "[[[[NULL::INTEGER[]]]]]",
                "[[[[union_value(f := 'NaN'::FLOAT)]]]]",
                "[{'u': union_value(l := [[['NaN'::FLOAT]]])}]",
                "[NULL, {'a': NULL, 'b': [[[1]]]}, {'a': 'x', 'b': NULL}, {'a': NULL, 'b': NULL}, {'a': 'y', 'b': []}]",
                "[[[row([[1]], NULL, 'x')], NULL]]",
                "MAP {'a\"': MAP {1: [[NULL, {}]]}, 'b': NULL}",
                "[[[[chr(3) || ',' || chr(3), '[' || chr(3) || ',']]]]",
                "[[[['{\"a\": [NaN, ]}'::JSON]]]]"
            })
    void what_is_empty_or_null_or_odd_is_the_same_level_by_level(String value) throws SQLException {
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:")) {
            DuckDbType type = DuckDbType.parse(Objects.requireNonNull(text(duckDb, value, "typeof(q.v)")));
            for (NonFinite nonFinite : NonFinite.values()) {
                String expected = text(duckDb, value, new JsonSql(nonFinite, ONLY_BY_LAMBDAS).of("q.v", type));

                assertThat(expected).isNotNull();
                assertThat(text(duckDb, value, new JsonSql(nonFinite, 0).of("q.v", type)))
                        .isEqualTo(expected);
                assertThat(text(
                                duckDb,
                                "CASE WHEN random() < 0 THEN " + value + " END",
                                new JsonSql(nonFinite, 0).of("q.v", type)))
                        .isNull();
            }
        }
    }

    private record Cell(AnyType type, AnyType.Value value) {}

    @Provide
    Arbitrary<Cell> cells() {
        return Arbitraries.randomValue(random -> {
            AnyType type = AnyType.random(random, 4);
            for (int i = 0; i < 50 && Unfolding.levels(type.parsed()) < 2; i++) {
                type = AnyType.random(random, 4);
            }
            return new Cell(type, type.value(random));
        });
    }

    private static DuckDbType nested(String wrapping, int depth) {
        return nested(wrapping, depth, "DOUBLE");
    }

    private static DuckDbType nested(String wrapping, int depth, String leaf) {
        String type = leaf;
        for (int level = 0; level < depth; level++) {
            type = wrapping.formatted(type);
        }
        return DuckDbType.parse(type);
    }

    private static long lambdas(String sql) {
        return LAMBDA.matcher(sql).results().count();
    }

    /** A lambda is the last argument of a call, so its body ends where the call does. */
    private static int lambdasWithinOneAnother(String sql) {
        Deque<Boolean> open = new ArrayDeque<>();
        int within = 0;
        int most = 0;
        boolean inText = false;
        for (int at = 0; at < sql.length(); at++) {
            char c = sql.charAt(at);
            if (c == '\'') {
                inText = !inText;
            } else if (!inText && c == '(') {
                open.push(false);
            } else if (!inText && c == ')') {
                within -= open.pop() ? 1 : 0;
            } else if (!inText && LAMBDA.matcher(sql).region(at, sql.length()).lookingAt()) {
                open.pop();
                open.push(true);
                most = Math.max(most, ++within);
            }
        }
        return most;
    }

    private static @Nullable String text(Connection duckDb, String value, String expression) throws SQLException {
        try (Statement statement = duckDb.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT CAST(" + expression + " AS VARCHAR) FROM (SELECT " + value + " AS v) AS q")) {
            rows.next();
            return rows.getString(1);
        }
    }
}
