package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.factstream.config.NonFinite;
import io.factstream.source.DuckDbType;
import io.factstream.stream.JsonSql.Member;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSqlTest {

    private static Connection duckDb;

    @BeforeAll
    static void open() throws SQLException {
        duckDb = DriverManager.getConnection("jdbc:duckdb:");
        try (Statement statement = duckDb.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
        }
    }

    @AfterAll
    static void close() throws SQLException {
        duckDb.close();
    }

    static Stream<Arguments> values() {
        return Stream.of(
                arguments("true", "true"),
                arguments("false", "false"),
                arguments("(-128)::TINYINT", "-128"),
                arguments("(-32768)::SMALLINT", "-32768"),
                arguments("(-2147483648)::INTEGER", "-2147483648"),
                arguments("(-9223372036854775808)::BIGINT", "-9223372036854775808"),
                arguments(
                        "'-170141183460469231731687303715884105728'::HUGEINT",
                        "-170141183460469231731687303715884105728"),
                arguments("255::UTINYINT", "255"),
                arguments("65535::USMALLINT", "65535"),
                arguments("4294967295::UINTEGER", "4294967295"),
                arguments("18446744073709551615::UBIGINT", "18446744073709551615"),
                arguments(
                        "'340282366920938463463374607431768211455'::UHUGEINT",
                        "340282366920938463463374607431768211455"),
                arguments("'-" + "9".repeat(60) + "'::BIGNUM", "-" + "9".repeat(60)),
                arguments("12345678901234.5678::DECIMAL(18,4)", "12345678901234.5678"),
                arguments("'-" + "9".repeat(38) + "'::DECIMAL(38,0)", "-" + "9".repeat(38)),
                arguments("0.5::DECIMAL(18,3)", "0.500"),
                arguments("0.5::DECIMAL(1,1)", "0.5"),
                arguments("(-0.05)::DECIMAL(38,38)", "-0.05" + "0".repeat(36)),
                arguments("0::DECIMAL(2,2)", "0.00"),
                arguments("1.1::FLOAT", "1.1"),
                arguments("1e30::FLOAT", "1e+30"),
                arguments("0.1::DOUBLE + 0.2::DOUBLE", "0.30000000000000004"),
                arguments("1e-7::DOUBLE", "1e-07"),
                arguments("1e300::DOUBLE", "1e+300"),
                arguments("4.9e-324::DOUBLE", "5e-324"),
                arguments("1::DOUBLE", "1.0"),
                arguments("'-0'::DOUBLE", "-0.0"),
                arguments("'plain'", "\"plain\""),
                arguments("''", "\"\""),
                arguments("'a\"b\\c/d'", "\"a\\\"b\\\\c/d\""),
                arguments("'a' || chr(9) || chr(10) || chr(13) || chr(1) || chr(31)", "\"a\\t\\n\\r\\u0001\\u001F\""),
                arguments("'a' || chr(0) || 'b'", "\"a\\u0000b\""),
                arguments("'é€' || chr(8232) || chr(128512)", "\"é€\u2028\ud83d\ude00\""),
                arguments("'it''s'::ENUM('it''s', '\"')", "\"it's\""),
                arguments("'\"'::ENUM('it''s', '\"')", "\"\\\"\""),
                arguments("'C9AF5AD2-0B25-4b0e-9d6a-0123456789ab'::UUID", "\"c9af5ad2-0b25-4b0e-9d6a-0123456789ab\""),
                arguments("'\\x00\\xFFab'::BLOB", "\"AP9hYg==\""),
                arguments("''::BLOB", "\"\""),
                arguments("'0010'::BIT", "\"0010\""),
                arguments("'POINT(1 2.5)'::GEOMETRY", "\"POINT (1 2.5)\""));
    }

    static Stream<Arguments> times() {
        return Stream.of(
                arguments("DATE '2026-02-03'", "\"2026-02-03\""),
                arguments("DATE '0044-03-15'", "\"0044-03-15\""),
                arguments("DATE '0001-06-07 (BC)'", "\"0000-06-07\""),
                arguments("DATE '0044-03-15 (BC)'", "\"-0043-03-15\""),
                arguments("DATE '5877642-06-25 (BC)'", "\"-5877641-06-25\""),
                arguments("DATE '12345-01-02'", "\"+12345-01-02\""),
                arguments("'-infinity'::DATE", "\"-infinity\""),
                arguments("TIME '23:59:59.999999'", "\"23:59:59.999999\""),
                arguments("TIME '00:00:00'", "\"00:00:00\""),
                arguments("'24:00:00'::TIME", "\"24:00:00\""),
                arguments("'01:02:03.123456789'::TIME_NS", "\"01:02:03.123456789\""),
                arguments("'01:02:03.5+02:30'::TIMETZ", "\"01:02:03.5+02:30\""),
                arguments("'01:02:03-15:59:59'::TIMETZ", "\"01:02:03-15:59:59\""),
                arguments("TIMESTAMP '2026-02-03 04:05:06'", "\"2026-02-03T04:05:06.000000Z\""),
                arguments("TIMESTAMP '2026-02-03 04:05:06.789012'", "\"2026-02-03T04:05:06.789012Z\""),
                arguments("TIMESTAMP '0044-03-15 (BC) 01:02:03.5'", "\"-0043-03-15T01:02:03.500000Z\""),
                arguments("TIMESTAMP '12345-01-02 03:04:05'", "\"+12345-01-02T03:04:05.000000Z\""),
                arguments("'290309-12-22 (BC) 00:00:00'::TIMESTAMP", "\"-290308-12-22T00:00:00.000000Z\""),
                arguments("'294247-01-10 04:00:54.775806'::TIMESTAMP", "\"+294247-01-10T04:00:54.775806Z\""),
                arguments("'infinity'::TIMESTAMP", "\"infinity\""),
                arguments("'-infinity'::TIMESTAMP", "\"-infinity\""),
                arguments("'2026-02-03 04:05:06'::TIMESTAMP_S", "\"2026-02-03T04:05:06.000000Z\""),
                arguments("'infinity'::TIMESTAMP_S", "\"infinity\""),
                arguments("'2026-02-03 04:05:06.789'::TIMESTAMP_MS", "\"2026-02-03T04:05:06.789000Z\""),
                arguments("'0044-03-15 (BC) 00:00:00'::TIMESTAMP_MS", "\"-0043-03-15T00:00:00.000000Z\""),
                arguments("'2026-02-03 04:05:06.123456789'::TIMESTAMP_NS", "\"2026-02-03T04:05:06.123456789Z\""),
                arguments("'1677-09-22 00:00:00.000000001'::TIMESTAMP_NS", "\"1677-09-22T00:00:00.000000001Z\""),
                arguments("'-infinity'::TIMESTAMP_NS", "\"-infinity\""),
                arguments("'2026-02-03 04:05:06.789012+02:30'::TIMESTAMPTZ", "\"2026-02-03T01:35:06.789012Z\""),
                arguments("'0044-03-15 (BC) 00:00:00+00'::TIMESTAMPTZ", "\"-0043-03-15T00:00:00.000000Z\""),
                arguments("'infinity'::TIMESTAMPTZ", "\"infinity\""),
                arguments("'2026-02-03 04:05:06.123456789+01'::TIMESTAMPTZ_NS", "\"2026-02-03T03:05:06.123456789Z\""),
                arguments("'infinity'::TIMESTAMPTZ_NS", "\"infinity\""));
    }

    static Stream<Arguments> intervals() {
        return Stream.of(
                arguments("INTERVAL 0 DAY", "PT0S"),
                arguments("INTERVAL '1 year 2 months 3 days 4 hours 5 minutes 6.789 seconds'", "P1Y2M3DT4H5M6.789S"),
                arguments("INTERVAL '14 months'", "P1Y2M"),
                arguments("INTERVAL '-14 months'", "P-1Y-2M"),
                arguments("INTERVAL '-1 month 2 days -3.000001 seconds'", "P-1M2DT-3.000001S"),
                arguments("INTERVAL '1 day' - INTERVAL '24 hours'", "P1DT-24H"),
                arguments("INTERVAL '1 month' - INTERVAL '30 days'", "P1M-30D"),
                arguments("INTERVAL '-0.5 seconds'", "PT-0.5S"),
                arguments("INTERVAL '10 seconds'", "PT10S"),
                arguments("INTERVAL '-90 minutes'", "PT-1H-30M"),
                arguments("INTERVAL '1000 hours'", "PT1000H"),
                arguments("INTERVAL '1 microsecond'", "PT0.000001S"));
    }

    static Stream<Arguments> nested() {
        return Stream.of(
                arguments("[1, NULL, 3]", "[1,null,3]"),
                arguments("[]::INTEGER[]", "[]"),
                arguments("[NULL]", "[null]"),
                arguments("[[1], [], NULL, [NULL]]", "[[1],[],null,[null]]"),
                arguments("[1, 2]::INTEGER[2]", "[1,2]"),
                arguments("['a\"b', 'c,d']", "[\"a\\\"b\",\"c,d\"]"),
                arguments("[0.5::DECIMAL(1,1)]", "[0.5]"),
                arguments("{'a': 1, 'b': NULL, 'c': 'x'}", "{\"a\":1,\"c\":\"x\"}"),
                arguments("{'a': NULL::INTEGER}", "{}"),
                arguments("{}", "{}"),
                arguments(
                        "{'a': {}, 'b': [{}, NULL], 'c': MAP {'k': {}}}",
                        "{\"a\":{},\"b\":[{},null],\"c\":{\"k\":{}}}"),
                arguments("{'a \"b''': {'c,': [{'d': NULL, 'e': 1}]}}", "{\"a \\\"b'\":{\"c,\":[{\"e\":1}]}}"),
                arguments("row(1, NULL, 'x', [row(true)])", "[1,null,\"x\",[[true]]]"),
                arguments("row()", "[]"),
                arguments("MAP {'a': 1, 'b\"': NULL}", "{\"a\":1,\"b\\\"\":null}"),
                arguments("MAP {1: [2], 3: NULL}", "{\"1\":[2],\"3\":null}"),
                arguments("MAP {DATE '2026-01-02': true}", "{\"2026-01-02\":true}"),
                arguments("MAP {{'k': 1}: MAP {2.5: 'x'}}", "{\"{'k': 1}\":{\"2.5\":\"x\"}}"),
                arguments("MAP {}::MAP(VARCHAR, INTEGER)", "{}"),
                arguments("union_value(n := 5)::UNION(n INTEGER, t VARCHAR)", "5"),
                arguments("'x'::UNION(n INTEGER, \"a't\" VARCHAR)", "\"x\""),
                arguments("[{'u': 'x'::UNION(n INTEGER[], t VARCHAR)}]", "[{\"u\":\"x\"}]"),
                arguments("[TIMESTAMP '2026-02-03 04:05:06', NULL]", "[\"2026-02-03T04:05:06.000000Z\",null]"),
                arguments("'{\"b\": [1, {\"a\": null}]}'::JSON", "{\"b\": [1, {\"a\": null}]}"),
                arguments("'null'::JSON", "null"),
                arguments("'\"text\"'::JSON", "\"text\""),
                arguments("'12345678901234567890123.4500'::JSON", "12345678901234567890123.4500"),
                arguments("['{\"a\":1}'::JSON, NULL]", "[{\"a\":1},null]"),
                arguments("{'a': 1, 'b': ['x']}::VARIANT", "{\"a\":1,\"b\":[\"x\"]}"));
    }

    /** Names of parameters and types grow by a few characters; an expression that is written twice doubles each time. */
    @ParameterizedTest
    @ValueSource(strings = {"%s[]", "MAP(VARCHAR, %s)", "STRUCT(a %s)[]", "UNION(u %s)[]", "TUPLE(%s)[]"})
    void each_level_of_a_nested_type_adds_as_much_sql_as_the_one_before(String wrapping) {
        int first = lengthAtDepth(wrapping, 12) - lengthAtDepth(wrapping, 11);
        int late = lengthAtDepth(wrapping, 30) - lengthAtDepth(wrapping, 29);

        assertThat(late).isBetween(first, first + 20);
    }

    private static int lengthAtDepth(String wrapping, int depth) {
        String type = "DOUBLE";
        for (int level = 0; level < depth; level++) {
            type = wrapping.formatted(type);
        }
        return new JsonSql(NonFinite.STRING).of("x", DuckDbType.parse(type)).length();
    }

    /** One would be put in place with all that it repeats of its arguments, and calls others that a source may replace. */
    @Test
    void no_macro_of_duckdb_is_called() throws SQLException {
        String type =
                "STRUCT(a TIMESTAMPTZ[], b MAP(VARCHAR, INTERVAL), c JSON, d DOUBLE, e TIMESTAMP_NS, f BLOB, g VARIANT)";
        String sql = new JsonSql(NonFinite.DEAD_LETTER).of("x", DuckDbType.parse(type));
        Set<String> called = Pattern.compile("system\\.main\\.\"?([^\"(]+)\"?\\(")
                .matcher(sql)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());

        assertThat(called).isNotEmpty();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet macros = statement.executeQuery(
                        "SELECT function_name FROM duckdb_functions() WHERE function_type = 'macro'")) {
            while (macros.next()) {
                assertThat(called).doesNotContain(macros.getString(1));
            }
        }
    }

    @ParameterizedTest
    @MethodSource({"values", "times", "nested"})
    void a_value_becomes_exactly_this_json(String value, String expected) throws SQLException {
        String json = json(value, NonFinite.STRING);

        assertThat(json).isEqualTo(expected);
        assertThat(Json.parse(expected)).isNotNull();
    }

    @ParameterizedTest
    @MethodSource("intervals")
    void an_interval_becomes_a_duration_of_iso_8601(String value, String expected) throws SQLException {
        assertThat(json(value, NonFinite.STRING)).isEqualTo('"' + expected + '"');
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "Infinity", "-Infinity"})
    void a_number_that_is_not_finite_is_a_text_or_null_or_unsendable(String number) throws SQLException {
        for (String type : List.of("FLOAT", "DOUBLE")) {
            String value = "'" + number + "'::" + type;

            assertThat(json(value, NonFinite.STRING)).isEqualTo('"' + number + '"');
            assertThat(json("[" + value + ", 1, NULL]", NonFinite.STRING)).isEqualTo("[\"" + number + "\",1.0,null]");
            assertThat(json(value, NonFinite.NULL)).isNull();
            assertThat(json("[" + value + "]", NonFinite.NULL)).isEqualTo("[null]");
            assertThat(json("[" + value + "]", NonFinite.DEAD_LETTER)).contains(String.valueOf(JsonSql.UNSENDABLE));
        }
    }

    /** DuckDB takes these for JSON; no other reader does. */
    static Stream<Arguments> looseJson() {
        return Stream.of(
                arguments("[1,NaN,-Infinity]", "[1,\"NaN\",\"-Infinity\"]", "[1,null,null]"),
                arguments("nan", "\"NaN\"", "null"),
                arguments("{\"a\": inf}", "{\"a\": \"Infinity\"}", "{\"a\": null}"),
                arguments(
                        "{\"NaN\": \"-inf, \\\"NaN\\\"\", \"b\": NaN}",
                        "{\"NaN\": \"-inf, \\\"NaN\\\"\", \"b\": \"NaN\"}",
                        "{\"NaN\": \"-inf, \\\"NaN\\\"\", \"b\": null}"),
                arguments("[1, 2, ]", "[1, 2 ]", "[1, 2 ]"),
                arguments("{\"a\": [\"x,]\",],}", "{\"a\": [\"x,]\"]}", "{\"a\": [\"x,]\"]}"));
    }

    @ParameterizedTest
    @MethodSource("looseJson")
    void json_that_only_duckdb_understands_is_mended(String loose, String asText, String asNull) throws SQLException {
        String value = Sql.text(loose) + "::JSON";

        assertThat(json(value, NonFinite.STRING)).isEqualTo(asText);
        assertThat(json(value, NonFinite.NULL)).isEqualTo(asNull);
        assertThat(Json.parse(asText)).isNotNull();
        assertThat(Json.parse(asNull)).isNotNull();
    }

    @Test
    void json_with_a_bare_nan_is_unsendable_where_such_rows_are_dead_letters() throws SQLException {
        assertThat(json("'{\"a\":[NaN]}'::JSON", NonFinite.DEAD_LETTER)).contains(String.valueOf(JsonSql.UNSENDABLE));
        assertThat(json("'[-inf]'::JSON", NonFinite.DEAD_LETTER)).contains(String.valueOf(JsonSql.UNSENDABLE));
        assertThat(json("'{\"a\":\"NaN\"}'::JSON", NonFinite.DEAD_LETTER)).isEqualTo("{\"a\":\"NaN\"}");
    }

    @ParameterizedTest
    @EnumSource(NonFinite.class)
    void a_variant_that_holds_a_nan_is_valid_json(NonFinite nonFinite) throws SQLException {
        String json = json("{'a': 'NaN'::DOUBLE}::VARIANT", nonFinite);

        assertThat(json)
                .isEqualTo(
                        switch (nonFinite) {
                            case STRING -> "{\"a\":\"NaN\"}";
                            case NULL -> "{\"a\":null}";
                            case DEAD_LETTER -> "{\"a\":" + JsonSql.UNSENDABLE + "\"NaN\"}";
                        });
    }

    @Test
    void null_is_sql_null_whatever_the_type() throws SQLException {
        for (Arguments value : Stream.of(values(), times(), intervals(), nested())
                .flatMap(all -> all)
                .toList()) {
            String sql = (String) value.get()[0];

            assertThat(json("CASE WHEN random() < 0 THEN " + sql + " END", NonFinite.STRING))
                    .as(sql)
                    .isNull();
        }
    }

    @Test
    void members_that_are_null_are_left_out_and_names_are_escaped() throws SQLException {
        List<Member> members = List.of(
                new Member("a\"'b", "1", new DuckDbType.Scalar("INTEGER")),
                new Member("gone", "NULL::INTEGER", new DuckDbType.Scalar("INTEGER")),
                new Member("é\n", "'x'", new DuckDbType.Scalar("VARCHAR")));

        String json = query("SELECT " + new JsonSql(NonFinite.STRING).object(members));

        assertThat(json).isEqualTo("{\"a\\\"'b\":1,\"é\\n\":\"x\"}");
    }

    @Test
    void members_by_themselves_follow_a_comma_each_and_those_that_are_null_are_left_out() throws SQLException {
        List<Member> members = List.of(
                new Member("gone", "NULL::INTEGER", new DuckDbType.Scalar("INTEGER")),
                new Member("a\"'b", "1", new DuckDbType.Scalar("INTEGER")),
                new Member("not a number", "'NaN'::DOUBLE", new DuckDbType.Scalar("DOUBLE")),
                new Member("text", "''", new DuckDbType.Scalar("VARCHAR")));

        String json = query("SELECT concat(" + String.join(", ", new JsonSql(NonFinite.NULL).members(members)) + ")");

        assertThat(json).isEqualTo(",\"a\\\"'b\":1,\"text\":\"\"");
    }

    @Test
    void an_object_without_members_is_an_empty_object() throws SQLException {
        assertThat(query("SELECT " + new JsonSql(NonFinite.STRING).object(List.of())))
                .isEqualTo("{}");
    }

    @Test
    void a_column_with_the_name_of_a_lambda_variable_is_not_confused_with_it() throws SQLException {
        DuckDbType type = DuckDbType.parse("INTEGER[][]");

        String json = query("SELECT " + new JsonSql(NonFinite.STRING).of("q.\"e0\"", type)
                + " FROM (SELECT [[1], [2]] AS e0, [3] AS e1, 4 AS t) AS q");

        assertThat(json).isEqualTo("[[1],[2]]");
    }

    private static @Nullable String json(String value, NonFinite nonFinite) throws SQLException {
        String inner = "(SELECT " + value + " AS v)";
        DuckDbType type = DuckDbType.parse(types(inner).get(0));
        return query("SELECT " + new JsonSql(nonFinite).of("q.\"v\"", type) + " FROM " + inner + " AS q");
    }

    private static List<String> types(String query) throws SQLException {
        List<String> types = new ArrayList<>();
        try (Statement statement = duckDb.createStatement();
                ResultSet rows = statement.executeQuery("DESCRIBE FROM " + query)) {
            while (rows.next()) {
                types.add(rows.getString(2));
            }
        }
        return types;
    }

    private static @Nullable String query(String sql) throws SQLException {
        try (Statement statement = duckDb.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
