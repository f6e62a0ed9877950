package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.factstream.config.NonFinite;
import io.factstream.source.DuckDbType;
import io.factstream.stream.JsonSql.Member;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import org.jspecify.annotations.Nullable;

/** Rows of any types come back from JSON as what DuckDB holds. */
class JsonSqlPropertyTest {

    private static final Connection DUCK_DB = open();

    private static Connection open() {
        try {
            Connection connection = DriverManager.getConnection("jdbc:duckdb:");
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET TimeZone = 'UTC'");
            }
            return connection;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterContainer
    static void close() throws SQLException {
        DUCK_DB.close();
    }

    private record Cell(AnyType type, AnyType.Value value) {}

    @Property(tries = 300)
    void rows_of_any_types_come_back_as_what_duckdb_holds(@ForAll("rows") List<Cell> row) throws SQLException {
        String inner = IntStream.range(0, row.size())
                .mapToObj(
                        i -> row.get(i).value().sql() + "::" + row.get(i).type().sql() + " AS c" + i)
                .collect(Collectors.joining(", ", "SELECT ", ""));
        List<DuckDbType> types = types(inner);
        assertThat(types)
                .isEqualTo(row.stream().map(cell -> cell.type().parsed()).toList());

        JsonNode json = Json.parse(json(inner, types));

        Map<String, Object> expected = new LinkedHashMap<>();
        for (int i = 0; i < row.size(); i++) {
            Object value = row.get(i).value().json();
            if (value != null) {
                expected.put("c" + i, value);
            }
        }
        assertSame(json, expected, "row");
    }

    @Provide
    Arbitrary<List<Cell>> rows() {
        return Arbitraries.randomValue(random -> IntStream.rangeClosed(0, random.nextInt(4))
                .mapToObj(i -> AnyType.random(random, 3))
                .map(type -> new Cell(type, type.value(random)))
                .toList());
    }

    private static void assertSame(JsonNode actual, @Nullable Object expected, String where) {
        if (expected == null) {
            assertThat(actual.isNull()).as(where).isTrue();
        } else if (expected instanceof Map<?, ?> map) {
            List<String> names = new ArrayList<>();
            actual.fieldNames().forEachRemaining(names::add);
            assertThat(names)
                    .as(where)
                    .containsExactlyInAnyOrderElementsOf(
                            map.keySet().stream().map(String::valueOf).toList());
            map.forEach((name, value) ->
                    assertSame(Objects.requireNonNull(actual.get(String.valueOf(name))), value, where + "." + name));
        } else if (expected instanceof List<?> list) {
            assertThat(actual.isArray()).as(where).isTrue();
            assertThat(actual.size()).as(where).isEqualTo(list.size());
            Iterator<JsonNode> elements = actual.elements();
            list.forEach(element -> assertSame(elements.next(), element, where + "[]"));
        } else if (expected instanceof Double number) {
            assertThat(actual.doubleValue()).as(where).isEqualTo(number);
        } else if (expected instanceof Float number) {
            assertThat(actual.decimalValue().floatValue()).as(where).isEqualTo(number);
        } else if (expected instanceof BigDecimal number) {
            assertThat(actual.decimalValue()).as(where).isEqualByComparingTo(number);
        } else if (expected instanceof BigInteger number) {
            assertThat(actual.isIntegralNumber()).as(where).isTrue();
            assertThat(actual.bigIntegerValue()).as(where).isEqualTo(number);
        } else if (expected instanceof Boolean truth) {
            assertThat(actual.isBoolean() && actual.booleanValue() == truth)
                    .as(where)
                    .isTrue();
        } else {
            assertThat(actual.isTextual()).as(where).isTrue();
            assertThat(actual.textValue()).as(where).isEqualTo(expected);
        }
    }

    private static List<DuckDbType> types(String query) throws SQLException {
        List<DuckDbType> types = new ArrayList<>();
        try (Statement statement = DUCK_DB.createStatement();
                ResultSet rows = statement.executeQuery("DESCRIBE " + query)) {
            while (rows.next()) {
                types.add(DuckDbType.parse(rows.getString(2)));
            }
        }
        return types;
    }

    private static String json(String query, List<DuckDbType> types) throws SQLException {
        List<Member> members = IntStream.range(0, types.size())
                .mapToObj(i -> new Member("c" + i, "q.c" + i, types.get(i)))
                .toList();
        JsonSql sql = new JsonSql(NonFinite.STRING);
        try (Statement statement = DUCK_DB.createStatement();
                ResultSet rows = statement.executeQuery("SELECT " + sql.object(members) + ", concat("
                        + String.join(", ", sql.members(members)) + ") FROM (" + query + ") AS q")) {
            rows.next();
            String object = rows.getString(1);
            assertThat(rows.getString(2))
                    .isEqualTo(object.equals("{}") ? "" : "," + object.substring(1, object.length() - 1));
            return object;
        }
    }
}
