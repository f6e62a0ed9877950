package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A state file that is taken away under the runtime. */
class LostStateFileTest {

    @Test
    void health_tells_that_the_state_file_was_taken_away_under_the_runtime(@TempDir Path folder) throws IOException {
        try (RuntimeUnderTest runtime =
                RuntimeUnderTest.in(folder).load("CREATE TABLE facts AS SELECT range + 1 AS n FROM range(10)").stream(
                                "facts", "SELECT n AS _watermark, n FROM facts")
                        .start()) {
            runtime.awaitDrained();
            assertThat(Heartbeat.read(runtime.stateFile(), Clock.systemUTC()).isWell())
                    .isTrue();
            Path taken = folder.resolve("taken.db");

            Files.move(runtime.stateFile(), taken);

            RuntimeUnderTest.eventually("told")
                    .untilAsserted(() -> assertThat(Heartbeat.read(runtime.stateFile(), Clock.systemUTC())
                                    .problems())
                            .anySatisfy(problem -> assertThat(problem).contains("was deleted or replaced")));

            Files.move(taken, runtime.stateFile());
            RuntimeUnderTest.eventually("well again").until(() -> Heartbeat.read(runtime.stateFile(), Clock.systemUTC())
                    .isWell());
        }
    }
}
