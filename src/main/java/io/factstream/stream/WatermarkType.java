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

    private ChronoUnit precision() {
        return switch (this) {
            case TIMESTAMP_S -> ChronoUnit.SECONDS;
            case TIMESTAMP_MS -> ChronoUnit.MILLIS;
            default -> ChronoUnit.MICROS;
        };
    }
}
