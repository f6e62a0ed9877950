package io.factstream.localhub;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where in a partition a consumer starts: what the filter of its link asks for. */
sealed interface StartPosition {

    /** With the first event that is kept. */
    record Earliest() implements StartPosition {}

    /** With the first event accepted from now on. */
    record Latest() implements StartPosition {}

    /** After the event at that offset, or with it. */
    record AtOffset(long offset, boolean inclusive) implements StartPosition {}

    /** After the event with that number, or with it. */
    record AtSequenceNumber(long number, boolean inclusive) implements StartPosition {}

    /** With the first event accepted after that time, or at it. */
    record AtTime(long epochMillis, boolean inclusive) implements StartPosition {}

    /** {@code amqp.annotation.x-opt-offset > '42'}, with or without the equals sign and the quotes. */
    Pattern EXPRESSION = Pattern.compile(
            "\\s*amqp\\.annotation\\.x-opt-(offset|sequence-number|enqueued-time)\\s*>(=?)\\s*'?(@latest|-?\\d+)'?\\s*");

    /**
     * Reads a filter of the kind {@code apache.org:selector-filter:string}.
     *
     * @throws IllegalArgumentException for any other expression
     */
    static StartPosition parse(String filter) {
        Matcher matcher = EXPRESSION.matcher(filter);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("Not a position in a partition: " + filter);
        }
        boolean inclusive = !matcher.group(2).isEmpty();
        String value = matcher.group(3);
        if (value.equals("@latest")) {
            return new Latest();
        }
        long number = Long.parseLong(value);
        return switch (matcher.group(1)) {
            case "offset" -> number < 0 ? new Earliest() : new AtOffset(number, inclusive);
            case "sequence-number" -> new AtSequenceNumber(number, inclusive);
            default -> new AtTime(number, inclusive);
        };
    }
}
