package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.factstream.config.NonFinite;
import io.factstream.source.DuckDbSource;
import io.factstream.source.TableName;
import io.factstream.source.TableProfile;
import io.factstream.time.Moment;
import io.factstream.watermark.Passed;
import io.factstream.watermark.Watermark;
import io.factstream.watermark.WatermarksInMemory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * No name of the user's, be it of a column, table, schema, file or macro, changes what is read or counted: all SQL that is
 * made around a query gives the same as with plain names.
 */
class NamesPropertyTest {

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final int ROWS = 12;

    /** What the SQL around a query calls its own, what DuckDB does, and what must be quoted. */
    private static final List<String> NAMES = List.of(
            "k",
            "n",
            "i",
            "w",
            "x",
            "t",
            "q",
            "e0",
            "e1",
            "e2",
            "c0",
            "c1",
            "c2",
            "before",
            "lowest",
            "highest",
            "bucket",
            "event",
            "row",
            "_row",
            "key",
            "value",
            "entry",
            "K",
            "E0",
            "C1",
            "uuid",
            "random",
            "today",
            "now",
            "current_date",
            "current_timestamp",
            "user",
            "rowid",
            "count",
            "min",
            "max",
            "sum",
            "lag",
            "concat",
            "encode",
            "struct_extract",
            "list_transform",
            "system",
            "main",
            "temp",
            "memory",
            "pg_catalog",
            "information_schema",
            "select",
            "from",
            "where",
            "group",
            "order",
            "lambda",
            "interval",
            "timestamp",
            "map",
            "struct",
            "values",
            "default",
            "null",
            "true",
            "all",
            "a b",
            " ",
            "a\"b",
            "a'b",
            "a.b",
            "a,b",
            "*",
            "?",
            "$1",
            ":x",
            "\\",
            "%s",
            "{}",
            "[0]",
            "--",
            "/*",
            ";",
            "é",
            "ß",
            "日本",
            "😀",
            "a\nb",
            "a\tb",
            "1",
            "-1",
            "'",
            "\"");

    /** Functions and operators that the SQL around a query calls. */
    private static final List<String> MACROS = List.of(
            "concat(a, b)",
            "encode(a)",
            "min(a)",
            "max(a)",
            "sum(a)",
            "count(a)",
            "count_star()",
            "lag(a)",
            "len(a)",
            "list_transform(a, b)",
            "list_filter(a, b)",
            "list_aggr(a, b, c)",
            "list_extract(a, b)",
            "array_extract(a, b)",
            "struct_extract(a, b)",
            "map_entries(a)",
            "to_json(a)",
            "strftime(a, b)",
            "isfinite(a)",
            "isnan(a)",
            "year(a)",
            "format(a, b)",
            "chr(a)",
            "substr(a, b)",
            "epoch(a)",
            "epoch_us(a)",
            "make_timestamp(a)",
            "md5_number(a)",
            "struct_pack(a)",
            "base64(a)",
            "nullif(a, b)",
            "split_part(a, b, c)",
            "array_to_string(a, b)",
            "list_max(a)",
            "list_sum(a)",
            "octet_length(a)",
            "strlen(a)",
            "md5(a)",
            "bool_and(a)",
            "approx_count_distinct(a)",
            "current_database()",
            "json_serialize_sql(a)",
            "json_serialize_plan(a)",
            "regexp_replace(a, b, c, d)",
            "timezone(a, b)",
            "datepart(a, b)",
            "coalesce(a, b)",
            "\"||\"(a, b)",
            "\"-\"(a, b)",
            "\"//\"(a, b)",
            "\">>\"(a, b)",
            "\"%\"(a, b)");

    /** Every column, and its values by the number of the row. */
    private static final List<String> VALUES = List.of(
            "{'key': 'calibration', 'value': r.r}",
            "MAP {'left': r.r, 'right': 2}",
            "[r.r, NULL, 2]",
            "[{'e0': [r.r]}]",
            "'text ' || r.r",
            "CAST(r.r AS DOUBLE) / 4",
            "INTERVAL '1' DAY",
            "TIMESTAMPTZ '2026-01-01 00:00:00+02'",
            "CAST('{\"a\": [1, ]}' AS JSON)",
            "CAST(r.r AS DECIMAL(9,2))");

    private record Case(
            List<String> columns, String table, String schema, String file, List<String> macros, boolean integers) {}

    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void whatever_things_are_called_the_same_is_read_and_counted(@ForAll("cases") Case names)
            throws SQLException, IOException, InterruptedException {
        assertSameAsPlain(names);
    }

    /** Once each, since a property takes them at random. */
    @Example
    void a_column_may_have_any_of_the_names() throws SQLException, IOException, InterruptedException {
        for (int first = 0; first < NAMES.size(); first += VALUES.size() + 1) {
            List<String> columns = distinct(NAMES.subList(first, Math.min(NAMES.size(), first + VALUES.size() + 1)));
            assertSameAsPlain(new Case(columns, "t", "main", "facts", MACROS, first % 2 == 0));
        }
    }

