package io.factstream.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.factstream.source.DuckDbType.Decimal;
import io.factstream.source.DuckDbType.Field;
import io.factstream.source.DuckDbType.ListOf;
import io.factstream.source.DuckDbType.MapOf;
import io.factstream.source.DuckDbType.Scalar;
import io.factstream.source.DuckDbType.StructOf;
import io.factstream.source.DuckDbType.TupleOf;
import io.factstream.source.DuckDbType.UnionOf;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DuckDbTypeTest {

    private static final Scalar INTEGER = new Scalar("INTEGER");
    private static final Scalar VARCHAR = new Scalar("VARCHAR");
    private static final Scalar ENUM = new Scalar("ENUM");

    private static Connection duckDb;

    @BeforeAll
    @BeforeContainer
    static void open() throws SQLException {
        duckDb = DriverManager.getConnection("jdbc:duckdb:");
    }

    @AfterAll
    @AfterContainer
    static void close() throws SQLException {
        duckDb.close();
    }

    @Test
    void every_type_that_duckdb_has_parses() throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = duckDb.createStatement();
                ResultSet rows = statement.executeQuery("SELECT DISTINCT logical_type FROM duckdb_types() WHERE"
                        + " database_name = 'system' AND type_category IS DISTINCT FROM 'COMPOSITE'"
                        + " AND logical_type NOT IN ('ENUM', 'TUPLE', 'NULL', 'DECIMAL', 'TYPE')")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }

        assertThat(names).hasSizeGreaterThan(25).allSatisfy(name -> assertThat(described(name))
                .isEqualTo(new Scalar(name)));
    }

    @Test
    void a_column_without_a_type_is_of_the_type_null() throws SQLException {
        assertThat(columns("SELECT NULL, [], {'a': NULL}"))
                .containsExactly(
                        new Scalar("NULL"),
                        new ListOf(new Scalar("NULL")),
                        new StructOf(List.of(new Field("a", new Scalar("NULL")))));
    }

    @Test
    void a_decimal_keeps_its_digits() throws SQLException {
        assertThat(described("DECIMAL(38, 0)")).isEqualTo(new Decimal(38, 0));
        assertThat(described("DECIMAL(4,4)[]")).isEqualTo(new ListOf(new Decimal(4, 4)));
    }

    @Test
    void times_with_a_zone_have_spaces_in_their_names() throws SQLException {
        assertThat(described("STRUCT(a TIMESTAMPTZ, b TIMETZ[])"))
                .isEqualTo(new StructOf(List.of(
                        new Field("a", new Scalar("TIMESTAMP WITH TIME ZONE")),
                        new Field("b", new ListOf(new Scalar("TIME WITH TIME ZONE"))))));
    }

    @Test
    void lists_and_arrays_nest() throws SQLException {
        assertThat(described("INTEGER[2][][3]")).isEqualTo(new ListOf(new ListOf(new ListOf(INTEGER))));
    }

    @Test
    void odd_field_names_are_read_as_they_are() throws SQLException {
        List<String> names =
                List.of("b c", "d\"e", "f)", "g,h", "map", "union", "ünï", "1a", "a-b", "_", "[x]", "'", "INTEGER");
        String fields = names.stream()
                .map(name -> "\"" + name.replace("\"", "\"\"") + "\" INTEGER")
                .collect(Collectors.joining(", "));

        assertThat(described("STRUCT(" + fields + ")"))
                .isEqualTo(new StructOf(
                        names.stream().map(name -> new Field(name, INTEGER)).toList()));
        assertThat(described("UNION(" + fields + ")"))
                .isEqualTo(new UnionOf(
                        names.stream().map(name -> new Field(name, INTEGER)).toList()));
    }

    @Test
    void an_enum_is_one_whatever_its_values() throws SQLException {
        String odd = "ENUM('a''b', 'c(d', 'e,f)', 'g\"h', '', '[x]', ''')')";

        assertThat(described(odd)).isEqualTo(ENUM);
        assertThat(described("MAP(" + odd + ", STRUCT(a " + odd + "[2]))"))
                .isEqualTo(new MapOf(ENUM, new StructOf(List.of(new Field("a", new ListOf(ENUM))))));
    }

    @Test
    void a_row_without_field_names_is_a_tuple() throws SQLException {
        assertThat(columns("SELECT row(1, 'x', [row(2)]), row()"))
                .containsExactly(
                        new TupleOf(List.of(INTEGER, VARCHAR, new ListOf(new TupleOf(List.of(INTEGER))))),
                        new TupleOf(List.of()));
    }

    @Test
    void a_struct_may_have_no_fields() throws SQLException {
        assertThat(columns("SELECT {}, {'a': {}}, [{}]"))
                .containsExactly(
                        new StructOf(List.of()),
                        new StructOf(List.of(new Field("a", new StructOf(List.of())))),
                        new ListOf(new StructOf(List.of())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "INTEGER[",
                "INTEGER[]x",
                "DECIMAL(1",
                "DECIMAL(a,b)",
                "ENUM('a",
                "STRUCT(",
                "STRUCT(a",
                "STRUCT(a INTEGER",
                "STRUCT(\"a INTEGER)",
                "MAP(INTEGER)",
                "MAP(INTEGER, INTEGER",
                "TUPLE(INTEGER"
            })
    void a_text_that_is_no_type_is_refused_with_the_text(String text) {
        assertThatThrownBy(() -> DuckDbType.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }

    @Test
    void a_message_shows_a_type_as_sql_does() throws SQLException {
        String type =
                "STRUCT(\"a\"\"\" DECIMAL(4,1)[], \"b\" MAP(INTEGER, TUPLE(VARCHAR, UNION(\"c\" DATE))), \"d\" STRUCT)";

        assertThat(described(type)).hasToString(type);
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void any_type_parses_to_what_it_was_made_of(@ForAll("types") Sample sample) throws SQLException {
        assertThat(described(sample.sql())).isEqualTo(sample.type());
    }

    /** A type as SQL, and as it should be parsed. */
    private record Sample(String sql, DuckDbType type) {}

    private record NamedSample(String name, Sample type) {}

    @Provide
    Arbitrary<Sample> types() {
        return types(4);
    }

    private static Arbitrary<Sample> types(int depth) {
        Arbitrary<Sample> flat = Arbitraries.of(
                new Sample("INTEGER", INTEGER),
                new Sample("VARCHAR", VARCHAR),
                new Sample("DECIMAL(18,3)", new Decimal(18, 3)),
                new Sample("TIMESTAMPTZ", new Scalar("TIMESTAMP WITH TIME ZONE")),
                new Sample("ENUM('a', 'it''s (1', ')')", ENUM),
                new Sample("JSON", new Scalar("JSON")));
        if (depth == 0) {
            return flat;
        }
        Arbitrary<Sample> part = types(depth - 1);
        Arbitrary<List<NamedSample>> fields = Combinators.combine(
                        Arbitraries.strings()
                                .withChars(" abc\"'()[],é")
                                .ofMinLength(1)
                                .ofMaxLength(5),
                        part)
                .as(NamedSample::new)
                .list()
                .uniqueElements(NamedSample::name)
                .ofMinSize(1)
                .ofMaxSize(4);
        return Arbitraries.oneOf(
                flat,
                part.map(element -> new Sample(element.sql() + "[]", new ListOf(element.type()))),
                part.map(element -> new Sample(element.sql() + "[3]", new ListOf(element.type()))),
                Combinators.combine(part, part)
                        .as((key, value) -> new Sample(
                                "MAP(" + key.sql() + ", " + value.sql() + ")", new MapOf(key.type(), value.type()))),
                fields.map(some -> new Sample("STRUCT" + sql(some), new StructOf(types(some)))),
                fields.map(some -> new Sample("UNION" + sql(some), new UnionOf(types(some)))),
                part.list()
                        .ofMinSize(1)
                        .ofMaxSize(3)
                        .map(some -> new Sample(
                                some.stream().map(Sample::sql).collect(Collectors.joining(", ", "TUPLE(", ")")),
                                new TupleOf(some.stream().map(Sample::type).toList()))));
    }

    private static String sql(List<NamedSample> fields) {
        return fields.stream()
                .map(field -> "\"" + field.name().replace("\"", "\"\"") + "\" "
                        + field.type().sql())
                .collect(Collectors.joining(", ", "(", ")"));
    }

    private static List<Field> types(List<NamedSample> fields) {
        return fields.stream()
                .map(field -> new Field(field.name(), field.type().type()))
                .toList();
    }

    private static DuckDbType described(String type) throws SQLException {
        return columns("SELECT NULL::" + type).get(0);
    }

    private static List<DuckDbType> columns(String query) throws SQLException {
        List<DuckDbType> types = new ArrayList<>();
        try (Statement statement = duckDb.createStatement();
                ResultSet rows = statement.executeQuery("DESCRIBE " + query)) {
            while (rows.next()) {
                types.add(DuckDbType.parse(rows.getString(2)));
            }
        }
        return types;
    }
}
