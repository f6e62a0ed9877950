package io.factstream.stream;

import io.factstream.source.Column;
import io.factstream.source.DuckDbType;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The types that a watermark column may have: all times that lie on a calendar, and all integers. */
enum WatermarkType {
    TIMESTAMP("TIMESTAMP"),
    TIMESTAMP_S("TIMESTAMP_S"),
    TIMESTAMP_MS("TIMESTAMP_MS"),
    TIMESTAMP_NS("TIMESTAMP_NS"),
    TIMESTAMPTZ("TIMESTAMP WITH TIME ZONE"),
    TIMESTAMPTZ_NS("TIMESTAMPTZ_NS"),
    DATE("DATE"),
    TINYINT("TINYINT"),
    SMALLINT("SMALLINT"),
    INTEGER("INTEGER"),
    BIGINT("BIGINT"),
    HUGEINT("HUGEINT"),
    UTINYINT("UTINYINT"),
    USMALLINT("USMALLINT"),
    UINTEGER("UINTEGER"),
    UBIGINT("UBIGINT"),
    UHUGEINT("UHUGEINT");

    private static final DateTimeFormatter MICROSECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS");

    private static final Pattern TIME =
            Pattern.compile("(\\d{4}-\\d{2}-\\d{2})(?: (\\d{2}:\\d{2}:\\d{2})(?:\\.\\d+)?(?:\\+00)?)?");

    /** Of an integer, its bucket leaves out at least so many digits, and keeps at most so many. */
    private static final int FEWEST_ZEROS = 6;

    private static final int MOST_DIGITS = 7;

    private final String sqlName;

    WatermarkType(String sqlName) {
        this.sqlName = sqlName;
    }

    /** The type of a column, when that is one a watermark may have. */
    static Optional<WatermarkType> of(Column column) {
        return column.type() instanceof DuckDbType.Scalar scalar
                ? Arrays.stream(values())
                        .filter(type -> type.sqlName.equals(scalar.name()))
                        .findFirst()
                : Optional.empty();
    }

    /** The type of a stored watermark, when this FactStream knows it. */
    static Optional<WatermarkType> named(String sqlName) {
        return Arrays.stream(values())
                .filter(type -> type.sqlName.equals(sqlName))
                .findFirst();
    }

    /** All of them, for a message. */
    static String names() {
        return Arrays.stream(values()).map(type -> type.sqlName).collect(Collectors.joining(", "));
    }

    String sqlName() {
        return sqlName;
    }

    boolean isTime() {
        return switch (this) {
            case TIMESTAMP, TIMESTAMP_S, TIMESTAMP_MS, TIMESTAMP_NS, TIMESTAMPTZ, TIMESTAMPTZ_NS, DATE -> true;
            default -> false;
        };
    }

    /** An SQL literal of this type. */
    String literal(String value) {
        return "CAST(" + Sql.text(value) + " AS " + sqlName + ")";
    }

    /**
     * An SQL expression for a time that a person wrote, in UTC: the last value of this type that is not after it. A cast
     * would round, and a watermark that is rounded up passes rows.
     */
    String notAfter(String time) {
        return switch (this) {
            case TIMESTAMP_S, TIMESTAMP_MS ->
                "CAST("
                        + Sql.call(
                                "date_trunc",
                                this == TIMESTAMP_S ? "'second'" : "'millisecond'",
                                TIMESTAMP.literal(time))
                        + " AS " + sqlName + ")";
            default -> literal(time);
        };
    }

    /**
     * The SQL condition that a watermark is old enough to be read: that it is not after {@code now - settle}. What is
     * coarser than a microsecond has to be over by then, the second of a TIMESTAMP_S or the day of a DATE, since rows
     * with the same value can come until then. An infinite time never is. Empty for integers, which tell no time.
     */
    Optional<String> settled(String column, Instant now, Duration settle) {
        if (!isTime()) {
            return Optional.empty();
        }
        LocalDateTime bound = LocalDateTime.ofInstant(now.minus(settle), ZoneOffset.UTC);
        if (this == DATE) {
            return Optional.of(column + " < " + literal(bound.toLocalDate().toString()));
        }
        // Cut off here, because a cast to a coarser type rounds up, and rows of the future would count as settled.
        String text = MICROSECONDS.format(bound.truncatedTo(precision()));
        String notYet = precision() == ChronoUnit.MICROS ? " <= " : " < ";
        return Optional.of(
                column + notYet + literal(this == TIMESTAMPTZ || this == TIMESTAMPTZ_NS ? text + "+00" : text));
    }

