package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.factstream.config.NonFinite;
import io.factstream.eventhubs.WireSize;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvelopeTest {

    private static final StreamDefinition STREAM = FactTable.stream("SELECT 1 AS _watermark");
    private static final Envelope ENVELOPE = new Envelope(STREAM, "shop \"1\" é", "1.0", "session-1");

    /** What a row may bring, as texts; the payload as JSON. */
    private record Given(
            @Nullable String eventTime,
            @Nullable String traceId,
            @Nullable String partitionKey,
            @Nullable String correlationId,
            @Nullable String parentEventId,
            String payload) {

        byte[] row() {
            List<String> parts = new ArrayList<>(List.of("2026-01-01 00:00:00"));
            for (String text :
                    new @Nullable String[] {eventTime, traceId, partitionKey, correlationId, parentEventId}) {
                parts.add(text == null ? "" : Sql.json(text));
            }
            parts.add(payload.equals("{}") ? "" : "," + payload.substring(1, payload.length() - 1));
            return String.join(String.valueOf(Event.SEPARATOR), parts).getBytes(StandardCharsets.UTF_8);
        }
    }

    @Test
    void all_fields_stand_in_their_order() {
        Event event = event(new Given("2026-01-01T00:00:00Z", "t1", "k1", "c1", "p1", "{\"a\":1}"));

        assertThat(text(event))
                .isEqualTo("{\"event_type\":\"sale\",\"payload\":{\"a\":1},\"trace_id\":\"t1\","
                        + "\"ingest_timestamp\":\"2026-01-01T00:00:00Z\",\"schema_version\":\"1.0\","
                        + "\"source\":\"shop \\\"1\\\" é\",\"correlation_id\":\"c1\",\"partition_key\":\"k1\","
                        + "\"session_id\":\"session-1\",\"parent_event_id\":\"p1\"}");
    }

    @Test
    void what_a_row_does_not_have_is_left_out() {
        Event event = event(new Given(null, "t1", null, null, null, "{}"));

        assertThat(text(event))
                .isEqualTo("{\"event_type\":\"sale\",\"payload\":{},\"trace_id\":\"t1\",\"schema_version\":\"1.0\","
                        + "\"source\":\"shop \\\"1\\\" é\",\"session_id\":\"session-1\"}");
    }

    @Test
    void a_row_without_a_trace_id_is_named_by_its_content() {
        Event event = event(new Given(null, null, null, null, null, "{\"a\":1}"));

        assertThat(event.traceId()).matches("[0-9a-f]{32}");
        assertThat(Json.parse(text(event)).path("trace_id").textValue()).isEqualTo(event.traceId());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {"'{\"a\":1}', f2ba6140ef15306e5f3ba2db8237ff2d", "'{}', 3ceecebcc9818b880ac9f6b623602987"})
    void such_an_id_stays_the_same_from_release_to_release(String payload, String id) {
        assertThat(event(new Given(null, null, null, null, null, payload)).traceId())
                .isEqualTo(id);
    }

    @Test
    void nothing_but_the_allowed_properties_travels_beside_the_body() {
        assertThat(ENVELOPE.properties("t1"))
                .isEqualTo(Map.of(
                        "event_type", "sale",
                        "stream", "sales",
                        "trace_id", "t1",
                        "schema_version", "1.0",
                        "content_type", "application/json"));
    }

    @Property(tries = 500)
    void sizes_are_known_before_the_json_is_made(@ForAll("rows") Given given) {
        Event event = event(given);

        byte[] json = ENVELOPE.json(event);

        assertThat(ENVELOPE.length(event, event.parts())).isEqualTo(json.length);
        int properties = ENVELOPE.properties(event.traceId()).entrySet().stream()
                .mapToInt(property -> WireSize.text(property.getKey())
                        + WireSize.text(property.getValue().toString()))
                .sum();
        assertThat(ENVELOPE.propertiesContent(event.traceId().getBytes(StandardCharsets.UTF_8).length))
                .isEqualTo(properties);
        assertThat(event.wireBytes(ENVELOPE)).isEqualTo(WireSize.event(properties, json.length));
    }

    @Property(tries = 500)
    void texts_come_back_as_they_were_given(@ForAll("rows") Given given) {
        Event event = event(given);

        JsonNode json = Json.parse(ENVELOPE.json(event));

        assertThat(json.path("payload")).isEqualTo(Json.parse(given.payload()));
        assertThat(json.path("ingest_timestamp").textValue()).isEqualTo(given.eventTime());
        assertThat(json.path("trace_id").textValue()).isEqualTo(event.traceId());
        assertThat(json.path("partition_key").textValue()).isEqualTo(given.partitionKey());
        assertThat(json.path("correlation_id").textValue()).isEqualTo(given.correlationId());
        assertThat(json.path("parent_event_id").textValue()).isEqualTo(given.parentEventId());
        assertThat(event.partitionKey()).isEqualTo(given.partitionKey());
        assertThat(event.watermark()).isEqualTo("2026-01-01 00:00:00");
        if (given.traceId() != null) {
            assertThat(event.traceId()).isEqualTo(given.traceId());
        }
    }

    @Test
    void the_page_query_fills_the_envelope_and_empty_texts_count_as_none(@TempDir Path folder) throws SQLException {
        FactTable table = new FactTable(folder.resolve("facts.duckdb"));
        table.write(
                "CREATE TABLE t (w BIGINT, t TIMESTAMP, id VARCHAR, k VARCHAR, c UUID, p BIGINT)",
                "INSERT INTO t VALUES (1, '2026-01-02 03:04:05', 'it''s \"é\"\n', chr(128512) || '\\', NULL, 7),"
                        + " (2, NULL, '', '', '00000000-0000-0000-0000-000000000001', NULL)");
        String query = "SELECT w AS _watermark, t AS _event_time, id AS _trace_id, k AS _partition_key,"
                + " c AS _correlation_id, p AS _parent_event_id, w AS n FROM t -- no payload but n";

        List<Event> events = events(table, query);

        assertThat(events).hasSize(2);
        assertThat(events.get(0).traceId()).isEqualTo("it's \"é\"\n");
        assertThat(events.get(0).partitionKey()).isEqualTo("\ud83d\ude00\\");
        assertThat(Json.parse(text(events.get(0))))
                .isEqualTo(Json.parse("{\"event_type\":\"sale\",\"payload\":{\"n\":1},"
                        + "\"trace_id\":\"it's \\\"é\\\"\\n\",\"ingest_timestamp\":\"2026-01-02T03:04:05.000000Z\","
                        + "\"schema_version\":\"1.0\",\"source\":\"shop \\\"1\\\" é\","
                        + "\"partition_key\":\"\ud83d\ude00\\\\\",\"session_id\":\"session-1\","
                        + "\"parent_event_id\":\"7\"}"));
        assertThat(events.get(1).traceId()).matches("[0-9a-f]{32}");
        assertThat(events.get(1).partitionKey()).isNull();
        assertThat(Json.parse(text(events.get(1))).path("correlation_id").textValue())
                .isEqualTo("00000000-0000-0000-0000-000000000001");
        assertThat(Json.parse(text(events.get(1))).has("ingest_timestamp")).isFalse();
    }

    @Test
    void the_watermark_is_the_event_time_where_the_query_gives_no_other(@TempDir Path folder) throws SQLException {
        FactTable table = new FactTable(folder.resolve("facts.duckdb"));
        table.write("CREATE TABLE t AS SELECT DATE '2026-01-02' AS d, 1 AS n");

        List<Event> events = events(table, "SELECT d AS _watermark, n FROM t");

        assertThat(Json.parse(text(events.get(0))).path("ingest_timestamp").textValue())
                .isEqualTo("2026-01-02T00:00:00.000000Z");
    }

    @Test
    void an_event_with_a_number_that_json_cannot_say_is_known_as_unsendable(@TempDir Path folder) throws SQLException {
        FactTable table = new FactTable(folder.resolve("facts.duckdb"));
        table.write("CREATE TABLE t AS SELECT unnest([1, 2]) AS w, unnest(['NaN'::DOUBLE, 1.5]) AS x,"
                + " chr(1) || '\\u0001' AS harmless");

        List<Event> events = events(table, "SELECT w AS _watermark, x, harmless FROM t");

        assertThat(events).extracting(Event::isSendable).containsExactly(false, true);
    }

    private static List<Event> events(FactTable table, String query) throws SQLException {
        List<Event> events = new ArrayList<>();
        try (Connection connection = table.source().open();
                Statement statement = connection.createStatement()) {
            PageQuery pages = PageQuery.prepare(FactTable.stream(query), connection, NonFinite.DEAD_LETTER);
            Window window = pages.next(connection, null, Instant.parse("2026-02-01T00:00:00Z"), 100)
                    .orElseThrow();
            ContentIds ids = new ContentIds("sale");
            try (ResultSet rows = statement.executeQuery(pages.pageSql(window, RowLimit.of(RowLimit.LEAST)))) {
                while (rows.next()) {
                    events.add(Event.of(rows.getBytes(1), ids));
                }
            }
        }
        return events;
    }

    @Provide
    Arbitrary<Given> rows() {
        Arbitrary<String> texts = Arbitraries.oneOf(
                Arbitraries.strings()
                        .withChars("ab1\"\\/\n\u0001\u007fé€")
                        .ofMinLength(1)
                        .ofMaxLength(12),
                Arbitraries.strings().withChars("x\ud7ffé").ofMinLength(50).ofMaxLength(300),
                Arbitraries.just("\ud83d\ude00"));
        return Combinators.combine(
                        Arbitraries.just("2026-01-01T00:00:00Z").injectNull(0.3),
                        texts.injectNull(0.3),
                        texts.injectNull(0.3),
                        texts.injectNull(0.3),
                        texts.injectNull(0.3),
                        texts.map(text -> "{\"a\":" + Sql.json(text) + "}"))
                .as(Given::new);
    }

    private static Event event(Given given) {
        return Event.of(given.row(), new ContentIds("sale"));
    }

    private static String text(Event event) {
        return new String(ENVELOPE.json(event), StandardCharsets.UTF_8);
    }
}
