package io.factstream.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * What the processor time of a process went to. How much each thread had is the system's count; what the threads that send
 * did with theirs is told by the samples of Java's flight recorder.
 */
final class ProcessorParts {

    private static final String SENDING = "sending";

    /** What threads do, by how their names begin, of which the system keeps 15 letters. */
    private static final Map<String, String> THREADS = Map.of(
            "factstream-send", SENDING,
            "Camel (", SENDING,
            "factstream-read", "reading",
            "reactor-exec", "the SDK's network thread",
            "C1 Compiler", "Java's first compiler",
            "C2 Compiler", "Java's second compiler",
            "VM Thread", "garbage collector",
            "JFR ", "flight recorder");

    /** Whose code it is, by how the names of its classes begin. */
    private static final Map<String, String> CODE = Map.of(
            "io.factstream.", "FactStream",
            "org.apache.camel.", "Camel",
            "com.azure.", "the SDK",
            "reactor.", "the SDK",
            "org.apache.qpid.", "the SDK");

    private static final List<String> PROPERTIES = List.of("ApplicationProperties", "MapType");

    private final long pid;
    private final Map<Long, Used> threads = new TreeMap<>();

    /** What a thread has had so far. */
    private record Used(String thread, double seconds) {}

    ProcessorParts(long pid) {
        this.pid = pid;
    }

    /** What starts a process so that it records what its threads do. */
    static String recordingTo(Path file) {
        return "-XX:StartFlightRecording=settings=profile,filename=" + file;
    }

    /** Looks what each thread has had so far. Threads that end between two looks lose what came after the first. */
    void look() {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks.toList()) {
                String stat = Files.readString(task.resolve("stat"));
                long thread = Long.parseLong(task.getFileName().toString());
                String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
                threads.put(thread, new Used(name, JavaProcess.processorSeconds(stat)));
            }
        } catch (IOException | UncheckedIOException e) {
            // The thread or the process has ended, or this is no Linux: what was seen last, or nothing, is what is
            // known.
        }
    }

    /** Microseconds an event by part, the largest first. */
    Map<String, Double> microsAnEvent(Path recording, long events) throws IOException {
        Map<String, Double> all = new TreeMap<>();
        threads.values().forEach(used -> all.merge(part(used.thread()), used.seconds() * 1e6 / events, Double::sum));
        all.put("all", all.values().stream().mapToDouble(Double::doubleValue).sum());
        double sending = Optional.ofNullable(all.remove(SENDING)).orElse(0.0);
        Map<String, Long> samples = samples(recording);
        double sampled = samples.values().stream().mapToLong(Long::longValue).sum();
        samples.forEach((code, count) -> all.put(SENDING + ": " + code, sending * count / sampled));
        Map<String, Double> sorted = new LinkedHashMap<>();
        List<Map.Entry<String, Double>> entries = new ArrayList<>(all.entrySet());
        entries.sort(Map.Entry.<String, Double>comparingByValue().reversed());
        entries.forEach(entry -> sorted.put(entry.getKey() + ", µs an event", entry.getValue()));
        return sorted;
    }

    private static String part(String thread) {
        return THREADS.entrySet().stream()
                .filter(entry -> thread.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("other threads");
    }

    private static Map<String, Long> samples(Path recording) throws IOException {
        Map<String, Long> samples = new TreeMap<>();
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                if (event.getEventType().getName().equals("jdk.ExecutionSample")
                        && part(event.getThread("sampledThread").getJavaName()).equals(SENDING)) {
                    samples.merge(code(event.getStackTrace().getFrames()), 1L, Long::sum);
                }
            }
        }
        return samples;
    }

    /** Whose code was at work: that of the innermost frame that is not Java's own. */
    private static String code(List<RecordedFrame> frames) {
        for (RecordedFrame frame : frames) {
            String type = frame.getMethod().getType().getName();
            for (Map.Entry<String, String> code : CODE.entrySet()) {
                if (type.startsWith(code.getKey())) {
                    return code.getValue() + (encodesProperties(frames) ? ", encoding application properties" : "");
                }
            }
        }
        return "Java";
    }

    private static boolean encodesProperties(List<RecordedFrame> frames) {
        return frames.stream()
                .map(frame -> frame.getMethod().getType().getName())
                .anyMatch(type -> PROPERTIES.stream().anyMatch(type::contains));
    }
}