    /** An SQL expression for the seconds since 1970 of a time, as DOUBLE; NULL for an infinite one. */
    String seconds(String time) {
        return this == TIMESTAMPTZ_NS ? Sql.call("/", Sql.call("epoch_ns", time), "1e9") : Sql.call("epoch", time);
    }

    /** The SQL condition that a time is not infinite. */
    String isFinite(String time) {
        return this == TIMESTAMPTZ_NS ? Sql.call("epoch_ns", time) + " IS NOT NULL" : Sql.call("isfinite", time);
    }

    /** Whether values of this type can lie within such a unit, and not only at its beginning. */
    boolean isFinerThan(ChronoUnit unit) {
        return isTime() && this != DATE && precision().compareTo(unit) < 0;
    }

    /** The SQL condition that a time is the beginning of such a unit; NULL for an infinite one. */
    String isWhole(ChronoUnit unit, String time) {
        long nanos = unit.getDuration().toNanos();
        return Sql.call("%", epoch(time), String.valueOf(isInNanoseconds() ? nanos : nanos / 1_000)) + " = 0";
    }

    private String epoch(String time) {
        return Sql.call(isInNanoseconds() ? "epoch_ns" : "epoch_us", time);
    }

    private boolean isInNanoseconds() {
        return this == TIMESTAMP_NS || this == TIMESTAMPTZ_NS;
    }

    /**
     * When a value is {@linkplain #settled settled}, to the second below.
     *
     * @param text the value as DuckDB writes it; null for none
     * @return null for none, for what is no time, and for times of another form than four digits a year
     */
    @Nullable
    Instant due(@Nullable String text, Duration settle) {
        OptionalLong second = isTime() ? epochSecond(text) : OptionalLong.empty();
        if (second.isEmpty()) {
            return null;
        }
        return Instant.ofEpochSecond(second.getAsLong()).plus(usualWait(settle));
    }

    /** How long a row of now waits until it is settled, to the second below. */
    Duration usualWait(Duration settle) {
        return switch (this) {
            case DATE -> settle.plusDays(1);
            case TIMESTAMP_S -> settle.plusSeconds(1);
            case TIMESTAMP_MS -> settle.plusMillis(1);
            default -> settle;
        };
    }

    /**
     * A time as DuckDB writes it in UTC, in whole seconds since 1970.
     *
     * @return empty for none, for what is no time, and for times of another form than four digits a year
     */
    static OptionalLong epochSecond(@Nullable String text) {
        Matcher time = TIME.matcher(text == null ? "" : text);
        if (!time.matches()) {
            return OptionalLong.empty();
        }
        LocalDateTime start = LocalDate.parse(time.group(1)).atStartOfDay();
        LocalDateTime found =
                time.group(2) == null ? start : start.toLocalDate().atTime(LocalTime.parse(time.group(2)));
        return OptionalLong.of(found.toEpochSecond(ZoneOffset.UTC));
    }

    /**
     * An SQL expression for the value that lies beyond {@code to} by so many times its distance from {@code from}; NULL
     * where the type has no such value. Empty where it is not worth trying.
     */
    Optional<String> beyond(String from, String to, double times) {
        String first = literal(from);
        String last = literal(to);
        String value =
                switch (this) {
                    case TIMESTAMP -> Sql.call("make_timestamp", epochBeyond(first, last, times));
                    case TIMESTAMPTZ -> Sql.call("make_timestamptz", epochBeyond(first, last, times));
                    case TIMESTAMP_NS -> Sql.call("make_timestamp_ns", epochBeyond(first, last, times));
                    case TIMESTAMPTZ_NS ->
                        Sql.call("timezone", "'UTC'", Sql.call("make_timestamp_ns", epochBeyond(first, last, times)));
                    case INTEGER, BIGINT -> {
                        String distance = Sql.call("-", "CAST(" + last + " AS DOUBLE)", first);
                        yield "CAST(" + Sql.call("+", last, far(distance, times, "HUGEINT")) + " AS " + sqlName + ")";
                    }
                    default -> null;
                };
        return Optional.ofNullable(value).map(expression -> "TRY(" + expression + ")");
    }

