package io.factstream.source;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;

/** Another process that holds a DuckDB file open for writing, until it is closed. */
public final class LoaderProcess implements AutoCloseable {

    private final Process process;

    private LoaderProcess(Process process) {
        this.process = process;
    }

    /** Starts the process; when this returns it has the file. */
    public static LoaderProcess holding(Path file) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LoaderProcess.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        if (!"holding".equals(line)) {
            process.destroyForcibly();
            throw new IOException("the loader did not start: " + line);
        }
        return new LoaderProcess(process);
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Lets go of the file and waits for the process to end. */
    @Override
    public void close() throws IOException {
        process.outputWriter().close();
        process.onExit().join();
    }

    /** Opens the file that is named, says so, and waits until nobody listens any more. */
    public static void main(String... arguments) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + arguments[0])) {
            connection.createStatement().execute("CREATE TABLE IF NOT EXISTS held (a INTEGER)");
            System.out.println("holding");
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
