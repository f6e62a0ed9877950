package io.factstream;

import static io.factstream.BadInput.Kind.HUB;
import static io.factstream.BadInput.Kind.QUERIES;
import static io.factstream.BadInput.Kind.ROWS;
import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.BadInput.Kind;
import io.factstream.config.KnownSettings;
import io.factstream.deadletter.DeadLetter;
import io.factstream.localhub.LocalEventHubs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Queries, rows and hubs that cannot work: many bad streams in one runtime, beside one that is sound. */
final class BadStreams {

    static final int ROWS_EACH = 50;

    private static final String SOUND = "SELECT n AS _watermark, n FROM facts";

    /** One table a stream whose rows are at fault, each with one bad row, the seventh. */
    private static final String FACTS =
            "CREATE TABLE facts AS SELECT range + 1 AS n, TIMESTAMP '2020-01-01' + to_days(range::INTEGER) AS ts,"
                    + " 'text' AS text, '5' AS digits, 1.5::DOUBLE AS number, '{\"a\": 1}' AS json FROM range("
                    + ROWS_EACH + ")";

    private final Map<String, String> queries = new LinkedHashMap<>();
    private final List<BadInput> inputs = new ArrayList<>();
    private final Map<Odd, Consumer<RuntimeUnderTest>> odd = new LinkedHashMap<>();
    private final Map<String, UnaryOperator<String>> hearings = new LinkedHashMap<>();
    private final Map<String, String> messages = new HashMap<>();
    private final Map<Odd, Throwable> oddFailures = new HashMap<>();
    private final Map<String, Throwable> failures = new HashMap<>();
    private final List<String> changes = new ArrayList<>();
    private @Nullable RuntimeUnderTest running;
    private @Nullable CapturedLog log;

