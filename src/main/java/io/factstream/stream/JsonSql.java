package io.factstream.stream;

import io.factstream.config.NonFinite;
import io.factstream.source.DuckDbType;
import io.factstream.source.DuckDbType.Decimal;
import io.factstream.source.DuckDbType.Field;
import io.factstream.source.DuckDbType.ListOf;
import io.factstream.source.DuckDbType.MapOf;
import io.factstream.source.DuckDbType.Scalar;
import io.factstream.source.DuckDbType.StructOf;
import io.factstream.source.DuckDbType.TupleOf;
import io.factstream.source.DuckDbType.UnionOf;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * SQL that makes JSON of a value inside DuckDB, where it costs a third of what it costs in Java.
 *
 * <p>There is one expression a type, chosen here, because DuckDB's own {@code to_json} writes NaN as a bare word, a
 * FLOAT as a widened double and a time with a space and without a zone. Each expression yields VARCHAR, and SQL NULL
 * for NULL. What becomes of each type is listed in docs/routes.md.
 */
final class JsonSql {

    /** Stands in the JSON of an event that must not be sent; no JSON text can hold this character. */
    static final char UNSENDABLE = 1;

    private static final String MICROSECONDS = "-%m-%dT%H:%M:%S.%fZ";

    /** Types whose text is JSON as it is. */
    private static final Set<String> LITERALS = Set.of(
            "BOOLEAN",
            "TINYINT",
            "SMALLINT",
            "INTEGER",
            "BIGINT",
            "HUGEINT",
            "UTINYINT",
            "USMALLINT",
            "UINTEGER",
            "UBIGINT",
            "UHUGEINT",
            "BIGNUM");

    /** Other types of which each value has a JSON text. */
    private static final Set<String> PLAIN = Set.of("VARCHAR", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "UUID");

    private static final String MARK = Sql.call("chr", String.valueOf((int) UNSENDABLE));

    private final NonFinite nonFinite;
    private final int fewLevels;
    private int depth;

    JsonSql(NonFinite nonFinite) {
        this(nonFinite, Unfolding.FEW_LEVELS);
    }

    /** @param fewLevels how many levels of lists are gone through by lambdas within one another; the JSON is the same */
    JsonSql(NonFinite nonFinite, int fewLevels) {
        this.nonFinite = nonFinite;
        this.fewLevels = fewLevels;
    }

    /** JSON of {@code value}, an SQL expression of the given type that may safely be repeated. */
    String of(String value, DuckDbType type) {
        if (Unfolding.levels(type) > fewLevels) {
            return new DeepJsonSql(this, Unfolding.levelsWithin(fewLevels)).of(value, type);
        }
        if (type instanceof Scalar scalar) {
            return scalar(value, scalar.name());
        }
        if (type instanceof Decimal decimal) {
            return decimal(value, decimal);
        }
        if (type instanceof ListOf list) {
            return whenNotNull(value, Sql.call("concat", "'['", elements(value, list.element()), "']'"));
        }
        if (type instanceof MapOf map) {
            return whenNotNull(value, Sql.call("concat", "'{'", entries(value, map), "'}'"));
        }
        if (type instanceof TupleOf tuple) {
            return tuple(value, tuple.elements());
        }
        if (type instanceof UnionOf union) {
            return union(value, union.members());
        }
        return struct(value, ((StructOf) type).fields());
    }

    /** A JSON object of the given members; a member that is NULL is left out. */
    String object(List<Member> members) {
        if (members.isEmpty()) {
            return "'{}'";
        }
        String all = Sql.call("concat", members(members).toArray(String[]::new));
        return Sql.call("concat", "'{'", Sql.call("substr", all, "2"), "'}'");
    }

    /**
     * Arguments of DuckDB's {@code concat} for the members of a JSON object, each with a comma before it; a member that is
     * NULL is left out. It copies each text once: {@code ||} and {@code concat_ws} within one another take half as long again.
     */
    List<String> members(List<Member> members) {
        List<String> arguments = new ArrayList<>();
        for (Member member : members) {
            String name = Sql.text("," + Sql.json(member.name()) + ":");
            String json = of(member.value(), member.type());
            if (isNullForNullAlone(member.type())) {
                arguments.add(whenNotNull(member.value(), name));
                arguments.add(json);
            } else {
                arguments.add(Sql.joined(name, json));
            }
        }
        return arguments;
    }

    private static boolean isNullForNullAlone(DuckDbType type) {
        return type instanceof Decimal
                || (type instanceof Scalar scalar
                        && (LITERALS.contains(scalar.name()) || PLAIN.contains(scalar.name())));
    }

