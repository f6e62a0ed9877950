package io.factstream.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.factstream.source.DuckDbForm.Whose;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Errors as this version of DuckDB words them, with a value in each row and file that must not be told. */
@Timeout(60)
class DuckDbMessageTest {

    private static final String LEFT_OUT = "words are left out";

    /** More than DuckDB looks at to find out the types of a file. */
    private static final int ROWS = 30_000;

    private Path folder;

    @BeforeEach
    void place(@TempDir Path folder) {
        this.folder = folder;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '^',
            value = {
                "QUERY ~ SELECT $name FROM t ~ the query has a parameter, ?, $1 or $name, which nobody fills in",
                "QUERY ~ SELECT ?::INT FROM t ~ which nobody fills in",
                "QUERY ~ SELECT ts::INTEGER FROM t ~ There is no cast (TIMESTAMP -> INTEGER) when casting from source column ts",
                "QUERY ~ SELECT l::INTEGER FROM t ~ There is no cast (INTEGER[] -> INTEGER)",
                "QUERY ~ SELECT st::INT[] FROM t ~ There is no cast (STRUCT(x VARCHAR) -> INTEGER[])",
                "QUERY ~ SELECT strftime(ts,'%!') FROM t ~ A format for times is none that DuckDB knows",
                "QUERY ~ SELECT l[1:2:0] FROM t ~ Slice step cannot be zero",
                "QUERY ~ SELECT format('{} {}', s) FROM t ~ Argument index \"1\" out of range",
                "QUERY ~ SELECT * FROM 'nowhere.parquet' ~ No files found that match the pattern \"nowhere.parquet\"",
                "ROW ~ SELECT ts AT TIME ZONE s FROM t ~ Not implemented Error: A time zone is unknown",
                "ROW ~ SELECT ('2026-01-01 00:00:00 ' || s)::TIMESTAMPTZ FROM t ~ Conversion Error: A time zone is unknown",
                "ROW ~ SELECT date_trunc(s, ts) FROM t ~ A part of a time is none that DuckDB knows",
                "ROW ~ SELECT s::INTEGER FROM t ~ Could not convert a text to INT32 when casting from source column s",
                "ROW ~ SELECT s::DECIMAL(5,2) FROM t ~ Could not convert a text to DECIMAL(5,2)",
                "ROW ~ SELECT s::ENUM('a', 'b') FROM t ~ A text is no value of its ENUM when casting from source column s",
                "ROW ~ SELECT s::STRUCT(a INT) FROM t ~ of type VARCHAR can't be cast to the type STRUCT(a INTEGER)",
                "ROW ~ SELECT s::INT[] FROM t ~ can't be cast to the type INTEGER[] when casting from source column s",
                "ROW ~ SELECT s::DATE FROM t ~ A text could not be converted to a date",
                "ROW ~ SELECT s::TIME FROM t ~ A text could not be converted to a time",
                "ROW ~ SELECT s::TIMESTAMP FROM t ~ A text could not be converted to a timestamp",
                "ROW ~ SELECT s::JSON FROM t ~ A text is malformed JSON when casting from source column s",
                "ROW ~ SELECT s::BIT FROM t ~ A text is no BIT",
                "ROW ~ SELECT s::VARIANT::INTEGER FROM t ~ A VARIANT could not be converted to INTEGER",
                "ROW ~ SELECT dec::DECIMAL(4,3) FROM t ~ A value is out of range for the type DECIMAL(4,3)",
                "ROW ~ SELECT dec::UTINYINT FROM t ~ out of range for the type",
                "ROW ~ SELECT big::TINYINT FROM t ~ A value of type INT32 is out of range for the type INT8",
                "ROW ~ SELECT l::INT[3] FROM t ~ Cannot cast list with length 2 to array with length 3",
                "ROW ~ SELECT big * 10000000 FROM t ~ Overflow in multiplication of INT32",
                "ROW ~ SELECT dec * dec * dec * dec * dec FROM t ~ Overflow in multiplication of DECIMAL(18)",
                "ROW ~ SELECT big % 0 FROM t ~ Division by zero",
                "ROW ~ SELECT strptime(s, '%Y') FROM t ~ A text does not have the given format",
                "ROW ~ SELECT make_date(big::INT, 13, 1) FROM t ~ A date is out of range",
                "ROW ~ SELECT regexp_matches('x', s || '(') FROM t ~ A regular expression is wrong: missing )",
                "ROW ~ SELECT json_transform_strict(j, '{\"a\":\"INTEGER\"}') FROM t ~ A value of JSON is not of the type",
                "ROW ~ SELECT from_base64(s) FROM t ~ A text is not Base64",
                "ROW ~ SELECT unhex(s) FROM t ~ A text has no hex digits",
                "ROW ~ SELECT map_from_entries([(s, 1), (s, 2)]) FROM t ~ Map keys must be unique.",
                "ROW ~ SELECT error(s) FROM t ~ DuckDB's words are left out, as they may repeat a value",
            })
    void an_error_of_a_query_is_told_with_what_has_to_be_corrected_and_no_value(Whose whose, String query, String told)
            throws SQLException {
        DuckDbMessage message = message(query);

        assertThat(message.text()).contains(told).doesNotContain("secret", "12345");
        assertThat(message.whose()).isEqualTo(whose);
        if (!query.contains("error(")) {
            assertThat(message.text()).doesNotContain(LEFT_OUT);
        }
    }

