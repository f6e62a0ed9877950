package io.factstream;

import static io.factstream.RuntimeUnderTest.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.factstream.config.KnownSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.rmi.server.RMIServerSocketFactory;
import java.rmi.server.RMISocketFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.management.AttributeChangeNotification;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXConnectorServerFactory;
import javax.management.remote.JMXServiceURL;
import javax.management.remote.rmi.RMIConnectorServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that JMX shows and does, through a connection by RMI as a console has it. */
class RemoteJmxTest {

    private static final String QUERY =
            "SELECT n AS _watermark, n % 3 AS _partition_key, n, CASE WHEN n = 7 THEN repeat('x', 5000) END AS text"
                    + " FROM facts";

    private static RuntimeUnderTest runtime;
    private static JMXConnectorServer served;
    private static JMXConnector connector;
    private static MBeanServerConnection jmx;

    @BeforeAll
    @SuppressWarnings("BanJNDI") // It connects to a server of this process.
    static void connect(@TempDir Path folder) throws IOException {
        runtime = RuntimeUnderTest.in(folder)
                .with(KnownSettings.BATCH_MAX_BYTES, "4KB")
                .load("CREATE TABLE facts AS SELECT range + 1 AS n FROM range(100)")
                .stream("facts", QUERY)
                .start();
        runtime.awaitDrained();
        RMIServerSocketFactory loopback = port -> new ServerSocket(port, 0, InetAddress.getLoopbackAddress());
        RMISocketFactory here = new RMISocketFactory() {
            @Override
            public java.net.Socket createSocket(String host, int port) throws IOException {
                return new java.net.Socket(InetAddress.getLoopbackAddress(), port);
            }

            @Override
            public ServerSocket createServerSocket(int port) throws IOException {
                return loopback.createServerSocket(port);
            }
        };
        System.setProperty("java.rmi.server.hostname", "127.0.0.1");
        served = JMXConnectorServerFactory.newJMXConnectorServer(
                new JMXServiceURL("service:jmx:rmi://"),
                Map.of(RMIConnectorServer.RMI_SERVER_SOCKET_FACTORY_ATTRIBUTE, here),
                ManagementFactory.getPlatformMBeanServer());
        served.start();
        connector = JMXConnectorFactory.connect(served.getAddress());
        jmx = connector.getMBeanServerConnection();
    }

    @AfterAll
    static void disconnect() throws IOException {
        connector.close();
        served.stop();
        runtime.close();
    }

    @Test
    void every_attribute_operation_and_parameter_says_what_it_is() throws JMException, IOException {
        for (ObjectName name : jmx.queryNames(new ObjectName("io.factstream:*"), null)) {
            MBeanInfo info = jmx.getMBeanInfo(name);
            assertThat(info.getDescription()).as(name.toString()).contains(" ");
            for (MBeanAttributeInfo attribute : info.getAttributes()) {
                assertThat(attribute.getDescription())
                        .as(name + " " + attribute.getName())
                        .contains(" ");
                assertThat(jmx.getAttribute(name, attribute.getName()))
                        .as(name + " " + attribute.getName())
                        .satisfies(value -> {});
            }
            for (MBeanOperationInfo operation : info.getOperations()) {
                assertThat(operation.getDescription())
                        .as(name + " " + operation.getName())
                        .contains(" ");
                for (MBeanParameterInfo parameter : operation.getSignature()) {
                    assertThat(parameter.getName()).doesNotMatch("p\\d");
                    assertThat(parameter.getDescription()).contains(" ");
                }
            }
        }
    }

    @Test
    void there_are_beans_of_streams_event_types_hubs_dead_letters_and_all_together() throws JMException, IOException {
        assertThat(jmx.queryNames(new ObjectName("io.factstream:*"), null))
                .extracting(ObjectName::getCanonicalName)
                .containsExactlyInAnyOrder(
                        "io.factstream:name=facts,type=stream",
                        "io.factstream:name=facts,type=event-type",
                        "io.factstream:name=facts,type=hub",
                        "io.factstream:type=totals",
                        "io.factstream:type=dead-letters");
    }

