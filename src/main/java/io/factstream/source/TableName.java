package io.factstream.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The name of a table or view of the source.
 *
 * @param database what DuckDB calls the file
 * @param schema the schema, which a query may leave out where it is {@code main}
 */
public record TableName(String database, String schema, String table) {

    private static final String DEFAULT_SCHEMA = "main";

    /**
     * The tables that a person can mean: by a name as queries have it, in quotes or without, with schema and database or
     * without; else by the bare names with dots between them. As in DuckDB, capitals make no difference where only one
     * table can be meant.
     *
     * @return none, one, or all that the name can stand for
     */
    public static List<TableName> meant(String written, List<TableName> tables) {
        List<String> parts = parts(written);
        return Stream.<BiPredicate<TableName, BiPredicate<String, String>>>of(
                        (table, same) -> table.forms().anyMatch(form -> areSame(form, parts, same)),
                        (table, same) -> areSame(table.inDatabase(), parts, same),
                        (table, same) -> table.forms().anyMatch(form -> same.test(String.join(".", form), written)))
                .flatMap(way -> Stream.<BiPredicate<String, String>>of(String::equals, String::equalsIgnoreCase)
                        .map(same -> tables.stream()
                                .filter(table -> way.test(table, same))
                                .toList()))
                .filter(meant -> !meant.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    private static boolean areSame(List<String> form, List<String> parts, BiPredicate<String, String> same) {
        return form.size() == parts.size()
                && IntStream.range(0, form.size()).allMatch(i -> same.test(form.get(i), parts.get(i)));
    }

    private boolean isInDefaultSchema() {
        return schema.equals(DEFAULT_SCHEMA);
    }

    /** Its names by their parts, of which no other table has one. */
    private Stream<List<String>> forms() {
        Stream<List<String>> forms = Stream.of(List.of(database, schema, table), List.of(schema, table));
        return isInDefaultSchema() ? Stream.concat(forms, Stream.of(List.of(table))) : forms;
    }

    /** The name that leaves the schema out and names the database, where a table in a schema of that name may be meant too. */
    private List<String> inDatabase() {
        return isInDefaultSchema() ? List.of(database, table) : List.of();
    }

    /**
     * The parts of a name as a query writes it: {@code schema.table}, {@code "a.b"."c d"}. What follows no such rule is one
     * name as it stands.
     */
    static List<String> parts(String written) {
        List<String> parts = new ArrayList<>();
        for (int at = 0; at <= written.length(); at++) {
            int end = endOfPart(written, at);
            String part = written.substring(at, end);
            boolean quoted = part.startsWith("\"");
            if (part.isBlank()
                    || (end < written.length() && written.charAt(end) != '.')
                    || (!quoted && part.contains("\""))) {
                return List.of(written);
            }
            parts.add(quoted ? part.substring(1, part.length() - 1).replace("\"\"", "\"") : part);
            at = end;
        }
        return parts;
    }

    /** Behind the closing quote, or at the next dot. */
    private static int endOfPart(String written, int start) {
        if (!written.startsWith("\"", start)) {
            int dot = written.indexOf('.', start);
            return dot < 0 ? written.length() : dot;
        }
        int at = start + 1;
        while (at < written.length() && (written.charAt(at) != '"' || written.startsWith("\"\"", at))) {
            at += written.charAt(at) == '"' ? 2 : 1;
        }
        // Without a closing quote the part is none, and so ends before it begins.
        return at < written.length() ? at + 1 : start;
    }

    /**
     * As a query writes it, in quotes where it must be.
     *
     * @param keywords words of SQL that are no names without quotes
     */
    String written(Set<String> keywords) {
        return (isInDefaultSchema() ? Stream.of(table) : Stream.of(schema, table))
                .map(part -> quoted(part, keywords))
                .collect(Collectors.joining("."));
    }

    static String quoted(String name, Set<String> keywords) {
        return name.matches("[a-z_][a-z0-9_]*") && !keywords.contains(name) ? name : quoted(name);
    }

    static String quoted(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    /** As a person may write it. */
    @Override
    public String toString() {
        return written(Set.of());
    }
}
