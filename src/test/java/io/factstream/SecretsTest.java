package io.factstream;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.factstream.config.KnownSettings;
import io.factstream.localhub.Fault;
import io.factstream.localhub.LocalEventHubs;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.management.JMException;
import javax.management.JMRuntimeException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The key of the connection string is nowhere to be read, whatever happens. */
class SecretsTest {

    private static final String KEY = "RecognisableKey0123456789+/abcdefghijklmnop=";
    /** Without the characters that an encoding could change. */
    private static final String PART_OF_KEY = "RecognisableKey0123456789";

    @Test
    void the_key_is_in_no_log_line_event_dead_letter_or_attribute(@TempDir Path folder) throws JMException {
        LocalEventHubs.Builder hubs = LocalEventHubs.builder()
                .hub(RuntimeUnderTest.HUB, RuntimeUnderTest.PARTITIONS)
                .key("Sender", KEY);
        try (CapturedLog log = CapturedLog.everything(Level.DEBUG);
                RuntimeUnderTest runtime = RuntimeUnderTest.in(folder, hubs)
                        .impatient()
                        .with(KnownSettings.BATCH_MAX_BYTES, "4KB")
                        .load("CREATE TABLE facts AS SELECT range + 1 AS n, repeat('x', 100) AS text FROM range(500)")
                        .load("UPDATE facts SET text = repeat('x', 5000) WHERE n = 7")
                        .stream("facts", "SELECT n AS _watermark, n, text FROM facts")
                        .stream("broken", "SELECT n AS _watermark FROM nowhere")) {
            assertThat(runtime.setting(KnownSettings.CONNECTION_STRING)).contains(PART_OF_KEY);
            runtime.hubs().faults().always(Fault.answerToken(401));
            runtime.start();
            String refused = runtime.awaitFailing("facts");
            runtime.hubs().faults().clear();
            runtime.hubs().suspend();
            RuntimeUnderTest.eventually("another failure")
                    .until(() -> runtime.status("facts").consecutiveFailures() > 2);
            runtime.hubs().resume();

            runtime.awaitReceived("facts", 499);

            assertThat(refused).doesNotContain(PART_OF_KEY);
            assertThat(log.lines()).hasSizeGreaterThan(100).noneMatch(line -> line.contains(PART_OF_KEY));
            assertThat(runtime.received("facts"))
                    .noneMatch(event -> event.stored().toString().contains(PART_OF_KEY));
            RuntimeUnderTest.eventually("dead letter")
                    .until(() -> !runtime.deadLetters("facts").isEmpty());
            assertThat(runtime.deadLetters("facts")).singleElement().satisfies(letter -> {
                assertThat(letter.toString() + letter.properties() + letter.failure())
                        .doesNotContain(PART_OF_KEY);
                assertThat(new String(letter.event(), java.nio.charset.StandardCharsets.UTF_8))
                        .doesNotContain(PART_OF_KEY);
            });
            Map<String, String> attributes = attributes();
            assertThat(attributes).hasSizeGreaterThan(500).containsKey("io.factstream:name=facts,type=stream State");
            assertThat(attributes)
                    .allSatisfy((name, value) -> assertThat(value).as(name).doesNotContain(PART_OF_KEY));
        }
    }

    /** Every readable attribute of every MBean of this process, as text. */
    private static Map<String, String> attributes() throws JMException {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        Map<String, String> attributes = new TreeMap<>();
        List<ObjectName> names = new ArrayList<>(server.queryNames(null, null));
        for (ObjectName name : names) {
            for (MBeanAttributeInfo attribute : server.getMBeanInfo(name).getAttributes()) {
                if (attribute.isReadable()) {
                    attributes.put(
                            name.getCanonicalName() + " " + attribute.getName(),
                            value(server, name, attribute.getName()));
                }
            }
        }
        return attributes;
    }

    private static String value(MBeanServer server, ObjectName name, String attribute) throws JMException {
        try {
            Object value = server.getAttribute(name, attribute);
            return value instanceof Object[] some ? List.of(some).toString() : String.valueOf(value);
        } catch (JMRuntimeException unsupported) {
            // Some of the JVM's own say so in this way.
            return String.valueOf(unsupported.getCause());
        }
    }
}
