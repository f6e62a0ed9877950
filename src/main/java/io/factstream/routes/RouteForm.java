package io.factstream.routes;

import io.factstream.config.Problems;
import java.util.List;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * How route files are to be written although Camel would take more: every part in its long form, with an id and a
 * description, which stand in JMX, in messages and in editors; a file named after its route; a kamelet whose parameters
 * say what they are.
 */
final class RouteForm {

    /** Steps whose short form is a bare text. */
    private static final Set<String> STEPS = Set.of("to", "toD", "log", "setBody", "bean", "from", "route");

    private static final Set<String> PARTS = Set.of("route", "routeConfiguration", "from", "onException");

    private final YamlFile file;
    private final Problems problems;

    private RouteForm(YamlFile file, Problems problems) {
        this.file = file;
        this.problems = problems;
    }

    static void check(YamlFile file, Problems problems) {
        Node root = file.root().orElse(null);
        if (root == null) {
            return;
        }
        RouteForm form = new RouteForm(file, problems);
        form.walk(root);
        if (YamlFile.items(root).isEmpty()) {
            form.checkParameters(root);
        } else {
            form.checkName(root);
        }
    }

    private void checkName(Node root) {
        String name = String.valueOf(file.path().getFileName()).replaceAll("\\.camel\\.yaml$", "");
        var ids = YamlFile.items(root).stream()
                .flatMap(item -> YamlFile.at(item, "route", "id").stream())
                .toList();
        boolean named = ids.stream().map(YamlFile::text).anyMatch(id -> id.equals(name) || (id + "s").equals(name));
        if (!ids.isEmpty() && !named) {
            problems.add(
                    file.place(ids.get(0)),
                    "the file is not named after its route, which is '" + YamlFile.text(ids.get(0)) + "'",
                    "Give both one name, so that the file is found when a message names the route");
        }
    }

    private void checkParameters(Node root) {
        YamlFile.at(root, "spec", "definition", "properties")
                .ifPresent(properties -> YamlFile.entries(properties).forEach(this::checkParameter));
    }

    private void checkParameter(NodeTuple parameter) {
        for (String part : List.of("title", "description", "type")) {
            if (!isGiven(parameter.getValueNode(), part)) {
                problems.add(
                        file.place(parameter.getKeyNode()),
                        "the parameter " + YamlFile.text(parameter.getKeyNode()) + " has no " + part,
                        "Add it; editors show it");
            }
        }
    }

    private void walk(Node node) {
        for (NodeTuple entry : YamlFile.entries(node)) {
            String key = YamlFile.text(entry.getKeyNode());
            Node value = entry.getValueNode();
            if (STEPS.contains(key) && value instanceof ScalarNode) {
                problems.add(
                        file.place(entry.getKeyNode()),
                        "'" + key + "' is written in short form",
                        "Write it with its parts below it, one a line: id, description, uri, parameters");
            } else if (key.equals("uri") && YamlFile.text(value).contains("?")) {
                problems.add(file.place(value), "the uri has options in it", "Put them under parameters, one a line");
            } else if (PARTS.contains(key) && value instanceof MappingNode) {
                checkSaysWhatItIs(key, entry);
            }
            if (key.equals("steps")) {
                YamlFile.items(value).stream()
                        .flatMap(step -> YamlFile.entries(step).stream())
                        .filter(step -> !YamlFile.text(step.getKeyNode()).equals("doFinally"))
                        .filter(step -> !(step.getValueNode() instanceof ScalarNode))
                        .forEach(step -> checkSaysWhatItIs(YamlFile.text(step.getKeyNode()), step));
            }
            if (!key.equals("parameters")) {
                walk(value);
            }
        }
        YamlFile.items(node).forEach(this::walk);
    }

    private void checkSaysWhatItIs(String what, NodeTuple part) {
        boolean id = isGiven(part.getValueNode(), "id");
        boolean description = isGiven(part.getValueNode(), "description");
        if (part.getValueNode() instanceof ScalarNode || (id && description)) {
            return;
        }
        problems.add(
                file.place(part.getKeyNode()),
                "'" + what + "' has no " + (id ? "description" : description ? "id" : "id and no description"),
                "Add " + (id || description ? "it" : "them") + ": JMX, messages and editors show it");
    }

    private static boolean isGiven(Node node, String key) {
        return !YamlFile.at(node, key).map(YamlFile::text).orElse("").isBlank();
    }
}
