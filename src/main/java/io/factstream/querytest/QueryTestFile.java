package io.factstream.querytest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.config.ConfigurationException;
import io.factstream.config.NearestName;
import io.factstream.config.Problems;
import io.factstream.querytest.QueryTest.ExpectedEvent;
import io.factstream.routes.YamlFile;
import io.factstream.source.MadeUpSource.Table;
import io.factstream.source.MadeUpSource.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A file {@code <stream>.test.yaml}, read. docs/routes.md tells its form. */
public final class QueryTestFile {

    /** What its name ends with, after the stream's. */
    public static final String ENDING = ".test.yaml";

    private static final List<String> PARTS = List.of("tables", "tests");
    private static final List<String> TEST_PARTS = List.of("name", "rows", "events", "error");
    private static final List<String> EVENT_PARTS = List.of(
            "event_type",
            "payload",
            "trace_id",
            "ingest_timestamp",
            "schema_version",
            "source",
            "correlation_id",
            "partition_key",
            "parent_event_id",
            "watermark",
            "properties",
            "exact");

    private final YamlFile file;
    private final Problems problems = new Problems();
    private final Map<String, Map<String, String>> tables = new LinkedHashMap<>();
    private final List<QueryTest> tests = new ArrayList<>();

    private QueryTestFile(YamlFile file) {
        this.file = file;
    }

    /**
     * Reads a file.
     *
     * @return at least one test
     * @throws ConfigurationException naming every mistake with its line
     */
    public static List<QueryTest> read(Path path) {
        YamlFile yaml = YamlFile.readWithNulls(path);
        QueryTestFile file = new QueryTestFile(yaml);
        yaml.root().ifPresent(file::readAll);
        if (file.tests.isEmpty() && file.problems.count() == 0) {
            file.problems.add(path.toString(), "holds no test", "Add one under tests; docs/routes.md shows the form");
        }
        file.problems.refuseIfAny();
        return List.copyOf(file.tests);
    }

    private void readAll(Node root) {
        refuseOtherKeys(root, PARTS, "a test file");
        for (NodeTuple table : entries(root, "tables")) {
            Map<String, String> columns = new LinkedHashMap<>();
            YamlFile.entries(table.getValueNode())
                    .forEach(column -> columns.put(key(column), YamlFile.text(column.getValueNode())));
            tables.put(key(table), columns);
        }
        for (Node test : YamlFile.at(root, "tests").map(YamlFile::items).orElse(List.of())) {
            refuseOtherKeys(test, TEST_PARTS, "a test");
            readTest(test);
        }
    }

    private void readTest(Node test) {
        Map<String, List<Map<String, Value>>> rows = new LinkedHashMap<>();
        for (NodeTuple table : entries(test, "rows")) {
            Map<String, String> columns = tables.get(key(table));
            if (columns == null) {
                refuse(
                        table.getKeyNode(),
                        "there is no table '" + key(table) + "' under tables",
                        key(table),
                        tables.keySet());
                continue;
            }
            List<Map<String, Value>> values = new ArrayList<>();
            YamlFile.items(table.getValueNode()).forEach(row -> values.add(row(row, columns)));
            rows.put(key(table), values);
        }
        List<Table> made = new ArrayList<>();
        tables.forEach((name, columns) -> made.add(new Table(name, columns, rows.getOrDefault(name, List.of()))));
        List<ExpectedEvent> events = new ArrayList<>();
        for (Node event : YamlFile.at(test, "events").map(YamlFile::items).orElse(List.of())) {
            refuseOtherKeys(event, EVENT_PARTS, "an event");
            events.add(event(event));
        }
        String name = YamlFile.at(test, "name").map(YamlFile::text).orElse("");
        if (name.isBlank()) {
            problems.add(file.place(test), "a test has no name", "Say in its name what it shows");
        }
        tests.add(new QueryTest(
                name,
                file.place(test),
                made,
                events,
                YamlFile.at(test, "error").map(YamlFile::text).orElse(null)));
    }

    private Map<String, Value> row(Node row, Map<String, String> columns) {
        Map<String, Value> values = new LinkedHashMap<>();
        for (NodeTuple value : YamlFile.entries(row)) {
            if (columns.containsKey(key(value))) {
                values.put(key(value), value(value.getValueNode()));
            } else {
                refuse(
                        value.getKeyNode(),
                        "the table has no column '" + key(value) + "'",
                        key(value),
                        columns.keySet());
            }
        }
        return values;
    }

    /** As written: a number in quotes and one without are the same text, which DuckDB casts to the column's type. */
    private static Value value(Node node) {
        if (node instanceof ScalarNode) {
            return new Value(node.getTag().equals(Tag.NULL) ? null : YamlFile.text(node), false);
        }
        return new Value(YamlFile.json(node).toString(), true);
    }

    private ExpectedEvent event(Node event) {
        JsonNode fields = YamlFile.json(event);
        boolean exact = fields.path("exact").asBoolean();
        if (fields instanceof ObjectNode object) {
            object.remove("exact");
        }
        return new ExpectedEvent(file.place(event), fields, exact);
    }

    private void refuseOtherKeys(Node node, List<String> known, String what) {
        for (NodeTuple entry : YamlFile.entries(node)) {
            if (!known.contains(key(entry))) {
                refuse(entry.getKeyNode(), what + " has no part '" + key(entry) + "'", key(entry), known);
            }
        }
    }

    private void refuse(Node at, String what, String written, Collection<String> known) {
        Optional<String> nearest = NearestName.of(written, known);
        problems.add(
                file.place(at),
                what,
                nearest.map(meant -> "Did you mean " + meant + "?").orElse("It has " + String.join(", ", known)));
    }

    private static List<NodeTuple> entries(Node node, String part) {
        return YamlFile.at(node, part).map(YamlFile::entries).orElse(List.of());
    }

    private static String key(NodeTuple entry) {
        return YamlFile.text(entry.getKeyNode());
    }
}
