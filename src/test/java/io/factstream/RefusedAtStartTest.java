package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.factstream.config.ConfigurationException;
import io.factstream.config.KnownSettings;
import io.factstream.session.Outcome;
import io.factstream.status.StreamReport;
import io.factstream.stream.RefusedStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with one stream when a runtime starts stops no other, and is shown until it is right. */
class RefusedAtStartTest {

    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();
    private static final String QUERY = "SELECT n AS _watermark, n FROM numbers";

    @Test
    void a_stream_that_cannot_run_is_shown_with_its_mistake_and_runs_once_it_is_mended_while_the_others_run(
            @TempDir Path folder) throws IOException {
        try (RuntimeUnderTest runtime = numbers(folder).stream("other", QUERY)) {
            edit(runtime, "other.camel.yaml", "- to:", "- too:");
            runtime.stream("text", QUERY);
            edit(runtime, "text.camel.yaml", "- route:", "- route: [");
            runtime.stream("option", QUERY);
            edit(runtime, "option.camel.yaml", "uri: direct:send-batch", "uri: log:x?nonsense=1");
            runtime.stream("late", QUERY);
            Files.delete(routes(runtime).resolve("late.sql"));

            runtime.start();

            runtime.awaitReceived("numbers", 10);
            assertThat(runtime.application().streams().refused())
                    .extracting(RefusedStream::stream)
                    .containsExactlyInAnyOrder("other", "text", "option", "late");
            assertThat(refused(runtime, "other").why()).contains("other.camel.yaml:13", "too");
            assertThat(refused(runtime, "text").why()).contains("text.camel.yaml:", "is no YAML");
            assertThat(refused(runtime, "option").why()).contains("option.camel.yaml:", "nonsense");
            assertThat(refused(runtime, "late").why()).contains("late.camel.yaml:", "late.sql");
            RuntimeUnderTest.eventually("health names them")
                    .untilAsserted(() -> assertThat(Heartbeat.read(runtime.stateFile(), Clock.systemUTC())
                                    .problems())
                            .anyMatch(line -> line.contains("stream other") && line.contains("other.camel.yaml:13")));
            RuntimeUnderTest.eventually("status shows them")
                    .untilAsserted(() -> assertThat(runtime.<List<StreamReport>>state(
                                    state -> state.status().reports()))
                            .anySatisfy(report -> {
                                assertThat(report.stream()).isEqualTo("other");
                                assertThat(report.state()).isEqualTo("refused");
                                assertThat(report.lastError()).contains("other.camel.yaml:13");
                            }));

            runtime.write("late.sql", QUERY);
            edit(runtime, "other.camel.yaml", "- too:", "- to:");
            edit(runtime, "text.camel.yaml", "- route: [", "- route:");
            edit(runtime, "option.camel.yaml", "uri: log:x?nonsense=1", "uri: direct:send-batch");

            for (String stream : List.of("other", "text", "option", "late")) {
                runtime.awaitReceived(stream, 10);
                runtime.assertEachOnce(stream, "n", 10);
            }
            RuntimeUnderTest.eventually("none is refused")
                    .until(() -> runtime.application().streams().refused().isEmpty());
        }
    }

    @Test
    void a_change_that_was_refused_live_keeps_no_other_stream_from_the_next_start(@TempDir Path folder)
            throws IOException {
        try (RuntimeUnderTest runtime = numbers(folder).stream("other", QUERY)) {
            runtime.start();
            runtime.awaitDrained();
            edit(runtime, "other.camel.yaml", "- to:", "- too:");
            runtime.stop();
            runtime.load("INSERT INTO numbers SELECT range + 11 FROM range(10)");

            runtime.start();

            runtime.awaitReceived("numbers", 20);
            assertThat(runtime.received("other")).hasSize(10);
            assertThat(refused(runtime, "other").why()).contains("other.camel.yaml:13");
            String session = runtime.application().sessionId();
            runtime.stop();
            assertThat(runtime.<Outcome>state(state ->
                            state.sessions().find(session).orElseThrow().outcome()))
                    .isEqualTo(Outcome.FAILED);
        }
    }

