package io.factstream;

import static io.factstream.RuntimeUnderTest.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.factstream.cli.Main;
import io.factstream.config.KnownSettings;
import io.factstream.journal.Action;
import io.factstream.stream.LateRows;
import io.factstream.stream.StreamState;
import io.factstream.stream.StreamStatus;
import io.factstream.watermark.Watermark;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that appear where the watermark has already been: counted, shown, and sent by a backfill. */
class LateRowsTest {

    private static final String TABLE = "CREATE TABLE facts (t TIMESTAMP, n BIGINT)";
    private static final String QUERY = "SELECT t AS _watermark, n FROM facts";

    @Test
    void late_rows_are_counted_warned_of_once_and_sent_by_a_backfill_beside_the_runtime(@TempDir Path folder)
            throws InterruptedException, JMException {
        try (RuntimeUnderTest runtime = delivered(folder);
                CapturedLog warnings = CapturedLog.warnings()) {
            runtime.start();
            runtime.load("INSERT INTO facts VALUES ('2020-01-01 08:30:00', 11), ('2020-01-01 10:00:00', 12)");
            eventually("late rows").until(() -> lateRows(runtime).rows() == 2);
            assertThat(lateRows(runtime).buckets()).containsExactly("2020-01-01 08", "2020-01-01 10");
            assertThat(ManagementFactory.getPlatformMBeanServer()
                            .getAttribute(new ObjectName("io.factstream:type=stream,name=facts"), "LateRows"))
                    .isEqualTo(2L);
            Watermark before = runtime.watermark("facts");

            try (JavaProcess backfill = backfill(runtime, "facts")) {
                assertThat(backfill.exitCode()).as(backfill::output).isZero();

                assertThat(backfill.output()).contains("2020-01-01 08", "2020-01-01 10");
            }

            runtime.assertNoneLost("facts", "n", 12);
            runtime.assertRepeatsKeepTheirIds("facts", "n");
            assertThat(runtime.watermark("facts")).isEqualTo(before);
            runtime.load("INSERT INTO facts VALUES ('2020-01-02 00:00:00', 13)");
            eventually("no late rows").until(() -> lateRows(runtime).equals(LateRows.NONE));
            runtime.awaitDrained();
            runtime.assertNoneLost("facts", "n", 13);
            // The hour from eight to nine held no row before; that from ten on held one.
            assertThat(runtime.repeated("facts", "n"))
                    .extracting(event -> event.number("n"))
                    .containsExactly(10L);
            assertThat(warnings.lines())
                    .filteredOn(line -> line.contains("lateRows="))
                    .singleElement()
                    .asString()
                    .contains("stream=facts", "lateRows=2", "2020-01-01 08, 2020-01-01 10", "backfill facts");
        }
    }

    @Test
    void a_run_to_the_present_end_says_how_many_rows_are_late(@TempDir Path folder) throws InterruptedException {
        try (RuntimeUnderTest runtime = delivered(folder)) {
            runtime.load("INSERT INTO facts VALUES ('2020-01-01 08:30:00', 11)");

            try (JavaProcess process = process(runtime, "run", "--once")) {
                assertThat(process.exitCode()).as(process::output).isZero();
                assertThat(process.output()).contains("1 late rows (factstream backfill facts)");
            }
        }
    }

