package io.factstream.logging;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import io.factstream.config.LogFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the lines of this process are written, as far as logback.xml leaves it open. */
public final class Logs {

    /** The appender of logback.xml. */
    private static final String APPENDER = "STDERR";

    private Logs() {}

    /** Takes up what libraries log by {@code java.util.logging}, which would come in another form. */
    public static void ofAll() {
        JavaLogging.handOn();
    }

    /** Writes lines in this form from now on. Leaves a configuration alone that is not FactStream's own. */
    public static void use(LogFormat format) {
        if (format == LogFormat.JSON && !areJson() && appender() instanceof ConsoleAppender<ILoggingEvent> console) {
            JsonLines lines = new JsonLines();
            lines.setContext(console.getContext());
            lines.start();
            console.stop();
            console.setEncoder(lines);
            console.start();
        }
    }

    /** Whether lines are JSON. */
    public static boolean areJson() {
        return appender() instanceof ConsoleAppender<ILoggingEvent> console
                && console.getEncoder() instanceof JsonLines;
    }

    /** Every line from now on names this session. */
    public static void session(String id) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.putProperty(LogPlace.SESSION, id);
        }
    }

    private static @Nullable Appender<ILoggingEvent> appender() {
        return LoggerFactory.getILoggerFactory() instanceof LoggerContext context
                ? context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(APPENDER)
                : null;
    }
}
