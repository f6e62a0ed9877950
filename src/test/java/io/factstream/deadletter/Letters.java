package io.factstream.deadletter;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Letters for tests. */
final class Letters {

    static final Instant T0 = Instant.parse("2026-01-02T03:04:05Z");
    static final DeliveryFailure REJECTED =
            new DeliveryFailure(ErrorCategory.VALIDATION, Severity.PERMANENT, "the hub rejects the event");

    private Letters() {}

    /** A letter for the hub {@code hub}, stored after its first attempt at {@link #T0}. */
    static DeadLetter letter(int number) {
        return letter(number, "hub", "{\"n\":" + number + "}");
    }

    static DeadLetter letter(int number, String hub, String event) {
        return new DeadLetter(
                "sales",
                "sale",
                "trace-" + number,
                "key",
                "1",
                "position",
                event.getBytes(StandardCharsets.UTF_8),
                Map.of("trace_id", "trace-" + number),
                hub,
                REJECTED,
                T0,
                T0,
                1,
                0,
                "session-1",
                null);
    }

    static List<DeadLetter> letters(int from, int to) {
        return IntStream.range(from, to).mapToObj(Letters::letter).toList();
    }
}
