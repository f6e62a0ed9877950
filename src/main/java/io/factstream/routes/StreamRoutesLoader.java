package io.factstream.routes;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.dsl.yaml.YamlRoutesBuilderLoader;
import org.apache.camel.dsl.yaml.common.YamlDeserializationContext;
import org.apache.camel.impl.engine.DefaultRoutesLoader;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Camel's reader of YAML routes, but for the parameters of streams: Camel makes a URI of them and reads that again, whereby
 * a {@code +}, {@code %}, {@code &} or {@code RAW(} becomes something else. So it is given only what a URI keeps, and a
 * stream gets its parameters from {@link StreamDefinitions}, by its id.
 */
public final class StreamRoutesLoader extends YamlRoutesBuilderLoader {

    /** Where Camel's registry looks for the reader of a file. */
    public static final String NAME = DefaultRoutesLoader.ROUTES_LOADER_KEY_PREFIX + "camel.yaml";

    private final StreamDefinitions definitions;

    /** @param definitions reads the parameters */
    public StreamRoutesLoader(StreamDefinitions definitions) {
        this.definitions = definitions;
    }

    @Override
    protected RouteBuilder builder(YamlDeserializationContext context, Node root) {
        YamlFile file = YamlFile.of(Path.of(context.getResource().getLocation().replaceFirst("^file:", "")), root);
        StreamSource.of(file).forEach(this::keepWhatAUriKeeps);
        return super.builder(context, root);
    }

    private void keepWhatAUriKeeps(StreamSource source) {
        if (!(source.parameters() instanceof MappingNode parameters)) {
            return;
        }
        String pollInterval = Long.toString(definitions.pollInterval(source).toMillis());
        List<NodeTuple> kept = new ArrayList<>();
        for (NodeTuple parameter : parameters.getValue()) {
            Node value = parameter.getValueNode();
            String text = YamlFile.text(parameter.getKeyNode()).equals("pollInterval")
                    ? pollInterval
                    : YamlFile.text(value).replaceAll("[^A-Za-z0-9._-]", "_");
            kept.add(new NodeTuple(
                    parameter.getKeyNode(),
                    new ScalarNode(
                            Tag.STR, true, text, ScalarStyle.DOUBLE_QUOTED, value.getStartMark(), value.getEndMark())));
        }
        parameters.setValue(kept);
    }
}
