package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.localhub.LocalEventHubs;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeveralHubsTest {

    @Test
    void each_stream_sends_to_the_hub_that_its_route_names(@TempDir Path folder) {
        LocalEventHubs.Builder hubs = LocalEventHubs.builder()
                .hub(RuntimeUnderTest.HUB, RuntimeUnderTest.PARTITIONS)
                .hub("others", 2);
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder, hubs)
                .load("CREATE TABLE numbers AS SELECT range AS n FROM range(1, 101)")
                .stream("default-hub", "SELECT n AS _watermark, n FROM numbers")
                .stream("other-hub", "SELECT n AS _watermark, n FROM numbers WHERE n <= 30")) {
            runtime.write("other-hub.camel.yaml", """
                    - route:
                        id: other-hub
                        description: Sends to a hub of its own.
                        from:
                          id: read-other-hub
                          description: Reads its query.
                          uri: kamelet:fact-stream
                          parameters:
                            stream: other-hub
                            eventType: number
                            query: other-hub.sql
                            hub: others
                          steps:
                            - to:
                                id: send-other-hub
                                description: Sends.
                                uri: direct:send-batch
                    """);
            runtime.start();

            runtime.awaitDrained();

            assertThat(runtime.hubs().count(RuntimeUnderTest.HUB)).isEqualTo(100);
            assertThat(runtime.hubs().count("others")).isEqualTo(30);
        }
    }
}
