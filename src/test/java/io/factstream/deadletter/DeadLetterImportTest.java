package io.factstream.deadletter;

import static io.factstream.deadletter.Letters.letters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.factstream.config.ConfigurationException;
import io.factstream.state.SqliteState;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLetterImportTest {

    private SqliteState state;
    private DeadLetterStore store;

    @BeforeEach
    void open(@TempDir Path folder) {
        state = SqliteState.open(folder.resolve("state.db"), new DeadLetterLimit(1_200, "limit"));
        store = state.deadLetters();
    }

    @AfterEach
    void close() {
        state.close();
    }

    @Test
    void letters_are_stored_in_their_order_and_blank_lines_are_nothing() throws IOException {
        long count =
                importOf("\n" + lines(letters(0, 700)).replace("\n", "\r\n\n")).run();

        assertThat(count).isEqualTo(700);
        assertThat(store.list(DeadLetterFilter.EVERY, 1_000)).isEqualTo(letters(0, 700));
    }

    @Test
    void a_second_import_changes_nothing_and_what_happened_meanwhile_stays() throws IOException {
        String lines = lines(letters(0, 3));
        importOf(lines).run();
        store.attempted(Letters.letter(1).id(), Letters.T0.plus(Duration.ofHours(1)), Letters.REJECTED);
        store.published(letters(2, 3), Letters.T0);
        List<DeadLetter> before = store.list(DeadLetterFilter.EVERY, 10);

        importOf(lines).run();

        assertThat(store.list(DeadLetterFilter.EVERY, 10)).isEqualTo(before);
    }

    @Test
    void a_line_that_is_no_letter_is_refused_with_its_number_and_its_chunk_is_not_stored() {
        DeadLetterImport letters = importOf(lines(letters(0, 730)) + "{}\n" + lines(letters(730, 800)));

        var refusal = catchThrowableOfType(ConfigurationException.class, letters::run);

        assertThat(refusal.where()).isEqualTo("letters.jsonl:731");
        assertThat(refusal.what()).contains("lacks id").contains("lines 1 to 500 were imported");
        assertThat(store.list(DeadLetterFilter.EVERY, 1_000)).isEqualTo(letters(0, 500));
    }

    @Test
    void a_last_line_that_was_cut_off_is_refused() {
        String lines = lines(letters(0, 2));

        var refusal = catchThrowableOfType(
                ConfigurationException.class,
                () -> importOf(lines.substring(0, lines.length() - 5)).run());

        assertThat(refusal.where()).isEqualTo("letters.jsonl:2");
        assertThat(refusal.what()).contains("nothing was imported");
        assertThat(store.count()).isZero();
    }

    @Test
    void letters_that_do_not_fit_are_refused_and_what_fitted_is_told() {
        DeadLetterImport letters = importOf(lines(letters(0, 1_400)));

        var full = catchThrowableOfType(DeadLetterStoreFullException.class, letters::run);

        assertThat(full.held()).isEqualTo(1_000);
        assertThat(letters.storedSoFar()).isEqualTo("lines 1 to 1000 were imported");
        assertThat(store.count()).isEqualTo(1_000);
    }

    private DeadLetterImport importOf(String text) {
        return new DeadLetterImport(
                store, "letters.jsonl", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String lines(List<DeadLetter> letters) {
        return letters.stream()
                .map(letter -> new String(DeadLetterLines.line(letter), StandardCharsets.UTF_8) + "\n")
                .collect(Collectors.joining());
    }
}