    BadStreams() {
        query("no-sql", "no SQL", "-- one\n-- two\nSELEKT n AS _watermark, n FROM facts", "no-sql.sql:3", "SELEKT");
        query(
                "cut-short",
                "a text without its end",
                "SELECT n AS _watermark, n\nFROM facts WHERE text = 'open",
                "cut-short.sql:2");
        query("insert", "a statement that is no SELECT", "INSERT INTO facts (n) VALUES (1)", "insert.sql");
        query(
                "no-table",
                "a table that does not exist",
                "SELECT n AS _watermark,\n  n\nFROM fact",
                "no-table.sql:3",
                "fact");
        query(
                "no-column",
                "a column that does not exist",
                "SELECT n AS _watermark,\n  amount FROM facts",
                "no-column.sql:2",
                "amount");
        query(
                "no-function",
                "a function that does not exist",
                "SELECT n AS _watermark,\n  lenght(text) AS l FROM facts",
                "no-function.sql:2",
                "lenght");
        query(
                "extension",
                "a function of an extension that is not there",
                "SELECT n AS _watermark, st_point(n, n) AS p FROM facts",
                "extension.sql",
                "spatial");
        query(
                "no-file",
                "a file that does not exist",
                "SELECT n AS _watermark, n FROM 'nowhere.parquet'",
                "no-file.sql",
                "nowhere.parquet");
        query(
                "grouping",
                "a column that is neither grouped nor aggregated",
                "SELECT max(n) AS _watermark, text FROM facts",
                "grouping.sql:1",
                "text");
        query("parameter", "a parameter", "SELECT n AS _watermark, n FROM facts WHERE n > ?", "parameter.sql", "?");
        query("no-watermark", "no watermark", "SELECT n, text FROM facts", "no-watermark.sql", "_watermark");
        query(
                "text-watermark",
                "a watermark that is a text",
                "SELECT text AS _watermark, n FROM facts",
                "text-watermark.sql",
                "VARCHAR");
        query(
                "double-watermark",
                "a watermark that is a DOUBLE",
                "SELECT number AS _watermark, n FROM facts",
                "double-watermark.sql",
                "DOUBLE");
        query(
                "underscore",
                "an underscore column that is none of the envelope's",
                "SELECT n AS _watermark, text AS _traceid FROM facts",
                "underscore.sql",
                "_traceid",
                "Did you mean _trace_id?");
        query(
                "event-time",
                "an event time that is no time",
                "SELECT n AS _watermark, text AS _event_time FROM facts",
                "event-time.sql",
                "VARCHAR");
        query(
                "same-names",
                "two columns of one name",
                "SELECT n AS _watermark, n AS x, text AS X FROM facts",
                "same-names.sql",
                "X");
        query("order-by", "ORDER BY", "SELECT n AS _watermark, n FROM facts\nORDER BY n", "order-by.sql:2", "ORDER BY");
        query(
                "limit",
                "LIMIT, which would lose rows",
                "SELECT n AS _watermark, n FROM facts\nLIMIT 10",
                "limit.sql:2",
                "LIMIT");
        query(
                "fetch",
                "FETCH FIRST, which is a LIMIT",
                "SELECT n AS _watermark, n FROM facts\nFETCH FIRST ROW ONLY",
                "fetch.sql:2",
                "LIMIT");
        query(
                "with-delete",
                "a WITH that changes rows",
                "WITH gone AS (\n  DELETE FROM facts RETURNING *)\nSELECT n AS _watermark, n FROM gone",
                "with-delete.sql:2",
                "DELETE",
                "only reads");
        query(
                "arrow",
                "a lambda with an arrow",
                "SELECT n AS _watermark, list_transform([n], x -> x + 1) AS l FROM facts",
                "arrow.sql",
                "lambda x: ");
        query("sample", "a sample", "SELECT n AS _watermark, n FROM facts USING SAMPLE 10", "sample.sql", "sample");
        query(
                "recent",
                "a filter by the present time, which would lose rows",
                "SELECT n AS _watermark, n FROM facts\nWHERE n > epoch(now()) - 3600",
                "recent.sql:2");
        query(
                "changing-id",
                "a trace id that is another one each time",
                "SELECT n AS _watermark,\n  uuid() AS _trace_id, n FROM facts",
                "changing-id.sql:2",
                "_trace_id");
        query(
                "present-watermark",
                "the present time as the watermark",
                "SELECT epoch_ms(now()) AS _watermark, n FROM facts",
                "present-watermark.sql:1",
                "_watermark");
        query(
                "list-key",
                "a partition key with parts",
                "SELECT n AS _watermark,\n  [n, n] AS _partition_key, n FROM facts",
                "list-key.sql:2",
                "_partition_key");
        slow();
        changed();
        row(
                "cast",
                "a text that cannot be cast",
                "SELECT n AS _watermark,\n  n,\n  CAST(digits AS INTEGER) AS digits FROM facts",
                "UPDATE facts SET digits = 'five' WHERE n = 7",
                "cast.sql:3",
                "digits");
        row(
                "range",
                "a number too large for its type",
                "SELECT n AS _watermark, n::UTINYINT AS n FROM facts",
                "UPDATE facts SET n = 4711 WHERE n = 7",
                "range.sql:1",
                "UINT8");
        row(
                "overflow",
                "an overflow",
                "SELECT n AS _watermark, n * 1000000000000000000 AS n FROM facts",
                "UPDATE facts SET n = 70 WHERE n = 7",
                "overflow.sql",
                "Overflow");
        row(
                "division",
                "a division by zero",
                "SELECT n AS _watermark, 10 % (n - 7) AS n FROM facts",
                "SELECT 1",
                "division.sql",
                "Division by zero",
                "TRY",
                "nullif");
        row(
                "json",
                "a text that is no JSON",
                "SELECT n AS _watermark,\n  CAST(json AS JSON) AS json FROM facts",
                "UPDATE facts SET json = '{\"a\": ' WHERE n = 7",
                "json.sql:2",
                "JSON");
        row(
                "several",
                "several rows where one is asked for",
                "SELECT n AS _watermark, (SELECT ts FROM facts) AS ts FROM facts",
                "SELECT 1",
                "several.sql",
                "More than one row");
        heard(
                ROWS,
                "without-watermark",
                "a row without a watermark",
                this::logged,
                "stream=without-watermark",
                "without-watermark.sql");
        queries.put("without-watermark", "SELECT CASE WHEN n <> 7 THEN ts END AS _watermark, n FROM facts");
        letter(
                "too-large",
                "an event larger than the hub takes",
                "SELECT n AS _watermark, n, CASE WHEN n = 7 THEN repeat('x', 5000) END AS text FROM facts",
                "bytes");
        letter(
                "far-too-large",
                "a row larger than any hub takes, which is left in the source",
                "SELECT n AS _watermark, n, CASE WHEN n = 7 THEN repeat('x', 2000000) END AS text FROM facts",
                "2000000 bytes",
                "in the source alone");
        letter(
                "nan",
                "NaN, where factstream.event.non-finite is dead-letter",
                "SELECT n AS _watermark, n, CASE WHEN n = 7 THEN 'NaN'::DOUBLE ELSE number END AS number FROM facts",
                "NaN",
                "factstream.event.non-finite");
        letter(
                "json-nan",
                "a bare NaN inside of JSON, which DuckDB lets pass, with the same setting",
                "SELECT n AS _watermark, n, CASE WHEN n = 7 THEN '{\"a\": NaN}' ELSE json END::JSON AS json FROM facts",
                "NaN",
                "factstream.event.non-finite");
        odd(
                "long-key",
                "a partition key of 300 characters",
                "SELECT n AS _watermark, repeat('k', 300) AS _partition_key, n FROM facts",
                "Delivered: FactStream names the partition itself, so that the 128 characters that Event Hubs allows a key do not matter",
                runtime -> {
                    runtime.awaitReceived("long-key", ROWS_EACH);
                    assertThat(runtime.received("long-key"))
                            .extracting(RuntimeUnderTest.Received::partition)
                            .containsOnly(runtime.received("long-key").get(0).partition());
                    assertThat(runtime.received("long-key")).allSatisfy(event -> assertThat(
                                    event.json().path("partition_key").textValue())
                            .hasSize(300));
                });
        odd(
                "no-trace-id",
                "an empty or missing trace id",
                "SELECT n AS _watermark, CASE WHEN n = 7 THEN '' WHEN n <> 8 THEN 'trace-' || n END AS _trace_id, n FROM facts",
                "Delivered with a derived trace id",
                runtime -> {
                    runtime.awaitReceived("no-trace-id", ROWS_EACH);
                    assertThat(runtime.received("no-trace-id"))
                            .extracting(RuntimeUnderTest.Received::traceId)
                            .doesNotHaveDuplicates()
                            .doesNotContainNull()
                            .filteredOn(id -> !id.startsWith("trace-"))
                            .hasSize(2)
                            .allMatch(id -> id.matches("[0-9a-f]{16,}"));
                });
        odd(
                "deep",
                "JSON nested 500 deep",
                "SELECT n AS _watermark, n, CASE WHEN n = 7 THEN repeat('[', 500) || repeat(']', 500) ELSE '[]' END::JSON AS json FROM facts",
                "Delivered as it is",
                runtime -> runtime.awaitReceived("deep", ROWS_EACH));
        odd(
                "controls",
                "control characters, quotes and backslashes in a text",
                "SELECT n AS _watermark, n, chr(7) || chr(31) || chr(10) || '\"\\' AS text FROM facts",
                "Delivered, written as JSON writes them",
                runtime -> {
                    runtime.awaitReceived("controls", ROWS_EACH);
                    assertThat(runtime.received("controls")).allSatisfy(event -> assertThat(
                                    event.payload().path("text").textValue())
                            .isEqualTo("\u0007\u001f\n\"\\"));
                });
        odd(
                "future",
                "a row dated in the future",
                "SELECT CASE WHEN n = 7 THEN TIMESTAMP '2999-01-01' ELSE ts END AS _watermark, n FROM facts",
                "Waits until its time has come; it is counted as not yet due, and the others go past it",
                runtime -> {
                    runtime.awaitReceived("future", ROWS_EACH - 1);
                    RuntimeUnderTest.eventually("counted").until(() -> Long.valueOf(1)
                            .equals(runtime.status("future").rowsUnsettled()));
                });
        queries.put("no-hub", SOUND);
        heard(HUB, "no-hub", "a hub that does not exist", this::error, "missing-hub");
        hub(
                "a key that the hub does not know",
                hubs -> hubs.connectionString(RuntimeUnderTest.HUB)
                        .replaceFirst("SharedAccessKey=[^;]*", "SharedAccessKey=wrong"),
                "hub facts",
                "key");
        hub(
                "a port where nobody listens",
                hubs ->
                        "Endpoint=sb://localhost:1;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true;EntityPath=facts",
                "hub facts");
    }