    private String epochBeyond(String first, String last, double times) {
        String end = epoch(last);
        return Sql.call("+", end, far(Sql.call("-", end, epoch(first)), times, "BIGINT"));
    }

    private static String far(String distance, double times, String type) {
        return "CAST(" + Sql.call("*", distance, String.valueOf(times)) + " AS " + type + ")";
    }

    /**
     * Which bucket a value lies in, by its canonical text: of a time the hour, which is the text before the first colon;
     * a DATE is its own bucket; of an integer the text with its last six digits, or more so that seven are left,
     * replaced by zeros. So a bucket is an hour, or where integers count seconds or less since an epoch at most a few.
     */
    String bucket(String text) {
        if (isTime()) {
            int colon = text.indexOf(':');
            return colon < 0 ? text : text.substring(0, colon);
        }
        int sign = text.startsWith("-") ? 1 : 0;
        int digits = text.length() - sign;
        int zeros = Math.max(FEWEST_ZEROS, digits - MOST_DIGITS);
        return zeros >= digits ? "0" : text.substring(0, text.length() - zeros) + "0".repeat(zeros);
    }

    /** An SQL expression that is the same only for values of one bucket, and cheap. */
    String bucketKey(String column) {
        if (this == DATE) {
            return column;
        }
        if (isTime()) {
            // Divisions cut towards zero; hours before 1970 must not fall together with those after. Nothing is taken
            // from the value itself, which may be the least that there is.
            String epoch = epoch(column);
            String hour = isInNanoseconds() ? "3600000000000" : "3600000000";
            String before = Sql.call("-", Sql.call("//", Sql.call("+", epoch, "1"), hour), "1");
            return "CASE WHEN " + epoch + " < 0 THEN " + before + " ELSE " + Sql.call("//", epoch, hour) + " END";
        }
        StringBuilder zeros = new StringBuilder("CASE");
        for (int digits = FEWEST_ZEROS + MOST_DIGITS; digits < mostDigits(); digits++) {
            String most = "9".repeat(digits);
            zeros.append(" WHEN ").append(column).append(" BETWEEN ");
            zeros.append(isUnsigned() ? literal("0") : literal("-" + most))
                    .append(" AND ")
                    .append(literal(most));
            zeros.append(" THEN ").append(literal("1" + "0".repeat(digits - MOST_DIGITS)));
        }
        boolean isShort = zeros.length() == "CASE".length();
        int digits = Math.max(FEWEST_ZEROS, mostDigits() - MOST_DIGITS);
        String largest = isShort ? "1" + "0".repeat(digits) : literal("1" + "0".repeat(digits));
        String divisor = isShort ? largest : zeros + " ELSE " + largest + " END";
        return Sql.call("-", column, Sql.call("%", column, divisor));
    }

    /**
     * An SQL expression for the bucket's name, from its key and any of its values.
     *
     * @see #bucket
     */
    String bucketName(String key, String value) {
        return isTime()
                ? Sql.call("regexp_extract", "CAST(" + value + " AS VARCHAR)", "'^[^:]*'")
                : "CAST(" + key + " AS VARCHAR)";
    }

    private boolean isUnsigned() {
        return switch (this) {
            case UTINYINT, USMALLINT, UINTEGER, UBIGINT, UHUGEINT -> true;
            default -> false;
        };
    }

    /** How many digits an integer can have. */
    private int mostDigits() {
        return switch (this) {
            case TINYINT, UTINYINT -> 3;
            case SMALLINT, USMALLINT -> 5;
            case INTEGER, UINTEGER -> 10;
            case BIGINT -> 19;
            case UBIGINT -> 20;
            case HUGEINT, UHUGEINT -> 39;
            default -> throw new IllegalStateException(sqlName + " is no integer");
        };
    }

    private ChronoUnit precision() {
        return switch (this) {
            case TIMESTAMP_S -> ChronoUnit.SECONDS;
            case TIMESTAMP_MS -> ChronoUnit.MILLIS;
            default -> ChronoUnit.MICROS;
        };
    }
}
