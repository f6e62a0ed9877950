package io.factstream;

import static io.factstream.RuntimeUnderTest.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.factstream.watermark.Watermark;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables that change under a query which takes whatever columns they have. */
class SchemaDriftTest {

    private static final String QUERY = "SELECT n AS _watermark, * FROM facts";

    @Test
    void a_new_column_flows_through_and_is_told_once(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = delivered(folder);
                CapturedLog log = CapturedLog.everything(Level.INFO)) {
            runtime.load(
                    "ALTER TABLE facts ADD COLUMN colour VARCHAR",
                    "INSERT INTO facts VALUES (11, 'x', 'first', 'red')");

            runtime.start();

            runtime.awaitDrained();
            runtime.assertEachOnce("facts", "n", 11);
            assertThat(runtime.received("facts"))
                    .filteredOn(event -> event.number("n") == 11)
                    .singleElement()
                    .satisfies(event ->
                            assertThat(event.payload().path("colour").asText()).isEqualTo("red"));
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("new columns"))
                    .singleElement()
                    .asString()
                    .startsWith("INFO")
                    .contains("facts.sql", "colour VARCHAR");
        }
    }

    @Test
    void a_column_that_is_gone_stops_the_stream_until_it_is_accepted(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = delivered(folder)) {
            Watermark before = runtime.watermark("facts");
            runtime.load("ALTER TABLE facts DROP COLUMN name", "INSERT INTO facts VALUES (11, 'first')");
            runtime.start();

            String error = runtime.awaitFailing("facts");

            assertThat(error)
                    .contains("facts.sql", "the column name, a VARCHAR, is gone", "factstream watermark accept facts");
            assertThat(runtime.watermark("facts")).isEqualTo(before);
            runtime.acceptColumns("facts");
            runtime.awaitDrained();
            runtime.assertEachOnce("facts", "n", 11);
        }
    }

    @Test
    void a_column_of_another_type_stops_the_stream_until_it_is_restored(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = delivered(folder)) {
            runtime.start();
            runtime.load("ALTER TABLE facts ALTER name TYPE BLOB", "INSERT INTO facts VALUES (11, 'x', 'first')");

            String error = runtime.awaitFailing("facts");

            assertThat(error).contains("facts.sql", "the column name was a VARCHAR and is now a BLOB");
            runtime.load("ALTER TABLE facts ALTER name TYPE VARCHAR");
            runtime.awaitDrained();
            runtime.assertEachOnce("facts", "n", 11);
        }
    }

    @Test
    void values_that_an_enum_may_have_are_no_part_of_its_type(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = delivered(folder)) {
            runtime.load(
                    "CREATE TYPE place AS ENUM ('first', 'second', 'third')",
                    "ALTER TABLE facts ALTER rank TYPE place",
                    "DROP TYPE rank",
                    "INSERT INTO facts VALUES (11, 'x', 'third')");

            runtime.start();

            eventually("row 11").until(() -> runtime.received("facts").size() == 11);
            runtime.awaitDrained();
            runtime.assertEachOnce("facts", "n", 11);
        }
    }

    private static RuntimeUnderTest delivered(Path folder) {
        RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                .load(
                        "CREATE TYPE rank AS ENUM ('first', 'second')",
                        "CREATE TABLE facts (n BIGINT, name VARCHAR, rank rank)",
                        "INSERT INTO facts SELECT i, 'x', 'first' FROM range(1, 11) r(i)")
                .stream("facts", QUERY);
        runtime.start();
        runtime.awaitDrained();
        runtime.stop();
        return runtime;
    }
}
