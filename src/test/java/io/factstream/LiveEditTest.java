package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.factstream.config.KnownSettings;
import io.factstream.journal.Action;
import io.factstream.journal.Action.Kind;
import io.factstream.stream.FactStream;
import io.factstream.stream.StreamVersion;
import io.factstream.watermark.WatermarkChange;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Route files and queries that are changed while the runtime runs. */
class LiveEditTest {

    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String QUERY = "SELECT n AS _watermark, n FROM numbers";

    @Test
    void changes_of_query_and_route_are_taken_up_between_pages_and_no_row_is_lost_or_sent_twice(@TempDir Path folder)
            throws Exception {
        try (RuntimeUnderTest runtime = numbers(folder, 3_000).with(KnownSettings.PAGE_MAX_ROWS, "100")) {
            runtime.start();
            await().atMost(PATIENCE).until(() -> runtime.hubs().count(RuntimeUnderTest.HUB) > 200);

            runtime.write("numbers.sql", "SELECT n AS _watermark, n, n * 2 AS doubled FROM numbers");
            awaitVersion(runtime, "numbers", 2);
            edit(runtime, "numbers.camel.yaml", "eventType: numbers", "eventType: numbered");
            awaitVersion(runtime, "numbers", 3);
            runtime.load("INSERT INTO numbers SELECT range + 3001 FROM range(10)");

            await().atMost(PATIENCE).until(() -> runtime.hubs().count(RuntimeUnderTest.HUB) >= 3_010);
            runtime.awaitDrained();
            runtime.assertEachOnce("numbers", "n", 3_010);
            List<RuntimeUnderTest.Received> received = runtime.received("numbers").stream()
                    .sorted(Comparator.comparingLong(event -> event.number("n")))
                    .toList();
            int changed = (int) received.stream()
                    .filter(event -> !event.payload().has("doubled"))
                    .count();
            assertThat(received.subList(changed, received.size()))
                    .allSatisfy(event -> assertThat(event.number("doubled")).isEqualTo(2 * event.number("n")));
            assertThat(received.get(3_009).json().path("event_type").textValue())
                    .isEqualTo("numbered");
            assertThat(attribute("numbers", "Version")).isEqualTo(3);
            assertThat(attribute("numbers", "EventsSent")).isEqualTo(3_010L);
            List<WatermarkChange> history =
                    runtime.state(state -> state.watermarks().history("numbers"));
            assertThat(history).hasSize(2);
        }
    }

    @Test
    void a_wrong_change_is_refused_with_its_place_while_the_version_before_runs_on(@TempDir Path folder)
            throws Exception {
        try (RuntimeUnderTest runtime = numbers(folder, 10)) {
            runtime.start();
            runtime.awaitDrained();

            runtime.write("numbers.sql", "SELECT n AS _watermark,\n  m FROM numbers");
            String query = awaitRefusal(runtime, "numbers");
            runtime.write("numbers.sql", QUERY);
            awaitNoRefusal(runtime, "numbers");
            edit(runtime, "numbers.camel.yaml", "- to:", "- too:");
            String step = awaitRefusal(runtime, "numbers");
            runtime.load("INSERT INTO numbers SELECT range + 11 FROM range(10)");

            runtime.awaitReceived("numbers", 20);
            runtime.assertEachOnce("numbers", "n", 20);
            assertThat(query)
                    .contains("numbers.sql:2: error: ")
                    .contains("\"m\"")
                    .contains("; Correct the query");
            assertThat(step).endsWith("numbers.camel.yaml:13: error: there is no step 'too'; Did you mean to?");
            assertThat(attribute("numbers", "LastRefusal")).isEqualTo(step);
            assertThat(attribute("numbers", "Version")).isEqualTo(1);
            assertThat(runtime.application().control().recent(2))
                    .extracting(Action::kind, Action::detail)
                    .containsExactly(tuple(Kind.EDIT, "refused: " + step), tuple(Kind.EDIT, "refused: " + query));
            assertThat(runtime.status("numbers").warnings())
                    .singleElement()
                    .asString()
                    .contains("was refused at 2")
                    .endsWith(step);
        }
    }

