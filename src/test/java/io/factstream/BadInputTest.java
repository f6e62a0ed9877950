package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bad input of every kind is refused or isolated, with a message that names the thing, the place and the mend, and nothing
 * else is harmed. {@code docs/messages.md} lists the messages; run with {@code -Dupdate.docs=true}, this writes it.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BadInputTest {

    private static final Path DOCUMENT = Path.of("docs", "messages.md");

    /** What only somebody who knows the code could understand. */
    private static final List<String> INTERNALS = List.of(
            "Exception",
            "\tat ",
            "io.factstream",
            "org.apache",
            "com.azure",
            "java.",
            "reactor.",
            "Exchange[",
            "=null",
            "LINK_CREDIT");

    private static final BadStreams STREAMS = new BadStreams();

    private static final List<BadInput> INPUTS = Stream.of(
                    BadSettings.all(), BadRoutes.all(), STREAMS.all(), BadFiles.all())
            .flatMap(Collection::stream)
            .toList();

    private static final Map<BadInput, String> MESSAGES = new HashMap<>();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @BeforeAll
    static void hear() throws IOException {
        STREAMS.hear(Files.createDirectory(folder.resolve("streams")));
    }

    static List<BadInput> inputs() {
        return INPUTS;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("inputs")
    void bad_input_is_refused_or_isolated_with_the_thing_the_place_and_the_mend(BadInput input) throws Exception {
        String message = message(input);

        assertThat(message).isNotBlank().contains(input.names()).doesNotContain(INTERNALS);
    }

    static List<BadStreams.Odd> odd() {
        return STREAMS.odd();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("odd")
    void what_only_looks_bad_is_delivered(BadStreams.Odd input) {
        assertThat(STREAMS.failure(input)).isEmpty();
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void the_document_lists_every_message() throws Exception {
        Map<BadInput, String> messages = new LinkedHashMap<>();
        for (BadInput input : INPUTS) {
            messages.put(input, message(input));
        }
        String text = MessagesDocument.text(messages, STREAMS.odd());
        if (Boolean.getBoolean("update.docs")) {
            Files.writeString(DOCUMENT, text);
        }

        assertThat(DOCUMENT)
                .as("docs/messages.md differs from what is said; regenerate it with: %s", MessagesDocument.REGENERATE)
                .content()
                .isEqualTo(text);
    }

    private static synchronized String message(BadInput input) throws Exception {
        String known = MESSAGES.get(input);
        if (known != null) {
            return known;
        }
        Path own = Files.createDirectory(folder.resolve("input-" + INPUTS.indexOf(input)));
        String message = placeholders(input.told().in(own), own);
        MESSAGES.put(input, message);
        return message;
    }

    /** Puts something readable in place of what is another each time. */
    private static String placeholders(String message, Path own) {
        return message.replace(own.toString(), "…")
                .replace(folder.resolve("streams").toString(), "…")
                .replaceAll("localhost:\\d+", "localhost:PORT")
                .replaceAll("process \\d+", "process PID")
                .replaceAll("(checksum|location|to read) \\d+", "$1 N")
                .replaceAll("this one knows \\d+", "this one knows N");
    }
}
