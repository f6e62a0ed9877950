package io.factstream.stream;

import io.factstream.config.ConfigurationException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * One query on fact tables that becomes one flow of events, as its route file defines it.
 *
 * @param id the stream's name in the state, in JMX and in every event; kebab-case
 * @param eventType the {@code event_type} of its events
 * @param queryFile where the query stands, for messages
 * @param query one SELECT, as written
 * @param watermarkColumn the column of the query by which the stream advances
 * @param hub the event hub that the events go to
 * @param settle how old a row's event time must be before the row is read; zero or more. Rows dated in the future
 *     always wait. It says nothing about integer watermarks.
 */
public record StreamDefinition(
        String id,
        String eventType,
        Path queryFile,
        String query,
        String watermarkColumn,
        String hub,
        Duration settle) {

    private static final Pattern ID = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
    private static final int LONGEST_ID = 100;

    /** What a stream id looks like, as an instruction. */
    public static final String ID_FORM = "Use lower-case letters, digits and single hyphens, at most " + LONGEST_ID;

    public StreamDefinition {
        if (!isId(id)) {
            throw new ConfigurationException("stream '" + id + "'", "is no stream id", ID_FORM);
        }
        if (eventType.isBlank()) {
            throw new ConfigurationException("stream '" + id + "'", "has no eventType", "Name the type of its events");
        }
        if (hub.isBlank()) {
            throw new ConfigurationException(
                    "stream '" + id + "'", "has no hub", "Set eventhubs.name (EVENTHUBS_NAME) or the parameter hub");
        }
        if (settle.isNegative()) {
            throw new ConfigurationException("stream '" + id + "'", "settle is " + settle, "Use 0s or more");
        }
        query = statement(queryFile, query);
    }

    /** Whether a text can be a stream's id. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches() && text.length() <= LONGEST_ID;
    }

    /**
     * The one statement of a query file, without a trailing semicolon.
     *
     * @throws ConfigurationException when there is no statement, or more than one
     */
    public static String statement(Path file, String text) {
        return Sql.statement(file, text);
    }

    /**
     * The statement that a query file holds, as {@link #statement} gives it.
     *
     * @throws ConfigurationException when the file cannot be read, too
     */
    public static String read(Path file) {
        try {
            // Some editors begin a file with a mark, which DuckDB would take for part of the first word.
            return statement(file, Files.readString(file).replaceFirst("^\uFEFF", ""));
        } catch (CharacterCodingException e) {
            throw new ConfigurationException(file.toString(), "is not encoded in UTF-8", "Save it in UTF-8", e);
        } catch (NoSuchFileException e) {
            throw new ConfigurationException(
                    file.toString(), "there is no such query file", "Put the stream's SELECT there", e);
        } catch (IOException e) {
            throw new ConfigurationException(
                    file.toString(), "cannot be read", "Make it a file that this user may read", e);
        }
    }

    /**
     * The query file, with the line where that is known, for a message.
     *
     * @param line the line that DuckDB tells, which can lie behind the query, in what FactStream puts around it
     */
    public String place(OptionalInt line) {
        boolean inQuery = line.isPresent() && line.getAsInt() <= query.lines().count();
        return inQuery ? queryFile + ":" + line.getAsInt() : queryFile.toString();
    }

    /** The query file, with the first line that holds a name outside of comments, for a message. */
    public String place(String name) {
        Pattern word = Pattern.compile("(?i)(?<!\\w)" + Pattern.quote(name) + "(?!\\w)");
        int line = 0;
        for (String text : query.lines().toList()) {
            line++;
            if (word.matcher(text.replaceFirst("--.*", "")).find()) {
                return queryFile + ":" + line;
            }
        }
        return queryFile.toString();
    }

    /** Identifies what the stream sends. */
    public String fingerprint() {
        return fingerprint(eventType, watermarkColumn, query);
    }

    /** Identifies what a stream with this query sends; layout and comments do not count. */
    public static String fingerprint(String eventType, String watermarkColumn, String query) {
        return Sql.fingerprint(watermarkColumn + "\n" + eventType + "\n" + query);
    }
}
