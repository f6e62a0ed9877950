package io.factstream.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.factstream.config.NearestName;
import io.factstream.config.Problems;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/**
 * Camel's own schema of YAML routes, by which editors check a file too.
 *
 * <p>To read it takes a second or more, once a process: so it is asked when a person asks, or when Camel has refused a
 * file, to say better why. Nothing that starts well waits for it.
 */
final class CamelSchema {

    private static final String PLACEHOLDER = "{{";

    /** Read when it is first asked. */
    private static final class Read {
        static final JsonNode DOCUMENT = document();
        static final Schema SCHEMA =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_4).getSchema(DOCUMENT);

        private static JsonNode document() {
            try (InputStream in = CamelSchema.class.getClassLoader().getResourceAsStream("schema/camelYamlDsl.json")) {
                return new ObjectMapper().readTree(Objects.requireNonNull(in, "camel-yaml-dsl carries the schema"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private CamelSchema() {}

    /**
     * What the schema does not allow in a route file, or in the template of a kamelet, each with its line.
     *
     * @param faults takes what Camel refuses, too
     * @param advice takes what Camel may take all the same, such as a number in quotes
     */
    static void check(YamlFile file, Problems faults, Problems advice) {
        Node root = file.root().orElse(null);
        if (root == null) {
            return;
        }
        JsonNode content = file.json();
        boolean kamelet = content.isObject();
        List<Error> errors = Read.SCHEMA.validate(kamelet ? template(content) : content);
        for (Error error : errors) {
            if (!isNoise(error, errors)) {
                add(file, root, kamelet, error, faults, advice);
            }
        }
    }

    /** The template of a kamelet in the form of a route file. */
    private static JsonNode template(JsonNode kamelet) {
        JsonNode template = kamelet.at("/spec/template");
        ArrayNode items = JsonNodeFactory.instance.arrayNode();
        ObjectNode route = items.addObject().putObject("route");
        route.set("from", template.path("from"));
        if (template.has("beans")) {
            items.addObject().set("beans", template.get("beans"));
        }
        return items;
    }

    /**
     * Where a thing may have two forms, the schema complains about each of them: what the longer form lacks says it all.
     * And a placeholder may stand where it wants a number.
     */
    private static boolean isNoise(Error error, List<Error> all) {
        String at = error.getInstanceLocation().toString();
        boolean choice =
                error.getKeyword().equals("oneOf") || error.getKeyword().equals("anyOf");
        boolean shortForm = error.getKeyword().equals("type")
                && error.getEvaluationPath().toString().matches(".*/(oneOf|anyOf)/\\d+/type");
        if (choice || shortForm) {
            return all.stream()
                    .filter(other -> other.getInstanceLocation().toString().startsWith(at))
                    .anyMatch(other -> !other.getKeyword().matches("oneOf|anyOf|type"));
        }
        return error.getKeyword().equals("type")
                && error.getInstanceNode().asText().startsWith(PLACEHOLDER);
    }

    private static void add(YamlFile file, Node root, boolean kamelet, Error error, Problems faults, Problems advice) {
        List<String> path = path(error, kamelet);
        Node at = find(root, path);
        String last = path.isEmpty() ? "this" : path.get(path.size() - 1);
        String property = error.getProperty();
        switch (error.getKeyword()) {
            case "additionalProperties" -> {
                List<String> known = known(error);
                boolean step = path.size() > 1 && path.get(path.size() - 2).equals("steps");
                String what = step
                        ? "there is no step '" + property + "'"
                        : path.size() <= 1 && !kamelet
                                ? "a file has no part '" + property + "'"
                                : "'" + last + "' has no key '" + property + "'";
                faults.add(file.place(key(at, property)), what, nearest(property, known));
            }
            case "required" -> faults.add(file.place(at), "'" + last + "' has no key '" + property + "'", "Add it");
            default ->
                advice.add(
                        file.place(at),
                        "'" + last + "' has not the form that Camel documents: " + error.getMessage(),
                        "Correct it; docs/routes.md shows the form");
        }
    }

    private static String nearest(String written, List<String> known) {
        String camelCase = camelCase(written);
        Optional<String> meant = known.contains(camelCase) ? Optional.of(camelCase) : NearestName.of(written, known);
        return meant.map(nearest -> "Did you mean " + nearest + "?")
                .orElse(
                        known.size() > 30 || known.isEmpty()
                                ? "Correct it, or remove it"
                                : "It has " + String.join(", ", known));
    }

    /** Kebab-case was the form of older Camels. */
    private static String camelCase(String kebab) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < kebab.length(); i++) {
            boolean upper = i > 0 && kebab.charAt(i - 1) == '-';
            if (kebab.charAt(i) != '-') {
                out.append(upper ? Character.toUpperCase(kebab.charAt(i)) : kebab.charAt(i));
            }
        }
        return out.toString();
    }

    /** The keys that the schema allows where it found one that it does not. */
    private static List<String> known(Error error) {
        String keyword = error.getSchemaLocation().getFragment().toString();
        JsonNode allowed = Read.DOCUMENT.at(keyword.substring(0, keyword.lastIndexOf('/')) + "/properties");
        List<String> names = new ArrayList<>();
        allowed.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<String> path(Error error, boolean kamelet) {
        List<String> path = new ArrayList<>();
        for (int i = 0; i < error.getInstanceLocation().getNameCount(); i++) {
            path.add(String.valueOf(error.getInstanceLocation().getElement(i)));
        }
        if (kamelet) {
            // From where it was put for the schema back to where it stands.
            List<String> rest = path.size() > 1 && path.get(1).equals("route")
                    ? path.subList(2, path.size())
                    : path.subList(Math.min(1, path.size()), path.size());
            List<String> within = new ArrayList<>(List.of("spec", "template"));
            within.addAll(rest);
            return within;
        }
        return path;
    }

    private static Node find(Node root, List<String> path) {
        Node node = root;
        for (String name : path) {
            List<Node> items = YamlFile.items(node);
            Node next = items.isEmpty() || !name.matches("\\d+")
                    ? YamlFile.at(node, name).orElse(null)
                    : items.get(Integer.parseInt(name));
            if (next == null) {
                return node;
            }
            node = next;
        }
        return node;
    }

    private static Node key(Node mapping, String name) {
        return YamlFile.entries(mapping).stream()
                .map(NodeTuple::getKeyNode)
                .filter(key -> YamlFile.text(key).equals(name))
                .findFirst()
                .orElse(mapping);
    }
}
