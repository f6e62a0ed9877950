package io.factstream.config;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;

/**
 * A {@code .properties} file in UTF-8 whose entries know their line.
 *
 * <p>{@link Properties} decodes each entry; only the cutting into entries is done here, because {@code Properties} tells
 * neither the line of an entry nor that one was given twice.
 */
final class PropertiesFile {

    /**
     * One entry.
     *
     * @param line where it starts, from 1
     */
    record Entry(String key, String value, int line) {

        /** Without the value, which may be a secret. */
        @Override
        public String toString() {
            return key + "@" + line;
        }
    }

    private static final Pattern COMMENT = Pattern.compile("[ \t\f]*[#!]");

    private PropertiesFile() {}

    /**
     * Reads all entries of a file, in its order.
     *
     * @throws ConfigurationException if it cannot be read, if its encoding or an escape in it is wrong, or if a key
     *     stands in it twice
     */
    static List<Entry> read(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException missing) {
            throw new ConfigurationException(
                    file.toString(), "there is no such file", "Name a file of settings that exists", missing);
        } catch (CharacterCodingException wrongEncoding) {
            throw new ConfigurationException(
                    file.toString(), "is not encoded in UTF-8", "Save it in UTF-8", wrongEncoding);
        } catch (IOException unreadable) {
            throw new ConfigurationException(
                    file.toString(), "cannot be read", "Make it a file that this user may read", unreadable);
        }
        List<Entry> entries = entries(file, text);
        Problems problems = new Problems();
        Map<String, Integer> lines = new HashMap<>();
        for (Entry entry : entries) {
            Integer earlier = lines.putIfAbsent(entry.key(), entry.line());
            if (earlier != null) {
                problems.add(
                        file + ":" + entry.line() + ": " + entry.key(),
                        "was already set in line " + earlier,
                        "Keep one of the two");
            }
        }
        problems.refuseIfAny();
        return entries;
    }

    static List<Entry> entries(Path file, String text) {
        List<Entry> entries = new ArrayList<>();
        List<String> lines = text.replaceFirst("^\uFEFF", "").lines().toList();
        int next = 0;
        while (next < lines.size()) {
            int first = next;
            StringBuilder entry = new StringBuilder(lines.get(next++));
            while (isContinued(entry) && next < lines.size()) {
                entry.append('\n').append(lines.get(next++));
            }
            decode(file, entry.toString(), first + 1)
                    .forEach((key, value) -> entries.add(new Entry((String) key, (String) value, first + 1)));
        }
        return entries;
    }

    /** Whether an odd number of backslashes ends it, and it is no comment: a comment never goes on. */
    private static boolean isContinued(CharSequence entry) {
        String text = entry.toString();
        if (COMMENT.matcher(text).lookingAt()) {
            return false;
        }
        int backslashes = 0;
        while (backslashes < text.length() && text.charAt(text.length() - 1 - backslashes) == '\\') {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }

    private static Properties decode(Path file, String entry, int line) {
        Properties decoded = new Properties();
        try {
            decoded.load(new StringReader(entry));
        } catch (IllegalArgumentException wrongEscape) {
            throw new ConfigurationException(
                    file + ":" + line,
                    "has a \\u that four hexadecimal digits do not follow",
                    "Write \\\\ for a backslash",
                    wrongEscape);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return decoded;
    }
}
