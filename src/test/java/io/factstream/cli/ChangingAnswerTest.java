package io.factstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.localhub.LocalEventHubs;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a query whose answer changes: {@code validate}, {@code run} and {@code verify} agree. */
class ChangingAnswerTest {

    private static final String HUB = "facts";

    private final Path folder;
    private final LocalEventHubs hubs = LocalEventHubs.builder().hub(HUB, 2).start();

    @SuppressWarnings("NullAway.Init")
    private Cli cli;

    ChangingAnswerTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void a_table() throws Exception {
        cli = new Cli(folder, hubs, HUB);
        cli.with("factstream.hold.initial-delay", "10ms");
        cli.sql(
                "CREATE TABLE facts AS SELECT now()::TIMESTAMP - INTERVAL (i) HOUR AS t, i AS n, 'user ' || i AS who FROM"
                        + " range(1, 11) r(i)",
                "CREATE VIEW recent AS FROM facts WHERE t > now() - INTERVAL 7 DAY");
    }

    @AfterEach
    void close() {
        hubs.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT t AS _watermark, n FROM facts WHERE t + INTERVAL 7 DAY > now()::TIMESTAMP",
                "SELECT t AS _watermark, n FROM recent",
                "SELECT t AS _watermark, uuid() AS _trace_id, who FROM facts",
                "SELECT now() AS _watermark, who FROM facts",
                "SELECT epoch_ms(now()) AS _watermark, who FROM facts",
                "SELECT t AS _watermark, who FROM facts WHERE random() < 0.5"
            })
    void what_validate_refuses_run_refuses_with_the_same_words_and_nothing_is_sent(String query) throws Exception {
        cli.stream("changing", query);

        Cli.Run validated = cli.execute("validate", "changing");
        Cli.Run ran = cli.execute("run", "--once");

        assertThat(validated.code()).as(validated.out()).isEqualTo(ExitCodes.REFUSED);
        String words = validated.lines().get(0).replaceFirst(".*: error: ", "").replaceFirst(";.*", "");
        assertThat(ran.code()).isEqualTo(ExitCodes.FAILED);
        assertThat(ran.out() + ran.errors()).contains(words);
        assertThat(hubs.count(HUB)).isZero();
    }

    @Test
    void what_only_lets_rows_in_runs_and_verifies() throws Exception {
        cli.stream("steady", "SELECT t AS _watermark, n FROM facts WHERE t <= now() AND who <> 'now()'");

        assertThat(cli.execute("validate").code()).isEqualTo(ExitCodes.DONE);
        assertThat(cli.execute("run", "--once").code()).isEqualTo(ExitCodes.DONE);
        assertThat(cli.execute("verify", "steady").code()).isEqualTo(ExitCodes.DONE);
        assertThat(hubs.count(HUB)).isEqualTo(10);
    }

    @Test
    void a_page_that_had_rows_when_it_was_planned_and_none_when_it_was_read_is_not_passed() throws Exception {
        // DuckDB gives no plan of a PIVOT without a list, so that nothing is known of it beforehand.
        cli.stream(
                "vanishing", "PIVOT (SELECT epoch_us(now()) AS _watermark, n % 2 AS k FROM facts) ON k USING count(*)");

        Cli.Run validated = cli.execute("validate");
        Cli.Run ran = cli.execute("run", "--once");
        Cli.Run verified = cli.execute("verify", "vanishing");

        assertThat(validated.code()).as(validated.out()).isEqualTo(ExitCodes.REFUSED);
        assertThat(ran.code()).isEqualTo(ExitCodes.FAILED);
        assertThat(ran.out() + ran.errors()).contains("and none when it was read");
        assertThat(verified.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(verified.out()).doesNotContain("all there");
        assertThat(cli.execute("watermark", "list").out()).doesNotContain("vanishing");
    }

    @Test
    void events_that_are_others_when_they_are_read_again_are_told_with_the_column() throws Exception {
        cli.stream(
                "restless",
                "PIVOT (SELECT t AS _watermark, n % 2 AS k, who,\n now() AS seen FROM facts) ON k USING count(*)");

        Cli.Run validated = cli.execute("validate");

        assertThat(validated.code()).as(validated.out()).isEqualTo(ExitCodes.DONE);
        assertThat(validated.out())
                .contains(
                        "restless.sql:2: warning: the first events were others when they were read again: the column seen")
                .doesNotContain("column who");
    }
}