    @Test
    void parquet_files_that_are_none_or_damaged_are_told_with_their_name() throws Exception {
        parquet("whole", "range AS n, 'secret' || range AS s FROM range(100000)");
        byte[] whole = Files.readAllBytes(folder.resolve("whole.parquet"));
        byte[] noise = whole.clone();
        byte[] random = new byte[4_000];
        new Random(1).nextBytes(random);
        System.arraycopy(random, 0, noise, 2_000, random.length);
        Files.write(folder.resolve("noise.parquet"), noise);
        Files.write(folder.resolve("cut.parquet"), Arrays.copyOf(whole, whole.length / 2));
        Files.createFile(folder.resolve("empty.parquet"));
        Files.writeString(folder.resolve("text.parquet"), "secret,text\n1,2\n");

        ofFile("noise.parquet", "the Parquet file ", " is damaged: ");
        ofFile("cut.parquet", " is no Parquet file, or not a whole one");
        ofFile("empty.parquet", " is no Parquet file, or not a whole one");
        ofFile("text.parquet", " is no Parquet file, or not a whole one");
    }

    @Test
    void files_that_differ_are_told_with_the_column_and_the_types() throws Exception {
        parquet("1", "1 AS n, 'secret' AS s, DATE '2026-01-01' AS d");
        parquet("2", "2 AS n, 'secret' AS s");
        parquet("3", "'secret' AS n, 'secret' AS s, DATE '2026-01-01' AS d");

        DuckDbMessage missing = message(read("read_parquet", "1.parquet", "2.parquet"));
        DuckDbMessage types = message(read("read_parquet", "1.parquet", "3.parquet"));

        assertThat(missing.text())
                .contains(folder.resolve("2.parquet") + " has no column \"d\", which " + folder.resolve("1.parquet")
                        + " has")
                .doesNotContain("secret");
        assertThat(types.text())
                .contains("column \"n\" is of the type VARCHAR", "INTEGER")
                .doesNotContain("secret");
        assertThat(missing.whose()).isEqualTo(Whose.FILES);
        assertThat(types.whose()).isEqualTo(Whose.FILES);
    }

    @Test
    void csv_files_are_told_with_file_line_column_and_type() throws Exception {
        csv("type.csv", "secretx,y\n");
        csv("columns.csv", "1,secret,3\n");
        Files.writeString(
                folder.resolve("quote.csv"), rows().replace("secret", "\"secret\"") + "1,\"secret un\"term\"\n");
        Files.write(folder.resolve("latin.csv"), (rows() + "1,secret\u00e4\n").getBytes(StandardCharsets.ISO_8859_1));
        Files.writeString(folder.resolve("no.csv.gz"), "secret\n");
        Files.write(folder.resolve("cut.csv.gz"), Arrays.copyOf(zipped(rows()), 200));

        ofFile("type.csv", "line 30002 of the CSV file ", "converted to the type BIGINT of column n");
        ofFile("columns.csv", "line 30002 of the CSV file ", "it has another number of columns than 2");
        ofFile("quote.csv", "line 30002 of the CSV file ", "unterminated quote");
        ofFile("latin.csv", "line 30002 of the CSV file ", "not utf-8 encoded");
        ofFile("no.csv.gz", "Input is not a GZIP stream");
        ofFile("cut.csv.gz", "Unexpected end of GZIP stream");
    }

