package io.factstream.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.factstream.config.ConfigurationException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
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
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.JsonScalarResolver;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.JsonSchema;
import org.snakeyaml.engine.v2.schema.Schema;

/** A YAML file as nodes that know their line. */
public final class YamlFile {

    private static final String NUMBER = "[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?";

    private final Path file;
    private final Optional<Node> root;

    private YamlFile(Path file, Optional<Node> root) {
        this.file = file;
        this.root = root;
    }

    /**
     * Reads a file.
     *
     * @throws ConfigurationException when it cannot be read, is no YAML, or has a key twice in one place
     */
    public static YamlFile read(Path file) {
        return read(file, new JsonSchema());
    }

    /**
     * Reads a file in which a value can be left out by each of YAML's words for it, {@code ~}, {@code Null} and {@code NULL} as
     * well as {@code null}. In a route file the first three are texts to Camel.
     *
     * @throws ConfigurationException as by {@link #read(Path)}
     */
    public static YamlFile readWithNulls(Path file) {
        return read(file, new WithNulls());
    }

    private static YamlFile read(Path file, Schema schema) {
        try {
            LoadSettings settings = LoadSettings.builder()
                    .setLabel(file.toString())
                    .setSchema(schema)
                    .build();
            // Some editors begin a file with a mark, which is no part of it.
            String text = Files.readString(file).replaceFirst("^\uFEFF", "");
            YamlFile yaml = new YamlFile(file, new Compose(settings).composeString(text));
            yaml.root.ifPresent(yaml::refuseKeysGivenTwice);
            return yaml;
        } catch (MarkedYamlEngineException e) {
            throw new ConfigurationException(
                    e.getProblemMark().map(mark -> place(file, mark)).orElse(file.toString()),
                    "is no YAML: " + e.getProblem(),
                    "Correct the line; check indentation and quotes",
                    e);
        } catch (YamlEngineException e) {
            throw new ConfigurationException(file.toString(), "is no YAML: " + e.getMessage(), "Correct the file", e);
        } catch (CharacterCodingException e) {
            throw new ConfigurationException(file.toString(), "is not encoded in UTF-8", "Save it in UTF-8", e);
        } catch (IOException e) {
            throw new ConfigurationException(file.toString(), "cannot be read", "Let this user read it", e);
        }
    }

    /** What somebody else has read of a file. */
    static YamlFile of(Path file, Node root) {
        return new YamlFile(file, Optional.of(root));
    }

    /** Of two values Camel would take the last, without a word. */
    private void refuseKeysGivenTwice(Node node) {
        Map<String, Node> earlier = new HashMap<>();
        for (NodeTuple entry : entries(node)) {
            Node key = entry.getKeyNode();
            Node first = earlier.putIfAbsent(text(key), key);
            if (first != null) {
                throw new ConfigurationException(
                        place(key), "'" + text(key) + "' was already given at " + place(first), "Keep one of the two");
            }
            refuseKeysGivenTwice(entry.getValueNode());
        }
        items(node).forEach(this::refuseKeysGivenTwice);
    }

    /** The file's top node; empty when the file is. */
    public Optional<Node> root() {
        return root;
    }

    /** The file and the line of a node, for a message. */
    public String place(Node node) {
        return node.getStartMark().map(mark -> place(file, mark)).orElse(file.toString());
    }

    private static String place(Path file, Mark mark) {
        return file + ":" + (mark.getLine() + 1);
    }

    /** The file itself. */
    public Path path() {
        return file;
    }

    /** The file as JSON, for a schema. */
    JsonNode json() {
        return root.map(YamlFile::json).orElseGet(NullNode::getInstance);
    }

    /** A part of the file as JSON, its numbers as written. */
    public static JsonNode json(Node node) {
        if (node instanceof MappingNode) {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            entries(node).forEach(entry -> object.set(text(entry.getKeyNode()), json(entry.getValueNode())));
            return object;
        }
        if (node instanceof SequenceNode) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            items(node).forEach(item -> array.add(json(item)));
            return array;
        }
        String text = text(node);
        if (text.matches(NUMBER)
                && (node.getTag().equals(Tag.INT) || node.getTag().equals(Tag.FLOAT))) {
            BigDecimal number = new BigDecimal(text);
            return number.scale() <= 0 && number.precision() <= 18
                    ? JsonNodeFactory.instance.numberNode(number.longValueExact())
                    : JsonNodeFactory.instance.numberNode(number);
        }
        if (node.getTag().equals(Tag.BOOL)) {
            return JsonNodeFactory.instance.booleanNode(Boolean.parseBoolean(text));
        }
        return node.getTag().equals(Tag.NULL) ? NullNode.getInstance() : JsonNodeFactory.instance.textNode(text);
    }

    /** All else stays: in YAML's core schema 017 would be a number, and True no text. */
    private static final class WithNulls extends JsonSchema {
        private final JsonScalarResolver resolver = new JsonScalarResolver();

        WithNulls() {
            resolver.addImplicitResolver(Tag.NULL, Pattern.compile("~|Null|NULL"), "~N");
        }

        @Override
        public ScalarResolver getScalarResolver() {
            return resolver;
        }
    }

    /** The entries of a mapping; none when the node is something else. */
    public static List<NodeTuple> entries(Node node) {
        return node instanceof MappingNode mapping ? mapping.getValue() : List.of();
    }

    /** The items of a sequence; none when the node is something else. */
    public static List<Node> items(Node node) {
        return node instanceof SequenceNode sequence ? sequence.getValue() : List.of();
    }

    /** What stands at the end of a path of keys. */
    public static Optional<Node> at(Node node, String... path) {
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
    public static String text(Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    /** The keys of a mapping. */
    public static List<String> keys(Node node) {
        List<String> keys = new ArrayList<>();
        entries(node).forEach(entry -> keys.add(text(entry.getKeyNode())));
        return keys;
    }
}