    /** A member of a JSON object: its name, the SQL of its value, and that value's type. */
    record Member(String name, String value, DuckDbType type) {}

    private String scalar(String value, String type) {
        if (LITERALS.contains(type)) {
            return text(value);
        }
        return switch (type) {
            case "FLOAT", "DOUBLE" -> floating(value);
            case "DATE" -> calendar(value, "-%m-%d");
            case "TIMESTAMP" -> calendar(value, MICROSECONDS);
            case "TIMESTAMP_S", "TIMESTAMP_MS" -> calendar("CAST(" + value + " AS TIMESTAMP)", MICROSECONDS);
            case "TIMESTAMP WITH TIME ZONE" -> calendar(inUtc(value), MICROSECONDS);
            case "TIMESTAMP_NS" -> nanoseconds(value);
            case "TIMESTAMPTZ_NS" -> nanoseconds(inUtc(value));
            case "UUID", "TIME", "TIME_NS", "TIME WITH TIME ZONE", "BIT" -> quoted(text(value));
            case "BLOB" -> quoted(Sql.call("base64", value));
            case "INTERVAL" -> interval(value);
            case "JSON" -> mended(text(value));
            case "NULL" -> "NULL::VARCHAR";
            case "VARIANT" -> mended(text(Sql.call("to_json", value)));
            default -> text(Sql.call("to_json", text(value)));
        };
    }

    /** The beginning of a DATE as a time. Not by a cast to TIMESTAMP, which has fewer days. */
    static String startOfDay(String date) {
        return calendar(date, "-%m-%dT00:00:00.000000Z");
    }

    private static String text(String value) {
        return "CAST(" + value + " AS VARCHAR)";
    }

    private static String quoted(String text) {
        return Sql.joined("'\"'", text, "'\"'");
    }

    private static String inUtc(String value) {
        return Sql.call("timezone", "'UTC'", value);
    }

    private static String whenNotNull(String value, String json) {
        return "CASE WHEN " + value + " IS NOT NULL THEN " + json + " END";
    }

    /** DuckDB writes no zero before the point where the type has no digit there. */
    private static String decimal(String value, Decimal type) {
        return type.scale() < type.width()
                ? text(value)
                : Sql.call("regexp_replace", text(value), "'^(-?)\\.'", "'\\10.'");
    }

    private String floating(String value) {
        String name = "CASE WHEN " + Sql.call("isnan", value) + " THEN 'NaN' WHEN " + value
                + " > 0 THEN 'Infinity' ELSE '-Infinity' END";
        String otherwise =
                switch (nonFinite) {
                    case STRING -> quoted(name);
                    case NULL -> "NULL";
                    case DEAD_LETTER -> Sql.joined(MARK, quoted(name));
                };
        return "CASE WHEN " + Sql.call("isfinite", value) + " THEN " + text(value) + " WHEN " + value
                + " IS NOT NULL THEN " + otherwise + " END";
    }

    /**
     * JSON that DuckDB takes for valid although it holds bare NaN or Infinity, or a comma before a closing bracket. The
     * first look costs a sixth of a microsecond; only what it finds is taken apart, into texts and what lies between.
     */
    private String mended(String json) {
        String between = Sql.call("regexp_replace", "t", "',(\\s*[\\]}])'", "'\\1'", "'g'");
        String numbers =
                switch (nonFinite) {
                    case STRING -> nonFiniteWords(between, "'\"\\1Infinity\"'", "'\"NaN\"'");
                    case NULL -> Sql.call("regexp_replace", between, "'(?i)-?(nan|inf(inity)?)'", "'null'", "'g'");
                    case DEAD_LETTER ->
                        nonFiniteWords(between, Sql.joined(MARK, "'\"\\1Infinity\"'"), Sql.joined(MARK, "'\"NaN\"'"));
                };
        String parts = Sql.call("regexp_extract_all", json, "'\"(?:[^\"\\\\]|\\\\.)*\"|[^\"]+'");
        String mended = Sql.call(
                "list_transform",
                parts,
                "lambda t: CASE WHEN " + Sql.call("starts_with", "t", "'\"'") + " THEN t ELSE " + numbers + " END");
        return "CASE WHEN " + Sql.call("regexp_matches", json, "'(?i)nan|inf|,\\s*[\\]}]'") + " THEN "
                + joined(mended, "''") + " ELSE " + json + " END";
    }

    private static String nonFiniteWords(String text, String infinity, String nan) {
        String finite = Sql.call("regexp_replace", text, "'(?i)(-?)inf(inity)?'", infinity, "'g'");
        return Sql.call("regexp_replace", finite, "'(?i)-?nan'", nan, "'g'");
    }

