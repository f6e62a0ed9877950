package io.factstream.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** That the benchmark still runs. It measures nothing worth knowing on so few rows. */
class BenchmarkTest {

    private static final String CONTENDERS = "^FactStream, 4|^plain loop";

    @Test
    void loops_run_with_the_options_of_the_launcher() throws IOException {
        String launcher = Files.readString(Path.of("src/main/dist/bin/factstream"));

        assertThat(JavaProcess.LAUNCHER_OPTIONS)
                .allSatisfy(option -> assertThat(launcher).containsPattern("[ =]" + Pattern.quote(option) + "\\s"));
        assertThat(Pattern.compile("-XX:[+\\w]+(?:=\\d+)?(?=[\\s])")
                        .matcher(launcher.replace("-XX:MaxRAMPercentage=50", ""))
                        .results()
                        .map(MatchResult::group))
                .isSubsetOf(JavaProcess.LAUNCHER_OPTIONS);
    }

    @Test
    void contenders_deliver_each_row_and_are_told_as_json(@TempDir Path folder) throws IOException {
        int exitCode = new CommandLine(new Benchmark())
                .execute(
                        "--rows",
                        "2000",
                        "--rounds",
                        "1",
                        "--folder",
                        folder.toString(),
                        "--distribution",
                        folder.resolve("none").toString(),
                        "--only",
                        CONTENDERS);

        assertThat(exitCode).isZero();
        JsonNode results =
                new ObjectMapper().readTree(folder.resolve("results.json").toFile());
        JsonNode runs = results.path("runs");
        assertThat(runs).as(results.toPrettyString()).hasSize(2);
        assertThat(runs.findValues("eventsPerSecond")).hasSize(2).allSatisfy(figure -> assertThat(figure.asDouble())
                .isPositive());
    }
}
