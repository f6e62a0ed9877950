package io.factstream.source;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Words of an error of DuckDB 2.0 in which values of rows may stand, and what is told of them: files, columns, types, lines
 * and sizes, never a value.
 *
 * <p>A value stands between two pieces of words that are DuckDB's own and is matched greedily: whatever it holds, it ends at
 * the last place where it can.
 *
 * @param words all of them, without the kind of error
 * @param told for a person; {@code <name>} stands for the group of that name
 * @param whose what has to be corrected
 */
record DuckDbForm(Pattern words, String told, Whose whose) {

    /** What has to be corrected where such an error comes up. */
    enum Whose {
        /** The text of the query alone: no row was looked at. */
        QUERY("Correct the query, or change the source"),

        /** A value, or what the query makes of it. */
        ROW("Correct the rows or the query; run the query in DuckDB to see the value"),

        /** A file that the query reads beside the source. */
        FILE("Mend that file or have it written anew; a loader gives a file its name only once it is whole"),

        /** Options of the query for the files it reads, or files that differ. */
        FILES("Write files alike, or tell the query what to make of those that differ");

        private final String mend;

        Whose(String mend) {
            this.mend = mend;
        }

        /** What to do about it, as an instruction. */
        String mend() {
            return mend;
        }
    }

    /** What is told of one error. */
    record Told(String text, Whose whose) {}

    private static final Pattern GROUP = Pattern.compile("\\(\\?<([a-z]+)>");

    /** A type, also one with parts; names of fields and of an ENUM's values are those of the query or the source. */
    private static final String TYPE = "[A-Z][A-Z0-9_ ]*(?:\\([^\\n]*\\))?(?:\\[[0-9]*\\])*";

    private static final String SOURCE = "(?: when casting from source column (?<column>[^\"\\n]{1,200}))?";

    private static final String FILE = "['\"](?<file>[^'\"\\n]{1,1000})['\"]";

    /** How DuckDB ends what it says of a CSV file: with the options, the file first. */
    private static final String OF_CSV = ".*\\n\\s*file = (?<file>[^\\n]{1,1000})\\n\\s*delimiter = .*";

