package io.factstream.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Moves the same rows in different ways, in turn, and compares them. Every way runs in a process of its own, the hub in
 * another, which counts the events and sums up their ids: a way that loses or repeats one fails the whole.
 */
@Command(
        name = "benchmark",
        mixinStandardHelpOptions = true,
        description = "Measures FactStream beside other ways to move the same rows.")
public final class Benchmark implements Callable<Integer> {

    @Option(names = "--rows", defaultValue = "10000000", description = "Rows of receipt lines a run: ${DEFAULT-VALUE}.")
    private long rows;

    @Option(names = "--rounds", defaultValue = "5", description = "Counted rounds after a warm-up: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--folder",
            defaultValue = "target/benchmark",
            description = "Where data and results are kept: ${DEFAULT-VALUE}.")
    private Path folder = Path.of("target", "benchmark");

    @Option(
            names = "--distribution",
            defaultValue = "target/factstream",
            description =
                    "The distribution that is measured: ${DEFAULT-VALUE}. Where there is none, FactStream runs from the "
                            + "class path.")
    private Path distribution = Path.of("target", "factstream");

    @Option(
            names = "--only",
            defaultValue = "",
            description = "Measures only those in whose names this regular expression is found; without it everything.")
    private Pattern only = Pattern.compile("");

    public static void main(String[] args) {
        System.exit(new CommandLine(new Benchmark()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException, SQLException {
        Files.createDirectories(folder);
        Path launcher = FactStreamRun.launcher(distribution);
        Report report = new Report(launcher == null ? "from the class path" : launcher.toString());
        List<Contender> contenders = contenders(launcher).stream()
                .filter(contender -> only.matcher(contender.name()).find())
                .toList();
        if (!contenders.isEmpty()) {
            report.contenders(measure(contenders));
        }
        for (Map.Entry<String, Scenarios.Scenario> scenario :
                new Scenarios(launcher, folder, folder.resolve("run")).all().entrySet()) {
            if (only.matcher(scenario.getKey()).find()) {
                System.out.println(scenario.getKey());
                report.scenario(scenario.getKey(), scenario.getValue().measure());
            }
        }
        report.print(System.out);
        report.save(folder.resolve("results.json"));
        return 0;
    }

    private List<Contender> contenders(@Nullable Path launcher) throws SQLException {
        Dataset lines = Dataset.make(folder, Dataset.Shape.RECEIPT_LINES, Dataset.Order.TIME, rows, true);
        Dataset wide = Dataset.make(folder, Dataset.Shape.WIDE, Dataset.Order.TIME, Math.max(1, rows / 5), false);
        long few = Math.max(1, rows / 50);
        long sum = lines.checksum(rows);
        long wideSum = wide.checksum(wide.rows());
        List<Contender> all = new ArrayList<>();
        all.add(Contender.factStream(launcher, "FactStream, 1 stream", lines, 1, sum));
        all.add(Contender.factStream(launcher, "FactStream, 4 streams", lines, Dataset.PARTS, sum));
        all.add(Contender.loop("plain loop", lines, rows, sum, PlainLoop.class));
        all.add(Contender.loop("best loop", lines, rows, sum, BestLoop.class));
        all.add(Contender.loop("stock Camel route", lines, few, lines.checksum(few), StockRoute.class));
        all.add(Contender.loop(
                "part: prepared batches to the endpoint",
                lines,
                rows,
                PreparedBatches.checksum(rows),
                PreparedBatches.class));
        all.add(Contender.factStream(launcher, "wide: FactStream, 1 stream", wide, 1, wideSum));
        all.add(Contender.loop("wide: plain loop", wide, wide.rows(), wideSum, PlainLoop.class));
        all.add(Contender.loop("wide: best loop", wide, wide.rows(), wideSum, BestLoop.class));
        return all;
    }

    /** One round that does not count, then the others; in each round every contender once. */
    private Map<String, List<Measurement>> measure(List<Contender> contenders)
            throws IOException, InterruptedException {
        Map<String, List<Measurement>> results = new LinkedHashMap<>();
        try (HubProcess hubs = HubProcess.start()) {
            for (int round = 0; round <= rounds; round++) {
                for (Contender contender : contenders) {
                    Measurement measured = contender.run(hubs, Folders.emptied(folder.resolve("run")));
                    System.out.printf(
                            "round %d: %-42s %,11.0f events/s%n", round, contender.name(), measured.eventsPerSecond());
                    List<Measurement> counted = results.computeIfAbsent(contender.name(), name -> new ArrayList<>());
                    if (round > 0) {
                        counted.add(measured);
                    }
                }
            }
        }
        return results;
    }
}
