package io.factstream.stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.factstream.config.ConfigurationException.Problem;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where the columns of files differ that a query reads together. DuckDB takes the types of the first file for all of them,
 * and rounds what does not fit, without a word.
 */
final class FileSchemas {

    /** Of more files the first and the last half are looked at. */
    private static final int MOST_FILES = 200;

    private static final int MOST_TOLD = 5;

    private final FileStandIns query;
    private final Statement statement;

    private FileSchemas(FileStandIns query, Statement statement) {
        this.query = query;
        this.statement = statement;
    }

    /** One problem for each column that differs, up to five for files that are read together. */
    static List<Problem> differences(StreamDefinition stream, Connection connection) throws SQLException {
        List<Problem> problems = new ArrayList<>();
        try (FileStandIns query = new FileStandIns(connection);
                Statement statement = connection.createStatement()) {
            query.of(stream.query());
            for (JsonNode part : query.parts()) {
                new FileSchemas(query, statement)
                        .differences(part).stream()
                                .limit(MOST_TOLD)
                                .map(difference -> new Problem(
                                        stream.queryFile().toString(),
                                        difference,
                                        "Write all files with the same columns and types, or CAST each file's own in a"
                                                + " UNION ALL; docs/routes.md has a recipe for files"))
                                .forEach(problems::add);
            }
        }
        return problems;
    }

    private List<String> differences(JsonNode part) throws SQLException {
        List<String> found = new ArrayList<>();
        List<String> files = files(part);
        if (files.size() < 2) {
            return found;
        }
        // With it a column may be missing, and DuckDB makes one type of those that it finds.
        boolean byName = part.toString().contains("union_by_name");
        String first = files.get(0);
        Map<String, String> expected = columns(part, first);
        for (String file : files.subList(1, files.size())) {
            Map<String, String> columns = columns(part, file);
            expected.forEach((name, type) -> {
                String other = columns.get(name);
                if (other == null && !byName) {
                    found.add("the column " + name + " of " + first + " is not in " + file
                            + ", which is read together with it");
                } else if (other != null && !other.equals(type)) {
                    found.add(
                            "the column " + name + " is a " + other + " in " + file + " and a " + type + " in " + first
                                    + (byName
                                            ? ": DuckDB makes one type of them, which may round values"
                                            : ", whose types DuckDB takes for all files: values are rounded, or refused"));
                }
            });
            columns.keySet().stream()
                    .filter(name -> !byName && !expected.containsKey(name))
                    .forEach(name -> found.add(
                            "the column " + name + " of " + file + " is left out, since " + first + " has none"));
        }
        return found;
    }

    /** Those that a part of a FROM reads, in DuckDB's order; none where that is not said by constants. */
    private List<String> files(JsonNode part) throws SQLException {
        List<String> files = new ArrayList<>();
        for (String pattern : patterns(part)) {
            try (ResultSet rows =
                    statement.executeQuery("SELECT file FROM glob(" + Sql.text(pattern) + ") ORDER BY file")) {
                while (rows.next()) {
                    files.add(rows.getString(1));
                }
            }
        }
        int size = files.size();
        return size <= MOST_FILES
                ? files
                : Stream.concat(
                                files.stream().limit(MOST_FILES / 2),
                                files.stream().skip(size - MOST_FILES / 2))
                        .toList();
    }

    private static List<String> patterns(JsonNode part) {
        if (part.path("type").asText().equals("BASE_TABLE")) {
            return List.of(part.path("table_name").asText());
        }
        JsonNode argument = part.path("function").path("arguments").path(0).path("expression");
        List<String> patterns = new ArrayList<>();
        if (argument.path("function_name").asText().equals("list_value")) {
            argument.path("arguments").forEach(each -> addText(each.path("expression"), patterns));
        } else {
            addText(argument, patterns);
        }
        return patterns;
    }

    private static void addText(JsonNode expression, List<String> patterns) {
        JsonNode literal = expression.path("literal");
        if (literal.path("kind").asText().equals("STRING")) {
            patterns.add(literal.path("text").asText());
        }
    }

    /** Types by name, as DuckDB compares names. */
    private Map<String, String> columns(JsonNode part, String file) throws SQLException {
        Map<String, String> columns = new LinkedHashMap<>();
        try (ResultSet rows = statement.executeQuery("DESCRIBE " + query.ofOneFile(part, file))) {
            while (rows.next()) {
                columns.put(rows.getString(1).toLowerCase(Locale.ROOT), rows.getString(2));
            }
        }
        return columns;
    }
}
