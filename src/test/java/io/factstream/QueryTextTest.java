package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A query file reaches DuckDB as it was written, whatever it holds that Camel or JDBC could take for their own. */
class QueryTextTest {

    @Test
    void a_query_of_many_lines_survives_unchanged(@TempDir Path folder) {
        String query = """
                -- A comment with an apostrophe's end, "quotes", {{factstream.source.file}} and ${body}; and a semicolon
                /* another; with a ' in it */
                SELECT
                    n AS _watermark, -- a comment at the end of a line
                    n,
                    'one
                two' AS lines,
                    '{{x}}' AS placeholder, '{{eventhubs.name}}' AS known_placeholder,
                    '${y} ${body} $simple{body}' AS simple,
                    ':name :?name' AS named, 'really?' AS question, '#bean:x @x' AS marks,
                    'it''s; -- not a comment' AS quoted,
                    $$a 'dollar' text; -- too$$ AS dollar,
                    "odd "\"name"\"" AS odd,
                    n::VARCHAR AS cast_by_colons,
                    n % 2 = 0 AS even,
                    'Grüße, 世界 🙂 \\ \t' AS text
                FROM facts
                WHERE n <> 2 /* ? */ AND n::VARCHAR NOT LIKE '%?%'
                -- the end; without a line break""";
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                .load("CREATE TABLE facts AS SELECT range + 1 AS n, 'odd' AS \"odd \"\"name\"\"\" FROM range(3)")
                .stream("facts", query)) {
            runtime.start();

            runtime.awaitDrained();

            assertThat(runtime.numbers("facts", "n")).containsExactlyInAnyOrder(1L, 3L);
            assertThat(runtime.received("facts")).allSatisfy(event -> {
                assertThat(event.payload().path("lines").textValue()).isEqualTo("one\ntwo");
                assertThat(event.payload().path("placeholder").textValue()).isEqualTo("{{x}}");
                assertThat(event.payload().path("known_placeholder").textValue())
                        .isEqualTo("{{eventhubs.name}}");
                assertThat(event.payload().path("simple").textValue()).isEqualTo("${y} ${body} $simple{body}");
                assertThat(event.payload().path("named").textValue()).isEqualTo(":name :?name");
                assertThat(event.payload().path("question").textValue()).isEqualTo("really?");
                assertThat(event.payload().path("marks").textValue()).isEqualTo("#bean:x @x");
                assertThat(event.payload().path("quoted").textValue()).isEqualTo("it's; -- not a comment");
                assertThat(event.payload().path("dollar").textValue()).isEqualTo("a 'dollar' text; -- too");
                assertThat(event.payload().path("odd").textValue()).isEqualTo("odd");
                assertThat(event.payload().path("cast_by_colons").isTextual()).isTrue();
                assertThat(event.payload().path("even").isBoolean()).isTrue();
                assertThat(event.payload().path("text").textValue()).isEqualTo("Grüße, 世界 🙂 \\ \t");
            });
        }
    }
}
