package io.factstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.localhub.LocalEventHubs;
import io.factstream.source.LoaderProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A loader that does not let go of the source. */
class HeldSourceTest {

    @Test
    @Timeout(120)
    void run_once_gives_up_a_source_that_stays_held_says_who_holds_it_and_exits_with_1(@TempDir Path folder)
            throws Exception {
        try (LocalEventHubs hubs = LocalEventHubs.builder().hub("facts", 2).start()) {
            Cli cli = new Cli(folder, hubs, "facts").with("factstream.once.patience", "2s");
            cli.sql("CREATE TABLE facts AS SELECT range AS n FROM range(10)");
            cli.stream("facts", "SELECT n AS _watermark FROM facts");
            try (LoaderProcess loader = LoaderProcess.holding(folder.resolve("facts.duckdb"))) {

                Cli.Run run = cli.execute("run", "--once");

                assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
                assertThat(run.out()).contains("failed: source").contains("held by process " + loader.pid());
            }
            assertThat(cli.execute("run", "--once").code()).isZero();
            assertThat(hubs.count("facts")).isEqualTo(10);
        }
    }
}
