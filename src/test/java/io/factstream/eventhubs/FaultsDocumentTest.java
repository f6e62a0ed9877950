package io.factstream.eventhubs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FaultsDocumentTest {

    private static final Path DOCUMENT = Path.of("docs", "faults.md");

    @Test
    void the_document_says_what_the_table_says() throws IOException {
        String text = FaultsDocument.text();
        if (Boolean.getBoolean("update.docs")) {
            Files.writeString(DOCUMENT, text);
        }

        assertThat(DOCUMENT)
                .as("docs/faults.md differs from the table; regenerate it with: %s", FaultsDocument.REGENERATE)
                .exists()
                .content()
                .isEqualTo(text);
    }
}
