package io.factstream.source;

import io.factstream.source.DuckDbForm.Told;
import io.factstream.source.DuckDbForm.Whose;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What DuckDB says of a query that failed, without what it repeats of the rows.
 *
 * <p>Values of rows belong into payloads and nowhere else, but DuckDB quotes the value that it could not cast. So an
 * error that came up while rows were worked on is told in words of which each is known; only errors that DuckDB finds
 * before it looks at a row are told in its own.
 *
 * @param text one line, that starts with the kind of error
 * @param line the line of the statement that it is about, from 1; empty when it is about none
 * @param whose what has to be corrected
 */
record DuckDbMessage(String text, OptionalInt line, Whose whose) {

    /** Which are found in the query, the catalog or the file, not in rows. */
    private static final Set<String> OF_THE_QUERY = Set.of(
            "Parser",
            "Syntax",
            "Binder",
            "Connection",
            "Catalog",
            "Permission",
            "IO",
            "Extension Autoloading",
            "Data Corruption",
            "Serialization",
            "Out of Memory",
            "INTERRUPT");

    private static final Pattern KIND = Pattern.compile("(?s)([A-Za-z ]{1,40}) Error: (.*)");

    /** The statement's line goes last, so that a value that looks like one is not taken for it. */
    private static final Pattern PLACE = Pattern.compile("(?s)(.*)\\n\\s*LINE (\\d{1,9}): .*");

    /** Advice for people at DuckDB's own prompt. */
    private static final Pattern ADVICE =
            Pattern.compile("(?s)\\n\\s*(Possible solutions|Stack Trace:|Please try installing|Install it first).*");

    /** Found in the query, though DuckDB counts it among the values. */
    private static final Pattern PARAMETERS =
            Pattern.compile("Invalid Input Error: Values were not provided for the following parameters: [\\w, ]*");

    /** What DuckDB says of a file beside the source that it cannot read, though it tells no row of it. */
    private static final Pattern OF_A_FILE = Pattern.compile(
            "(?s)IO Error: (?:Input is not a GZIP|Unexpected end of GZIP|Failed to decode gzip|Unsupported GZIP|Extra field in"
                    + " a GZIP|Failed to uncompress|Cannot open file|Could not read|Failed to read file).*");

    /** A list of all that a function could have been is longer than what it is about. */
    private static final Pattern MANY_CANDIDATES =
            Pattern.compile("\\s*Candidate (?:functions|macros):(?:\\n\\t[^\\n]*){4,}");

    /** How words of DuckDB begin that lead the author of a query astray, and what is told in their place. */
    private static final Map<String, String> MISLEADING = Map.of(
            "Binder Error: Deprecated lambda arrow ",
            "Binder Error: a lambda is written with an arrow, which DuckDB 2.0 no longer takes",
            "Binder Error: WITH clause containing a data-modifying statement ",
            "Binder Error: a WITH changes rows, and a query only reads");

    private static final String LEFT_OUT = "DuckDB's words are left out, as they may repeat a value";

    /** Reads a message of the driver. */
    static DuckDbMessage of(String message) {
        Matcher place = PLACE.matcher(message);
        boolean placed = place.matches();
        String words = (placed ? place.group(1) : message).strip();
        Told told = told(words);
        return new DuckDbMessage(
                told.text(),
                placed ? OptionalInt.of(Integer.parseInt(place.group(2))) : OptionalInt.empty(),
                told.whose());
    }

    /** Whether something lacks that DuckDB would have to load from outside. */
    boolean isOfAnExtension() {
        return kind(text).equals("Extension Autoloading") || text.contains("it exists in the ");
    }

    private static String kind(String text) {
        Matcher kind = KIND.matcher(text);
        return kind.matches() ? kind.group(1) : "";
    }

    private static Told told(String words) {
        if (PARAMETERS.matcher(words).matches()) {
            return new Told(
                    "Parser Error: the query has a parameter, ?, $1 or $name, which nobody fills in", Whose.QUERY);
        }
        Matcher kind = KIND.matcher(words);
        if (!kind.matches()) {
            // The driver's own, such as that a connection was closed.
            return new Told("DuckDB failed: " + LEFT_OUT, Whose.ROW);
        }
        if (OF_THE_QUERY.contains(kind.group(1))) {
            String plain = MANY_CANDIDATES
                    .matcher(ADVICE.matcher(words).replaceFirst("").strip())
                    .replaceFirst("")
                    .replaceAll("\\s*\\n\\s*", " ");
            return new Told(
                    MISLEADING.entrySet().stream()
                            .filter(misleading -> words.startsWith(misleading.getKey()))
                            .map(Map.Entry::getValue)
                            .findFirst()
                            .orElse(plain),
                    OF_A_FILE.matcher(words).matches() ? Whose.FILE : Whose.QUERY);
        }
        Told told = DuckDbForm.of(kind.group(2).strip()).orElse(new Told(LEFT_OUT, Whose.ROW));
        return new Told(kind.group(1) + " Error: " + told.text(), told.whose());
    }
}
