package io.factstream.state;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/**
 * Times as the state holds them: text in UTC, always with six decimals, so that they sort as text and a person at an
 * SQLite prompt can read them.
 */
final class Timestamps {

    private static final Instant MIN = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant MAX = Instant.parse("9999-12-31T23:59:59.999999Z");
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private Timestamps() {}

    /** To the microsecond; a time outside the years 0 to 9999 becomes the first or last within, and still sorts. */
    static String text(Instant time) {
        Instant within = time.isBefore(MIN) ? MIN : time.isAfter(MAX) ? MAX : time;
        return FORMAT.format(within.truncatedTo(ChronoUnit.MICROS));
    }

    static Instant parse(String text) {
        return Instant.parse(text);
    }
}
