package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.StreamTests.Outcome;
import io.factstream.config.SettingsLoader;
import io.factstream.routes.RouteFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The tests that are shipped beside the streams in routes/. */
class ShippedStreamTestsTest {

    private static final Path ROUTES = Path.of("routes");

    @Test
    void every_shipped_stream_has_tests_and_they_pass() throws InterruptedException {
        List<Outcome> outcomes = StreamTests.run(
                new SettingsLoader(ROUTES, null, Map.of()).load(null, Map.of("factstream.routes", ROUTES.toString())),
                List.of());

        assertThat(outcomes)
                .allSatisfy(outcome -> assertThat(outcome.failures()).isEmpty());
        assertThat(outcomes)
                .extracting(Outcome::stream)
                .containsAll(RouteFiles.files(ROUTES).stream()
                        .flatMap(file -> RouteFiles.streams(file).keySet().stream())
                        .toList());
    }
}
