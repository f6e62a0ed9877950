package io.factstream.routes;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Finds the line in a route that Camel's words are about: they name the endpoint, as a rule, and no line. */
public final class RoutePlace {

    private static final Pattern UNKNOWN_OPTION = Pattern.compile("Unknown parameters=\\[\\{([^=]+)=");
    /** Steps whose short form is a bare uri. */
    private static final Set<String> WITH_URI = Set.of("uri", "to", "toD", "from");

    private final String words;
    private final Optional<String> option;

    /** Which endpoint, and where its uri stands. */
    private record Endpoint(String uri, Node at, Optional<Node> option) {}

    private RoutePlace(String words) {
        this.words = words.replace("://", ":");
        Matcher unknown = UNKNOWN_OPTION.matcher(words);
        option = unknown.find() ? Optional.of(unknown.group(1)) : Optional.empty();
    }

    /**
     * The file and line.
     *
     * @param words what Camel said
     * @return that of the route where no step, or more than one, can be meant; the folder when no file has such a route
     */
    public static String of(RouteFolder routes, String routeId, String words) {
        // What runs a stream's flow is made from the kamelet, under an id that Camel chooses.
        if (routeId.startsWith(FactStreamKamelet.NAME + "-")) {
            return routes.flow().resolve(FactStreamKamelet.FILE).toString();
        }
        for (Path path : RouteFiles.all(routes)) {
            YamlFile file = YamlFile.read(path);
            for (Node item : file.root().map(YamlFile::items).orElse(List.of())) {
                Optional<Node> route = YamlFile.at(item, "route");
                Optional<Node> id = route.flatMap(node -> YamlFile.at(node, "id"))
                        .filter(node -> YamlFile.text(node).equals(routeId));
                if (route.isPresent() && id.isPresent()) {
                    return file.place(new RoutePlace(words).step(route.get()).orElse(id.get()));
                }
            }
        }
        return routes.streams().toString();
    }

    private Optional<Node> step(Node route) {
        List<Endpoint> named = new ArrayList<>();
        gather(route, named);
        List<Endpoint> with =
                named.stream().filter(endpoint -> endpoint.option().isPresent()).toList();
        if (with.size() == 1) {
            return with.get(0).option();
        }
        int longest = named.stream()
                .mapToInt(endpoint -> endpoint.uri().length())
                .max()
                .orElse(0);
        List<Endpoint> best = named.stream()
                .filter(endpoint -> endpoint.uri().length() == longest)
                .toList();
        return best.size() == 1 ? Optional.of(best.get(0).at()) : Optional.empty();
    }

    private void gather(Node node, List<Endpoint> named) {
        for (NodeTuple entry : YamlFile.entries(node)) {
            Node value = entry.getValueNode();
            if (WITH_URI.contains(YamlFile.text(entry.getKeyNode())) && value instanceof ScalarNode) {
                String uri = YamlFile.text(value).split("\\?", 2)[0].replace("://", ":");
                if (!uri.isEmpty() && words.contains(uri)) {
                    named.add(new Endpoint(uri, value, option(node)));
                }
            }
            gather(value, named);
        }
        YamlFile.items(node).forEach(item -> gather(item, named));
    }

    private Optional<Node> option(Node step) {
        return YamlFile.at(step, "parameters").stream()
                .flatMap(parameters -> YamlFile.entries(parameters).stream())
                .map(NodeTuple::getKeyNode)
                .filter(key -> option.filter(YamlFile.text(key)::equals).isPresent())
                .findFirst();
    }
}
