package io.factstream;

import static io.factstream.RuntimeUnderTest.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import com.azure.messaging.eventhubs.EventHubClientBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import io.factstream.cli.Main;
import io.factstream.stream.EventPreview;
import io.factstream.verify.Comparison;
import io.factstream.verify.Scope;
import io.factstream.watermark.Watermark;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
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
    void the_same_columns_in_another_order_change_no_id_and_are_told_once(@TempDir Path folder)
            throws InterruptedException {
        try (RuntimeUnderTest runtime = delivered(folder);
                CapturedLog log = CapturedLog.everything(Level.INFO)) {
            runtime.load(
                    "CREATE OR REPLACE TABLE facts AS SELECT rank, name, n FROM facts",
                    "INSERT INTO facts VALUES ('first', 'x', 11)");

            runtime.start();
            runtime.awaitDrained();
            runtime.load("INSERT INTO facts VALUES ('first', 'x', 12)");
            runtime.awaitReceived("facts", 12);
            runtime.awaitDrained();

            assertThat(log.lines())
                    .filteredOn(line -> line.contains("in another order"))
                    .singleElement()
                    .asString()
                    .startsWith("INFO")
                    .contains("stream=facts", "facts.sql");
            runtime.stop();
            assertThat(runtime.received("facts"))
                    .extracting(event -> fields(event.payload()))
                    .containsOnly("n name rank");
            try (Comparison found = verified(runtime, folder)) {
                assertThat(found.counts().delivered()).isEqualTo(12);
                assertThat(found.counts().extra()).isZero();
            }
            sendAgain(runtime);
            runtime.assertRepeatsKeepTheirIds("facts", "n");
            assertThat(runtime.repeated("facts", "n")).hasSize(12);
        }
    }

    @Test
    void the_order_of_columns_goes_with_them_into_a_preview(@TempDir Path folder) throws InterruptedException {
        try (RuntimeUnderTest runtime = delivered(folder)) {
            runtime.load(
                    "CREATE OR REPLACE TABLE facts AS SELECT rank, name, n FROM facts",
                    "INSERT INTO facts VALUES ('first', 'x', 11)");
            List<EventPreview> previews = StreamPreview.of(runtime.settings(), "facts", 1, OptionalInt.of(4))
                    .events();

            runtime.start();
            runtime.awaitDrained();

            assertThat(runtime.received("facts"))
                    .filteredOn(event -> event.number("n") == 11)
                    .extracting(RuntimeUnderTest.Received::traceId)
                    .containsExactlyElementsOf(
                            previews.stream().map(EventPreview::traceId).toList());
        }
    }

    @Test
    void a_name_in_other_letters_stops_the_stream_until_it_is_named_as_before(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = delivered(folder)) {
            runtime.load("ALTER TABLE facts RENAME name TO \"Name\"", "INSERT INTO facts VALUES (11, 'x', 'first')");
            runtime.start();

            String error = runtime.awaitFailing("facts");

            assertThat(error)
                    .contains("facts.sql", "the column name is now named Name", "factstream watermark accept facts");
            runtime.load("ALTER TABLE facts RENAME \"Name\" TO name");
            runtime.awaitDrained();
            runtime.assertEachOnce("facts", "n", 11);
        }
    }

    private static String fields(JsonNode payload) {
        return String.join(" ", (Iterable<String>) payload::fieldNames);
    }

    private static Comparison verified(RuntimeUnderTest runtime, Path folder) throws InterruptedException {
        return StreamVerification.compare(
                runtime.settings(), "facts", Scope.ALL, EventHubClientBuilder.DEFAULT_CONSUMER_GROUP_NAME, folder);
    }

    private static void sendAgain(RuntimeUnderTest runtime) throws InterruptedException {
        try (JavaProcess backfill = JavaProcess.start(
                runtime.folder(),
                Main.class,
                "backfill",
                "facts",
                "--from",
                "1",
                "--config",
                runtime.settingsFile().toString())) {
            assertThat(backfill.exitCode()).as(backfill::output).isZero();
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
