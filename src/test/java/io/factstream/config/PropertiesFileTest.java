package io.factstream.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PropertiesFileTest {

    private static final Pattern LONE_BACKSLASH = Pattern.compile("(^|[\n\r])[ \t\f]*\\\\([\n\r]|$)");

    @Test
    void an_entry_knows_the_line_where_it_starts(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("a.properties"),
                "\uFEFF# comment \\\na=1\r\n\r\nb = one \\\n    two\n  ! comment\nc:\\u00e4 ö\\\\\nd");

        assertThat(PropertiesFile.read(file))
                .containsExactly(
                        new PropertiesFile.Entry("a", "1", 2),
                        new PropertiesFile.Entry("b", "one two", 4),
                        new PropertiesFile.Entry("c", "ä ö\\", 7),
                        new PropertiesFile.Entry("d", "", 8));
    }

    @Test
    void an_unfinished_escape_is_refused_with_its_line(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("a.properties"), "a=1\nfile=C:\\users\\me\n");

        ConfigurationException refusal =
                catchThrowableOfType(ConfigurationException.class, () -> PropertiesFile.read(file));

        assertThat(refusal.where()).endsWith("a.properties:2");
    }

    @Test
    void an_entry_does_not_show_its_value() {
        assertThat(new PropertiesFile.Entry("eventhubs.connection-string", "secret", 3))
                .hasToString("eventhubs.connection-string@3");
    }

    @Property
    void entries_are_those_that_java_reads(@ForAll("texts") String text) throws IOException {
        Properties expected = new Properties();
        expected.load(new StringReader(text));
        Properties actual = new Properties();

        PropertiesFile.entries(Path.of("here"), text).forEach(entry -> actual.setProperty(entry.key(), entry.value()));

        assertThat(actual).isEqualTo(expected);
    }

    /**
     * Short texts of the characters that mean something in such a file. A line with nothing but a backslash is left out:
     * what Java makes of it depends on what follows two lines on.
     */
    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings()
                .withChars('\\', '\n', '\r', ' ', '\t', '\f', '\u2003', '#', '!', '=', ':', 'a', 'b')
                .ofMaxLength(30)
                .filter(text -> !LONE_BACKSLASH.matcher(text).find());
    }
}
