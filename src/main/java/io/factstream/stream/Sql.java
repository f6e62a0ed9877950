package io.factstream.stream;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.factstream.config.ConfigurationException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.IntPredicate;

/** The lexical rules of DuckDB's SQL that FactStream needs: quoting, and what of a text is only layout. */
final class Sql {

    private static final String BRACKETS = "()[]{},;";
    private static final String OPERATORS = "=<>!+-*/%|:@&^~#?";

    private Sql() {}

    /** A text literal. */
    static String text(String value) {
        return "'" + value.replace("'", "''") + "'";
    }

    /** A quoted name. */
    static String name(String value) {
        return "\"" + value.replace("\"", "\"\"") + "\"";
    }

    /**
     * A call of one of DuckDB's own functions or operators. A source may have macros of any name, which DuckDB would take
     * before them, in what FactStream puts around a query too. What DuckDB itself has as a macro calls others by their bare
     * names again, and is not to be called.
     */
    static String call(String function, String... arguments) {
        String name = function.chars().allMatch(Sql::isPlain) ? function : name(function);
        return "system.main." + name + "(" + String.join(", ", arguments) + ")";
    }

    private static boolean isPlain(int c) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    /** Texts one after the other; NULL where one of them is. */
    static String joined(String first, String... others) {
        String joined = first;
        for (String other : others) {
            joined = call("||", joined, other);
        }
        return joined;
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

    /** The query without what does not change its meaning: comments, and white space that parts nothing. */
    private static String normalized(String query) {
        StringBuilder out = new StringBuilder(query.length());
        boolean layout = false;
        for (int at = 0; at < query.length(); ) {
            int end = tokenEnd(query, at);
            if (isLayout(query, at)) {
                layout = true;
            } else {
                if (layout && !out.isEmpty() && isParted(out.charAt(out.length() - 1), query.charAt(at))) {
                    out.append(' ');
                }
                out.append(query, at, end);
                layout = false;
            }
            at = end;
        }
        return out.toString();
    }

    /** Whether white space between two characters can mean something: between words, or between two operators. */
    private static boolean isParted(char before, char after) {
        if (BRACKETS.indexOf(before) >= 0 || BRACKETS.indexOf(after) >= 0) {
            return false;
        }
        return OPERATORS.indexOf(before) >= 0 == OPERATORS.indexOf(after) >= 0;
    }

    /** A word of a query that stands outside of texts, quoted names and comments. */
    record Word(String text, int at, boolean called) {}

    /** The words of a query in their order, with their offsets in characters, and whether a parenthesis follows. */
    static List<Word> words(String query) {
        List<Word> words = new ArrayList<>();
        for (int at = 0; at < query.length(); ) {
            int end = tokenEnd(query, at);
            if (Character.isJavaIdentifierStart(query.charAt(at)) && query.charAt(at) != '$' && end > at) {
                int next = end;
                while (next < query.length() && isLayout(query, next)) {
                    next = tokenEnd(query, next);
                }
                words.add(new Word(query.substring(at, end), at, query.startsWith("(", next)));
            }
            at = end;
        }
        return words;
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

    /** Where the text, name, comment, white space or single character that starts at {@code at} ends. */
    private static int tokenEnd(String query, int at) {
        char c = query.charAt(at);
        if (c == '\'' || c == '"') {
            return after(query, String.valueOf(c), at + 1);
        }
        if (query.startsWith("--", at)) {
            return endOfLine(query, at);
        }
        if (query.startsWith("/*", at)) {
            return endOfComment(query, at);
        }
        if (c == '$') {
            int tagEnd = query.indexOf('$', at + 1);
            if (tagEnd > 0 && query.substring(at + 1, tagEnd).chars().allMatch(Character::isJavaIdentifierPart)) {
                String tag = query.substring(at, tagEnd + 1);
                return after(query, tag, tagEnd + 1);
            }
            return at + 1;
        }
        if (Character.isJavaIdentifierStart(c)) {
            // A dollar within a name quotes nothing.
            int end = endOf(query, at, Character::isJavaIdentifierPart);
            boolean escapes = end == at + 1 && (c == 'e' || c == 'E') && query.startsWith("'", end);
            return escapes ? endOfEscapes(query, end + 1) : end;
        }
        return Character.isWhitespace(c) ? endOf(query, at, Character::isWhitespace) : at + 1;
    }

    private static int endOf(String query, int at, IntPredicate kind) {
        int end = at;
        while (end < query.length() && kind.test(query.charAt(end))) {
            end++;
        }
        return end;
    }

    private static int endOfLine(String query, int at) {
        return endOf(query, at, c -> c != '\n' && c != '\r');
    }

    /** Comments nest. */
    private static int endOfComment(String query, int start) {
        int depth = 0;
        for (int at = start; at < query.length(); at++) {
            if (query.startsWith("/*", at)) {
                depth++;
                at++;
            } else if (query.startsWith("*/", at)) {
                at++;
                if (--depth == 0) {
                    return at + 1;
                }
            }
        }
        return query.length();
    }

    /** The end of a text E'…', in which a backslash takes the next character for what it is. */
    private static int endOfEscapes(String query, int start) {
        for (int at = start; at < query.length(); at++) {
            if (query.charAt(at) == '\\' || query.startsWith("''", at)) {
                at++;
            } else if (query.charAt(at) == '\'') {
                return at + 1;
            }
        }
        return query.length();
    }

    private static int after(String query, String closing, int from) {
        int end = query.indexOf(closing, from);
        return end < 0 ? query.length() : end + closing.length();
    }
}
