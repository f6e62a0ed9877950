package io.factstream;

import static io.factstream.BadInput.Kind.HUB;
import static io.factstream.BadInput.Kind.QUERIES;
import static io.factstream.BadInput.Kind.ROWS;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.factstream.BadInput.Kind;
import io.factstream.config.KnownSettings;
import io.factstream.deadletter.DeadLetter;
import io.factstream.localhub.LocalEventHubs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Queries, rows and hubs that cannot work: many bad streams in one runtime, beside one that is sound. */
final class BadStreams implements AutoCloseable {

    static final int ROWS_EACH = 50;

    private static final String SOUND = "SELECT n AS _watermark, n FROM facts";

    /** One table a stream whose rows are at fault, each with one bad row, the seventh. */
    private static final String FACTS = "CREATE TABLE facts AS SELECT range + 1 AS n, TIMESTAMP '2026-01-01' + to_days(range::INTEGER) AS ts,"
            + " 'text' AS text, '5' AS digits, 1.5::DOUBLE AS number, '{\"a\": 1}' AS json FROM range(" + ROWS_EACH + ")";

    private final Map<String, String> queries = new LinkedHashMap<>();
    private final List<BadInput> inputs = new ArrayList<>();
    private final List<String> changes = new ArrayList<>();
    private @Nullable RuntimeUnderTest running;
    private @Nullable CapturedLog log;

    BadStreams() {
        query("no-sql", "no SQL", "-- one\n-- two\nSELEKT n AS _watermark, n FROM facts", "no-sql.sql:3", "SELEKT");
        query("cut-short", "a text without its end", "SELECT n AS _watermark, n\nFROM facts WHERE text = 'open", "cut-short.sql:2");
        query("insert", "a statement that is no SELECT", "INSERT INTO facts (n) VALUES (1)", "insert.sql");
        query("no-table", "a table that does not exist", "SELECT n AS _watermark,\n  n\nFROM fact", "no-table.sql:3", "fact");
        query("no-column", "a column that does not exist", "SELECT n AS _watermark,\n  amount FROM facts", "no-column.sql:2", "amount");
        query("no-function", "a function that does not exist", "SELECT n AS _watermark,\n  lenght(text) AS l FROM facts", "no-function.sql:2", "lenght");
        query("extension", "a function of an extension that is not there", "SELECT n AS _watermark, st_point(n, n) AS p FROM facts", "extension.sql", "spatial");
        query("no-file", "a file that does not exist", "SELECT n AS _watermark, n FROM 'nowhere.parquet'", "no-file.sql", "nowhere.parquet");
        query("grouping", "a column that is neither grouped nor aggregated", "SELECT max(n) AS _watermark, text FROM facts", "grouping.sql:1", "text");
        query("parameter", "a parameter", "SELECT n AS _watermark, n FROM facts WHERE n > ?", "parameter.sql", "?");
        query("no-watermark", "no watermark", "SELECT n, text FROM facts", "no-watermark.sql", "_watermark");
        query("text-watermark", "a watermark that is a text", "SELECT text AS _watermark, n FROM facts", "text-watermark.sql", "VARCHAR");
        query("double-watermark", "a watermark that is a DOUBLE", "SELECT number AS _watermark, n FROM facts", "double-watermark.sql", "DOUBLE");
        query("underscore", "an underscore column that is none of the envelope's", "SELECT n AS _watermark, text AS _traceid FROM facts", "underscore.sql", "_traceid", "Did you mean _trace_id?");
        query("event-time", "an event time that is no time", "SELECT n AS _watermark, text AS _event_time FROM facts", "event-time.sql", "VARCHAR");
        query("same-names", "two columns of one name", "SELECT n AS _watermark, n AS x, text AS X FROM facts", "same-names.sql", "X");
        query("order-by", "ORDER BY", "SELECT n AS _watermark, n FROM facts\nORDER BY n", "order-by.sql:2", "ORDER BY");
        query("limit", "LIMIT, which would lose rows", "SELECT n AS _watermark, n FROM facts\nLIMIT 10", "limit.sql:2", "LIMIT");
        query("sample", "a sample", "SELECT n AS _watermark, n FROM facts USING SAMPLE 10", "sample.sql", "sample");
        row("cast", "a text that cannot be cast", "SELECT n AS _watermark,\n  n,\n  CAST(digits AS INTEGER) AS digits FROM facts", "UPDATE facts SET digits = 'five' WHERE n = 7", "cast.sql:3", "digits");
        row("range", "a number too large for its type", "SELECT n AS _watermark, n::UTINYINT AS n FROM facts", "UPDATE facts SET n = 4711 WHERE n = 7", "range.sql:1", "UINT8");
        row("overflow", "an overflow", "SELECT n AS _watermark, n * 1000000000000000000 AS n FROM facts", "UPDATE facts SET n = 70 WHERE n = 7", "overflow.sql", "Overflow");
        row("division", "a division by zero", "SELECT n AS _watermark, 10 % (n - 7) AS n FROM facts", "SELECT 1", "division.sql", "Division by zero");
        row("json", "a text that is no JSON", "SELECT n AS _watermark,\n  CAST(json AS JSON) AS json FROM facts", "UPDATE facts SET json = '{\"a\": ' WHERE n = 7", "json.sql:2", "JSON");
        row("several", "several rows where one is asked for", "SELECT n AS _watermark, (SELECT ts FROM facts) AS ts FROM facts", "SELECT 1", "several.sql", "More than one row");
        inputs.add(BadInput.of(ROWS, "a row without a watermark", folder -> logged("without-watermark"), "stream=without-watermark", "without-watermark.sql"));
        queries.put("without-watermark", "SELECT CASE WHEN n <> 7 THEN ts END AS _watermark, n FROM facts");
        letter("too-large", "an event larger than the hub takes", "SELECT n AS _watermark, n, CASE WHEN n = 7 THEN repeat('x', 5000) END AS text FROM facts", "bytes");
        letter("nan", "NaN, where factstream.event.non-finite is dead-letter", "SELECT n AS _watermark, n, CASE WHEN n = 7 THEN 'NaN'::DOUBLE ELSE number END AS number FROM facts", "NaN", "factstream.event.non-finite");
        queries.put("no-hub", SOUND);
        inputs.add(BadInput.of(HUB, "a hub that does not exist", folder -> error("no-hub"), "missing-hub"));
        hub("a key that the hub does not know", hubs -> hubs.connectionString(RuntimeUnderTest.HUB).replaceFirst("SharedAccessKey=[^;]*", "SharedAccessKey=wrong"), "hub facts", "key");
        hub("a port where nobody listens", hubs -> "Endpoint=sb://localhost:1;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true;EntityPath=facts", "hub facts");
        hub("a host that does not exist", hubs -> "Endpoint=sb://retail.invalid;SharedAccessKeyName=a;SharedAccessKey=b;EntityPath=facts", "hub facts");
    }

