package io.factstream.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.stream.Sql.Word;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A query with empty tables in place of the files that it reads, and with the queries of views in place of the views: DuckDB gives no
 * plan of a query that reads files. The tables are temporary, with the columns that DuckDB finds in the files; closing
 * this removes them.
 */
final class FileStandIns implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern READER = Pattern.compile("read_\\w+|parquet_scan|sniff_csv|glob");
    private static final String NAME = "stands in for file ";

    private final Statement statement;
    private final Map<String, String> views = new HashMap<>();
    private final Set<String> tables = new HashSet<>();
    private final Set<String> common = new HashSet<>();
    private final List<String> made = new ArrayList<>();
    private final List<JsonNode> parts = new ArrayList<>();

    FileStandIns(Connection connection) throws SQLException {
        statement = connection.createStatement();
        try (ResultSet rows = statement.executeQuery("SELECT view_name, sql FROM duckdb_views() WHERE NOT internal"
                + " UNION ALL SELECT table_name, NULL FROM duckdb_tables()")) {
            while (rows.next()) {
                String name = rows.getString(1).toLowerCase(Locale.ROOT);
                tables.add(name);
                if (rows.getString(2) != null) {
                    views.put(name, rows.getString(2));
                }
            }
        }
    }

    /** Such a query, as text; empty where there is none. */
    Optional<String> of(String query) throws SQLException {
        try {
            JsonNode tree = parse(query);
            if (tree == null) {
                return Optional.empty();
            }
            findCommon(tree);
            replaceWithin(tree);
            return Optional.of(text(tree));
        } catch (JsonProcessingException e) {
            throw new SQLException("DuckDB writes its tree in another form than JSON", e);
        }
    }

    /** The parts of the query and of its views that read files, as DuckDB's tree has them. */
    List<JsonNode> parts() {
        return parts;
    }

    /** A query of what such a part gives of one of its files alone. */
    String ofOneFile(JsonNode part, String file) throws SQLException {
        try {
            if (part.path("type").asText().equals("BASE_TABLE")) {
                return "FROM " + Sql.text(file);
            }
            JsonNode constant = parse("SELECT " + Sql.text(file));
            if (constant == null) {
                throw new SQLException("DuckDB parses no SELECT of a text");
            }
            ObjectNode one = part.deepCopy();
            ((ObjectNode) one.path("function").path("arguments").path(0))
                    .set(
                            "expression",
                            constant.path("statements")
                                    .path(0)
                                    .path("node")
                                    .path("select_list")
                                    .path(0));
            return selectAll(one);
        } catch (JsonProcessingException e) {
            throw new SQLException("DuckDB writes its tree in another form than JSON", e);
        }
    }

    private void findCommon(JsonNode tree) {
        for (JsonNode entry : tree.path("cte_map").path("map")) {
            common.add(entry.path("key").asText().toLowerCase(Locale.ROOT));
        }
        tree.forEach(this::findCommon);
    }

    private void replaceWithin(JsonNode tree) throws SQLException, JsonProcessingException {
        if (tree instanceof ObjectNode parent) {
            for (Map.Entry<String, JsonNode> part : parent.properties()) {
                JsonNode replacement = replacement(part.getValue());
                if (replacement == null) {
                    replaceWithin(part.getValue());
                } else {
                    part.setValue(replacement);
                }
            }
        } else {
            for (JsonNode part : tree) {
                replaceWithin(part);
            }
        }
    }

    /** What stands in for a part of a FROM; null where it can stay. */
    private @Nullable JsonNode replacement(JsonNode part) throws SQLException, JsonProcessingException {
        String type = part.path("type").asText();
        if (type.equals("TABLE_FUNCTION")) {
            String function = part.path("function").path("function_name").asText();
            return READER.matcher(function.toLowerCase(Locale.ROOT)).matches() ? standIn(part, function) : null;
        }
        if (!type.equals("BASE_TABLE")) {
            return null;
        }
        String name = part.path("table_name").asText();
        String key = name.toLowerCase(Locale.ROOT);
        if (common.contains(key)) {
            return null;
        }
        if (views.containsKey(key)) {
            return ofView(part, name, views.get(key));
        }
        return !tables.contains(key) && name.matches("(?s).*[./*].*") ? standIn(part, baseName(name)) : null;
    }

    private static String baseName(String path) {
        return path.replaceFirst("(?s)^.*[/\\\\]", "").replaceFirst("(?s)\\..*$", "");
    }

    private JsonNode ofView(JsonNode part, String name, String sql) throws SQLException, JsonProcessingException {
        Word as = Sql.words(sql).stream()
                .filter(word -> word.text().equals("AS"))
                .findFirst()
                .orElseThrow(() -> new SQLException("DuckDB tells a view in another form than CREATE VIEW … AS"));
        JsonNode tree = parse(sql.substring(as.at() + as.text().length()).replaceFirst(";\\s*$", ""));
        if (tree == null) {
            return part;
        }
        replaceWithin(tree);
        ObjectNode node = JSON.createObjectNode();
        node.put("type", "SUBQUERY");
        node.put("alias", alias(part, name));
        node.set("sample", part.path("sample"));
        node.set("subquery", tree.path("statements").path(0));
        node.set("column_name_alias", columns(part));
        return node;
    }

    /** The names of a view's columns, which may be others than those of its query. */
    private JsonNode columns(JsonNode part) throws SQLException, JsonProcessingException {
        ArrayNode names = JSON.createArrayNode();
        try (ResultSet rows = statement.executeQuery("DESCRIBE " + selectAll(part))) {
            while (rows.next()) {
                JsonNode own = part.path("column_name_alias").path(names.size());
                names.add(own.isMissingNode() ? rows.getString(1) : own.asText());
            }
        }
        return names;
    }

    /** A query of all that a part of a FROM gives. */
    private String selectAll(JsonNode part) throws SQLException, JsonProcessingException {
        ObjectNode bare = part.deepCopy();
        bare.put("alias", "");
        bare.set("sample", null);
        bare.set("column_name_alias", JSON.createArrayNode());
        JsonNode select = parse("FROM x");
        if (select == null) {
            throw new SQLException("DuckDB parses no FROM");
        }
        ((ObjectNode) select.path("statements").path(0).path("node")).set("from_table", bare);
        return text(select);
    }

    private JsonNode standIn(JsonNode part, String defaultAlias) throws SQLException, JsonProcessingException {
        String table = NAME + (made.size() + 1);
        statement.execute(
                "CREATE TEMP TABLE " + Sql.name(table) + " AS SELECT * FROM (" + selectAll(part) + ") LIMIT 0");
        made.add(table);
        parts.add(part);
        ObjectNode node = JSON.createObjectNode();
        node.put("type", "BASE_TABLE");
        node.put("alias", alias(part, defaultAlias));
        node.set("sample", part.path("sample"));
        node.put("schema_name", "main");
        node.put("table_name", table);
        node.set("column_name_alias", part.path("column_name_alias"));
        node.put("catalog_name", "temp");
        node.set("at_clause", null);
        node.putObject("qualified_name")
                .putArray("path")
                .add("temp")
                .add("main")
                .add(table);
        return node;
    }

    private static String alias(JsonNode part, String otherwise) {
        String alias = part.path("alias").asText();
        return alias.isEmpty() ? otherwise : alias;
    }

    private @Nullable JsonNode parse(String query) throws SQLException, JsonProcessingException {
        try (ResultSet row = statement.executeQuery("SELECT json_serialize_sql(" + Sql.text(query) + ")")) {
            row.next();
            JsonNode tree = JSON.readTree(row.getString(1));
            return tree.path("error").asBoolean() ? null : tree;
        }
    }

    private String text(JsonNode tree) throws SQLException {
        try (ResultSet row =
                statement.executeQuery("SELECT json_deserialize_sql(" + Sql.text(tree.toString()) + "::JSON)")) {
            row.next();
            return row.getString(1);
        }
    }

    @Override
    public void close() throws SQLException {
        try (statement) {
            for (String table : made) {
                statement.execute("DROP TABLE IF EXISTS temp.main." + Sql.name(table));
            }
        }
    }
}
