package io.factstream.source;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What DuckDB says of a query that failed, without what it repeats of the rows.
 *
 * <p>Values of rows belong into payloads and nowhere else, but DuckDB quotes the value that it could not cast. So an
 * error that came up while rows were worked on is told in words of which each is known; only errors that DuckDB finds
 * before it looks at a row are told in its own.
 *
 * @param text one line, that starts with the kind of error
 * @param line the line of the statement that it is about, from 1; empty when it is about none
 */
record DuckDbMessage(String text, OptionalInt line) {

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

    private static final String TYPE = "(?<type>[A-Z][A-Z0-9_ ]*(?:\\([0-9, ]*\\))?(?:\\[[0-9]*\\])*)";
    private static final String COLUMN = "(?: when casting from source column (?<column>[^'\"\\n]{1,200}))?";

    /**
     * Words that DuckDB puts around a value, and what is left of them. A value stands between two that are its own and
     * is matched greedily: whatever it holds, it ends at the last place where it can.
     */
    private record Form(Pattern words, String told) {

        Form(String words, String told) {
            this(Pattern.compile("(?s)" + words), told);
        }

        static Stream<String> told(Form form, String words) {
            Matcher matcher = form.words.matcher(words);
            if (!matcher.matches()) {
                return Stream.empty();
            }
            String told = form.told;
            for (String group : List.of("type", "target", "operation")) {
                if (told.contains("<" + group + ">")) {
                    told = told.replace("<" + group + ">", matcher.group(group));
                }
            }
            return Stream.of(told + column(form, matcher));
        }

        private static String column(Form form, Matcher matcher) {
            String column = form.words.pattern().endsWith(COLUMN) ? matcher.group("column") : null;
            return column == null ? "" : " when casting from source column " + column;
        }
    }

    private static final List<Form> FORMS = List.of(
            new Form(
                    "Could not convert string (?:'.*'|\".*\") to " + TYPE + COLUMN,
                    "Could not convert a text to <type>"),
            new Form(
                    "Type " + TYPE + " with value .* can't be cast because the value is out of range for the"
                            + " destination type " + TYPE.replace("<type>", "<target>") + COLUMN,
                    "A value of type <type> is out of range for the type <target>"),
            new Form(
                    "Type " + TYPE + " with value .* can't be cast to the destination type "
                            + TYPE.replace("<type>", "<target>") + COLUMN,
                    "A value of type <type> can't be cast to the type <target>"),
            new Form(
                    "invalid (?<operation>timestamp|date|time) field format: \".*\", expected format is [^'\"]*"
                            + COLUMN,
                    "A text could not be converted to a <operation>"),
            new Form("Malformed JSON .*\"" + COLUMN, "A text is malformed JSON"),
            new Form(
                    "Overflow in (?<operation>addition|subtraction|multiplication|division|negation|modulo) of " + TYPE
                            + " \\(.*\\)!?",
                    "Overflow in <operation> of <type>"),
            new Form("Division by zero.*", "Division by zero"),
            new Form(
                    "Could not parse string .* according to format specifier .*",
                    "A text does not have the given format"),
            new Form(
                    "Cannot execute statement of type \"[A-Z_ ]+\" on database .* which is attached in read-only mode!",
                    "The source is opened in read-only mode"),
            new Form("More than one row returned by a subquery.*", "More than one row returned by a subquery"));

    /** Found in the query, though DuckDB counts it among the values. */
    private static final Pattern PARAMETERS =
            Pattern.compile("Invalid Input Error: Values were not provided for the following parameters: [0-9, ]*");

    private static final String LEFT_OUT = "DuckDB's words are left out, as they may repeat a value";

    /** Reads a message of the driver. */
    static DuckDbMessage of(String message) {
        Matcher place = PLACE.matcher(message);
        boolean placed = place.matches();
        String words = ADVICE.matcher(placed ? place.group(1) : message).replaceFirst("");
        return new DuckDbMessage(
                withoutValues(words.strip()),
                placed ? OptionalInt.of(Integer.parseInt(place.group(2))) : OptionalInt.empty());
    }

    /** Whether something lacks that DuckDB would have to load from outside. */
    boolean isOfAnExtension() {
        return kind(text).equals("Extension Autoloading") || text.contains("it exists in the ");
    }

    /** Whether the error came up while rows were worked on, so that a row is as likely at fault as the query. */
    boolean isOfARow() {
        return !OF_THE_QUERY.contains(kind(text));
    }

    private static String kind(String text) {
        Matcher kind = KIND.matcher(text);
        return kind.matches() ? kind.group(1) : "";
    }

    private static String withoutValues(String words) {
        if (PARAMETERS.matcher(words).matches()) {
            return "Parser Error: the query has a parameter, ? or $1, which nobody fills in";
        }
        MatchResult kind = KIND.matcher(words).results().findFirst().orElse(null);
        if (kind == null) {
            // The driver's own, such as that a connection was closed.
            return "DuckDB failed: " + LEFT_OUT;
        }
        if (OF_THE_QUERY.contains(kind.group(1))) {
            return words.replaceAll("\\s*\\n\\s*", " ");
        }
        return kind.group(1) + " Error: "
                + FORMS.stream()
                        .flatMap(form -> Form.told(form, kind.group(2)))
                        .findFirst()
                        .orElse(LEFT_OUT);
    }
}