    /** An input whose message is heard while all of them run. */
    private void heard(Kind kind, String stream, String what, UnaryOperator<String> hearing, String... names) {
        hearings.put(stream, hearing);
        inputs.add(BadInput.of(
                kind,
                what,
                folder -> Objects.requireNonNull(messages.get(stream), "told nothing: " + failures.get(stream)),
                names));
    }

    /**
     * An input that only looks bad.
     *
     * @param becomes what becomes of it, for the document
     */
    record Odd(String what, String becomes) {}

    private void odd(String stream, String what, String query, String becomes, Consumer<RuntimeUnderTest> check) {
        queries.put(stream, query);
        odd.put(new Odd(what, becomes), check);
    }

    List<Odd> odd() {
        return List.copyOf(odd.keySet());
    }

    /** What was wrong with what became of it. */
    Optional<Throwable> failure(Odd input) {
        return Optional.ofNullable(oddFailures.get(input));
    }

    private void query(String stream, String what, String query, String... names) {
        queries.put(stream, query);
        heard(QUERIES, stream, what, this::error, names);
    }

    private void row(String stream, String what, String query, String change, String... names) {
        queries.put(stream, query.replace("facts", table(stream)));
        heard(ROWS, stream, what, this::error, names);
        changes.add("CREATE TABLE " + table(stream) + " AS FROM facts");
        changes.add(change.replace("facts", table(stream)));
    }