    @Test
    void counts_rates_and_times_are_those_of_what_was_done() throws JMException, IOException {
        for (String bean : List.of("type=stream,name=facts", "type=event-type,name=facts", "type=totals")) {
            assertThat((Long) get(bean, "RowsRead")).isGreaterThanOrEqualTo(100);
            assertThat((Long) get(bean, "EventsSent")).isGreaterThanOrEqualTo(99);
            assertThat((Long) get(bean, "EventsDeadLettered")).isGreaterThanOrEqualTo(1);
            assertThat((Long) get(bean, "EventsFailed")).isZero();
            assertThat((Double) get(bean, "EventsPerSecondSinceStart")).isPositive();
            assertThat(((TabularData) get(bean, "Errors"))
                            .get(new Object[] {"validation"})
                            .get("value"))
                    .satisfies(count -> assertThat((Long) count).isPositive());
        }
        for (String step : List.of("Poll", "Read", "Marshal", "Send", "Commit")) {
            CompositeData times = (CompositeData) get("type=stream,name=facts", step + "Times");
            assertThat((Long) times.get("count")).as(step).isPositive();
            assertThat((Double) times.get("p99Millis"))
                    .as(step)
                    .isGreaterThanOrEqualTo((Double) times.get("p50Millis"))
                    .isPositive();
        }
        assertThat(get("type=stream,name=facts", "LastDelivery").toString()).startsWith("20");
        assertThat(get("type=hub,name=facts", "BreakerState")).isEqualTo("closed");
        assertThat(get("type=hub,name=facts", "State")).isEqualTo("running");
        assertThat(get("type=totals", "Session"))
                .isEqualTo(runtime.application().sessionId());
    }

    @Test
    void a_pause_is_told_to_who_listens_and_recorded_with_where_it_came_from() throws JMException, IOException {
        ObjectName stream = new ObjectName("io.factstream:type=stream,name=facts");
        Queue<AttributeChangeNotification> told = new ConcurrentLinkedQueue<>();
        jmx.addNotificationListener(
                stream, (notification, handback) -> told.add((AttributeChangeNotification) notification), null, null);

        jmx.invoke(stream, "pause", new Object[0], new String[0]);
        jmx.invoke(stream, "resume", new Object[0], new String[0]);

        eventually("two notifications").until(() -> told.size() >= 2);
        assertThat(told)
                .extracting(AttributeChangeNotification::getOldValue, AttributeChangeNotification::getNewValue)
                .startsWith(
                        org.assertj.core.groups.Tuple.tuple("running", "paused"),
                        org.assertj.core.groups.Tuple.tuple("paused", "running"));
        String[] actions = (String[]) invoke("type=totals", "listActions", 10);
        assertThat(Arrays.asList(actions))
                .anySatisfy(action -> assertThat(action).contains("jmx from 127.0.0.1", "pause", "facts"));
    }

    @Test
    void dead_letters_are_counted_listed_and_replayed() throws JMException, IOException {
        assertThat(get("type=dead-letters", "Count")).isEqualTo(1L);
        assertThat(((TabularData) get("type=dead-letters", "ByStream"))
                        .get(new Object[] {"facts"})
                        .get("value"))
                .isEqualTo(1L);
        String letter = ((String[]) invoke("type=dead-letters", "listLetters", 10))[0];
        assertThat(letter).contains("facts", "validation", "bytes").doesNotContain("xxxx");

        assertThat(invoke("type=dead-letters", "replayLetter", letter.split("  ", 2)[0]))
                .isEqualTo("delivered 0, failed 1");
        assertThat(invoke("type=stream,name=facts", "replay")).isEqualTo("delivered 0, failed 1");
        assertThat(invoke("type=dead-letters", "replayLetter", "nothing")).isEqualTo("there is no letter nothing");
    }

    @Test
    void a_rewind_sends_again_with_the_same_ids() throws JMException, IOException {
        int before = runtime.received("facts").size();

        assertThat(invoke("type=stream,name=facts", "rewind", "90", "test"))
                .isEqualTo("watermark moved from BIGINT 100 to BIGINT 90");

        runtime.awaitReceived("facts", before + 10);
        runtime.awaitDrained();
        runtime.assertRepeatsKeepTheirIds("facts", "n");
        assertThatThrownBy(() -> invoke("type=stream,name=facts", "rewind", "soon", "test"))
                .hasStackTraceContaining("no BIGINT")
                // A client has no class of ours.
                .hasRootCauseInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> invoke("type=stream,name=facts", "rewind", "1", " "))
                .hasStackTraceContaining("no reason");
    }

    private static Object get(String bean, String attribute) throws JMException, IOException {
        return jmx.getAttribute(new ObjectName("io.factstream:" + bean), attribute);
    }

    private static Object invoke(String bean, String operation, Object... parameters) throws JMException, IOException {
        String[] types = Arrays.stream(parameters)
                .map(parameter -> parameter instanceof Integer
                        ? "int"
                        : parameter.getClass().getName())
                .toArray(String[]::new);
        return jmx.invoke(new ObjectName("io.factstream:" + bean), operation, parameters, types);
    }
}