    @Test
    void a_query_with_other_rows_below_the_watermark_waits_for_a_person(@TempDir Path folder) throws Exception {
        try (RuntimeUnderTest runtime = numbers(folder, 10).stream("numbers", QUERY + " WHERE n % 2 = 0")) {
            runtime.start();
            await().atMost(PATIENCE).until(() -> runtime.received("numbers").size() == 5);

            runtime.write("numbers.sql", QUERY);
            String refusal = awaitRefusal(runtime, "numbers");
            runtime.load("INSERT INTO numbers SELECT range + 11 FROM range(10)");
            await().atMost(PATIENCE).until(() -> runtime.received("numbers").size() == 10);
            runtime.acceptQuery("numbers");
            awaitVersion(runtime, "numbers", 2);
            runtime.load("INSERT INTO numbers SELECT range + 21 FROM range(2)");

            runtime.awaitReceived("numbers", 12);
            assertThat(refusal).contains("other rows at or below BIGINT 10").contains("watermark accept numbers");
            assertThat(runtime.received("numbers"))
                    .extracting(event -> event.number("n"))
                    .containsExactlyInAnyOrderElementsOf(
                            LongStream.concat(LongStream.rangeClosed(1, 10).map(n -> n * 2), LongStream.of(21, 22))
                                    .boxed()
                                    .toList());
        }
    }

    @Test
    void files_that_are_added_and_deleted_add_and_drain_streams(@TempDir Path folder) throws Exception {
        try (RuntimeUnderTest runtime = numbers(folder, 10)) {
            runtime.start();
            runtime.awaitDrained();

            runtime.stream("more", "SELECT n AS _watermark, n FROM numbers");
            await().atMost(PATIENCE).until(() -> runtime.received("more").size() == 10);
            assertThat(attribute("more", "Version")).isEqualTo(1);
            Files.delete(folder.resolve("routes/more.camel.yaml"));
            await().atMost(PATIENCE)
                    .until(() -> runtime.application().streams().find("more").isEmpty());
            runtime.load("INSERT INTO numbers SELECT range + 11 FROM range(10)");
            runtime.awaitReceived("numbers", 20);

            assertThat(runtime.received("more")).hasSize(10);
            assertThat(SERVER.isRegistered(name("more"))).isFalse();
            runtime.stream("more", "SELECT n AS _watermark, n FROM numbers");
            runtime.awaitReceived("more", 20);
            runtime.assertEachOnce("more", "n", 20);
            runtime.assertEachOnce("numbers", "n", 20);
        }
    }

    @Test
    void a_page_that_waits_for_its_hub_is_sent_before_a_change_is_taken_up(@TempDir Path folder) throws Exception {
        try (RuntimeUnderTest runtime = numbers(folder, 2_000).impatient()) {
            runtime.hubs().suspend();
            runtime.start();
            runtime.awaitFailing("numbers");

            runtime.write("numbers.sql", "SELECT n AS _watermark, n, 'new' AS mark FROM numbers");
            runtime.hubs().resume();
            awaitVersion(runtime, "numbers", 2);

            runtime.awaitDrained();
            assertThat(runtime.received("numbers"))
                    .extracting(event -> event.number("n"))
                    .contains(1L, 2_000L);
        }
    }

    @Test
    void without_reload_changes_wait_for_the_next_start(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder, 10).with(KnownSettings.RELOAD, "off")) {
            runtime.start();
            runtime.awaitDrained();

            assertThat(Thread.getAllStackTraces().keySet())
                    .noneMatch(thread -> thread.getName().equals("factstream-routes"));
        }
    }

    private static RuntimeUnderTest numbers(Path folder, int rows) {
        return RuntimeUnderTest.in(folder)
                .load("CREATE TABLE numbers AS SELECT range + 1 AS n FROM range(" + rows + ")")
                .stream("numbers", QUERY);
    }

    private static void edit(RuntimeUnderTest runtime, String name, String from, String to) throws IOException {
        Path file = Path.of(runtime.setting(KnownSettings.ROUTES)).resolve(name);
        String before = Files.readString(file);
        assertThat(before).contains(from);
        runtime.write(name, before.replace(from, to));
    }

    private static StreamVersion version(RuntimeUnderTest runtime, String stream) {
        return runtime.application()
                .streams()
                .find(stream)
                .map(FactStream::version)
                .orElseThrow();
    }

    private static void awaitVersion(RuntimeUnderTest runtime, String stream, int number) {
        await().atMost(PATIENCE).until(() -> version(runtime, stream).number() == number);
    }

    private static String awaitRefusal(RuntimeUnderTest runtime, String stream) {
        return Objects.requireNonNull(
                await().atMost(PATIENCE).until(() -> version(runtime, stream).refusal(), Objects::nonNull));
    }

    private static void awaitNoRefusal(RuntimeUnderTest runtime, String stream) {
        await().atMost(PATIENCE).until(() -> version(runtime, stream).refusal() == null);
    }

    private static ObjectName name(String stream) throws JMException {
        return new ObjectName("io.factstream:type=stream,name=" + stream);
    }

    private static Object attribute(String stream, String attribute) throws JMException {
        return SERVER.getAttribute(name(stream), attribute);
    }
}
