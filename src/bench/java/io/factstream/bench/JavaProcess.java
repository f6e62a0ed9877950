package io.factstream.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A process with a Java virtual machine of its own, whose memory and processor time are looked at while it runs. */
final class JavaProcess implements AutoCloseable {

    /** As the launcher starts FactStream. */
    static final List<String> LAUNCHER_OPTIONS = List.of(
            "-Xmx192m",
            "-XX:+UseSerialGC",
            "-XX:NewRatio=1",
            "-XX:SurvivorRatio=3",
            "-XX:MaxInlineLevel=9",
            "-XX:Tier4InvocationThreshold=60000",
            "-XX:Tier4MinInvocationThreshold=12000",
            "-XX:Tier4CompileThreshold=120000",
            "-XX:Tier4BackEdgeThreshold=360000",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+ExitOnOutOfMemoryError",
            "-Duser.timezone=UTC",
            "-Dfile.encoding=UTF-8");

    private static final String COLLECTIONS = "collections.txt";
    private static final long LOOK_EVERY_MILLIS = 20;
    private static final Pattern COLLECTION = Pattern.compile("Pause .* (\\d+)M->(\\d+)M\\(");
    private static final long MB = 1024 * 1024;
    /** Of the processor times that Linux tells, a second. */
    private static final double TICKS = 100;

    private final Process process;
    private final Path output;
    private final Path collections;
    private final long startNanos;
    private long peakKilobytes;
    private double processorSeconds;

    /**
     * What a process used.
     *
     * @param peakBytes the most physical memory it had
     * @param processorSeconds of all its threads
     * @param allocatedBytes of the Java heap, from its garbage collections: 0 when it made none
     */
    record Use(long peakBytes, double processorSeconds, long allocatedBytes) {}

    private JavaProcess(Process process, Path output, Path collections, long startNanos) {
        this.process = process;
        this.output = output;
        this.collections = collections;
        this.startNanos = startNanos;
    }

    /**
     * Starts one.
     *
     * @param folder where its output and its log of collections go
     * @param options for the virtual machine
     * @param environment in place of what this process has of these names
     */
    static JavaProcess start(
            Path folder, List<String> options, Map<String, String> environment, Class<?> main, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add(collectionsTo(folder));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(arguments);
        Map<String, String> all = new HashMap<>(environment);
        all.put("MALLOC_ARENA_MAX", "2"); // As the launcher sets it.
        return start(folder, command, all);
    }

    /** Starts FactStream by its launcher, with these options for the virtual machine beside the launcher's own. */
    static JavaProcess launch(
            Path folder, Path launcher, List<String> options, Map<String, String> environment, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(arguments);
        Map<String, String> all = new HashMap<>(environment);
        all.put("JAVA_HOME", System.getProperty("java.home"));
        all.put("FACTSTREAM_JAVA_OPTS", String.join(" ", options) + " " + collectionsTo(folder));
        return start(folder, command, all);
    }

    private static String collectionsTo(Path folder) {
        return "-Xlog:gc:file=" + folder.resolve(COLLECTIONS) + "::filecount=0";
    }

    private static JavaProcess start(Path folder, List<String> command, Map<String, String> environment)
            throws IOException {
        Path output = folder.resolve("output.txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        long start = System.nanoTime();
        return new JavaProcess(builder.start(), output, folder.resolve(COLLECTIONS), start);
    }

    long startNanos() {
        return startNanos;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Waits for its end.
     *
     * @throws IllegalStateException when it ends with anything but 0, or not in time
     */
    Use awaitEnd(long seconds) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!process.waitFor(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
            look();
            if (System.nanoTime() > deadline) {
                process.destroyForcibly().waitFor();
                throw new IllegalStateException("gave up after " + seconds + " s:\n" + output());
            }
        }
        if (process.exitValue() != 0) {
            throw new IllegalStateException("ended with " + process.exitValue() + ":\n" + output());
        }
        return use();
    }

    /** What it used as of now. */
    Use look() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid() + "/status"))) {
            lines.filter(line -> line.startsWith("VmHWM:"))
                    .forEach(line -> peakKilobytes = Long.parseLong(line.replaceAll("\\D", "")));
            processorSeconds = processorSeconds(pid());
        } catch (IOException | UncheckedIOException e) {
            // It has ended, or this is no Linux: what was seen last, or nothing, is what is known.
        }
        return new Use(peakKilobytes * 1024, processorSeconds, 0);
    }

    /**
     * What a process has used so far, of all its threads.
     *
     * @throws IOException when it has ended, or this is no Linux
     */
    static double processorSeconds(long pid) throws IOException {
        return processorSeconds(Files.readString(Path.of("/proc/" + pid + "/stat")));
    }

    /** As the system's line on a process or a thread has it. */
    static double processorSeconds(String stat) {
        String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(words[11]) + Long.parseLong(words[12])) / TICKS;
    }

    private Use use() {
        long allocated = 0;
        long left = 0;
        for (String line : read(collections).lines().toList()) {
            Matcher pause = COLLECTION.matcher(line);
            if (pause.find()) {
                allocated += Long.parseLong(pause.group(1)) - left;
                left = Long.parseLong(pause.group(2));
            }
        }
        return new Use(peakKilobytes * 1024, processorSeconds, allocated * MB);
    }

    /** What it printed. */
    String output() {
        return read(output);
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it, as an operator would. */
    void terminate() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            close();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
