package io.factstream.source;

import io.factstream.config.NearestName;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Times as people write them: with an offset or the name of a time zone where they like.
 *
 * <p>DuckDB's cast of a text to a TIMESTAMP leaves an offset and a zone out, whatever they say, so they are applied before
 * it sees the text.
 */
public final class TimeText {

    private static final Pattern TIME = Pattern.compile(
            "(?<year>[+-]?\\d+)[-/](?<month>\\d{1,2})[-/](?<day>\\d{1,2})(?<era> \\(BC\\))?[T ](?<hour>\\d{1,2}):(?<minute>\\d{1,2})"
                    + "(:(?<second>\\d{1,2})(?<fraction>\\.\\d*)?)?(?<zone>.*)",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern OFFSET =
            Pattern.compile("(?<sign>[+-])(?<hours>\\d{1,2})(:?(?<minutes>\\d{2})(:?(?<seconds>\\d{2}))?)?");

    /** The names that DuckDB knows beside those of regions, such as EST. */
    private static final List<String> NAMES = names();

    private TimeText() {}

    /** Whether texts of this type are times with a date. */
    public static boolean isFor(DuckDbType type) {
        return type instanceof DuckDbType.Scalar scalar
                && (scalar.name().equals("DATE") || scalar.name().startsWith("TIMESTAMP"));
    }

    /**
     * A time in UTC, without an offset or a zone: what DuckDB can cast to any of its types of times. A text without a
     * time of day, such as a date, comes back as it is, and one without an offset or a zone is in UTC already.
     *
     * @throws DateTimeException when there is no such time, offset or zone, or the time comes twice or not at all in its
     *     zone; its message says which
     */
    public static String inUtc(String text) {
        String written = text.strip();
        Matcher matcher = TIME.matcher(written);
        if (!matcher.matches()) {
            if (written.indexOf(':') >= 0) {
                throw new DateTimeException("it has another form than 2026-01-31 10:15:30+02:00");
            }
            return written;
        }
        String zone = matcher.group("zone").strip();
        if (zone.isEmpty()) {
            return written;
        }
        LocalDateTime local = local(matcher);
        ZoneOffset offset = offset(local, zone);
        String fraction = matcher.group("fraction");
        return text(local.minusSeconds(offset.getTotalSeconds()), fraction == null ? "" : fraction);
    }

    /** Whether two texts are the same time, in any form of it; false when one of them is no time. */
    public static boolean isSame(String one, String other) {
        try {
            Optional<String> first = plain(one);
            return first.isPresent() && first.equals(plain(other));
        } catch (DateTimeException e) {
            return false;
        }
    }

    /** One form of a time; empty for a text without a time of day. */
    private static Optional<String> plain(String text) {
        Matcher matcher = TIME.matcher(inUtc(text));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String fraction = matcher.group("fraction");
        return Optional.of(text(local(matcher), fraction == null ? "" : fraction.replaceFirst("\\.?0*$", "")));
    }

    private static LocalDateTime local(Matcher matcher) {
        String second = matcher.group("second");
        int year = number(matcher.group("year"));
        return LocalDateTime.of(
                matcher.group("era") == null ? year : 1 - year,
                number(matcher.group("month")),
                number(matcher.group("day")),
                number(matcher.group("hour")),
                number(matcher.group("minute")),
                second == null ? 0 : number(second));
    }

    private static int number(String digits) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new DateTimeException(digits + " is too large", e);
        }
    }

    private static String text(LocalDateTime time, String fraction) {
        boolean beforeChrist = time.getYear() < 1;
        return String.format(
                Locale.ROOT,
                "%04d-%02d-%02d%s %02d:%02d:%02d%s",
                beforeChrist ? 1 - time.getYear() : time.getYear(),
                time.getMonthValue(),
                time.getDayOfMonth(),
                beforeChrist ? " (BC)" : "",
                time.getHour(),
                time.getMinute(),
                time.getSecond(),
                fraction);
    }

    private static ZoneOffset offset(LocalDateTime local, String zone) {
        Matcher matcher = OFFSET.matcher(zone);
        if (matcher.matches()) {
            int sign = matcher.group("sign").equals("-") ? -1 : 1;
            return ZoneOffset.ofHoursMinutesSeconds(
                    sign * number(matcher.group("hours")),
                    sign * orZero(matcher.group("minutes")),
                    sign * orZero(matcher.group("seconds")));
        }
        ZoneId id = zone(zone);
        List<ZoneOffset> offsets = id.getRules().getValidOffsets(local);
        if (offsets.isEmpty()) {
            throw new DateTimeException(
                    "clocks in " + id + " are put forward over this time, so it does not exist there:"
                            + " write it with an offset instead of the zone");
        }
        if (offsets.size() > 1) {
            throw new DateTimeException(
                    "clocks in " + id + " are put back over this time, so it comes twice there: write" + " it with "
                            + offsets.get(0) + " or " + offsets.get(1) + " instead of the zone");
        }
        return offsets.get(0);
    }

    private static int orZero(@Nullable String digits) {
        return digits == null ? 0 : number(digits);
    }

    private static ZoneId zone(String zone) {
        String name = NAMES.stream()
                .filter(known -> known.equalsIgnoreCase(zone))
                .findFirst()
                .orElse(zone);
        try {
            return ZoneId.of(name, ZoneId.SHORT_IDS);
        } catch (DateTimeException e) {
            throw new DateTimeException(
                    "there is no time zone '" + zone + "'"
                            + NearestName.of(zone, NAMES)
                                    .map(nearest -> "; did you mean " + nearest + "?")
                                    .orElse(""),
                    e);
        }
    }

    private static List<String> names() {
        List<String> names = new ArrayList<>(ZoneId.getAvailableZoneIds());
        names.addAll(ZoneId.SHORT_IDS.keySet());
        names.add("Z");
        return names.stream().sorted().toList();
    }
}
