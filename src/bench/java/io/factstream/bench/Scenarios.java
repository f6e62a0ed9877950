package io.factstream.bench;

import io.factstream.stream.PageParts;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is measured of FactStream alone: figures by their names, with their units. */
final class Scenarios {

    private static final int PAGE = 20_000;
    private static final int PAGES = 40;
    private static final long MILLION = 1_000_000;
    private static final int DELAYED_ROWS = 3_000;
    private static final int LOADED_ROWS = 10;

    private final @Nullable Path launcher;
    private final Path data;
    private final Path work;

    /**
     * @param launcher as for {@link FactStreamRun}
     * @param data where made data is kept
     * @param work a folder that is emptied for each measurement
     */
    Scenarios(@Nullable Path launcher, Path data, Path work) {
        this.launcher = launcher;
        this.data = data;
        this.work = work;
    }

    /** Measures one thing. */
    @FunctionalInterface
    interface Scenario {
        Map<String, Double> measure() throws IOException, InterruptedException, SQLException;
    }

    /** All of them, by their names. */
    Map<String, Scenario> all() {
        Map<String, Scenario> all = new LinkedHashMap<>();
        all.put("scenario: time of a page", this::pages);
        all.put("scenario: catching up in random order", this::random);
        all.put("scenario: memory of a backlog", this::memory);
        all.put("scenario: processor time by part", this::processor);
        all.put("scenario: 20 idle streams", this::idle);
        all.put("scenario: delay of a row at 100 rows/s", this::delay);
        all.put("scenario: time to take up an edit", this::edit);
        return all;
    }

    private Path fresh() throws IOException {
        return Folders.emptied(work);
    }

    /** Of the first pages of larger and larger tables, in two orders. */
    private Map<String, Double> pages() throws IOException, InterruptedException, SQLException {
        Map<String, Double> figures = new LinkedHashMap<>();
        for (Dataset.Order order : List.of(Dataset.Order.TIME, Dataset.Order.LOADS)) {
            for (long rows : List.of(MILLION, 10 * MILLION, 50 * MILLION)) {
                Dataset table = Dataset.make(data, Dataset.Shape.RECEIPT_LINES, order, rows, false);
                figures.put(
                        order + ", " + rows / MILLION + " M rows: median page, ms",
                        1000 * figure(parts(table), "median"));
            }
        }
        return figures;
    }

    /** On a table in no order each page is a scan, so pages must be larger for the whole to stay linear. */
    private Map<String, Double> random() throws IOException, InterruptedException, SQLException {
        Map<String, Double> figures = new LinkedHashMap<>();
        runs(Dataset.Order.RANDOM, List.of(1, 4))
                .forEach((millions, run) -> figures.put(millions + " M rows: whole run, s", run.wholeSeconds()));
        return figures;
    }

    /** Runs of FactStream with one stream, by the millions of rows that each catches up on. */
    private Map<Integer, Measurement> runs(Dataset.Order order, List<Integer> millions)
            throws IOException, InterruptedException, SQLException {
        Map<Integer, Measurement> runs = new LinkedHashMap<>();
        try (HubProcess hubs = HubProcess.start()) {
            for (int each : millions) {
                long rows = each * MILLION;
                Dataset table = Dataset.make(data, Dataset.Shape.RECEIPT_LINES, order, rows, false);
                runs.put(
                        each,
                        Contender.factStream(launcher, "one stream", table, 1, table.checksum(rows))
                                .run(hubs, fresh()));
            }
        }
        return runs;
    }

    private String parts(Dataset table) throws IOException, InterruptedException {
        try (JavaProcess process = JavaProcess.start(
                fresh(),
                JavaProcess.LAUNCHER_OPTIONS,
                Map.of(),
                PageParts.class,
                List.of(
                        table.file().toString(),
                        table.query(),
                        Integer.toString(PAGE),
                        Integer.toString(PAGES),
                        "true"))) {
            process.awaitEnd(900);
            return process.output();
        }
    }

    private static double figure(String output, String name) {
        Matcher figure = Pattern.compile(name + "=([0-9.E-]+)").matcher(output);
        if (!figure.find()) {
            throw new IllegalStateException("no " + name + " in " + output);
        }
        return Double.parseDouble(figure.group(1));
    }

    private Map<String, Double> memory() throws IOException, InterruptedException, SQLException {
        Map<String, Double> figures = new LinkedHashMap<>();
        runs(Dataset.Order.TIME, List.of(1, 10)).forEach((millions, run) -> {
            figures.put(millions + " M rows: peak RSS, MB", run.peakMegabytes());
            figures.put(millions + " M rows: events/s", run.eventsPerSecond());
        });
        return figures;
    }

    /** Of a run that lasts, its start included. */
    private Map<String, Double> processor() throws IOException, InterruptedException, SQLException {
        long rows = 10 * MILLION;
        Dataset table = Dataset.make(data, Dataset.Shape.RECEIPT_LINES, Dataset.Order.TIME, rows, false);
        Path folder = fresh();
        Path recording = folder.resolve("recording.jfr").toAbsolutePath();
        try (HubProcess hubs = HubProcess.start()) {
            FactStreamRun run = new FactStreamRun(
                            launcher, folder, table.file(), hubs.connectionString(), hubs.unusedHub())
                    .stream("bench-0", table.query());
            try (JavaProcess process = run.start(List.of(ProcessorParts.recordingTo(recording)), "--once")) {
                ProcessorParts parts = new ProcessorParts(process.pid());
                while (process.isAlive()) {
                    parts.look();
                    TimeUnit.MILLISECONDS.sleep(500);
                }
                JavaProcess.Use unused = process.awaitEnd(1);
                Map<String, Double> figures = parts.microsAnEvent(recording, rows);
                figures.put("the hub's process, µs an event", hubs.processorSeconds() * 1e6 / rows);
                return figures;
            }
        }
    }

