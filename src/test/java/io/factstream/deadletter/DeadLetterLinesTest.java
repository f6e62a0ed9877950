package io.factstream.deadletter;

import static io.factstream.deadletter.Letters.T0;
import static io.factstream.deadletter.Letters.letter;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.factstream.config.ConfigurationException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DeadLetterLinesTest {

    /** Events that stand in a line as they are. */
    static final List<String> JSON = List.of(
            "{}",
            "{\"n\":1}",
            "{\"n\": 1.0 , \"s\":\"a\\u0001\\/b\",\"big\":12345678901234567890123456789}",
            "{ \"é\" : [ { } , null, true, -0.0e10 ] }",
            "{\"twice\":1,\"twice\":2}",
            "{\"event\":{\"event\":\"}\\\"\"}}",
            "{\"deep\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}");

    /** Texts that do not. */
    static final List<String> NO_JSON = List.of(
            "",
            "{",
            "{\n}",
            "{\"a\":1}\r",
            " {}",
            "{} ",
            "[]",
            "NaN",
            "{\"x\":\u0001NaN}",
            "\uFEFF{}",
            "{\u0000}\u0000");

    @Test
    void an_event_that_is_a_json_object_stands_in_its_line_as_it_is() {
        assertThat(JSON).allSatisfy(event -> assertThat(lineOf(utf8(event))).endsWith(",\"event\":" + event + "}"));
    }

    @Test
    void any_other_text_stands_as_a_text_and_what_is_no_text_as_base64() {
        assertThat(NO_JSON).allSatisfy(event -> assertThat(lineOf(utf8(event))).contains(",\"event_text\":\""));
        assertThat(lineOf(new byte[] {(byte) 0xff, 0})).endsWith(",\"event_base64\":\"/wA=\"}");
    }

    @Test
    void members_have_the_names_that_are_documented() {
        assertThat(text(DeadLetterLines.line(letter(1))))
                .isEqualTo(
                        "{\"id\":\"" + letter(1).id() + "\",\"stream\":\"sales\",\"event_type\":\"sale\","
                                + "\"trace_id\":\"trace-1\",\"partition_key\":\"key\",\"partition\":\"1\","
                                + "\"position\":\"position\",\"hub\":\"hub\",\"category\":\"validation\","
                                + "\"severity\":\"permanent\",\"error\":\"the hub rejects the event\","
                                + "\"first_failed\":\"" + T0 + "\",\"last_failed\":\"" + T0
                                + "\",\"attempts\":1,\"replays\":0,"
                                + "\"session_id\":\"session-1\",\"properties\":{\"trace_id\":\"trace-1\"},\"event\":{\"n\":1}}");
    }

    static Stream<Arguments> faults() {
        String line = text(DeadLetterLines.line(letter(1)));
        return Stream.of(
                Arguments.of("not json", "is not JSON from column"),
                Arguments.of("[]", "is no JSON object"),
                Arguments.of(line + "{}", "more than one JSON object"),
                Arguments.of(line.substring(0, 200), "is not JSON from column"),
                Arguments.of(line.replace("\"hub\":\"hub\",", ""), "lacks hub"),
                Arguments.of(line.replace("\"replays\":0,", ""), "lacks replays"),
                Arguments.of(
                        line.replace("\"attempts\":1", "\"attempts\":1.5"), "\"attempts\" that is no whole number"),
                Arguments.of(line.replace("\"attempts\":1", "\"attempts\":0"), "makes no sense"),
                Arguments.of(line.replace("\"replays\":0", "\"replays\":1"), "1 of 1 attempts cannot be replays"),
                Arguments.of(line.replace("\"stream\":\"sales\"", "\"stream\":7"), "\"stream\" that is no text"),
                Arguments.of(line.replace("\"stream\":\"sales\"", "\"stream\":\"other\""), "id that is not the one"),
                Arguments.of(line.replace("\"hub\":", "\"hob\":"), "a member \"hob\""),
                Arguments.of(line.replace("\"attempts\":1", "\"attempts\":1,\"attempts\":1"), "\"attempts\" twice"),
                Arguments.of(
                        line.replace("validation", "bad luck"), "category that is none of network, authentication"),
                Arguments.of(line.replace("permanent", "mild"), "severity that is none of transient"),
                Arguments.of(line.replace(T0.toString(), "yesterday"), "a time that is not written like"),
                Arguments.of(line.replace("{\"trace_id\":\"trace-1\"}", "[]"), "\"properties\" that are no object"),
                Arguments.of(line.replace("{\"trace_id\":\"trace-1\"}", "{\"a\":1}"), "\"a\" that is no text"),
                Arguments.of(line.replace("{\"n\":1}", "[1]"), "\"event\" that is no object"),
                Arguments.of(line.replace(",\"event\":{\"n\":1}", ""), "has 0 of event, event_text and event_base64"),
                Arguments.of(line.replace("\"event\":", "\"event_text\":\"\",\"event\":"), "has 2 of event"),
                Arguments.of(line.replace("\"event\":{\"n\":1}", "\"event_base64\":\"?\""), "makes no sense"),
                Arguments.of(
                        text(DeadLetterLines.lineWithoutEvent(letter(1), "too large")), "published without its event"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void a_line_that_is_no_letter_is_refused_with_its_place_and_the_mend(String line, String what) {
        var refusal =
                catchThrowableOfType(ConfigurationException.class, () -> DeadLetterLines.read("file:7", utf8(line)));

        assertThat(refusal.where()).isEqualTo("file:7");
        assertThat(refusal.what()).contains(what);
        assertThat(refusal.mend()).contains("factstream dlq export");
    }

    @Test
    void a_refusal_does_not_repeat_what_stands_in_the_line() {
        var refusal = catchThrowableOfType(
                ConfigurationException.class, () -> DeadLetterLines.read("file:7", utf8("{\"id\": Jane_Doe}")));

        assertThat(refusal.getMessage()).doesNotContain("Jane");
    }

    @Test
    void a_line_that_is_no_utf8_is_refused() {
        byte[] line = DeadLetterLines.line(letter(1));
        line[line.length - 4] = (byte) 0xff;

        var refusal = catchThrowableOfType(ConfigurationException.class, () -> DeadLetterLines.read("file:7", line));

        assertThat(refusal.what()).contains("no text in UTF-8");
    }

    private static String lineOf(byte[] event) {
        DeadLetter letter = letter(1);
        return text(DeadLetterLines.line(new DeadLetter(
                letter.stream(),
                letter.eventType(),
                letter.traceId(),
                null,
                null,
                letter.position(),
                event,
                Map.of(),
                letter.hub(),
                letter.failure(),
                T0,
                T0,
                1,
                0,
                letter.sessionId(),
                null)));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