    /** In a runtime of its own, beside a stream that is sound, with a second for each query. */
    private void slow() {
        inputs.add(BadInput.of(
                QUERIES,
                "a query that takes too long",
                folder -> {
                    try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                            .with(KnownSettings.SOURCE_QUERY_TIMEOUT, "1s")
                            .load(FACTS, "CREATE TABLE big AS FROM range(1000000)")
                            .stream("sound", SOUND)
                            .stream(
                                    "slow",
                                    "SELECT a.range AS _watermark FROM big a, big b, big c WHERE a.range + b.range * c.range = 7")) {
                        runtime.start();
                        String error = runtime.awaitFailing("slow");
                        runtime.awaitReceived("sound", ROWS_EACH);
                        runtime.assertEachOnce("sound", "n", ROWS_EACH);
                        return error;
                    }
                },
                "slow.sql",
                "factstream.source.query-timeout"));
    }

    private void changed() {
        inputs.add(BadInput.of(
                QUERIES,
                "a query that changed under its watermark",
                folder -> {
                    try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder).load(FACTS).stream("facts", SOUND)) {
                        runtime.start();
                        runtime.awaitDrained();
                        runtime.stop();
                        runtime.stream("facts", "SELECT n AS _watermark, n, text FROM facts")
                                .start();
                        String error = runtime.awaitFailing("facts");
                        runtime.assertEachOnce("facts", "n", ROWS_EACH);
                        return error;
                    }
                },
                "'facts'",
                "factstream watermark accept facts"));
    }

    private interface ConnectionString {
        String of(LocalEventHubs hubs);
    }

    /** In a runtime of its own, as one runtime has one namespace. */
    private void hub(String what, ConnectionString connectionString, String... names) {
        inputs.add(BadInput.of(
                HUB,
                what,
                folder -> {
                    try (RuntimeUnderTest runtime =
                            RuntimeUnderTest.in(folder).impatient().load(FACTS).stream("sound", SOUND)) {
                        runtime.with(KnownSettings.CONNECTION_STRING, connectionString.of(runtime.hubs()));
                        runtime.start();
                        String error = runtime.awaitFailing("sound");
                        assertThat(runtime.watermark("sound")).isNull();
                        assertThat(runtime.deadLetters("sound")).isEmpty();
                        return error;
                    }
                },
                names));
    }

    private void letter(String stream, String what, String query, String... names) {
        queries.put(stream, query);
        heard(ROWS, stream, what, this::deadLetter, names);
    }

    private static String table(String stream) {
        return "facts_" + stream.replace('-', '_');
    }

    List<BadInput> all() {
        return inputs;
    }

    /** Runs all of them side by side, and hears what each has to say. */
    void hear(Path folder) {
        try (CapturedLog warnings = CapturedLog.warnings();
                RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)) {
            log = warnings;
            running = runtime;
            runtime
                    .with(KnownSettings.BATCH_MAX_BYTES, "4KB")
                    .with(KnownSettings.EVENT_NON_FINITE, "dead-letter")
                    // They hold for good here, so that trying often would only keep the others waiting.
                    .with(KnownSettings.HOLD_INITIAL_DELAY, "1s")
                    .with(KnownSettings.HOLD_MAX_DELAY, "5s")
                    .load(FACTS)
                    .load(changes.toArray(String[]::new))
                    .stream("sound", SOUND);
            queries.forEach(runtime::stream);
            runtime.route("no-hub", "no-hub.sql\n        hub: missing-hub");
            runtime.start();
            hearings.forEach((stream, hearing) -> {
                try {
                    messages.put(stream, hearing.apply(stream));
                } catch (RuntimeException | AssertionError e) {
                    // Told by the test of that input.
                    failures.put(stream, e);
                }
            });
            odd.forEach((input, check) -> {
                try {
                    check.accept(runtime);
                } catch (RuntimeException | AssertionError e) {
                    oddFailures.put(input, e);
                }
            });
            runtime.awaitReceived("sound", ROWS_EACH);
            runtime.assertEachOnce("sound", "n", ROWS_EACH);
        }
    }

    private RuntimeUnderTest runtime() {
        return Objects.requireNonNull(running, "hear() comes first");
    }

    private String error(String stream) {
        String error = runtime().awaitFailing(stream);
        assertThat(runtime().watermark(stream)).isNull();
        assertThat(runtime().deadLetters(stream)).isEmpty();
        return error;
    }

    private String deadLetter(String stream) {
        runtime().awaitReceived(stream, ROWS_EACH - 1);
        RuntimeUnderTest.eventually("dead letter")
                .until(() -> !runtime().deadLetters(stream).isEmpty());
        assertThat(runtime().deadLetters(stream)).hasSize(1);
        DeadLetter letter = runtime().deadLetters(stream).get(0);
        return letter.failure().error();
    }

    private String logged(String stream) {
        runtime().awaitReceived(stream, ROWS_EACH - 1);
        return Objects.requireNonNull(log).lines().stream()
                .filter(line -> line.contains("stream=" + stream))
                .findFirst()
                .orElseThrow()
                .replaceFirst("^WARN ", "");
    }
}