    private static final List<DuckDbForm> ALL = List.of(
            // The query.
            query("Unimplemented type for cast \\((?<cast>[^\\n]{1,1000})\\)" + SOURCE, "There is no cast (<cast>)"),
            query(
                    "Type (?<type>[^'\\n]{1,300}) can't be cast as (?<target>UNION\\([^'\\n]{1,300}\\))\\..*",
                    "There is no cast (<type> -> <target>)"),
            query("Failed to parse (?:\\w+ )?format specifier .*", "A format for times is none that DuckDB knows"),
            query(
                    "(?<operation>array_length for lists with dimensions other than 1 not implemented"
                            + "|Argument for ntile must be greater than zero|Slice step cannot be zero"
                            + "|Max bar width must be <= 1000|Period must be greater than 0"
                            + "|Window (?:ROWS|GROUPS) (?:PRECEDING|FOLLOWING) expression cannot be negative"
                            + "|JSON path cannot contain wildcards if the path is not a constant parameter"
                            + "|SETSEED accepts seed values between -1\\.0 and 1\\.0, inclusive"
                            + "|Argument index \"[0-9]+\" out of range"
                            + "|Invalid type specifier \"[A-Za-z]\" for formatting a value of type [a-z0-9_ ]{1,40}"
                            + "|Cannot read a value of type [A-Z][A-Z_ 0-9]{0,60} from a json file)",
                    "<operation>"),
            query(
                    "Cannot execute statement of type \"[A-Z_ ]+\" on database .* which is attached in read-only mode!",
                    "The source is opened in read-only mode"),

            // Values.
            row("Unknown TimeZone '.*'!.*", "A time zone is unknown; one is written like Europe/Helsinki or UTC"),
            row(
                    "extract specifier \".*\" not recognized",
                    "A part of a time is none that DuckDB knows, such as year or hour"),
            row("Could not convert string (?:'.*'|\".*\") to ENUM\\(.*\\)" + SOURCE, "A text is no value of its ENUM"),
            row(
                    "Could not convert string (?:'.*'|\".*\") to (?<type>" + TYPE + ")" + SOURCE,
                    "Could not convert a text to <type>"),
            row(
                    "Type (?<type>" + TYPE + ") with value .* can't be cast because the value is out of range for the"
                            + " destination type (?<target>" + TYPE + ")" + SOURCE,
                    "A value of type <type> is out of range for the type <target>"),
            row(
                    "Type (?<type>" + TYPE + ") with value .* can't be cast to the destination type (?<target>" + TYPE
                            + ")" + SOURCE,
                    "A value of type <type> can't be cast to the type <target>"),
            row(
                    "Casting value \".*\" to type (?<type>" + TYPE + ") failed: value is out of range!" + SOURCE,
                    "A value is out of range for the type <type>"),
            row(
                    "(?:invalid )?(?<operation>timestamp|date|time) field (?:format|value out of range): \".*",
                    "A text could not be converted to a <operation>"),
            row(
                    "(?<operation>Cannot cast (?:list|array) (?:with length|of size) [0-9]+ to array (?:with length|of size)"
                            + " [0-9]+)" + SOURCE,
                    "<operation>"),
            row(
                    "Can't convert VARIANT\\(.*\\) value .* to '(?<type>" + TYPE + ")'" + SOURCE,
                    "A VARIANT could not be converted to <type>"),
            row(
                    "(?:Could not cast value|Failed to cast decimal value) .* to (?:type )?(?<type>[A-Z]+[0-9]*|DECIMAL\\([0-9]+,[0-9]+\\))"
                            + SOURCE,
                    "A value is out of range for the type <type>"),
            row("Interval value .* (?<operation>[a-z]+) out of range", "An interval of <operation> is out of range"),
            row("Failed to parse geometry: .*", "A text or BLOB is no geometry"),
            row(
                    "Cannot (?<operation>AND|OR|XOR) bit strings of different sizes",
                    "<operation> of bit strings of different sizes"),
            row("(?:Jaccard|Mismatch) Function: .*", "Texts are too short to compare, or of different lengths"),
            row("Date out of range: .*", "A date is out of range"),
            row(
                    "(?<operation>Date and time not in timestamp range|Epoch seconds out of range for [A-Z_ ]{4,40}"
                            + "|Could not convert Timestamp(?:\\([A-Z]+\\))? to (?:Timestamp\\([A-Z]+\\)|higher precision\\.)"
                            + "|Can't get (?:TIME|DATE) of infinite TIMESTAMP|Value out of range"
                            + "|Invalid RANGE (?:PRECEDING|FOLLOWING) value|Map keys must be unique\\."
                            + "|Map keys can not be NULL\\.|JSON key cannot be NULL"
                            + "|Cannot perform list_reduce on an empty input list"
                            + "|Lists larger than 2\\^32 elements are not supported"
                            + "|Length must be equal or larger than input string"
                            + "|Given UUID is with version [0-9], not version 7\\."
                            + "|[a-z_]{1,40}: (?:list|array) dimensions must be equal, got left length '[0-9]+' and right"
                            + " length '[0-9]+')" + SOURCE,
                    "<operation>"),
            row("Malformed JSON at .*\"" + SOURCE, "A text is malformed JSON"),
            row(
                    "(?:Failed to cast value to (?:numerical|decimal)|Unable to cast|Expected (?:OBJECT|ARRAY|array|an object)"
                            + "|Object |Found (?:object|empty object)).*",
                    "A value of JSON is not of the type that is asked for"),
            row(
                    "Overflow in (?<operation>addition|subtraction|multiplication|division|negation|modulo) of (?<type>"
                            + "[A-Z][A-Z0-9_ ]*(?:\\([0-9, ]*\\))?) \\(.*\\)!?.*",
                    "Overflow in <operation> of <type>"),
            row(
                    "Overflow in (?<type>U?HUGEINT) (?<operation>addition|subtraction): .*",
                    "Overflow in <operation> of <type>"),
            row("Overflow on (?<operation>[a-z_]{1,20})\\(.*\\)", "Overflow in <operation>"),
            row("Division by zero.*", "Division by zero"),
            row("Could not parse string .* according to format specifier .*", "A text does not have the given format"),
            row("Could not decode string .* as base64: .*", "A text is not Base64"),
            row("Invalid input for (?<operation>hex|binary) digit: .*", "A text has no <operation> digits"),
            row("Invalid hex escape code encountered in string -> blob conversion.*", "A text is no BLOB"),
            row("Invalid (?:byte|character) encountered in string -> blob conversion.*", "A text is no BLOB"),
            row("Invalid character encountered in string -> bit conversion.*", "A text is no BIT"),
            row("Failure in decode: .*", "A BLOB is no text in UTF-8"),
            row("Invalid UTF8 Codepoint .*", "A number is no character"),
            row("Cannot create a string of size: .*", "A text would be larger than DuckDB takes"),
            row(
                    "Substring (?:offset|length) outside of supported range.*",
                    "A substring lies outside of the supported range"),
            row("(?:Left|Right)-shift value .* is out of range", "A shift is out of range"),
            row("Cannot left-shift negative number .*", "A negative number cannot be shifted"),
            row("bit index .* out of valid range.*", "The number of a bit is out of range"),
            row(
                    "(?<operation>missing \\)|missing \\]|unexpected \\)|bad repetition operator|invalid escape sequence"
                            + "|invalid perl operator|no argument for repetition operator|invalid character class range"
                            + "|invalid character class|invalid named capture group|invalid repetition size"
                            + "|trailing \\\\)(?: at end of (?:regexp|expression))?: .*",
                    "A regular expression is wrong: <operation>"),
            row("More than one row returned by a subquery.*", "More than one row returned by a subquery"),

            // Files beside the source.
            file(
                    "CSV Error on Line: (?<line>[0-9]+)\\n.*\\nColumn (?<column>[^\\n]{1,200}) is being converted as type"
                            + " (?<type>[^\\n]{1,300})\\nThis type was " + OF_CSV,
                    "line <line> of the CSV file <file>: a text could not be converted to the type <type> of column"
                            + " <column>"),
            file(
                    "CSV Error on Line: (?<line>[0-9]+)\\n.*\\nExpected Number of Columns: (?<expected>[0-9]+) Found:"
                            + " (?<found>[0-9]+)\\n" + OF_CSV,
                    "line <line> of the CSV file <file>: it has another number of columns than <expected>"),
            file(
                    "CSV Error on Line: (?<line>[0-9]+)\\n.*(?<what>unterminated quote|not utf-8 encoded|Maximum line size of"
                            + " [0-9]+ bytes exceeded)" + OF_CSV,
                    "line <line> of the CSV file <file>: <what>"),
            file("CSV Error on Line: (?<line>[0-9]+)\\n" + OF_CSV, "line <line> of the CSV file <file> cannot be read"),
            file(
                    "Error when sniffing file \"(?<file>[^\"\\n]{1,1000})\"\\..*",
                    "the CSV file <file>: its form could not be found out"),
            file(
                    "Malformed JSON in file \"(?<file>[^\"\\n]{1,1000})\", at byte (?<byte>[0-9]+) in"
                            + " (?<unit>line|record/value) (?<line>[0-9]+): (?<what>[a-z0-9' -]{1,80}).*",
                    "<unit> <line> of the JSON file <file>: malformed at byte <byte>, <what>"),
            file(
                    "JSON transform error in file \"(?<file>[^\"\\n]{1,1000})\", in (?<unit>line|record/value)"
                            + " (?<line>[0-9]+): .*has unknown key .*",
                    "<unit> <line> of the JSON file <file>: a member that no earlier one has"),
            file(
                    "JSON transform error in file \"(?<file>[^\"\\n]{1,1000})\", in (?<unit>line|record/value)"
                            + " (?<line>[0-9]+): .*",
                    "<unit> <line> of the JSON file <file>: a value is not of the type of its column"),
            file(
                    "(?:\"maximum_object_size\" of [0-9]+ bytes exceeded while reading file|JSON auto-detection error in file"
                            + "|Missing closing brace '\\]' in JSON array with format='array' in file"
                            + "|Expected top-level JSON array .* in file|Empty array with trailing data .* in file"
                            + "|Expected a GeoJSON FeatureCollection in file) \"(?<file>[^\"\\n]{1,1000})\".*",
                    "the JSON file <file> does not have the form that is asked for"),
            file("read_text: could not read content of file " + FILE + ".*", "the file <file> is not encoded in UTF-8"),
            file("No magic bytes found at end of file " + FILE + ".*", "<file> is no Parquet file, or not a whole one"),
            file("File " + FILE + " too small to be a Parquet file.*", "<file> is no Parquet file, or not a whole one"),
            file(
                    "(?:Footer length error in|Invalid footer length provided for) file " + FILE + ".*",
                    "the Parquet file <file> is damaged: its footer"),
            files(
                    "Failed to read file \"(?<file>[^\"\\n]{1,1000})\": schema mismatch in glob: column \"(?<column>[^\\n]"
                            + "{1,200})\" was read from the original file \"(?<first>[^\"\\n]{1,1000})\", but could not be"
                            + " found in file \".*",
                    "the file <file> has no column \"<column>\", which <first> has; union_by_name makes it NULL"),
            files(
                    ".*failed to cast column \"?(?<column>[^\\n\"]{1,200})\"? from type (?<type>" + TYPE
                            + ") to (?<target>" + TYPE + "): .*",
                    "column \"<column>\" is of the type <type> in one file and of <target> in another, and a value of the"
                            + " one is none of the other"),
            files(
                    "Failed to read file\\(s\\) \"(?<file>[^\"\\n]{1,1000})\" - column count mismatch: .*",
                    "the file <file> has another number of columns"),
            file(
                    "Failed to read (?:Parquet )?file " + FILE + ": (?<what>[A-Za-z0-9 ,_]{1,80}).*",
                    "the Parquet file <file> is damaged: <what>"),
            file(
                    "Invalid string encoding found in Parquet file \"(?<file>[^\"\\n]{1,1000})\".*",
                    "the Parquet file <file> holds a text that is not encoded in UTF-8"),
            file(
                    "(?:Parquet file|Malformed Parquet schema in file|File) [\\('\"](?<file>[^'\"\\n]{1,1000})['\"\\)]:?"
                            + " (?:metadata is corrupt|invalid schema index|corrupted|is (?:not )?encrypted).*",
                    "the Parquet file <file> is damaged or encrypted"),
            file(
                    "(?:don't know what type|TProtocolException|Invalid data|No more data|.*[Pp]arquet|Incorrect stats size"
                            + "|DELTA_|Corrupted VARIANT|Data corruption detected, read of|Node '.*' has neither num_children"
                            + "|Mismatch in parquet read|Can't decode Variant|Geoparquet ).*",
                    "a Parquet file that the query reads is damaged"));

