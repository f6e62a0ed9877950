package io.factstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.journal.Action;
import io.factstream.session.Outcome;
import io.factstream.session.Session;
import io.factstream.session.StreamCounts;
import io.factstream.state.SqliteState;
import io.factstream.status.StreamReport;
import io.factstream.watermark.Rows;
import io.factstream.watermark.Watermark;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code status}, {@code sessions}, {@code pause} and {@code resume} say of a state. */
class StatusCommandTest {

    private static final String SESSION = "20260102T030405678-7k2mq0xa";
    private static final Instant STARTED = Instant.parse("2026-01-02T03:04:05Z");

    private final Path stateFile;

    StatusCommandTest(@TempDir Path folder) {
        this.stateFile = folder.resolve("state.db");
    }

    @BeforeEach
    void a_runtime_that_reports_of_two_streams() {
        state(state -> {
            state.sessions().start(Session.starting(SESSION, STARTED));
            state.sessions().progress(SESSION, "sales", new StreamCounts(12, 11, 1, 2, 3_000));
            state.watermarks()
                    .advance("sales", "query", null, Watermark.of("TIMESTAMP", "2026-01-31 10:00:00"), Rows.passed(12));
            state.watermarks().advance("gone", "query", null, Watermark.of("BIGINT", "7"), Rows.passed(7));
            report(state, Instant.now());
        });
    }

    private static void report(SqliteState state, Instant at) {
        state.status()
                .putUp(List.of(
                        new StreamReport(
                                "refunds",
                                SESSION,
                                at,
                                "failing",
                                STARTED,
                                5L,
                                null,
                                0L,
                                at,
                                0,
                                0,
                                0,
                                "hub is away\n\u001b[31m" + "!".repeat(200),
                                null),
                        new StreamReport(
                                "sales", SESSION, at, "running", STARTED, 1_234L, 60L, 1L, at, 2, 3, 99.5, null,
                                null)));
    }

    @Test
    void a_line_a_stream_shows_state_watermark_lag_rate_and_last_error() {
        CommandRun run = run("status");

        assertThat(run.code()).isEqualTo(ExitCodes.DONE);
        List<String> lines = run.out().lines().toList();
        assertThat(lines).hasSize(5);
        assertThat(lines.get(0)).isEqualTo("session " + SESSION + " runs since " + STARTED);
        assertThat(lines.get(2)).matches("gone +stopped +BIGINT 7 +- +- +- +0 +- *");
        assertThat(lines.get(3))
                .startsWith("refunds")
                .containsPattern("failing +- +5 +- +0 +0 +0 +hub is away")
                .doesNotContain("\u001b")
                .endsWith("...");
        assertThat(lines.get(4)).matches("sales +running +TIMESTAMP 2026-01-31 10:00:00 +1,234 +60 +100 +0 +2 *");
    }

    @Test
    void a_machine_gets_one_object_with_all_that_is_known() throws IOException {
        JsonNode json = new ObjectMapper().readTree(run("status", "--json").out());

        assertThat(json.path("running").booleanValue()).isTrue();
        assertThat(json.path("session").textValue()).isEqualTo(SESSION);
        assertThat(json.path("streams")).hasSize(3);
        JsonNode sales = json.path("streams").path(2);
        assertThat(sales.path("lag_rows").longValue()).isEqualTo(1_234);
        assertThat(sales.path("lag_seconds").longValue()).isEqualTo(60);
        assertThat(sales.path("events_per_second").doubleValue()).isEqualTo(99.5);
        assertThat(sales.path("late_rows").longValue()).isEqualTo(2);
        assertThat(sales.path("watermark").path("value").textValue()).isEqualTo("2026-01-31 10:00:00");
        assertThat(sales.path("paused").isNull()).isTrue();
    }

