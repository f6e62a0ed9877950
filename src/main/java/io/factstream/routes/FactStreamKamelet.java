package io.factstream.routes;

import io.factstream.config.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/**
 * The kamelet that every stream's route names as its source: which parameters a stream has.
 *
 * @param known the names of all parameters
 * @param required those that a stream cannot do without
 * @param defaults what those stand for that are left out, placeholders and all
 */
record FactStreamKamelet(List<String> known, List<String> required, Map<String, String> defaults) {

    static final String NAME = "fact-stream";
    static final String URI = "kamelet:" + NAME;
    static final String FILE = NAME + ".kamelet.yaml";

    FactStreamKamelet {
        known = List.copyOf(known);
        required = List.copyOf(required);
        defaults = Map.copyOf(defaults);
    }

    /**
     * Reads it.
     *
     * @throws ConfigurationException when it is not there, or is no YAML
     */
    static FactStreamKamelet of(RouteFolder routes) {
        Path file = routes.flow().resolve(FILE);
        if (!Files.exists(file)) {
            throw new ConfigurationException(
                    routes.streams().toString(),
                    "has no flow/" + FILE,
                    "Copy the folder flow of the distribution there, or remove it where factstream was started by its"
                            + " launcher, which then uses that of the distribution");
        }
        Node root = YamlFile.read(file)
                .root()
                .orElseThrow(() -> new ConfigurationException(
                        file.toString(), "is empty", "Copy the folder flow of the distribution there"));
        List<NodeTuple> properties = YamlFile.at(root, "spec", "definition", "properties")
                .map(YamlFile::entries)
                .orElse(List.of());
        Map<String, String> defaults = new HashMap<>();
        properties.forEach(property -> YamlFile.at(property.getValueNode(), "default")
                .ifPresent(text -> defaults.put(YamlFile.text(property.getKeyNode()), YamlFile.text(text))));
        return new FactStreamKamelet(
                properties.stream()
                        .map(property -> YamlFile.text(property.getKeyNode()))
                        .toList(),
                YamlFile.at(root, "spec", "definition", "required").map(YamlFile::items).orElse(List.of()).stream()
                        .map(YamlFile::text)
                        .toList(),
                defaults);
    }
}
