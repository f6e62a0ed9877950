package io.factstream.localhub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Azure's JavaScript SDK speaks AMQP by an engine of its own, so it is a second opinion on the hub. */
@Timeout(180)
class JavaScriptSdkTest {

    private static final Path DIRECTORY = Path.of("target", "localhub-js");
    private static final String SCRIPT = "send-and-receive.js";
    private static final int EVENTS = 500;

    @Test
    void the_javascript_sdk_receives_what_it_sent() throws IOException, InterruptedException {
        install();
        try (LocalEventHubs hubs = LocalEventHubs.builder().hub("retail", 4).start()) {
            Outcome outcome = run(60, "node", SCRIPT, hubs.connectionString("retail"));

            assertThat(outcome.exitCode()).as(outcome.error()).isZero();
            JsonNode seen = new ObjectMapper().readTree(outcome.output());
            int partition = PartitionHash.partitionOf("store-7", 4);
            List<Integer> numbers = IntStream.range(0, EVENTS).boxed().toList();
            assertThat(seen.get("partitions")).extracting(JsonNode::asText).containsExactly("0", "1", "2", "3");
            assertThat(seen.get("numbers")).extracting(JsonNode::asInt).isEqualTo(numbers);
            assertThat(seen.get("sequenceNumbers")).extracting(JsonNode::asInt).isEqualTo(numbers);
            assertThat(seen.get("partitionKeys")).extracting(JsonNode::asText).containsExactly("store-7");
            assertThat(seen.get("sources")).extracting(JsonNode::asText).containsExactly("node");
            assertThat(hubs.events("retail", partition))
                    .hasSize(EVENTS)
                    .allSatisfy(event -> assertThat(event.properties()).containsEntry("source", "node"));
        }
    }

    /** Gets the SDK from wherever npm is configured to get packages, once for all runs until the next clean. */
    private static void install() throws IOException, InterruptedException {
        Files.createDirectories(DIRECTORY);
        copy("package.json");
        copy(SCRIPT);
        assumeTrue(canRun("node"), "Node.js is not installed: the JavaScript SDK is not tried");
        assumeTrue(canRun("npm"), "npm is not installed: the JavaScript SDK is not tried");
        if (!Files.exists(DIRECTORY.resolve("node_modules/@azure/event-hubs/package.json"))) {
            Outcome install = run(90, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock");
            assumeTrue(
                    install.exitCode() == 0, "npm cannot install @azure/event-hubs: the JavaScript SDK is not tried");
        }
    }

    private static void copy(String resource) throws IOException {
        try (InputStream in = JavaScriptSdkTest.class.getResourceAsStream("/localhub/" + resource)) {
            assertThat(in).isNotNull();
            Files.copy(in, DIRECTORY.resolve(resource), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static boolean canRun(String command) throws InterruptedException {
        try {
            return run(30, command, "--version").exitCode() == 0;
        } catch (IOException notFound) {
            return false;
        }
    }

    /** What a program did; the exit code is -1 when it did not end in time. */
    private record Outcome(int exitCode, String output, String error) {}

    private static Outcome run(long seconds, String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(DIRECTORY, "output", ".txt");
        Path error = Files.createTempFile(DIRECTORY, "error", ".txt");
        Process process = new ProcessBuilder(command)
                .directory(DIRECTORY.toFile())
                .redirectOutput(output.toFile())
                .redirectError(error.toFile())
                .start();
        try {
            boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
            return new Outcome(ended ? process.exitValue() : -1, Files.readString(output), Files.readString(error));
        } finally {
            process.destroyForcibly();
            Files.delete(output);
            Files.delete(error);
        }
    }
}
