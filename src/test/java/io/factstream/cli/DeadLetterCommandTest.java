package io.factstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.factstream.deadletter.DeadLetter;
import io.factstream.deadletter.DeadLetterFilter;
import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.deadletter.DeliveryFailure;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Severity;
import io.factstream.journal.Action;
import io.factstream.journal.Action.Kind;
import io.factstream.localhub.LocalEventHubs;
import io.factstream.localhub.StoredEvent;
import io.factstream.state.SqliteState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadLetterCommandTest {

    private static final Instant T0 = Instant.parse("2026-01-02T03:04:05Z");
    private static final DeadLetter SALE = letter("sales", 1, T0, ErrorCategory.VALIDATION, Severity.PERMANENT);
    private static final DeadLetter LATER =
            letter("sales", 2, T0.plusSeconds(86_400), ErrorCategory.NETWORK, Severity.TRANSIENT);
    private static final DeadLetter REFUND =
            letter("refunds", 3, T0.plusSeconds(60), ErrorCategory.VALIDATION, Severity.PERMANENT);

    private final Path folder;
    private final Path stateFile;

    DeadLetterCommandTest(@TempDir Path folder) {
        this.folder = folder;
        this.stateFile = folder.resolve("state.db");
    }

    @BeforeEach
    void three_letters_are_stored() {
        try (SqliteState state = SqliteState.open(stateFile, new DeadLetterLimit(10, "limit"))) {
            state.deadLetters().store(List.of(SALE, LATER, REFUND));
        }
    }

    private static DeadLetter letter(
            String stream, int number, Instant failed, ErrorCategory category, Severity severity) {
        return new DeadLetter(
                stream,
                "sale",
                "trace-" + number,
                "key",
                "1",
                "position-" + number,
                ("{\"n\":" + number + "}").getBytes(StandardCharsets.UTF_8),
                Map.of("trace_id", "trace-" + number, "stream", stream),
                "facts",
                new DeliveryFailure(category, severity, "why\nnot \u001b[31m" + "e".repeat(200)),
                failed,
                failed,
                1,
                0,
                "session-1",
                null);
    }

    @Test
    void list_shows_a_line_a_letter_without_its_event() {
        CommandRun run = run("list");

        assertThat(run.code()).isEqualTo(ExitCodes.DONE);
        assertThat(run.out().lines()).hasSize(4);
        assertThat(run.out())
                .contains(SALE.id(), LATER.id(), REFUND.id(), "validation", "why not")
                .doesNotContain("\"n\":")
                .doesNotContain("\u001b");
    }

    @Test
    void list_shows_what_its_options_mean_and_says_when_there_is_more() {
        assertThat(run("list", "--stream", "refunds").out())
                .contains(REFUND.id())
                .doesNotContain(SALE.id());
        assertThat(run("list", "--category", "network").out())
                .contains(LATER.id())
                .doesNotContain(SALE.id());
        assertThat(run("list", "--from", "2026-01-03").out())
                .contains(LATER.id())
                .doesNotContain(SALE.id());
        assertThat(run("list", "--to", "2026-01-02T03:04:06Z").out())
                .contains(SALE.id())
                .doesNotContain(REFUND.id());
        assertThat(run("list", "--older-than", "1d", "--severity", "permanent").out())
                .contains(SALE.id(), REFUND.id())
                .doesNotContain(LATER.id());
        assertThat(run("list", "--trace-id", "trace-2", "--event-type", "sale", "--hub", "facts")
                        .out())
                .contains(LATER.id())
                .doesNotContain(SALE.id());
        assertThat(run("list", "--limit", "2").out())
                .contains(SALE.id(), LATER.id())
                .doesNotContain(REFUND.id())
                .contains("1 more");
    }

    @Test
    void list_as_json_is_a_line_a_letter_without_its_event() throws IOException {
        List<String> lines = run("list", "--json").out().lines().toList();

        assertThat(lines).hasSize(3);
        JsonNode first = new ObjectMapper().readTree(lines.get(0));
        assertThat(first.path("id").asText()).isEqualTo(SALE.id());
        assertThat(first.has("event")).isFalse();
    }

    @Test
    void show_shows_all_of_a_letter_and_its_event() {
        CommandRun run = run("show", SALE.id());

        assertThat(run.code()).isEqualTo(ExitCodes.DONE);
        assertThat(run.out())
                .contains("trace-1", "position-1", "facts", "1, 0 of them replays", "property stream", "{\"n\":1}")
                .doesNotContain("\u001b");
        assertThat(run("show", SALE.id(), "--json").out())
                .startsWith("{\"id\":")
                .contains("\"event\":{\"n\":1}}");
    }

    @Test
    void a_letter_that_does_not_exist_is_refused_by_its_id() {
        for (String command : List.of("show", "replay")) {
            CommandRun run = run(command, "0123");

            assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
            assertThat(run.errors())
                    .contains("dead letter '0123': does not exist")
                    .contains("factstream dlq list");
        }
    }

    @Test
    void summary_counts_by_category_severity_and_stream() throws IOException {
        CommandRun run = run("summary");

        assertThat(run.code()).isEqualTo(ExitCodes.DONE);
        assertThat(run.out())
                .contains("3 dead letters")
                .containsPattern("category +validation +2")
                .containsPattern("severity +transient +1")
                .containsPattern("stream +sales +2")
                .contains(T0.toString(), LATER.firstFailed().toString());
        JsonNode json = new ObjectMapper().readTree(run("summary", "--json").out());
        assertThat(json.path("size").asInt()).isEqualTo(3);
        assertThat(json.at("/by_category/validation").asInt()).isEqualTo(2);
        assertThat(json.at("/by_severity/transient").asInt()).isEqualTo(1);
        assertThat(json.at("/by_stream/refunds").asInt()).isEqualTo(1);
        assertThat(json.path("oldest").asText()).isEqualTo(T0.toString());
    }

    @Test
    void what_is_exported_and_purged_can_be_imported_and_replayed() throws IOException {
        Path file = folder.resolve("letters.jsonl");
        CommandRun exported = run("export", "--output", file.toString());
        assertThat(exported.code()).as(exported.errors()).isEqualTo(ExitCodes.DONE);
        assertThat(run("export").out()).isEqualTo(Files.readString(file));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(run("purge", "--older-than", "0s", "--yes").out()).contains("3 dead letters removed");
        assertThat(letters()).isEmpty();

        assertThat(run("import", file.toString()).out()).contains("3 dead letters imported");
        assertThat(run("import", file.toString()).code()).isEqualTo(ExitCodes.DONE);

        assertThat(letters()).containsExactly(SALE, LATER, REFUND);
        try (LocalEventHubs hubs = LocalEventHubs.builder().hub("facts", 2).start()) {
            CommandRun replayed =
                    run("replay", "--all", "--set", "eventhubs.connection-string=" + hubs.connectionString("facts"));
            assertThat(replayed.code()).as(replayed.errors()).isEqualTo(ExitCodes.DONE);
            assertThat(replayed.out()).contains("3 delivered, 0 failed again");
            assertThat(hubs.events("facts", 1))
                    .extracting(StoredEvent::text)
                    .containsExactly("{\"n\":1}", "{\"n\":2}", "{\"n\":3}");
        }
        assertThat(letters()).isEmpty();
        try (SqliteState state = SqliteState.openReadOnly(stateFile)) {
            assertThat(state.journal().recent(9))
                    .extracting(Action::kind)
                    .containsExactly(Kind.REPLAY, Kind.IMPORT, Kind.IMPORT, Kind.PURGE);
            assertThat(state.journal().recent(1).get(0).detail()).isEqualTo("delivered 3, failed 0");
        }
    }

    @Test
    void an_export_never_replaces_a_file() throws IOException {
        Path file = Files.writeString(folder.resolve("letters.jsonl"), "mine");

        CommandRun run = run("export", "--output", file.toString());

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.errors()).contains(file + ": is there already");
        assertThat(file).hasContent("mine");
    }

    @Test
    void an_import_of_what_is_no_letter_is_refused_with_file_line_and_mend() throws IOException {
        Path file = Files.writeString(folder.resolve("letters.jsonl"), "\n{\"id\":\"x\"}\n");

        CommandRun run = run("import", file.toString());

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.errors()).contains(file + ":2: the line lacks stream").contains("nothing was imported");
    }

    @Test
    void an_import_that_does_not_fit_is_refused_with_the_setting_to_raise() {
        Path file = folder.resolve("letters.jsonl");
        run("export", "--output", file.toString());
        run("purge", "--stream", "sales", "--yes");

        CommandRun run = run("import", file.toString(), "--set", "factstream.dead-letter.max-entries=2");

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.errors()).contains("1 of at most 2").contains("raise factstream.dead-letter.max-entries");
        assertThat(letters()).containsExactly(REFUND);
    }

    @Test
    void a_purge_needs_a_filter_and_a_word() {
        CommandRun all = run("purge", "--yes");
        assertThat(all.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(all.errors()).contains("was not told which letters to remove");
        CommandRun silent = run("purge", "--stream", "sales");
        assertThat(silent.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(silent.errors()).contains("--yes").contains("--dry-run");

        CommandRun dry = run("purge", "--stream", "sales", "--dry-run");

        assertThat(dry.code()).isEqualTo(ExitCodes.DONE);
        assertThat(dry.out()).contains("2 dead letters would be removed: stream=sales");
        assertThat(letters()).hasSize(3);
        assertThat(run("purge", "--stream", "sales", "--yes").out()).contains("2 dead letters removed: stream=sales");
        assertThat(letters()).containsExactly(REFUND);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "replay",
                "replay --all --stream sales",
                "list --from yesterday",
                "list --older-than 3",
                "list --to 2026-01-01 --older-than 3d",
                "list --from 2026-01-02 --to 2026-01-01",
                "list --limit 0",
                "list --category lost",
                "import nowhere.jsonl",
                "export --output nowhere/letters.jsonl"
            })
    void what_cannot_be_meant_is_refused(String arguments) {
        CommandRun run = run(arguments.split(" ", -1));

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.errors()).isNotBlank();
        assertThat(letters()).hasSize(3);
    }

    @Test
    void a_replay_without_a_hub_to_send_to_is_refused() {
        CommandRun run = run("replay", "--all");

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.errors()).contains("eventhubs.connection-string");
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "summary", "export", "import -", "replay --all", "purge --stream a --yes"})
    void a_state_that_does_not_exist_is_refused_and_not_made(String arguments) {
        Path missing = folder.resolve("missing.db");
        List<String> all = new ArrayList<>(List.of("dlq"));
        all.addAll(List.of(arguments.split(" ", -1)));

        CommandRun run = CommandRun.with(
                Map.of(
                        "factstream.state.file",
                        missing,
                        "factstream.routes",
                        "routes",
                        "eventhubs.name",
                        "facts",
                        "eventhubs.connection-string",
                        "Endpoint=sb://localhost:1;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true"),
                all);

        assertThat(run.code()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.errors()).contains(missing.toString());
        assertThat(missing).doesNotExist();
    }

    private List<DeadLetter> letters() {
        try (SqliteState state = SqliteState.openReadOnly(stateFile)) {
            return state.deadLetters().list(DeadLetterFilter.EVERY, 100);
        }
    }

    private CommandRun run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("dlq"));
        all.addAll(List.of(arguments));
        return CommandRun.with(Map.of("factstream.state.file", stateFile, "factstream.routes", "routes"), all);
    }
}