    /** ISO 8601, times in UTC; years beyond four digits and before Christ carry a sign. The infinities keep their names. */
    private static String calendar(String value, String afterYear) {
        String year = Sql.call("year", value);
        String signed = Sql.joined(
                Sql.call("format", "'\"{:+05d}'", year), Sql.call("strftime", value, "'" + afterYear + "\"'"));
        return "CASE WHEN NOT " + Sql.call("isfinite", value) + " THEN " + quoted(text(value)) + " WHEN " + year
                + " BETWEEN 0 AND 9999 THEN " + Sql.call("strftime", value, "'\"%Y" + afterYear + "\"'") + " ELSE "
                + signed + " END";
    }

    /** As {@link #calendar}; these years have four digits. What follows %n in a format overwrites its last digits. */
    private static String nanoseconds(String value) {
        return "CASE WHEN " + Sql.call("isfinite", value) + " THEN "
                + Sql.joined(Sql.call("strftime", value, "'\"%Y-%m-%dT%H:%M:%S.%n'"), "'Z\"'") + " ELSE "
                + quoted(text(value)) + " END";
    }

    /** ISO 8601 duration; each part carries its own sign, as DuckDB's months, days and microseconds do. */
    private static String interval(String value) {
        String micros = Sql.call("datepart", "'microsecond'", value);
        String seconds = Sql.call(
                "regexp_replace",
                text("CAST(" + Sql.call("/", micros, "1000000.0") + " AS DECIMAL(18,6))"),
                "'\\.?0+$'",
                "''");
        String date = part(value, "year", "Y") + part(value, "month", "M") + part(value, "day", "D");
        String time = part(value, "hour", "H") + part(value, "minute", "M") + ", CASE WHEN " + micros + " <> 0 THEN "
                + Sql.joined(seconds, "'S'") + " END";
        return "CASE WHEN " + value + " IS NULL THEN NULL WHEN " + text(value) + " = '00:00:00' THEN '\"PT0S\"' ELSE "
                + Sql.call(
                        "concat",
                        "'\"P'" + date,
                        "CASE WHEN " + Sql.call("concat", "''" + time) + " <> '' THEN 'T' END" + time,
                        "'\"'")
                + " END";
    }

    private static String part(String value, String part, String letter) {
        String number = Sql.call("datepart", "'" + part + "'", value);
        return ", CASE WHEN " + number + " <> 0 THEN " + Sql.joined(text(number), "'" + letter + "'") + " END";
    }

    private String elements(String value, DuckDbType element) {
        String variable = "e" + depth++;
        String json = of(variable, element);
        depth--;
        return joined(Sql.call("list_transform", value, "lambda " + variable + ": " + orNull(json)), "','");
    }

    private String entries(String value, MapOf map) {
        String variable = "e" + depth++;
        String json = of(Sql.call("struct_extract", variable, "'value'"), map.value());
        depth--;
        String entry = Sql.joined(key(variable), "':'", orNull(json));
        return joined(
                Sql.call("list_transform", Sql.call("map_entries", value), "lambda " + variable + ": " + entry), "','");
    }

    /** The name that an entry of a map has in a JSON object: a text, whatever the type of the map's keys. */
    static String key(String entry) {
        return text(Sql.call("to_json", text(Sql.call("struct_extract", entry, "'key'"))));
    }

    /** NULL for an empty list. */
    private static String joined(String list, String separator) {
        return Sql.call("list_aggr", list, "'string_agg'", separator);
    }

    private static String orNull(String json) {
        return "coalesce(" + json + ", 'null')";
    }

    private String struct(String value, List<Field> fields) {
        return whenNotNull(
                value,
                object(fields.stream()
                        .map(field -> new Member(
                                field.name(), Sql.call("struct_extract", value, Sql.text(field.name())), field.type()))
                        .toList()));
    }

    private String tuple(String value, List<DuckDbType> elements) {
        List<String> parts = new ArrayList<>();
        for (int position = 1; position <= elements.size(); position++) {
            String part = Sql.call("struct_extract", value, String.valueOf(position));
            parts.add((position == 1 ? "'['" : "','"));
            parts.add(orNull(of(part, elements.get(position - 1))));
        }
        return whenNotNull(value, parts.isEmpty() ? "'[]'" : Sql.call("concat", String.join(", ", parts), "']'"));
    }

    private String union(String value, List<Field> members) {
        return "CASE CAST(" + Sql.call("union_tag", value) + " AS VARCHAR)"
                + members.stream()
                        .map(member -> " WHEN " + Sql.text(member.name()) + " THEN "
                                + of(Sql.call("union_extract", value, Sql.text(member.name())), member.type()))
                        .collect(Collectors.joining())
                + " END";
    }
}
