package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.factstream.config.ConfigurationException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTest {

    private static final Path FILE = Path.of("sales.sql");
    private static final String QUERY =
            "SELECT a, sum(b - -1) AS \"x  y\", 'it''s  -- ok' FROM t WHERE c >= 1 AND d = $$a  b$$";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-- first\nSELECT a, sum(b - -1) AS \"x  y\", 'it''s  -- ok' FROM t WHERE c >= 1 AND d = $$a  b$$",
                "SELECT\n\ta,\n\tsum(b - -1) AS \"x  y\",\r\n\t'it''s  -- ok'\nFROM t\nWHERE c >= 1\n AND d = $$a  b$$\n",
                "SELECT a/* one */,sum ( b- -1 )AS \"x  y\",'it''s  -- ok' FROM t WHERE c>=1 AND d=$$a  b$$ -- end",
                "SELECT a, sum(b - -1) AS/**/\"x  y\" , 'it''s  -- ok' FROM t WHERE c >= 1 AND d = $$a  b$$ /* ' */",
                "SELECT a, sum(b - -1) AS \"x  y\", 'it''s  -- ok' FROM /* a /* b */ ' */ t WHERE c >= 1 AND d = $$a  b$$",
                "SELECT a, -- one\rsum(b - -1) AS \"x  y\", 'it''s  -- ok' FROM t WHERE c >= 1 AND d = $$a  b$$"
            })
    void comments_and_layout_leave_the_fingerprint_as_it_is(String query) {
        assertThat(Sql.fingerprint(query)).isEqualTo(Sql.fingerprint(QUERY));
    }

    static Stream<Arguments> edits() {
        return Stream.of(
                Arguments.of("SELECT a FROM t", "SELECT b FROM t"),
                Arguments.of("SELECT a FROM t", "SELECT A FROM t"),
                Arguments.of("SELECT a FROM t", "SELECTa FROM t"),
                Arguments.of("SELECT a b", "SELECT ab"),
                Arguments.of("SELECT 1 1", "SELECT 11"),
                Arguments.of("SELECT 'a  b'", "SELECT 'a b'"),
                Arguments.of("SELECT 'a -- b'", "SELECT 'a -- c'"),
                Arguments.of("SELECT 'a /* b */'", "SELECT 'a'"),
                Arguments.of("SELECT 'it''s  x'", "SELECT 'it''s x'"),
                Arguments.of("SELECT 'a' 'b'", "SELECT 'a''b'"),
                Arguments.of("SELECT \"a  b\" FROM t", "SELECT \"a b\" FROM t"),
                Arguments.of("SELECT \"a--b\" FROM t", "SELECT \"a--c\" FROM t"),
                Arguments.of("SELECT $$a  b$$", "SELECT $$a b$$"),
                Arguments.of("SELECT $x$ -- $$ a$x$", "SELECT $x$ -- $$ b$x$"),
                Arguments.of("SELECT E'\\'  x'", "SELECT E'\\' x'"),
                Arguments.of("SELECT e'a''\\' -- x'", "SELECT e'a''\\' -- y'"),
                Arguments.of("SELECT a$b$ -- c\n+ 1", "SELECT a$b$ -- c\n+ 2"),
                Arguments.of("SELECT a - -1", "SELECT a --1"),
                Arguments.of("SELECT a < @ b", "SELECT a <@ b"),
                Arguments.of("SELECT 1 -- x\r+ 1", "SELECT 1 -- x\r+ 2"));
    }

    @ParameterizedTest
    @MethodSource("edits")
    void anything_else_changes_the_fingerprint(String before, String after) {
        assertThat(Sql.fingerprint(after)).isNotEqualTo(Sql.fingerprint(before));
    }

    @Test
    void a_dollar_within_a_name_quotes_nothing() {
        assertThat(Sql.fingerprint("SELECT a$b$ /* x */ FROM t$b$"))
                .isEqualTo(Sql.fingerprint("SELECT a$b$ FROM t$b$"));
    }

    @Test
    void a_fingerprint_is_the_sha_256_in_hexadecimal() {
        assertThat(Sql.fingerprint("SELECT 1"))
                .isEqualTo("e004ebd5b5532a4b85984a62f8ad48a81aa3460c1ca07701f386135d72cdecf5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1",
                "SELECT ';'",
                "SELECT \";\" FROM t",
                "SELECT $$;$$",
                "SELECT $a$ ; $a$",
                "SELECT E'\\';'",
                "SELECT 1 -- ; no",
                "SELECT 1 /* ; /* ; */ ; */",
                "-- head; first\n\nSELECT a\nFROM t"
            })
    void a_single_statement_is_kept_to_the_letter(String query) {
        assertThat(Sql.statement(FILE, query)).isEqualTo(query);
    }

    @ParameterizedTest
    @ValueSource(strings = {";", ";\n", " ; ; ", "; -- done\n", ";\n/* done; */\n", ";--"})
    void what_follows_the_semicolon_is_dropped_when_it_says_nothing(String end) {
        assertThat(Sql.statement(FILE, "\n-- a;\nSELECT ';'" + end).strip()).isEqualTo("-- a;\nSELECT ';'");
        assertThat(Sql.statement(FILE, "\n-- a;\nSELECT ';'" + end)).startsWith("\n-- a;\n");
    }

    @Test
    void a_second_statement_is_refused_with_its_line() {
        assertThatThrownBy(() -> Sql.statement(FILE, "-- one;\nSELECT '\n;';\n\n-- two\n  DROP TABLE t;\n"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("sales.sql:6: a second statement begins here. Keep one SELECT a file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n", "-- only a comment", "/* x */ ;", ";"})
    void a_file_without_a_query_is_refused(String query) {
        assertThatThrownBy(() -> Sql.statement(FILE, query))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("sales.sql: holds no query. Write one SELECT into it");
    }

    @Test
    void texts_and_names_are_quoted() {
        assertThat(Sql.text("it's \"x\"")).isEqualTo("'it''s \"x\"'");
        assertThat(Sql.name("it's \"x\"")).isEqualTo("\"it's \"\"x\"\"\"");
        assertThat(Sql.json("it's \"x\"\n\u0001é\ud83d\ude00")).isEqualTo("\"it's \\\"x\\\"\\n\\u0001é\ud83d\ude00\"");
    }
}