    private Map<String, Double> idle() throws IOException, InterruptedException, SQLException {
        Dataset table = Dataset.make(data, Dataset.Shape.RECEIPT_LINES, Dataset.Order.TIME, MILLION / 10, false);
        try (HubProcess hubs = HubProcess.start()) {
            FactStreamRun run =
                    new FactStreamRun(launcher, fresh(), table.file(), hubs.connectionString(), hubs.unusedHub());
            for (int i = 0; i < 20; i++) {
                run.stream("idle-" + i, table.query() + " WHERE product_id < 1000");
            }
            try (JavaProcess process = run.start(List.of())) {
                TimeUnit.SECONDS.sleep(45);
                double before = process.look().processorSeconds();
                TimeUnit.SECONDS.sleep(30);
                double used = process.look().processorSeconds() - before;
                process.terminate();
                return Map.of("part of one core, %", used / 30 * 100);
            }
        }
    }

    /** From the commit of the loader, which then still has to close the file, to the arrival at the hub. */
    private Map<String, Double> delay() throws IOException, InterruptedException, SQLException {
        Path folder = fresh();
        Path file = folder.resolve("delay.duckdb");
        long unused = load(file, "CREATE TABLE facts (event_ts TIMESTAMP, n BIGINT)");
        Map<Integer, Long> commits = new TreeMap<>();
        try (HubProcess hubs = HubProcess.start()) {
            String hub = hubs.watchedHub();
            FactStreamRun run = new FactStreamRun(launcher, folder, file, hubs.connectionString(), hub)
                    .stream("delay", "SELECT event_ts AS _watermark, 'd-' || n AS _trace_id, n FROM facts");
            try (JavaProcess process = run.start(List.of())) {
                TimeUnit.SECONDS.sleep(10);
                for (int n = 0; n < DELAYED_ROWS; n += LOADED_ROWS) {
                    commits.put(
                            n,
                            load(
                                    file,
                                    "INSERT INTO facts SELECT TIMESTAMP '" + LocalDateTime.now(ZoneOffset.UTC) + "', "
                                            + n + " + range FROM range(" + LOADED_ROWS + ")"));
                    TimeUnit.MILLISECONDS.sleep(100);
                }
                TimeUnit.SECONDS.sleep(5);
                process.terminate();
            }
            Map<String, Long> arrivals = hubs.arrivals(hub);
            List<Double> delays = new ArrayList<>();
            commits.forEach((first, committed) -> {
                for (int n = first; n < first + LOADED_ROWS; n++) {
                    Long arrived = arrivals.get("d-" + n);
                    if (arrived != null) {
                        delays.add((double) (arrived - committed));
                    }
                }
            });
            delays.sort(null);
            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put("events", (double) delays.size());
            figures.put("median, ms", delays.get(delays.size() / 2));
            figures.put("p99, ms", delays.get(delays.size() * 99 / 100));
            figures.put("longest, ms", delays.get(delays.size() - 1));
            return figures;
        }
    }

    /** From the saving of a stream's query to the line that says it runs, while the stream catches up. */
    private Map<String, Double> edit() throws IOException, InterruptedException, SQLException {
        Dataset table = Dataset.make(data, Dataset.Shape.RECEIPT_LINES, Dataset.Order.TIME, 10 * MILLION, false);
        try (HubProcess hubs = HubProcess.start()) {
            FactStreamRun run = new FactStreamRun(
                            launcher, fresh(), table.file(), hubs.connectionString(), hubs.unusedHub())
                    .stream("edited", table.query());
            List<Double> times = new ArrayList<>();
            // The log of the tests, which comes first on the class path, is silent.
            try (JavaProcess process =
                    run.start(List.of("-Dlogback.configurationFile=src/main/resources/logback.xml"))) {
                TimeUnit.SECONDS.sleep(10);
                for (int version = 2; version < 22; version++) {
                    run.stream("edited", table.query() + " -- version " + version);
                    long saved = System.nanoTime();
                    await(process, "stream=edited version=" + version + " ");
                    times.add((System.nanoTime() - saved) / 1e9);
                }
                process.terminate();
            }
            times.sort(null);
            return Map.of("median, s", Report.median(times), "longest, s", times.get(times.size() - 1));
        }
    }

    private static void await(JavaProcess process, String words) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!process.output().contains(words)) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("no '" + words + "' in\n" + process.output());
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /**
     * As a loader does: opens the file, writes, closes it; tries again while it is being read. Returns when it had
     * committed, in milliseconds since 1970.
     */
    private static long load(Path file, String sql) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
                return System.currentTimeMillis();
            } catch (SQLException e) {
                if (System.nanoTime() > deadline
                        || !String.valueOf(e.getMessage()).contains("lock")) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(5);
            }
        }
    }
}
