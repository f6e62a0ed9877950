package io.factstream.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** Lines as the product's own logback.xml has them written, and as JSON. */
class LogLinesTest {

    private final LoggerContext context = new LoggerContext();
    private final JsonLines json = new JsonLines();

    @BeforeEach
    void start() throws JoranException {
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(Objects.requireNonNull(LogLinesTest.class.getResource("/logback.xml"), "logback.xml"));
        json.setContext(context);
        json.start();
    }

    private LoggingEvent event(
            String message, Map<String, String> inContext, @Nullable Exception thrown, Object... arguments) {
        Logger logger = context.getLogger("io.factstream.stream.FactStream");
        LoggingEvent event = new LoggingEvent("", logger, Level.WARN, message, thrown, arguments);
        event.setThreadName("a thread");
        event.setMDCPropertyMap(inContext);
        return event;
    }

    private String text(ILoggingEvent event) {
        ConsoleAppender<ILoggingEvent> appender = (ConsoleAppender<ILoggingEvent>)
                context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("STDERR");
        return new String(appender.getEncoder().encode(event), StandardCharsets.UTF_8);
    }

    private JsonNode json(ILoggingEvent event) throws IOException {
        String line = new String(json.encode(event), StandardCharsets.UTF_8);
        assertThat(line).endsWith("}\n").containsOnlyOnce("\n");
        return new ObjectMapper().readTree(line);
    }

    @Test
    void what_libraries_log_by_java_util_logging_becomes_a_line_like_any_other() {
        Logger library = (Logger) LoggerFactory.getLogger("some.library");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        library.addAppender(lines);
        Exception thrown = new IllegalStateException("no");

        Logs.ofAll();
        java.util.logging.Logger theirs = java.util.logging.Logger.getLogger("some.library");
        theirs.log(java.util.logging.Level.WARNING, "{0} of {1}", new Object[] {"one", "two"});
        theirs.log(java.util.logging.Level.SEVERE, "a brace { that begins nothing", thrown);
        library.detachAppender(lines);

        assertThat(lines.list)
                .extracting(ILoggingEvent::getLevel, ILoggingEvent::getFormattedMessage)
                .containsExactly(tuple(Level.WARN, "one of two"), tuple(Level.ERROR, "a brace { that begins nothing"));
        assertThat(lines.list.get(1).getThrowableProxy().getMessage()).isEqualTo("no");
        assertThat(java.util.logging.Logger.getLogger("").getHandlers()).hasSize(1);
    }

    @Test
    void a_line_names_its_session_and_the_stream_that_its_thread_works_on() throws IOException {
        context.putProperty(LogPlace.SESSION, "session-1");
        LoggingEvent event = event("page {} read", Map.of("stream", "sales"), null, 7);

        assertThat(text(event)).contains(" WARN  FactStream [session-1 sales] page 7 read\n");
        JsonNode line = json(event);
        assertThat(line.path("time").textValue()).isEqualTo(event.getInstant().toString());
        assertThat(line.path("level").textValue()).isEqualTo("WARN");
        assertThat(line.path("logger").textValue()).isEqualTo("io.factstream.stream.FactStream");
        assertThat(line.path("thread").textValue()).isEqualTo("a thread");
        assertThat(line.path("message").textValue()).isEqualTo("page 7 read");
        assertThat(line.path("session").textValue()).isEqualTo("session-1");
        assertThat(line.path("stream").textValue()).isEqualTo("sales");
        assertThat(line.has("error")).isFalse();
    }

    @Test
    void a_line_of_a_thread_that_serves_all_names_the_stream_that_it_is_about() throws IOException {
        LoggingEvent event = event("stream=sales dead-lettered events=1", Map.of(), null);

        assertThat(text(event)).contains(" FactStream [sales] stream=sales ");
        assertThat(json(event).path("stream").textValue()).isEqualTo("sales");
        assertThat(json(event).has("session")).isFalse();
        assertThat(text(event("nothing known", Map.of(), null))).contains(" FactStream nothing known\n");
    }

    @Test
    void an_error_is_in_one_line_with_its_stack_trace_and_without_secrets() throws IOException {
        Exception thrown = new IllegalStateException("SharedAccessKey=abc123; Bearer abc123");
        LoggingEvent event = event("password=abc123 \"quoted\"\n\u001b[31m", Map.of("who", "sig=abc123"), thrown);

        JsonNode line = json(event);

        assertThat(line.toString()).doesNotContain("abc123");
        assertThat(line.path("error").textValue())
                .startsWith("java.lang.IllegalStateException: SharedAccessKey=***")
                .contains("\tat io.factstream.logging.LogLinesTest");
        assertThat(line.path("message").textValue()).startsWith("password=***").contains("\"quoted\"");
        assertThat(text(event)).doesNotContain("abc123");
    }

    @ParameterizedTest
    @CsvSource({
        "com.azure.core.amqp, ERROR, false",
        "io.netty.channel, WARN, false",
        "reactor.core.publisher, ERROR, false",
        "org.apache.camel.main, INFO, false",
        "org.apache.camel.main, WARN, true",
        "io.factstream.Application, INFO, true",
        "io.factstream.Application, DEBUG, false"
    })
    void libraries_are_quiet_unless_asked(String logger, String level, boolean written) {
        assertThat(context.getLogger(logger).isEnabledFor(Level.toLevel(level))).isEqualTo(written);
    }
}