    @Test
    void rows_that_are_deleted_are_counted_apart_and_hide_no_late_row(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = delivered(folder)) {
            runtime.load(
                    "DELETE FROM facts WHERE n IN (1, 2)",
                    "INSERT INTO facts VALUES ('2020-01-01 08:30:00', 11), ('2020-01-01 08:40:00', 12)");

            runtime.start();

            runtime.awaitDrained();
            assertThat(lateRows(runtime)).isEqualTo(new LateRows(2, 2, List.of("2020-01-01 08")));
        }
    }

    @Test
    void a_rewind_takes_what_lies_below_it_for_delivered(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = delivered(folder)) {
            runtime.load("INSERT INTO facts VALUES ('2020-01-01 08:30:00', 11)");
            runtime.rewind("facts", Watermark.of("TIMESTAMP", "2020-01-01 09:05:00"));

            runtime.start();

            runtime.awaitDrained();
            assertThat(lateRows(runtime)).isEqualTo(LateRows.NONE);
            runtime.load("INSERT INTO facts VALUES ('2020-01-01 08:30:00', 12)");
            eventually("late rows").until(() -> lateRows(runtime).rows() == 1);
        }
    }

    @Test
    void a_backfill_sends_a_range_and_leaves_all_else_alone(@TempDir Path folder) throws InterruptedException {
        try (RuntimeUnderTest runtime =
                delivered(folder).stream("others", "SELECT t AS _watermark, n FROM facts WHERE n > 0")) {
            // The second of them lies beyond the watermark: the stream itself will send it.
            runtime.load("INSERT INTO facts VALUES ('2020-01-01 09:30:00', 11), ('2020-01-01 23:00:00', 12)");
            Watermark before = runtime.watermark("facts");

            try (JavaProcess shown =
                    backfill(runtime, "facts", "--from", "2020-01-01 09:08", "--to", "2020-02-01", "--dry-run")) {
                assertThat(shown.exitCode()).as(shown::output).isZero();
                assertThat(shown.output()).contains("4 rows in 2 buckets").contains("(in part)");
            }
            assertThat(runtime.received("facts")).hasSize(10);
            try (JavaProcess backfill =
                    backfill(runtime, "facts", "--from", "2020-01-01 09:08", "--to", "2020-02-01")) {
                assertThat(backfill.exitCode()).as(backfill::output).isZero();
            }

            runtime.assertNoneLost("facts", "n", 11);
            List<Action> done = runtime.state(state -> state.journal().recent(9));
            assertThat(done).singleElement().satisfies(action -> {
                assertThat(action.kind()).isEqualTo(Action.Kind.BACKFILL);
                assertThat(action.subject()).isEqualTo("facts");
                assertThat(action.detail()).isEqualTo("from 2020-01-01 09:08 to 2020-02-01: 4 events sent");
            });
            assertThat(runtime.repeated("facts", "n"))
                    .extracting(event -> event.number("n"))
                    .containsExactlyInAnyOrder(8L, 9L, 10L);
            runtime.assertRepeatsKeepTheirIds("facts", "n");
            assertThat(runtime.watermark("facts")).isEqualTo(before);
            assertThat(runtime.watermark("others")).isNull();
            assertThat(runtime.received("others")).isEmpty();
            // Not all of the hour was sent, so it is not known to be complete.
            runtime.start();
            runtime.awaitDrained();
            assertThat(lateRows(runtime).rows()).isEqualTo(1);
            runtime.assertNoneLost("facts", "n", 12);
        }
    }

    @Test
    void a_late_row_that_is_like_others_gets_the_next_number_after_their_id(@TempDir Path folder)
            throws InterruptedException {
        try (RuntimeUnderTest runtime = RuntimeUnderTest.in(folder).load(TABLE).stream("facts", QUERY)) {
            runtime.load("INSERT INTO facts VALUES ('2020-01-01 08:30:00', 1), ('2020-01-01 08:30:00', 1)");
            drain(runtime);
            List<String> first = ids(runtime);
            runtime.load("INSERT INTO facts VALUES ('2020-01-01 08:30:00', 1)");

            try (JavaProcess backfill = backfill(runtime, "facts", "--from", "2020-01-01", "--to", "2020-01-02")) {
                assertThat(backfill.exitCode()).as(backfill::output).isZero();
            }

            List<String> expected = new ArrayList<>(first);
            expected.addAll(first);
            expected.add(first.stream().min(String::compareTo).orElseThrow() + "-3");
            assertThat(ids(runtime)).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void a_backfill_that_is_killed_is_run_again_and_repeats_the_same_ids(@TempDir Path folder)
            throws InterruptedException {
        int rows = 10_000;
        try (RuntimeUnderTest runtime =
                RuntimeUnderTest.in(folder)
                        .load("CREATE TABLE facts AS SELECT range + 1 AS n FROM range(" + rows + ")")
                        .stream("facts", "SELECT n AS _watermark, n FROM facts")) {
            drain(runtime);
            runtime.with(KnownSettings.PAGE_MAX_ROWS, "200");
            try (JavaProcess killed = backfill(runtime, "facts", "--from", "1")) {
                eventually("two pages").until(() -> {
                    assertThat(killed.isAlive()).as(killed::output).isTrue();
                    return runtime.hubs().count(RuntimeUnderTest.HUB) > rows + 500;
                });

                killed.kill();
            }
            int before = runtime.received("facts").size();
            runtime.with(KnownSettings.PAGE_MAX_ROWS, "5000");

            try (JavaProcess again = backfill(runtime, "facts", "--from", "1")) {
                assertThat(again.exitCode()).as(again::output).isZero();
            }

            assertThat(runtime.received("facts")).hasSize(before + rows);
            runtime.assertNoneLost("facts", "n", rows);
            runtime.assertRepeatsKeepTheirIds("facts", "n");
        }
    }

    @Test
    void a_backfill_of_what_cannot_be_is_refused_with_the_mend(@TempDir Path folder) throws InterruptedException {
        try (RuntimeUnderTest runtime = delivered(folder)) {
            try (JavaProcess refused = backfill(runtime, "facts", "--from", "yesterday")) {
                assertThat(refused.exitCode()).as(refused::output).isEqualTo(2);
                assertThat(refused.output())
                        .contains("--from: 'yesterday' is no TIMESTAMP", "2026-01-31 10:15:30")
                        .doesNotContain("\tat ");
            }
            try (JavaProcess refused = backfill(runtime, "nothing")) {
                assertThat(refused.exitCode()).as(refused::output).isEqualTo(2);
                assertThat(refused.output()).contains("no stream 'nothing'").doesNotContain("\tat ");
            }
        }
    }

    @Test
    void a_table_that_is_replaced_by_an_older_one_is_warned_of_until_it_is_put_right(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = delivered(folder);
                CapturedLog warnings = CapturedLog.warnings()) {
            runtime.start();

            runtime.load("DELETE FROM facts WHERE n > 5");
            eventually("warning").until(() -> runtime.status("facts").warning() != null);

            StreamStatus status = runtime.status("facts");
            assertThat(status.warning()).contains("2020-01-01 09:05:00", "2020-01-01 10:10:00", "rewind facts");
            assertThat(status.state()).isEqualTo(StreamState.RUNNING);
            assertThat(status.lastError()).isNull();
            assertThat(status.lateRows().gone()).isEqualTo(5);
            runtime.load("INSERT INTO facts VALUES ('2020-01-03 00:00:00', 11)");
            eventually("no warning").until(() -> runtime.status("facts").warning() == null);
            runtime.awaitDrained();
            assertThat(warnings.lines())
                    .filteredOn(line -> line.contains("lies behind the watermark"))
                    .hasSize(1);
        }
    }

    /** Ten rows, one a minute from nine on, the last at ten past ten, delivered; nothing running. */
    private static RuntimeUnderTest delivered(Path folder) {
        RuntimeUnderTest runtime = RuntimeUnderTest.in(folder)
                .load(
                        TABLE,
                        "INSERT INTO facts SELECT TIMESTAMP '2020-01-01 09:00:00' + INTERVAL (i) MINUTE, i"
                                + " FROM range(1, 10) r(i)",
                        "INSERT INTO facts VALUES ('2020-01-01 10:10:00', 10)")
                .stream("facts", QUERY);
        drain(runtime);
        return runtime;
    }

    private static void drain(RuntimeUnderTest runtime) {
        runtime.start();
        runtime.awaitDrained();
        runtime.stop();
    }

    private static LateRows lateRows(RuntimeUnderTest runtime) {
        return runtime.status("facts").lateRows();
    }

    private static List<String> ids(RuntimeUnderTest runtime) {
        return runtime.received("facts").stream()
                .map(RuntimeUnderTest.Received::traceId)
                .toList();
    }

    private static JavaProcess backfill(RuntimeUnderTest runtime, String... arguments) {
        List<String> all = new ArrayList<>(List.of("backfill"));
        all.addAll(List.of(arguments));
        return process(runtime, all.toArray(String[]::new));
    }

    private static JavaProcess process(RuntimeUnderTest runtime, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--config", runtime.settingsFile().toString()));
        return JavaProcess.start(runtime.folder(), Main.class, all.toArray(String[]::new));
    }
}
