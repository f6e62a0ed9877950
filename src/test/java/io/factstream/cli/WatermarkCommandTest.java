package io.factstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.routes.Defaults;
import io.factstream.routes.RouteFolder;
import io.factstream.routes.StreamDefinitions;
import io.factstream.state.SqliteState;
import io.factstream.watermark.Rows;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.Watermark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WatermarkCommandTest {

    private static final String STREAM = "ad-impression";
    private static final Watermark POSITION = Watermark.of("TIMESTAMP", "2026-01-31 10:00:00");

    private final Path stateFile;
    private final Path folder;

    WatermarkCommandTest(@TempDir Path folder) {
        this.folder = folder;
        this.stateFile = folder.resolve("state.db");
    }

    @BeforeEach
    void a_stream_with_a_watermark_of_another_query() {
        state(state -> {
            state.watermarks().advance(STREAM, "of another query", null, POSITION, Rows.passed(12));
            return "";
        });
    }

    @Test
    void list_shows_each_stream_with_its_position_and_rows() {
        CommandRun run = run("list");

        assertThat(run.code()).isEqualTo(ExitCodes.DONE);
        assertThat(run.out()).contains(STREAM).contains(POSITION.toString()).contains("12");
    }

    @Test
    void rewind_moves_the_watermark_and_records_who_and_why() {
        CommandRun run = run("rewind", STREAM, "--to", "2026-01-01 00:00:00", "--why", "a lost day");

        assertThat(run.code()).isEqualTo(ExitCodes.DONE);
        assertThat(run.out()).contains("from " + POSITION).contains("to TIMESTAMP 2026-01-01 00:00:00");
        assertThat(saved().position()).isEqualTo(Watermark.of("TIMESTAMP", "2026-01-01 00:00:00"));
        assertThat(this.<String>state(
                        state -> state.watermarks().history(STREAM).toString()))
                .contains("a lost day")
                .contains(System.getProperty("user.name"));
        assertThat(this.<String>state(state -> state.journal().recent(1).toString()))
                .contains("REWIND", STREAM, "a lost day", System.getProperty("user.name") + " (command line)");
    }

    @Test
    void rewind_without_a_position_begins_at_the_first_row() {
        CommandRun run = run("rewind", STREAM, "--why", "all of it again");

        assertThat(run.code()).isEqualTo(ExitCodes.DONE);
        assertThat(this.<Optional<SavedWatermark>>state(
                        state -> state.watermarks().find(STREAM)))
                .isEmpty();
    }

    @Test
    void rewind_stores_the_canonical_text_of_a_value() {
        CommandRun run = run("rewind", STREAM, "--to", "2026-01-01T08:30", "--why", "x");

        assertThat(run.code()).isEqualTo(ExitCodes.DONE);
        assertThat(saved().position()).isEqualTo(Watermark.of("TIMESTAMP", "2026-01-01 08:30:00"));
    }

    @Test
    void rewind_and_set_apply_the_offset_of_a_time() {
        run("rewind", STREAM, "--to", "2026-01-31T10:15:30+02:00", "--why", "x");
        assertThat(saved().position()).isEqualTo(Watermark.of("TIMESTAMP", "2026-01-31 08:15:30"));

        run("set", STREAM, "2026-07-31T10:15:30 Europe/Helsinki", "--type", "datetime", "--why", "x");
        assertThat(saved().position()).isEqualTo(Watermark.of("TIMESTAMP", "2026-07-31 07:15:30"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"yesterday", "2026-13-01", "12", "infinity", "", "'; DROP TABLE t; --"})
    void rewind_to_what_is_no_value_of_the_watermark_is_refused_with_how_to_write_it(String value) {
        CommandRun run = run("rewind", STREAM, "--to", value, "--why", "x");

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.errors())
                .contains("--to: '" + value + "' is no TIMESTAMP")
                .contains("write it as '2026-01-31 10:15:30'");
        assertThat(saved().position()).isEqualTo(POSITION);
    }

    @Test
    void set_moves_a_watermark_as_rewind_does_and_is_recorded() throws IOException {
        CommandRun run = run("set", STREAM, "2026-01-01T08:30", "--why", "history went by file", "--json");

        assertThat(run.code()).as(run.errors()).isEqualTo(ExitCodes.DONE);
        JsonNode json = new ObjectMapper().readTree(run.out());
        assertThat(json.path("stream").textValue()).isEqualTo(STREAM);
        assertThat(json.path("watermark").path("value").textValue()).isEqualTo("2026-01-01 08:30:00");
        assertThat(saved().position()).isEqualTo(Watermark.of("TIMESTAMP", "2026-01-01 08:30:00"));
        JsonNode change =
                new ObjectMapper().readTree(run("history", STREAM, "--json").out());
        assertThat(change.path("change").textValue()).isEqualTo("set");
        assertThat(change.path("who").textValue()).isEqualTo(System.getProperty("user.name"));
        assertThat(change.path("from").path("value").textValue()).isEqualTo("2026-01-31 10:00:00");
        assertThat(change.path("why").textValue()).isEqualTo("history went by file");
        assertThat(new ObjectMapper()
                        .readTree(run("list", "--json").out())
                        .path("rows")
                        .longValue())
                .isEqualTo(12);
    }

    @Test
    void set_gives_a_stream_its_first_watermark_when_it_is_told_the_type() {
        CommandRun untyped = run("set", "receipt-created", "2026-01-01", "--why", "x");
        assertThat(untyped.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(untyped.errors()).contains("--type TIMESTAMP");

        CommandRun run = run("set", "receipt-created", "2026-01-01", "--type", "timestamp", "--why", "x");

        assertThat(run.code()).as(run.errors()).isEqualTo(ExitCodes.DONE);
        assertThat(run.out()).contains("from nothing to TIMESTAMP 2026-01-01 00:00:00");
        assertThat(this.<Optional<SavedWatermark>>state(
                        state -> state.watermarks().find("receipt-created")))
                .map(SavedWatermark::position)
                .contains(Watermark.of("TIMESTAMP", "2026-01-01 00:00:00"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set ad-impression yesterday --why x",
                "set ad-impression 7 --type BIGINT --why x",
                "set receipt-created 7 --type NUMBER --why x",
                "set ad-impression 2026-01-31T10:15:30Nowhere/Town --why x",
                "set unknown 7 --type BIGINT --why x",
                "set ad-impression 2026-01-01"
            })
    void set_refuses_what_cannot_be_meant_and_moves_nothing(String arguments) {
        CommandRun run = run(arguments.split(" ", -1));

        assertThat(run.code()).as(run.out()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.errors()).isNotBlank().doesNotContain("\tat ");
        assertThat(saved().position()).isEqualTo(POSITION);
    }

    @Test
    void history_shows_what_people_did_oldest_first() {
        run("accept", STREAM);
        run("accept", STREAM);
        state(state -> {
            state.watermarks()
                    .advance(
                            STREAM,
                            new StreamDefinitions(RouteFolder.withFlow(Path.of("routes")), Defaults.values())
                                    .stream(STREAM).fingerprint(),
                            POSITION,
                            Watermark.of("TIMESTAMP", "2026-02-01 00:00:00"),
                            Rows.passed(1));
            return "";
        });
        run("accept", STREAM);
        run("rewind", STREAM, "--to", "2026-01-01", "--why", "a lost day");
        run("rewind", STREAM, "--why", "all of it");

        CommandRun run = run("history", STREAM);

        assertThat(run.code()).isEqualTo(ExitCodes.DONE);
        List<String> lines = run.out().lines().toList();
        assertThat(lines).hasSize(4).allSatisfy(line -> assertThat(line).contains(System.getProperty("user.name")));
        assertThat(lines.get(0)).contains("accepted the query").contains("of another query");
        assertThat(lines.get(1)).contains("accepted other columns than columns");
        assertThat(lines.get(2))
                .contains("moved from TIMESTAMP 2026-02-01 00:00:00 to TIMESTAMP 2026-01-01 00:00:00: a lost day");
        assertThat(lines.get(3)).contains("to the beginning: all of it");
    }

    @Test
    void history_of_a_stream_that_there_is_not_is_refused() {
        CommandRun run = run("history", "unknown");

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.errors()).contains("stream 'unknown': has no watermark");
    }

    @Test
    void accept_binds_the_position_to_the_query_of_the_route_file() {
        CommandRun run = run("accept", STREAM);

        assertThat(run.code()).isEqualTo(ExitCodes.DONE);
        assertThat(saved().queryFingerprint())
                .isEqualTo(new StreamDefinitions(RouteFolder.withFlow(Path.of("routes")), Defaults.values())
                        .stream(STREAM).fingerprint());
        assertThat(saved().position()).isEqualTo(POSITION);
    }

    @Test
    void accept_is_refused_within_a_value_whose_rows_are_cut_by_their_columns() {
        Watermark within = Watermark.of("TIMESTAMP", "2026-02-01 00:00:00", 3, 8);
        state(state -> {
            state.watermarks().advance(STREAM, "of another query", POSITION, within, Rows.passed(1));
            return "";
        });

        CommandRun run = run("accept", STREAM);

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.errors()).contains("within the rows of one watermark value", "3 of 8", "watermark rewind");
        assertThat(saved().position()).isEqualTo(within);
        assertThat(saved().queryFingerprint()).isEqualTo("of another query");
    }

    @Test
    void a_stream_without_a_watermark_is_refused_with_where_to_look() {
        CommandRun run = run("rewind", "unknown", "--why", "x");

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.errors()).contains("stream 'unknown': has no watermark").contains("factstream watermark list");
    }

    @Test
    void a_file_that_is_no_state_is_refused_and_left_as_it_is() throws IOException {
        Path other = Files.writeString(folder.resolve("letter.txt"), "no state at all");

        CommandRun run = CommandRun.of("watermark", "list", "--set", "factstream.state.file=" + other);

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.errors()).contains(other.toString());
        assertThat(other).hasContent("no state at all");
    }

    @Test
    void health_fails_when_no_runtime_uses_the_state() {
        CommandRun run = CommandRun.of("health", "--set", "factstream.state.file=" + stateFile);

        assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
        assertThat(run.out()).contains("no runtime uses the state " + stateFile);
    }

    private SavedWatermark saved() {
        return state(state -> state.watermarks().find(STREAM).orElseThrow());
    }

    private <T> T state(Function<SqliteState, T> look) {
        try (SqliteState state = SqliteState.open(stateFile, new DeadLetterLimit(1, "test"))) {
            return look.apply(state);
        }
    }

    private CommandRun run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("watermark"));
        all.addAll(List.of(arguments));
        return CommandRun.with(Map.of("factstream.state.file", stateFile, "factstream.routes", "routes"), all);
    }
}