    @Test
    void one_stream_is_shown_with_its_whole_error_and_an_unknown_one_is_refused() {
        assertThat(run("status", "refunds").out()).contains("!".repeat(200)).doesNotContain("sales");

        CommandRun unknown = run("status", "returns");

        assertThat(unknown.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(unknown.errors()).contains("stream 'returns'", "gone, refunds, sales");
    }

    @Test
    void a_runtime_that_was_killed_gave_its_last_sign_and_what_it_said_is_no_longer_so() {
        Instant longAgo = Instant.parse("2026-01-02T04:00:00Z");
        state(state -> report(state, longAgo));

        CommandRun run = run("status");

        assertThat(run.out())
                .contains("no runtime: session " + SESSION + " gave its last sign at " + longAgo)
                .containsPattern("sales +stopped")
                .doesNotContain("hub is away");
    }

    @Test
    void a_runtime_that_ended_says_how() {
        state(state ->
                state.sessions().end(SESSION, STARTED.plusSeconds(9), Outcome.STOPPED, Map.of("sales", "stopped")));

        assertThat(run("status").out())
                .contains("no runtime: session " + SESSION + " stopped at " + STARTED.plusSeconds(9));
    }

    @Test
    void a_pause_where_no_runtime_runs_waits_for_the_next_and_says_who_and_when() throws IOException {
        state(state -> state.sessions().end(SESSION, STARTED.plusSeconds(9), Outcome.STOPPED, Map.of()));

        assertThat(run("pause", "sales").out()).contains("stream sales: paused; no runtime runs it now");

        assertThat(run("pause", "sales").out()).contains("was paused already");
        state(state -> assertThat(state.journal().recent(9)).singleElement().satisfies(action -> {
            assertThat(action.kind()).isEqualTo(Action.Kind.PAUSE);
            assertThat(action.subject()).isEqualTo("sales");
            assertThat(action.who()).isEqualTo(System.getProperty("user.name") + " (command line)");
        }));
        assertThat(run("status").out())
                .containsPattern("sales +paused .* paused by " + System.getProperty("user.name") + " at 2");
        JsonNode resumed =
                new ObjectMapper().readTree(run("resume", "sales", "--json").out());
        assertThat(resumed.path("stream").textValue()).isEqualTo("sales");
        assertThat(resumed.path("changed").booleanValue()).isTrue();
        assertThat(run("status").out()).doesNotContain("paused by");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pause",
                "pause --all sales",
                "pause returns",
                "resume",
                "status returns",
                "sessions x",
                "sessions --limit 0"
            })
    void what_cannot_be_meant_is_refused(String arguments) {
        CommandRun run = run(arguments.split(" ", -1));

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.errors()).isNotBlank().doesNotContain("\tat ");
    }

    @Test
    void sessions_are_listed_the_newest_first_and_one_with_its_streams() throws IOException {
        state(state ->
                state.sessions().start(Session.starting("20260103T000000000-00000000", STARTED.plusSeconds(60))));

        List<String> lines = run("sessions").out().lines().toList();

        assertThat(lines).hasSize(3);
        assertThat(lines.get(1)).startsWith("20260103T000000000-00000000");
        assertThat(lines.get(2)).startsWith(SESSION).containsPattern("not-ended +12 +11 +1$");
        assertThat(run("sessions", SESSION).out()).containsPattern("sales +12 +11 +2 +1");
        JsonNode json = new ObjectMapper()
                .readTree(run("sessions", "--json", "--limit", "1").out());
        assertThat(json.path("session").textValue()).isEqualTo("20260103T000000000-00000000");
    }

    private void state(Consumer<SqliteState> change) {
        try (SqliteState state = SqliteState.open(stateFile, new DeadLetterLimit(1, "test"))) {
            change.accept(state);
        }
    }

    private CommandRun run(String... arguments) {
        return CommandRun.with(
                Map.of("factstream.state.file", stateFile, "factstream.routes", "routes"),
                new ArrayList<>(List.of(arguments)));
    }
}
