package io.factstream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The dashboard and the alert rules that are shipped, and what they ask Prometheus for. */
final class MonitoringFiles {

    private static final Path FOLDER = Path.of("src", "main", "dist", "monitoring");

    /** A metric with its matchers, in a query. */
    private static final Pattern SELECTOR = Pattern.compile("\\b((?:factstream|jvm|process)_\\w+)(?:\\{([^}]*)})?");

    private static final Pattern MATCHER = Pattern.compile("(\\w+)(=~|!=|=)\"([^\"]*)\"");

    /** A line of a scrape. */
    private static final Pattern SERIES = Pattern.compile("(\\w+)(?:\\{([^}]*)})? \\S+");

    private MonitoringFiles() {}

    /** The rules of the alerts by name. */
    static Map<String, JsonNode> alerts() throws IOException {
        Map<String, JsonNode> alerts = new TreeMap<>();
        for (JsonNode group : new ObjectMapper(new YAMLFactory())
                .readTree(FOLDER.resolve("prometheus-alerts.yaml").toFile())
                .path("groups")) {
            group.path("rules").forEach(rule -> alerts.put(rule.path("alert").textValue(), rule));
        }
        return alerts;
    }

    /** Every query of the dashboard. */
    static List<String> dashboardQueries() throws IOException {
        List<String> queries = new ArrayList<>();
        JsonNode dashboard = new ObjectMapper()
                .readTree(FOLDER.resolve("grafana-dashboard.json").toFile());
        dashboard.path("panels").forEach(panel -> panel.path("targets")
                .forEach(target -> queries.add(target.path("expr").textValue())));
        dashboard.path("templating").path("list").forEach(variable -> {
            if (variable.path("query").has("query")) {
                queries.add(variable.path("query").path("query").textValue());
            }
        });
        return queries;
    }

    /** The names of the metrics in a scrape. */
    static Set<String> names(String scrape) {
        Set<String> names = new TreeSet<>();
        for (Map<String, String> series : series(scrape)) {
            names.add(series.get(""));
        }
        return names;
    }

    /** What a query asks for and no series of a scrape has: metrics, labels, and values of labels. */
    static List<String> missing(String query, String scrape) {
        List<Map<String, String>> series = series(scrape);
        List<String> missing = new ArrayList<>();
        Matcher selectors = SELECTOR.matcher(query);
        while (selectors.find()) {
            String metric = selectors.group(1);
            List<Map<String, String>> of =
                    series.stream().filter(some -> metric.equals(some.get(""))).toList();
            if (of.isEmpty()) {
                missing.add(metric);
            }
            Matcher matchers = MATCHER.matcher(selectors.group(2) == null ? "" : selectors.group(2));
            while (matchers.find()) {
                String label = matchers.group(1);
                String value = matchers.group(3);
                Set<String> values = new HashSet<>();
                of.forEach(some -> values.add(some.getOrDefault(label, "")));
                // A variable of the dashboard can be anything; a value that is written out must be one there is.
                if (values.contains("") || (!value.contains("$") && !values.contains(value))) {
                    missing.add(metric + "{" + matchers.group() + "}");
                }
            }
        }
        return missing;
    }

    /** The labels of each series; its metric as the label without a name. */
    private static List<Map<String, String>> series(String scrape) {
        List<Map<String, String>> all = new ArrayList<>();
        for (String line : scrape.lines().filter(line -> !line.startsWith("#")).toList()) {
            Matcher series = SERIES.matcher(line);
            if (series.matches()) {
                Map<String, String> labels = new TreeMap<>();
                labels.put("", series.group(1));
                Matcher matchers = MATCHER.matcher(series.group(2) == null ? "" : series.group(2));
                while (matchers.find()) {
                    labels.put(matchers.group(1), matchers.group(3));
                }
                all.add(labels);
            }
        }
        return all;
    }
}
