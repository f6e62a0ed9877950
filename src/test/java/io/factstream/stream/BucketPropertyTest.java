package io.factstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.config.NonFinite;
import io.factstream.stream.PageQuery.BucketRows;
import io.factstream.watermark.Watermark;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** A bucket is the same in Java, which counts what is delivered, and in DuckDB, which counts what is there. */
class BucketPropertyTest {

    private static final Instant NOW = Instant.parse("9999-01-01T00:00:00Z");
    /** Nanoseconds do not reach that far. */
    private static final Instant NOW_IN_NANOSECONDS = Instant.parse("2262-01-01T00:00:00Z");

    private static final DateTimeFormatter MICROSECONDS = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS");

    /** Watermark values of a type, as SQL takes them. */
    private record Table(WatermarkType type, List<String> values) {}

    @SuppressWarnings("NullAway.Init")
    private static Connection connection;

    @BeforeContainer
    static void open() throws SQLException {
        connection = DriverManager.getConnection("jdbc:duckdb:");
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
        }
    }

    @AfterContainer
    static void close() throws SQLException {
        connection.close();
    }

    @Property(tries = 100)
    void rows_counted_by_bucket_in_java_and_in_sql_are_the_same(@ForAll("tables") Table table) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE OR REPLACE TABLE t (w " + table.type().sqlName() + ")");
            statement.execute("INSERT INTO t VALUES "
                    + table.values().stream()
                            .map(value -> "(" + table.type().literal(value) + ")")
                            .collect(Collectors.joining(", ")));
            PageQuery query =
                    PageQuery.prepare(FactTable.stream("SELECT w AS _watermark FROM t"), connection, NonFinite.STRING);
            Window all = query.next(
                            connection, null, table.type().sqlName().endsWith("_NS") ? NOW_IN_NANOSECONDS : NOW, 1_000)
                    .orElseThrow();
            Watermark last = all.to();
            ContentIds ids = new ContentIds("sale");
            List<Event> events = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(query.pageSql(all, RowLimit.of(RowLimit.LEAST)))) {
                while (rows.next()) {
                    events.add(Event.of(rows.getBytes(1), ids));
                }
            }

            Map<String, Long> inJava = BucketCounts.of(table.type(), events);
            List<BucketRows> inSql = query.buckets(connection, last, WatermarkCondition.ALWAYS);

            assertThat(inJava)
                    .isEqualTo(inSql.stream().collect(Collectors.toMap(BucketRows::bucket, BucketRows::rows)));
            Map<String, Long> oneByOne = new HashMap<>();
            events.forEach(event -> oneByOne.merge(table.type().bucket(event.watermark()), 1L, Long::sum));
            assertThat(inJava).isEqualTo(oneByOne);
            assertThat(inSql).allSatisfy(bucket -> assertThat(bucket.bucket())
                    .isEqualTo(table.type().bucket(bucket.lowest()))
                    .isEqualTo(table.type().bucket(bucket.highest())));
        }
    }

    @Provide
    Arbitrary<Table> tables() {
        return Arbitraries.of(WatermarkType.values())
                .flatMap(type -> values(type).list().ofMinSize(1).ofMaxSize(40).map(values -> new Table(type, values)));
    }

    private static Arbitrary<String> values(WatermarkType type) {
        return switch (type) {
            case TIMESTAMP, TIMESTAMP_S, TIMESTAMP_MS, TIMESTAMPTZ -> times(-70_000_000_000L, 250_000_000_000L, type);
            case TIMESTAMP_NS, TIMESTAMPTZ_NS -> times(-9_000_000_000L, 9_000_000_000L, type);
            case DATE -> times(-60_000_000_000L, 250_000_000_000L, type).map(time -> time.substring(0, 10));
            case TINYINT -> integers("-128", "127");
            case SMALLINT -> integers("-32768", "32767");
            case INTEGER -> integers("-2147483648", "2147483647");
            case BIGINT -> integers("-9223372036854775808", "9223372036854775807");
            case HUGEINT ->
                integers("-170141183460469231731687303715884105728", "170141183460469231731687303715884105727");
            case UTINYINT -> integers("0", "255");
            case USMALLINT -> integers("0", "65535");
            case UINTEGER -> integers("0", "4294967295");
            case UBIGINT -> integers("0", "18446744073709551615");
            case UHUGEINT -> integers("0", "340282366920938463463374607431768211455");
        };
    }

    /** Anywhere in the calendar, around 1970, and close together. */
    private static Arbitrary<String> times(long first, long last, WatermarkType type) {
        Arbitrary<Long> micros = Arbitraries.frequencyOf(
                Tuple.of(1, Arbitraries.longs().between(first, last).map(seconds -> seconds * 1_000_000 + 999_999)),
                Tuple.of(1, Arbitraries.longs().between(-10_800_000_001L, 10_800_000_001L)),
                Tuple.of(2, Arbitraries.longs().between(0, 14_400_000_000L).map(some -> 1_767_225_600_000_000L + some)),
                Tuple.of(1, Arbitraries.longs().between(-3, 3).map(hours -> hours * 3_600_000_000L)));
        return micros.map(value -> text(value, type));
    }

    private static String text(long micros, WatermarkType type) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(
                Math.floorDiv(micros, 1_000_000L), (int) Math.floorMod(micros, 1_000_000L) * 1000, ZoneOffset.UTC);
        String text = MICROSECONDS.format(time)
                + (type.sqlName().endsWith("_NS") ? "999" : "")
                + (type.name().startsWith("TIMESTAMPTZ") ? "+00" : "");
        // Java counts years before Christ in the era, as DuckDB does, and writes no sign.
        return time.getYear() > 0 ? text : text.substring(0, 10) + " (BC)" + text.substring(10);
    }

    /** Of any number of digits, and about powers of ten. */
    private static Arbitrary<String> integers(String least, String greatest) {
        BigInteger low = new BigInteger(least);
        BigInteger high = new BigInteger(greatest);
        Arbitrary<BigInteger> powers = Arbitraries.integers()
                .between(0, greatest.length() - 1)
                .flatMap(digits -> Arbitraries.integers()
                        .between(-2, 2)
                        .map(more -> BigInteger.TEN.pow(digits).add(BigInteger.valueOf(more))));
        Arbitrary<BigInteger> lengths = Arbitraries.integers()
                .between(1, greatest.length())
                .flatMap(digits -> Arbitraries.bigIntegers().between(BigInteger.ZERO, BigInteger.TEN.pow(digits)));
        return Arbitraries.oneOf(Arbitraries.bigIntegers().between(low, high), powers, lengths)
                .flatMap(number -> Arbitraries.of(number, number.negate()))
                .filter(number -> number.compareTo(low) >= 0 && number.compareTo(high) <= 0)
                .map(BigInteger::toString);
    }
}
