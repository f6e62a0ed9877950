package io.factstream.stream;

import io.factstream.source.Column;
import io.factstream.source.DuckDbType;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The types that a watermark column may have: all times that lie on a calendar, and all integers. */
enum WatermarkType {
    TIMESTAMP("TIMESTAMP"),
    TIMESTAMP_S("TIMESTAMP_S"),
    TIMESTAMP_MS("TIMESTAMP_MS"),
    TIMESTAMP_NS("TIMESTAMP_NS"),
    TIMESTAMPTZ("TIMESTAMP WITH TIME ZONE"),
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
            case TIMESTAMP, TIMESTAMP_S, TIMESTAMP_MS, TIMESTAMP_NS, TIMESTAMPTZ, DATE -> true;
            default -> false;
        };
    }

    /** An SQL literal of this type. */
    String literal(String value) {
        return "CAST(" + Sql.text(value) + " AS " + sqlName + ")";
    }

    /**
     * The SQL condition that a watermark is old enough to be read: that it is not after {@code now - settle}; a DATE
     * has to be over by then. Empty for integers, which tell no time.
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
        return Optional.of(column + " <= " + literal(this == TIMESTAMPTZ ? text + "+00" : text));
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
                    case TIMESTAMP -> micros("make_timestamp", first, last, times);
                    case TIMESTAMPTZ -> micros("make_timestamptz", first, last, times);
                    case INTEGER, BIGINT ->
                        "CAST(" + last + " + CAST((CAST(" + last + " AS DOUBLE) - " + first + ") * " + times
                                + " AS HUGEINT) AS " + sqlName + ")";
                    default -> null;
                };
        return Optional.ofNullable(value).map(expression -> "TRY(" + expression + ")");
    }

    private static String micros(String make, String first, String last, double times) {
        return make + "(epoch_us(" + last + ") + CAST((epoch_us(" + last + ") - epoch_us(" + first + ")) * " + times
                + " AS BIGINT))";
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
            // Divisions cut towards zero; hours before 1970 must not fall together with those after.
            String epoch = (this == TIMESTAMP_NS ? "epoch_ns(" : "epoch_us(") + column + ")";
            String hour = this == TIMESTAMP_NS ? "3600000000000" : "3600000000";
            return "(" + epoch + " - CASE WHEN " + epoch + " < 0 THEN " + hour + " - 1 ELSE 0 END) // " + hour;
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
        return column + " - " + column + " % " + (isShort ? largest : zeros + " ELSE " + largest + " END");
    }

    /**
     * An SQL expression for the bucket's name, from its key and any of its values.
     *
     * @see #bucket
     */
    String bucketName(String key, String value) {
        return isTime() ? "split_part(CAST(" + value + " AS VARCHAR), ':', 1)" : "CAST(" + key + " AS VARCHAR)";
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
