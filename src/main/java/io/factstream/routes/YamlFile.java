package io.factstream.routes;

import io.factstream.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A YAML file as nodes that know their line. */
final class YamlFile {

    private final Path file;
    private final Optional<Node> root;

    private YamlFile(Path file, Optional<Node> root) {
        this.file = file;
        this.root = root;
    }

    /**
     * Reads a file.
     *
     * @throws ConfigurationException when it cannot be read, or is no YAML
     */
    static YamlFile read(Path file) {
        try {
            LoadSettings settings =
                    LoadSettings.builder().setLabel(file.toString()).build();
            return new YamlFile(file, new Compose(settings).composeString(Files.readString(file)));
        } catch (MarkedYamlEngineException e) {
            throw new ConfigurationException(
                    e.getProblemMark().map(mark -> place(file, mark)).orElse(file.toString()),
                    "is no YAML: " + e.getProblem(),
                    "Correct the line; check indentation and quotes",
                    e);
        } catch (YamlEngineException e) {
            throw new ConfigurationException(file.toString(), "is no YAML: " + e.getMessage(), "Correct the file", e);
        } catch (IOException e) {
            throw new ConfigurationException(file.toString(), "cannot be read", "Let this user read it", e);
        }
    }

    /** The file's top node; empty when the file is. */
    Optional<Node> root() {
        return root;
    }

    /** The file and the line of a node, for a message. */
    String place(Node node) {
        return node.getStartMark().map(mark -> place(file, mark)).orElse(file.toString());
    }

    private static String place(Path file, Mark mark) {
        return file + ":" + (mark.getLine() + 1);
    }

    /** The entries of a mapping; none when the node is something else. */
    static List<NodeTuple> entries(Node node) {
        return node instanceof MappingNode mapping ? mapping.getValue() : List.of();
    }

    /** The items of a sequence; none when the node is something else. */
    static List<Node> items(Node node) {
        return node instanceof SequenceNode sequence ? sequence.getValue() : List.of();
    }

    /** What stands at the end of a path of keys. */
    static Optional<Node> at(Node node, String... path) {
        Optional<Node> found = Optional.of(node);
        for (String key : path) {
            found = found.flatMap(within -> entries(within).stream()
                    .filter(entry -> text(entry.getKeyNode()).equals(key))
                    .map(NodeTuple::getValueNode)
                    .findFirst());
        }
        return found;
    }

    /** The text of a scalar; empty for anything else. */
    static String text(Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    /** The keys of a mapping. */
    static List<String> keys(Node node) {
        List<String> keys = new ArrayList<>();
        entries(node).forEach(entry -> keys.add(text(entry.getKeyNode())));
        return keys;
    }
}