    private static void assertSameAsPlain(Case names) throws SQLException, IOException, InterruptedException {
        // A name that begins with an underscore is no member of the payload.
        List<String> plain = IntStream.range(0, names.columns().size())
                .mapToObj(i -> (names.columns().get(i).startsWith("_") ? "_" : "") + "column_" + i)
                .toList();
        Found expected = read(new Case(plain, "facts", "main", "facts", List.of(), names.integers()));

        Found found = read(names);

        assertThat(found.payloads().get(0).keySet()).containsAll(payloadNames(names));
        assertThat(found.withNames(plain, names.columns())).isEqualTo(expected);
    }

    private static List<String> payloadNames(Case names) {
        return names.columns().stream().filter(name -> !name.startsWith("_")).toList();
    }

    /** All that was read and counted, with the names of the payload's members. */
    private record Found(
            List<Map<String, JsonNode>> payloads,
            List<String> positions,
            List<Object> counts,
            long rowsOfTheTable,
            String tableProfile) {

        Found withNames(List<String> wanted, List<String> given) {
            return new Found(
                    payloads.stream()
                            .map(payload -> payload.entrySet().stream()
                                    .collect(Collectors.toMap(
                                            entry -> wanted.get(given.indexOf(entry.getKey())), Map.Entry::getValue)))
                            .toList(),
                    positions,
                    counts,
                    rowsOfTheTable,
                    tableProfile);
        }
    }

