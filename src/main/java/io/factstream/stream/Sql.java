package io.factstream.stream;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.factstream.config.ConfigurationException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The lexical rules of DuckDB's SQL that FactStream needs: quoting, and what of a text is only layout. */
final class Sql {

    private Sql() {}

    /** A text literal. */
    static String text(String value) {
        return "'" + value.replace("'", "''") + "'";
    }

    /** A quoted name. */
    static String name(String value) {
        return "\"" + value.replace("\"", "\"\"") + "\"";
    }

    /** A JSON text, quotes included. */
    static String json(String value) {
        return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(value)) + "\"";
    }

    /**
     * The one statement of a query file, without a trailing semicolon. Line numbers stay those of the file.
     *
     * @throws ConfigurationException when there is no statement, or more than one
     */
    static String statement(Path file, String query) {
        int end = -1;
        int line = 1;
        for (int at = 0; at < query.length(); ) {
            int next = tokenEnd(query, at);
            if (query.charAt(at) == ';' && end < 0) {
                end = at;
            } else if (!isLayout(query, at) && query.charAt(at) != ';' && end >= 0) {
                throw new ConfigurationException(
                        file + ":" + line, "a second statement begins here", "Keep one SELECT a file");
            }
            line += (int)
                    query.substring(at, next).chars().filter(c -> c == '\n').count();
            at = next;
        }
        String statement = end < 0 ? query : query.substring(0, end);
        if (normalized(statement).isEmpty()) {
            throw new ConfigurationException(file.toString(), "holds no query", "Write one SELECT into it");
        }
        return statement;
    }

    /** The query without what does not change its meaning: comments, and how much white space stands where. */
    private static String normalized(String query) {
        StringBuilder out = new StringBuilder(query.length());
        for (int at = 0; at < query.length(); ) {
            int end = tokenEnd(query, at);
            if (!isLayout(query, at)) {
                out.append(query, at, end);
            } else if (out.length() > 0 && out.charAt(out.length() - 1) != ' ') {
                out.append(' ');
            }
            at = end;
        }
        return out.toString().strip();
    }

    /** SHA-256 of a query, as 64 hexadecimal digits: the same after an edit of comments or layout only. */
    static String fingerprint(String query) {
        try {
            byte[] text = normalized(query).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    private static boolean isLayout(String query, int at) {
        return Character.isWhitespace(query.charAt(at)) || query.startsWith("--", at) || query.startsWith("/*", at);
    }

    /** Where the text, quoted name, comment, white space or single character that starts at {@code at} ends. */
    private static int tokenEnd(String query, int at) {
        char c = query.charAt(at);
        if (c == '\'' || c == '"') {
            return after(query, String.valueOf(c), at + 1);
        }
        if (query.startsWith("--", at)) {
            return after(query, "\n", at);
        }
        if (query.startsWith("/*", at)) {
            return after(query, "*/", at + 2);
        }
        if (c == '$') {
            int tagEnd = query.indexOf('$', at + 1);
            if (tagEnd > 0 && query.substring(at + 1, tagEnd).chars().allMatch(Character::isJavaIdentifierPart)) {
                String tag = query.substring(at, tagEnd + 1);
                return after(query, tag, tagEnd + 1);
            }
        }
        if (Character.isWhitespace(c)) {
            int end = at;
            while (end < query.length() && Character.isWhitespace(query.charAt(end))) {
                end++;
            }
            return end;
        }
        return at + 1;
    }

    private static int after(String query, String closing, int from) {
        int end = query.indexOf(closing, from);
        return end < 0 ? query.length() : end + closing.length();
    }
}
