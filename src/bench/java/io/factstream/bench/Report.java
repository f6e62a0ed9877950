package io.factstream.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The results, as a table to read and as JSON to keep. */
final class Report {

    private final Map<String, List<Measurement>> runs = new LinkedHashMap<>();
    private final Map<String, Map<String, Double>> scenarios = new LinkedHashMap<>();

    private final String measured;

    /** @param measured which FactStream this is about */
    Report(String measured) {
        this.measured = measured;
    }

    void contenders(Map<String, List<Measurement>> measured) {
        runs.putAll(measured);
    }

    void scenario(String name, Map<String, Double> figures) {
        scenarios.put(name, figures);
    }

    void print(PrintStream out) throws IOException {
        out.println();
        machine().forEach((name, value) -> out.println(name + ": " + value));
        if (!runs.isEmpty()) {
            out.printf(
                    "%n%-42s %11s %7s %9s %8s %8s %8s %8s %7s%n",
                    "median of the counted rounds",
                    "events/s",
                    "ratio",
                    "start s",
                    "peak MB",
                    "CPU µs",
                    "hub µs",
                    "heap B",
                    "batch");
            double first = median(runs.values().iterator().next(), Measurement::eventsPerSecond);
            runs.forEach((name, measured) -> out.printf(
                    Locale.ROOT,
                    "%-42s %,11.0f %7.2f %9.2f %8.0f %8.2f %8.2f %8.0f %7.0f%n",
                    name,
                    median(measured, Measurement::eventsPerSecond),
                    first / median(measured, Measurement::eventsPerSecond),
                    median(measured, Measurement::startSeconds),
                    median(measured, Measurement::peakMegabytes),
                    median(measured, Measurement::processorMicros),
                    median(measured, Measurement::hubMicros),
                    median(measured, Measurement::allocatedBytes),
                    median(measured, Measurement::batchEvents)));
            out.println("ratio: the first line's events/s to this line's. CPU and heap: an event, start included.");
        }
        scenarios.forEach((name, figures) -> {
            out.println("\n" + name);
            figures.forEach((figure, value) -> out.printf(Locale.ROOT, "  %-60s %,12.3f%n", figure, value));
        });
    }

    void save(Path file) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("machine", machine());
        all.put("runs", runs);
        all.put("scenarios", scenarios);
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), all);
    }

    static double median(List<Measurement> measured, ToDoubleFunction<Measurement> figure) {
        return median(measured.stream().map(figure::applyAsDouble).toList());
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.isEmpty()
                ? Double.NaN
                : sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private Map<String, String> machine() throws IOException {
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        machine.put("model", property(Path.of("/proc/cpuinfo"), "model name"));
        machine.put("memory", property(Path.of("/proc/meminfo"), "MemTotal"));
        machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        machine.put("FactStream", measured);
        machine.put("java", System.getProperty("java.runtime.version"));
        return machine;
    }

    private static String property(Path file, String name) throws IOException {
        if (!Files.exists(file)) {
            return "unknown";
        }
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .findFirst()
                .orElse("unknown");
    }
}
