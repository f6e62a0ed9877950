package io.factstream.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The hub in a process of its own, as {@link HubMain} runs it. Each run is given a hub that nobody has used. */
final class HubProcess implements AutoCloseable {

    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter questions;
    private final String connectionString;
    private int used;

    private HubProcess(Process process) throws IOException {
        this.process = process;
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        questions = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        connectionString = answers.readLine();
    }

    static HubProcess start() throws IOException {
        return new HubProcess(new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HubMain.class.getName()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** To the namespace; the hub is named apart from it. */
    String connectionString() {
        return connectionString;
    }

    /** The name of a hub without events. */
    String unusedHub() {
        return HubMain.hub(used++);
    }

    /** As above, and it will tell the {@link #arrivals} of its events. */
    String watchedHub() throws IOException {
        String hub = unusedHub();
        String unused = ask(HubMain.WATCH + hub);
        return hub;
    }

    /** What the process has used so far. */
    double processorSeconds() throws IOException {
        return JavaProcess.processorSeconds(process.pid());
    }

    /** What a hub has taken by now. */
    Taken taken(String hub) throws IOException {
        return Taken.parse(ask(hub));
    }

    /** When each event of a {@linkplain #watchedHub watched} hub came, by its trace id, in milliseconds since 1970. */
    Map<String, Long> arrivals(String hub) throws IOException {
        Map<String, Long> arrivals = new HashMap<>();
        for (String arrival : ask(HubMain.ARRIVALS + hub).split(" ", -1)) {
            int equals = arrival.indexOf('=');
            if (equals > 0) {
                arrivals.put(arrival.substring(0, equals), Long.valueOf(arrival.substring(equals + 1)));
            }
        }
        return arrivals;
    }

    private String ask(String question) throws IOException {
        questions.write(question + "\n");
        questions.flush();
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("the hub's process has ended");
        }
        return line;
    }

    @Override
    public void close() throws IOException {
        questions.close();
        process.destroy();
    }
}