    private void query(String stream, String what, String query, String... names) {
        queries.put(stream, query);
        inputs.add(BadInput.of(QUERIES, what, folder -> error(stream), names));
    }

    private void row(String stream, String what, String query, String change, String... names) {
        queries.put(stream, query.replace("facts", table(stream)));
        inputs.add(BadInput.of(ROWS, what, folder -> error(stream), names));
        changes.add("CREATE TABLE " + table(stream) + " AS FROM facts");
        changes.add(change.replace("facts", table(stream)));
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
                    try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder).impatient().load(FACTS).stream("sound", SOUND)) {
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
        inputs.add(BadInput.of(ROWS, what, folder -> deadLetter(stream), names));
    }

    private static String table(String stream) {
        return "facts_" + stream.replace('-', '_');
    }

    List<BadInput> all() {
        return inputs;
    }

    /** Starts all of them. */
    void start(Path folder) {
        log = CapturedLog.warnings();
        RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                .with(KnownSettings.BATCH_MAX_BYTES, "4KB")
                .with(KnownSettings.EVENT_NON_FINITE, "dead-letter")
                // They hold for good here, so that trying often would only keep the others waiting.
                .with(KnownSettings.HOLD_INITIAL_DELAY, "1s")
                .with(KnownSettings.HOLD_MAX_DELAY, "5s")
                .load(FACTS)
                .load(changes.toArray(String[]::new))
                .stream("sound", SOUND);
        running = runtime;
        queries.forEach(runtime::stream);
        runtime.route("no-hub", "no-hub.sql\n        hub: missing-hub");
        runtime.start();
    }

    RuntimeUnderTest runtime() {
        if (running == null) {
            throw new IllegalStateException("start() comes first");
        }
        return running;
    }

    private String error(String stream) {
        String error = runtime().awaitFailing(stream);
        assertThat(runtime().watermark(stream)).isNull();
        assertThat(runtime().deadLetters(stream)).isEmpty();
        return error;
    }

    private String deadLetter(String stream) {
        runtime().awaitReceived(stream, ROWS_EACH - 1);
        RuntimeUnderTest.eventually("dead letter").until(() -> !runtime().deadLetters(stream).isEmpty());
        assertThat(runtime().deadLetters(stream)).hasSize(1);
        DeadLetter letter = runtime().deadLetters(stream).get(0);
        return letter.failure().error();
    }

    private String logged(String stream) {
        runtime().awaitReceived(stream, ROWS_EACH - 1);
        return log.lines().stream().filter(line -> line.contains("stream=" + stream)).findFirst().orElseThrow().replaceFirst("^WARN ", "");
    }

    @Override
    public void close() {
        if (log != null) log.close();
        if (running != null) running.close();
    }
}
