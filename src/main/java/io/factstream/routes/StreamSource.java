package io.factstream.routes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Where a route file defines a stream.
 *
 * @param file the route file
 * @param parameters what stands under {@code parameters} of the route's source
 */
record StreamSource(YamlFile file, Node parameters) {

    /** The streams of a file, in its order. */
    static List<StreamSource> of(YamlFile file) {
        List<StreamSource> sources = new ArrayList<>();
        for (Node item : file.root().map(YamlFile::items).orElse(List.of())) {
            YamlFile.at(item, "route", "from")
                    .filter(StreamSource::isStream)
                    .flatMap(from -> YamlFile.at(from, "parameters"))
                    .ifPresent(parameters -> sources.add(new StreamSource(file, parameters)));
        }
        return sources;
    }

    static boolean isStream(Node from) {
        return YamlFile.at(from, "uri")
                .map(YamlFile::text)
                .filter(FactStreamKamelet.URI::equals)
                .isPresent();
    }

    /** The stream's id; empty when it has none. */
    String id() {
        return given("stream").map(YamlFile::text).orElse("");
    }

    /** A parameter with a value. */
    Optional<Node> given(String name) {
        return YamlFile.at(parameters, name).filter(StreamSource::isGiven);
    }

    /** In YAML, {@code ~} and {@code null} say that there is no value. */
    static boolean isGiven(Node value) {
        boolean tilde = value instanceof ScalarNode scalar
                && scalar.isPlain()
                && scalar.getValue().equals("~");
        return !tilde && !YamlFile.text(value).isBlank() && !value.getTag().equals(Tag.NULL);
    }

    /** The file and line of a parameter; of all of them when it is left out. */
    String place(String name) {
        return file.place(YamlFile.at(parameters, name).orElse(parameters));
    }
}
