package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What JMX shows of streams and lets a person do, through the platform's MBean server. */
class StreamMBeansTest {

    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

    @Test
    void a_stream_shows_its_state_counts_and_position(@TempDir Path folder) throws JMException {
        try (RuntimeUnderTest runtime = facts(folder)) {
            runtime.start();

            runtime.awaitDrained();

            Map<String, Object> attributes = attributes("facts");
            assertThat(attributes)
                    .containsEntry("Stream", "facts")
                    .containsEntry("State", "running")
                    .containsEntry("Watermark", "TIMESTAMP 2026-01-01 00:01:39")
                    .containsEntry("LastEventTime", "2026-01-01 00:01:39")
                    .containsEntry("LastError", "")
                    .containsEntry("RowsRead", 100L)
                    .containsEntry("EventsSent", 100L)
                    .containsEntry("EventsDeadLettered", 0L)
                    .containsEntry("PagesFailed", 0L)
                    .containsEntry("ConsecutiveFailures", 0)
                    .containsEntry("LagRows", 0L)
                    .containsEntry("LagSeconds", 0L)
                    .containsEntry("RowsUnsettled", 1L)
                    .containsEntry("RowsWithoutWatermark", 2L);
            assertThat((Long) attributes.get("Batches")).isPositive();
            assertThat((Long) attributes.get("Bytes")).isGreaterThan(100L * 100);
        }
    }

    @Test
    void every_attribute_and_operation_has_a_description(@TempDir Path folder) throws JMException {
        try (RuntimeUnderTest runtime = facts(folder)) {
            runtime.start();

            var info = SERVER.getMBeanInfo(name("facts"));

            assertThat(info.getAttributes())
                    .allSatisfy(attribute ->
                            assertThat(attribute.getDescription()).contains(" ").isNotEqualTo(attribute.getName()));
            assertThat(info.getOperations()).hasSize(5).allSatisfy(operation -> assertThat(operation.getDescription())
                    .contains(" "));
        }
    }

    @Test
    void a_failing_stream_shows_why(@TempDir Path folder) throws JMException {
        try (RuntimeUnderTest runtime = facts(folder).stream("broken", "SELECT n AS _watermark\nFROM nowhere")) {
            runtime.start();

            runtime.awaitFailing("broken");

            assertThat(attributes("broken"))
                    .containsEntry("State", "failing")
                    .hasEntrySatisfying("LastError", error -> assertThat(error.toString())
                            .contains("broken.sql")
                            .contains("nowhere"))
                    .hasEntrySatisfying(
                            "PagesFailed", failed -> assertThat((Long) failed).isPositive());
        }
    }

    @Test
    void a_paused_stream_reads_nothing_until_it_is_resumed(@TempDir Path folder) throws JMException {
        try (RuntimeUnderTest runtime = facts(folder).stream("witness", "SELECT n AS _watermark, n FROM facts")) {
            runtime.start();
            runtime.awaitDrained();

            SERVER.invoke(name("facts"), "pause", new Object[0], new String[0]);

            runtime.load("INSERT INTO facts VALUES (101, TIMESTAMP '2026-01-02')");
            runtime.awaitReceived("witness", 104);
            assertThat(attributes("facts")).containsEntry("State", "paused").containsEntry("RowsRead", 100L);
            assertThat(runtime.received("facts")).hasSize(100);
            SERVER.invoke(name("facts"), "resume", new Object[0], new String[0]);
            runtime.awaitReceived("facts", 101);
            runtime.awaitDrained();
            assertThat(attributes("facts")).containsEntry("State", "running");
        }
    }

    @Test
    void the_beans_are_gone_when_the_runtime_is(@TempDir Path folder) throws JMException {
        try (RuntimeUnderTest runtime = facts(folder)) {
            runtime.start();
            assertThat(SERVER.isRegistered(name("facts"))).isTrue();

            runtime.stop();

            assertThat(SERVER.queryNames(new ObjectName("io.factstream:*"), null))
                    .isEmpty();
        }
    }

    private static RuntimeUnderTest facts(Path folder) {
        return RuntimeUnderTest.in(folder)
                .load(
                        "CREATE TABLE facts AS SELECT range + 1 AS n, TIMESTAMP '2026-01-01' + to_seconds(range) AS ts"
                                + " FROM range(100)",
                        "INSERT INTO facts VALUES (-1, NULL), (-2, NULL), (-3, TIMESTAMP '2999-01-01')")
                .stream("facts", "SELECT ts AS _watermark, n FROM facts");
    }

    private static ObjectName name(String stream) throws JMException {
        return new ObjectName("io.factstream:type=stream,name=" + stream);
    }

    /** All attributes; those that are null as empty texts. */
    private static Map<String, Object> attributes(String stream) throws JMException {
        ObjectName name = name(stream);
        String[] names = Arrays.stream(SERVER.getMBeanInfo(name).getAttributes())
                .map(MBeanAttributeInfo::getName)
                .toArray(String[]::new);
        Map<String, Object> attributes = new TreeMap<>();
        SERVER.getAttributes(name, names)
                .asList()
                .forEach(attribute ->
                        attributes.put(attribute.getName(), attribute.getValue() == null ? "" : attribute.getValue()));
        return attributes;
    }
}
