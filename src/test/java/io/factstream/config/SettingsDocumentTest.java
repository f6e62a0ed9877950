package io.factstream.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Run with {@code -Dupdate.docs=true}, it writes the document instead of comparing it. */
class SettingsDocumentTest {

    private static final Path DOCUMENT = Path.of("docs", "configuration.md");

    @Test
    void the_document_says_what_the_declarations_say() throws IOException {
        String text = SettingsDocument.text();
        if (Boolean.getBoolean("update.docs")) {
            Files.createDirectories(DOCUMENT.getParent());
            Files.writeString(DOCUMENT, text);
        }

        assertThat(DOCUMENT)
                .as(
                        "docs/configuration.md differs from the settings; regenerate it with: %s",
                        SettingsDocument.REGENERATE)
                .exists()
                .content()
                .isEqualTo(text);
    }

    @Test
    void every_setting_is_in_the_document_with_its_variable_default_and_range() {
        String text = SettingsDocument.text();

        assertThat(KnownSettings.all()).allSatisfy(setting -> assertThat(text)
                .contains("### " + setting.key() + "\n")
                .contains("`" + setting.environmentVariable() + "`")
                .contains(setting.type().allowed()));
    }
}