    private static DuckDbForm query(String words, String told) {
        return new DuckDbForm(words, told, Whose.QUERY);
    }

    private static DuckDbForm row(String words, String told) {
        return new DuckDbForm(words, told, Whose.ROW);
    }

    private static DuckDbForm file(String words, String told) {
        return new DuckDbForm(words, told, Whose.FILE);
    }

    private static DuckDbForm files(String words, String told) {
        return new DuckDbForm(words, told, Whose.FILES);
    }

    private DuckDbForm(String words, String told, Whose whose) {
        this(Pattern.compile("(?s)" + words), told, whose);
    }

    /**
     * What may be told of an error.
     *
     * @param words DuckDB's own, without the kind of error
     * @return empty where it is not known what may be told
     */
    static Optional<Told> of(String words) {
        return ALL.stream()
                .map(form -> new Matched(form, form.words.matcher(words)))
                .filter(matched -> matched.matcher.matches())
                .findFirst()
                .map(Matched::told);
    }

    private record Matched(DuckDbForm form, Matcher matcher) {

        Told told() {
            String told = form.told;
            String pattern = form.words.pattern();
            for (Matcher group = GROUP.matcher(pattern); group.find(); ) {
                String text = matcher.group(group.group(1));
                told = told.replace("<" + group.group(1) + ">", text == null ? "" : text);
            }
            boolean column = pattern.endsWith(SOURCE) && matcher.group("column") != null;
            return new Told(
                    column ? told + " when casting from source column " + matcher.group("column") : told, form.whose);
        }
    }
}
