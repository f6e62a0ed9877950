package io.factstream.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the values of a setting look like: how a person writes them, which are allowed, and how Camel gets them.
 *
 * @param <T> what the values are in Java
 */
public sealed interface SettingType<T> {

    /**
     * Reads what a person wrote.
     *
     * @throws IllegalArgumentException if it is no such value; the message goes after the value ("is out of range") and
     *     does not hold it
     */
    T parse(String text);

    /** The value as a text without units, which Camel and this type both read back: milliseconds, bytes, full paths. */
    String write(T value);

    /** One noun for the table of settings. */
    String noun();

    /** Which values are allowed, as the end of a sentence that starts with "Give". */
    String allowed();

    /**
     * Words.
     *
     * @param pattern what the whole text must match
     * @param allowed the pattern in words
     */
    record Text(Pattern pattern, String allowed) implements SettingType<String> {
        @Override
        public String parse(String text) {
            require(pattern.matcher(text).matches(), "is not allowed here");
            return text;
        }

        @Override
        public String write(String value) {
            return value;
        }

        @Override
        public String noun() {
            return "text";
        }
    }

    /**
     * A text that must not be seen.
     *
     * @param allowed what it holds, in words
     */
    record SecretText(String allowed) implements SettingType<Secret> {
        @Override
        public Secret parse(String text) {
            return new Secret(text);
        }

        /** Refuses: a secret goes only where {@link Secret#reveal()} is called for it. */
        @Override
        public String write(Secret value) {
            throw new UnsupportedOperationException("a secret is not written anywhere");
        }

        @Override
        public String noun() {
            return "secret";
        }
    }

    /**
     * The path of a file or folder; a relative one starts at the folder in which the process was started.
     *
     * @param allowed what is to be found there, in words
     */
    record Location(String allowed) implements SettingType<Path> {
        @Override
        public Path parse(String text) {
            try {
                return Path.of(text).toAbsolutePath();
            } catch (InvalidPathException invalid) {
                throw new IllegalArgumentException("is not a path", invalid);
            }
        }

        @Override
        public String write(Path value) {
            return value.toString();
        }

        @Override
        public String noun() {
            return "path";
        }
    }

    /** A length of time, with its unit. */
    record Time(Duration least, Duration most) implements SettingType<Duration> {

        private static final Pattern FORM =
                Pattern.compile("(?:(\\d{1,9})d)?(?:(\\d{1,9})h)?(?:(\\d{1,9})m)?(?:(\\d{1,9})s)?(?:(\\d{1,9})ms)?");

        @Override
        public Duration parse(String text) {
            require(!text.matches("\\d+"), "has no unit");
            Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT).replace(" ", ""));
            require(!text.isBlank() && form.matches(), "is not a duration");
            Duration value = Duration.ofDays(number(form, 1))
                    .plusHours(number(form, 2))
                    .plusMinutes(number(form, 3))
                    .plusSeconds(number(form, 4))
                    .plusMillis(number(form, 5));
            require(value.compareTo(least) >= 0 && value.compareTo(most) <= 0, "is out of range");
            return value;
        }

        private static long number(Matcher form, int group) {
            String digits = form.group(group);
            return digits == null ? 0 : Long.parseLong(digits);
        }

        /** In milliseconds, the form that every option of Camel takes. */
        @Override
        public String write(Duration value) {
            return Long.toString(value.toMillis());
        }

        @Override
        public String noun() {
            return "duration";
        }

        @Override
        public String allowed() {
            return "a duration from " + brief(least) + " to " + brief(most) + ", written like 250ms, 30s or 1m30s";
        }

        /** As a person would write it: {@code 1m30s}. */
        private static String brief(Duration duration) {
            if (duration.isZero()) {
                return "0s";
            }
            String text = "";
            text += part(duration.toDaysPart(), "d");
            text += part(duration.toHoursPart(), "h");
            text += part(duration.toMinutesPart(), "m");
            text += part(duration.toSecondsPart(), "s");
            return text + part(duration.toMillisPart(), "ms");
        }

        private static String part(long number, String unit) {
            return number == 0 ? "" : number + unit;
        }
    }

    /** A number of bytes; KB, MB and GB are powers of 1,024. */
    record Size(long least, long most) implements SettingType<Long> {

        private static final List<String> UNITS = List.of("", "k", "m", "g");
        private static final Pattern FORM = Pattern.compile("(\\d{1,12})\\s*([kmg]?)i?b?");

        @Override
        public Long parse(String text) {
            Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
            require(form.matches(), "is not a size");
            long value;
            try {
                value = Math.multiplyExact(Long.parseLong(form.group(1)), 1L << (10 * UNITS.indexOf(form.group(2))));
            } catch (ArithmeticException overflow) {
                throw new IllegalArgumentException("is out of range", overflow);
            }
            require(value >= least && value <= most, "is out of range");
            return value;
        }

        @Override
        public String write(Long value) {
            return value.toString();
        }

        @Override
        public String noun() {
            return "bytes";
        }

        @Override
        public String allowed() {
            return "a size from " + brief(least) + " to " + brief(most) + ", written like 65536, 256KB or 16MB";
        }

        private static String brief(long bytes) {
            int unit = 0;
            long number = bytes;
            while (unit + 1 < UNITS.size() && number >= 1024 && number % 1024 == 0) {
                number /= 1024;
                unit++;
            }
            return number + UNITS.get(unit).toUpperCase(Locale.ROOT) + "B";
        }
    }

    /**
     * A whole number.
     *
     * @param unit what is counted, in the plural
     */
    record Count(int least, int most, String unit) implements SettingType<Integer> {
        @Override
        public Integer parse(String text) {
            require(text.matches("[+-]?\\d+"), "is not a whole number");
            int value;
            try {
                value = Integer.parseInt(text);
            } catch (NumberFormatException tooLarge) {
                throw new IllegalArgumentException("is out of range", tooLarge);
            }
            require(value >= least && value <= most, "is out of range");
            return value;
        }

        @Override
        public String write(Integer value) {
            return value.toString();
        }

        @Override
        public String noun() {
            return unit;
        }

        @Override
        public String allowed() {
            return String.format(Locale.ROOT, "a whole number from %,d to %,d, without separators", least, most);
        }
    }

    /** A number that may have decimals. */
    record Factor(double least, double most) implements SettingType<Double> {
        @Override
        public Double parse(String text) {
            require(text.matches("\\d{1,9}(\\.\\d{1,9})?"), "is not a decimal number");
            double value = Double.parseDouble(text);
            require(value >= least && value <= most, "is out of range");
            return value;
        }

        @Override
        public String write(Double value) {
            return value.toString();
        }

        @Override
        public String noun() {
            return "factor";
        }

        @Override
        public String allowed() {
            return "a decimal number from " + least + " to " + most;
        }
    }

    /**
     * One of a few words: the names of an enum's constants in small letters, with dashes.
     *
     * @param options the enum
     */
    record Choice<E extends Enum<E>>(Class<E> options) implements SettingType<E> {
        @Override
        public E parse(String text) {
            return Arrays.stream(options.getEnumConstants())
                    .filter(option -> write(option).equals(text.toLowerCase(Locale.ROOT)))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("is none of the choices"));
        }

        @Override
        public String write(E value) {
            return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        @Override
        public String noun() {
            return "choice";
        }

        @Override
        public String allowed() {
            return Arrays.stream(options.getEnumConstants()).map(this::write).collect(Collectors.joining(" or "));
        }
    }

    private static void require(boolean allowed, String otherwise) {
        if (!allowed) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