    private static Found read(Case names) throws SQLException, IOException, InterruptedException {
        Path folder = Files.createTempDirectory("names");
        try {
            FactTable file = new FactTable(folder.resolve(names.file() + ".duckdb"));
            String table = Sql.name(names.schema()) + "." + Sql.name(names.table());
            file.write(Stream.of(
                            Stream.of("CREATE SCHEMA IF NOT EXISTS " + database(file) + "." + Sql.name(names.schema())),
                            Stream.of("CREATE TABLE " + database(file) + "." + table + " AS SELECT "
                                    + IntStream.range(0, names.columns().size())
                                            .mapToObj(i -> value(names, i) + " AS "
                                                    + Sql.name(names.columns().get(i)))
                                            .collect(Collectors.joining(", "))
                                    + " FROM range(" + ROWS + ") AS r(r)"),
                            names.macros().stream().map(macro -> "CREATE MACRO main." + macro + " AS 'not this'"))
                    .flatMap(statements -> statements)
                    .toArray(String[]::new));
            String watermark = names.columns().get(0);
            String query = "SELECT " + names.columns().stream().map(Sql::name).collect(Collectors.joining(", "))
                    + " FROM " + database(file) + "." + table + " -- all of it";
            StreamDefinition stream =
                    new StreamDefinition("s", "made", Path.of("s.sql"), query, watermark, "hub", Duration.ZERO);
            try (DuckDbSource source = file.source()) {
                List<TableName> meant = TableName.meant(table, TableProfile.tables(source));
                assertThat(meant).hasSize(1);
                return new Reading(stream, source).all(meant.get(0));
            }
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** As DuckDB calls the file: a schema could have the same name. */
    private static String database(FactTable file) throws SQLException {
        try (DuckDbSource source = file.source()) {
            if (!Files.exists(file.file())) {
                file.write("SELECT 1");
            }
            try (Connection connection = source.open();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT system.main.current_database()")) {
                row.next();
                return Sql.name(row.getString(1));
            }
        }
    }

    /** Four watermarks of three rows each. */
    private static String value(Case names, int column) {
        if (column == 0) {
            return names.integers() ? "CAST(r.r // 3 AS BIGINT)" : "TIMESTAMP '2026-01-01' + INTERVAL (r.r // 3) HOUR";
        }
        return VALUES.get((column - 1) % VALUES.size());
    }

    /** Reads by every query that there is. */
    private record Reading(StreamDefinition stream, DuckDbSource source) {

        Found all(TableName table) throws SQLException, InterruptedException {
            List<Map<String, JsonNode>> payloads = new ArrayList<>();
            List<String> positions = new ArrayList<>();
            List<Object> counts = new ArrayList<>();
            try (Connection connection = source.open()) {
                PageQuery query = PageQuery.prepare(stream, connection, NonFinite.STRING);
                Watermark position = null;
                PageQuery.Pace pace = null;
                while (true) {
                    // Seven are two whole watermarks, two are less than one.
                    int most = positions.isEmpty() ? 7 : 2;
                    Optional<Window> window = query.next(connection, position, NOW, most, pace);
                    if (window.isEmpty()) {
                        break;
                    }
                    int before = payloads.size();
                    payloads.addAll(payloads(connection, query.pageSql(window.get(), RowLimit.of(RowLimit.LEAST))));
                    query.rowsScanned(connection, window.get());
                    pace = PageQuery.Pace.of(position, window.get().to(), payloads.size() - before);
                    position = window.get().to();
                    // Where a value is cut depends on the names, as its slices do.
                    if (position.isWhole()) {
                        positions.add(position.value());
                        counts.add(query.look(connection, position, NOW));
                    }
                    query.rowsWithin(connection, position);
                }
                Watermark last = Watermark.of(query.type().sqlName(), positions.get(0));
                counts.add(query.look(connection, null, NOW));
                counts.add(query.buckets(connection, last, query.atOrAbove(last.value())));
                counts.add(query.shape(connection, NOW));
                String lowest = last.value();
                counts.add(payloads(connection, narrowed(connection, query.between(lowest, lowest)))
                        .size());
                counts.add(watched(connection, query, last));
            }
            assertThat(payloads).hasSize(ROWS);
            List<StreamRows.Row> rows = new ArrayList<>();
            new StreamRows(
                            stream,
                            source,
                            NonFinite.STRING,
                            RowLimit.LEAST,
                            Duration.ofMillis(1),
                            Duration.ofSeconds(5))
                    .after(Watermark.of(type(), positions.get(0)), rows::addAll);
            counts.add(rows.size());
            payloads.sort(Comparator.comparing(payload ->
                    payload.values().stream().map(JsonNode::toString).sorted().collect(Collectors.joining())));
            TableProfile profile = TableProfile.of(source, table);
            return new Found(
                    payloads,
                    List.copyOf(new HashSet<>(positions)),
                    counts,
                    profile.rows(),
                    profile.columns().stream()
                            .map(column -> column.column().type() + " " + column.nulls() + " " + column.unique() + " "
                                    + column.stepsBack())
                            .toList()
                            .toString());
        }

        private String type() throws SQLException {
            try (Connection connection = source.open()) {
                return PageQuery.prepare(stream, connection, NonFinite.STRING)
                        .type()
                        .sqlName();
            }
        }

        /** What a backfill of these rows reads. */
        private String narrowed(Connection connection, WatermarkCondition condition) throws SQLException {
            StreamDefinition narrowed = new StreamDefinition(
                    stream.id(),
                    stream.eventType(),
                    stream.queryFile(),
                    Backfill.narrowed(stream, condition),
                    stream.watermarkColumn(),
                    stream.hub(),
                    stream.settle());
            PageQuery query = PageQuery.prepare(narrowed, connection, NonFinite.STRING);
            return query.pageSql(
                    query.nextUpTo(connection, null, null, ROWS).orElseThrow(),
                    RowLimit.of(RowLimit.LEAST).measured());
        }

        private LateRows watched(Connection connection, PageQuery query, Watermark position) throws SQLException {
            WatermarksInMemory watermarks = new WatermarksInMemory(Clock.systemUTC());
            watermarks.advance(
                    stream.id(),
                    stream.fingerprint(),
                    null,
                    position,
                    new Passed(1, Map.of("no bucket", 1L), query.columns()));
            SourceWatch watch = new SourceWatch(stream, watermarks);
            watch.begin(connection, query, watermarks.find(stream.id()).orElseThrow());
            watch.look(connection, query, position, NOW, source.stamp(), new Moment(0));
            return watch.lateRows();
        }

        private List<Map<String, JsonNode>> payloads(Connection connection, String sql) throws SQLException {
            List<Map<String, JsonNode>> payloads = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(sql)) {
                while (rows.next()) {
                    Event.Parts parts =
                            Event.of(rows.getBytes(1), new ContentIds("made")).parts();
                    byte[] payload = new byte[parts.payloadLength()];
                    parts.copyPayload(payload, 0);
                    Map<String, JsonNode> members = new HashMap<>();
                    Json.parse(new String(payload, StandardCharsets.UTF_8))
                            .properties()
                            .forEach(member -> members.put(member.getKey(), member.getValue()));
                    payloads.add(members);
                }
            }
            return payloads;
        }
    }

    @Provide
    Arbitrary<Case> cases() {
        Arbitrary<String> name = Arbitraries.of(NAMES);
        Arbitrary<List<String>> columns =
                name.list().ofMinSize(3).ofMaxSize(VALUES.size() + 1).map(NamesPropertyTest::distinct);
        // DuckDB opens a file whose name has a backslash as if it were a slash.
        Arbitrary<String> file = Arbitraries.of(NAMES.stream()
                .filter(each -> Stream.of("/", "\\", "\n", ";", ".").noneMatch(each::contains))
                .toList());
        return Combinators.combine(
                        columns,
                        name,
                        name.filter(each -> !each.contains(".") && !each.contains("_schema") && !each.contains("pg_")),
                        file,
                        Arbitraries.of(MACROS).set().ofMaxSize(6).map(List::copyOf),
                        Arbitraries.of(true, false))
                .as(Case::new);
    }

    /** As DuckDB compares names. Of the payload none begins with an underscore. */
    private static List<String> distinct(List<String> names) {
        Set<String> seen = new HashSet<>();
        List<String> distinct = new ArrayList<>();
        for (String name : names) {
            if (seen.add(name.toLowerCase(Locale.ROOT)) && (distinct.isEmpty() || !name.startsWith("_"))) {
                distinct.add(name);
            }
        }
        return distinct;
    }
}