    @Test
    void json_files_are_told_with_file_and_line() throws Exception {
        json("broken.json", "{\"n\": secret,\n");
        json("type.json", "{\"n\": \"secret\"}\n");
        json("unknown.json", "{\"n\": 1, \"secretkey\": 5}\n");
        Files.writeString(folder.resolve("cut.json"), "[{\"n\":1},{\"n\":");

        ofFile("broken.json", "line 3000", "malformed at byte 7, unexpected character");
        ofFile("type.json", "line 3000", "a value is not of the type of its column");
        ofFile("unknown.json", "line 3000", "a member that no earlier one has");
        ofFile("cut.json", "of the JSON file ", "unexpected end of data");
    }

    /** Whatever a value holds, words of DuckDB's among it, it is not told. */
    @Property(tries = 60)
    void no_value_of_a_row_is_ever_told(@ForAll @StringLength(max = 40) String noise) throws SQLException {
        String value = "' to INT32 \n" + noise + "\" secret' with value 'x' can't be cast\nLINE 9: " + noise;
        for (String cast : new String[] {"INTEGER", "DATE", "JSON", "INT[]", "ENUM('a')", "STRUCT(a INT)"}) {
            assertThat(message("SELECT v::" + cast + " FROM (SELECT '" + value.replace("'", "''") + "' AS v, range FROM"
                                    + " range(2)) WHERE range = 1")
                            .text())
                    .doesNotContain("secret");
        }
    }

    private void ofFile(String name, String... told) throws SQLException {
        DuckDbMessage message = message("SELECT * FROM '" + folder.resolve(name) + "'");

        assertThat(message.text())
                .contains(folder.resolve(name).toString())
                .contains(told)
                .doesNotContain("secret");
        assertThat(message.whose()).isEqualTo(Whose.FILE);
    }

    private String read(String function, String... names) {
        return "SELECT * FROM " + function + "(["
                + Arrays.stream(names)
                        .map(name -> "'" + folder.resolve(name) + "'")
                        .collect(Collectors.joining(", "))
                + "])";
    }

    private void parquet(String name, String select) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("COPY (SELECT " + select + ") TO '" + folder.resolve(name + ".parquet") + "'");
        }
    }

    private void csv(String name, String last) throws Exception {
        Files.writeString(folder.resolve(name), rows() + last);
    }

    private static String rows() {
        return "n,s\n" + IntStream.range(0, ROWS).mapToObj(n -> n + ",secret\n").collect(Collectors.joining());
    }

    private void json(String name, String last) throws Exception {
        String lines =
                IntStream.range(0, ROWS).mapToObj(n -> "{\"n\":" + n + "}\n").collect(Collectors.joining());
        Files.writeString(folder.resolve(name), lines + last);
    }

    private static byte[] zipped(String text) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
            zip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static DuckDbMessage message(String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE t AS SELECT 'secret-value' AS s, TIMESTAMP '2026-01-01' AS ts, 1234500 AS big,"
                            + " [1, 2] AS l, '{\"a\":\"secret\"}' AS j, 12345.678::DECIMAL(10,3) AS dec, {'x': 'secret'} AS st");
            SQLException thrown = catchThrowableOfType(SQLException.class, () -> {
                try (ResultSet rows = statement.executeQuery(query)) {
                    assertThat(rows.next()).as("no error").isNull();
                }
            });
            assertThat((Throwable) thrown).as(query).isNotNull();
            return DuckDbMessage.of(String.valueOf(thrown.getMessage()));
        }
    }
}