    @Test
    void an_option_that_camel_does_not_have_is_told_by_where_it_was_set(@TempDir Path folder) {
        try (RuntimeUnderTest runtime = numbers(folder).with("camel.main.shutdown-timeot", "3")) {
            assertThatThrownBy(runtime::start)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("camel.main.shutdown-timeot (command line): Camel has no such option")
                    .hasMessageNotContainingAny("route", "org.apache");
        }
    }

    @Test
    void where_no_stream_can_run_the_start_is_refused_with_all_that_is_wrong(@TempDir Path folder) throws IOException {
        try (RuntimeUnderTest runtime = numbers(folder).stream("other", QUERY)) {
            edit(runtime, "other.camel.yaml", "- to:", "- too:");
            edit(runtime, "numbers.camel.yaml", "eventType:", "eventTyp:");

            assertThatThrownBy(runtime::start)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll("other.camel.yaml:13", "numbers.camel.yaml:10");
        }
    }

    @Test
    void of_two_files_with_one_stream_the_one_named_after_it_runs(@TempDir Path folder) throws IOException {
        try (RuntimeUnderTest runtime = numbers(folder)) {
            runtime.stream("a-copy", QUERY + " WHERE false");
            edit(runtime, "a-copy.camel.yaml", "stream: a-copy", "stream: numbers");

            runtime.start();

            runtime.awaitReceived("numbers", 10);
            assertThat(runtime.stream("numbers").definition().queryFile()).hasFileName("numbers.sql");
            assertThat(refused(runtime, "a-copy").why()).contains("a-copy.camel.yaml:", "numbers.camel.yaml:");
        }
    }

    @Test
    void of_two_files_with_one_stream_neither_runs_where_no_name_tells_which_it_is(@TempDir Path folder)
            throws IOException {
        try (RuntimeUnderTest runtime = numbers(folder)) {
            for (String copy : List.of("a", "b")) {
                runtime.stream(copy, QUERY);
                edit(runtime, copy + ".camel.yaml", "stream: " + copy, "stream: orders");
            }

            runtime.start();

            runtime.awaitReceived("numbers", 10);
            assertThat(runtime.application().streams().find("orders")).isEmpty();
            assertThat(runtime.application().streams().refused())
                    .extracting(RefusedStream::why)
                    .anyMatch(why -> why.contains("a.camel.yaml:") && why.contains("b.camel.yaml:"))
                    .hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"urn:acme:order-created", "a=b,c", "what?", "all*", "\"quoted\"", "plain"})
    void an_event_type_that_means_something_in_jmx_is_shown_there_in_quotes(String eventType, @TempDir Path folder)
            throws IOException, JMException {
        try (RuntimeUnderTest runtime = numbers(folder).stream("other", QUERY)) {
            edit(runtime, "other.camel.yaml", "eventType: other", "eventType: '" + eventType + "'");

            runtime.start();

            runtime.awaitReceived("other", 10);
            runtime.awaitReceived("numbers", 10);
            ObjectName name = new ObjectName("io.factstream:type=event-type,name="
                    + (eventType.equals("plain") ? eventType : ObjectName.quote(eventType)));
            assertThat(SERVER.getAttribute(name, "EventType")).isEqualTo(eventType);
        }
    }

    private static RefusedStream refused(RuntimeUnderTest runtime, String stream) {
        return runtime.application().streams().refused().stream()
                .filter(one -> one.stream().equals(stream))
                .findFirst()
                .orElseThrow();
    }

    private static RuntimeUnderTest numbers(Path folder) {
        return RuntimeUnderTest.in(folder).load("CREATE TABLE numbers AS SELECT range + 1 AS n FROM range(10)").stream(
                "numbers", QUERY);
    }

    private static Path routes(RuntimeUnderTest runtime) {
        return Path.of(runtime.setting(KnownSettings.ROUTES));
    }

    private static void edit(RuntimeUnderTest runtime, String name, String from, String to) throws IOException {
        Path file = routes(runtime).resolve(name);
        String before = Files.readString(file);
        assertThat(before).contains(from);
        runtime.write(name, before.replace(from, to));
    }
}
