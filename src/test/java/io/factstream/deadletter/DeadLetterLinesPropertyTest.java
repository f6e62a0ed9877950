package io.factstream.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever a letter holds, its line gives it back. */
class DeadLetterLinesPropertyTest {

    @Property(tries = 300)
    void what_is_written_is_read_as_the_same_letter(@ForAll("letters") DeadLetter letter) {
        byte[] line = DeadLetterLines.line(letter);

        assertThat(line).doesNotContain('\n').doesNotContain('\r');
        assertThat(DeadLetterLines.read("file:1", line)).isEqualTo(letter);
    }

    @Provide
    static Arbitrary<DeadLetter> letters() {
        // No lone surrogate: the store cannot keep one, and no text of DuckDB has one.
        Arbitrary<String> text = Arbitraries.oneOf(
                Arbitraries.strings().withCharRange('\u0000', '\ud7ff').ofMaxLength(12),
                Arbitraries.strings().ascii().ofMaxLength(12),
                Arbitraries.of("\uD83D\uDE00", "\"\\\n\u2028"));
        Arbitrary<byte[]> event = Arbitraries.oneOf(
                Arbitraries.of(DeadLetterLinesTest.JSON).map(DeadLetterLinesPropertyTest::utf8),
                Arbitraries.of(DeadLetterLinesTest.NO_JSON).map(DeadLetterLinesPropertyTest::utf8),
                text.map(DeadLetterLinesPropertyTest::utf8),
                Arbitraries.bytes().array(byte[].class).ofMaxSize(20));
        Arbitrary<Instant> time = Arbitraries.longs()
                .between(-62_000_000_000_000_000L, 250_000_000_000_000_000L)
                .map(micros ->
                        Instant.EPOCH.plusNanos(micros % 1_000_000 * 1_000).plusSeconds(micros / 1_000_000));
        Arbitrary<DeliveryFailure> failure = Combinators.combine(
                        Arbitraries.of(ErrorCategory.class), Arbitraries.of(Severity.class), text)
                .as(DeliveryFailure::new);
        return Combinators.combine(
                        text,
                        text.injectNull(0.3),
                        event,
                        Arbitraries.maps(text, text).ofMaxSize(3),
                        failure,
                        time,
                        Arbitraries.integers().between(0, 1_000),
                        time.injectNull(0.5))
                .as((any, optional, bytes, properties, why, failed, replays, published) -> new DeadLetter(
                        "s" + any,
                        any,
                        "t" + any,
                        optional,
                        optional,
                        any,
                        bytes,
                        properties,
                        any,
                        why,
                        failed,
                        failed.plusSeconds(replays),
                        replays + 1,
                        replays,
                        any,
                        published));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
