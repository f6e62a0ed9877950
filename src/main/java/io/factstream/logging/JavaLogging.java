package io.factstream.logging;

import java.text.MessageFormat;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands what libraries log by {@code java.util.logging} on to the log of everybody else, so that its lines have the same form.
 */
final class JavaLogging extends Handler {

    private JavaLogging() {}

    /** From now on, for the whole process. */
    static void handOn() {
        Logger root = LogManager.getLogManager().getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        root.addHandler(new JavaLogging());
    }

    @Override
    public void publish(LogRecord logged) {
        String name = logged.getLoggerName();
        LoggerFactory.getLogger(name == null || name.isEmpty() ? "java.util.logging" : name)
                .atLevel(level(logged.getLevel()))
                .setCause(logged.getThrown())
                .log(text(logged));
    }

    private static org.slf4j.event.Level level(Level level) {
        int value = level.intValue();
        return value >= Level.SEVERE.intValue()
                ? org.slf4j.event.Level.ERROR
                : value >= Level.WARNING.intValue()
                        ? org.slf4j.event.Level.WARN
                        : value >= Level.INFO.intValue()
                                ? org.slf4j.event.Level.INFO
                                : value >= Level.FINE.intValue()
                                        ? org.slf4j.event.Level.DEBUG
                                        : org.slf4j.event.Level.TRACE;
    }

    /** The message with its parameters, in the words of the library where it has a bundle of them. */
    private static String text(LogRecord logged) {
        String message = String.valueOf(logged.getMessage());
        if (logged.getResourceBundle() != null && logged.getResourceBundle().containsKey(message)) {
            message = logged.getResourceBundle().getString(message);
        }
        Object[] parameters = logged.getParameters();
        if (parameters == null || parameters.length == 0 || !message.contains("{")) {
            return message;
        }
        try {
            return MessageFormat.format(message, parameters);
        } catch (IllegalArgumentException e) {
            // A brace that begins no parameter: the message stands as it is.
            return message;
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
