package io.factstream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/** What is logged under a name, from a level on, while this is open. */
final class CapturedLog implements AutoCloseable {

    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final Logger logger;
    private final Level before;
    private final AppenderBase<ILoggingEvent> appender;

    private CapturedLog(String name, Level from) {
        logger = (Logger) LoggerFactory.getLogger(name);
        before = logger.getLevel();
        appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                if (event.getLevel().isGreaterOrEqual(from)) {
                    lines.add(text(event));
                }
            }
        };
        appender.start();
        logger.addAppender(appender);
        if (!logger.isEnabledFor(from)) {
            logger.setLevel(from);
        }
    }

    /** Warnings and errors of FactStream. */
    static CapturedLog warnings() {
        return new CapturedLog("io.factstream", Level.WARN);
    }

    /** What is logged under a name from a level on. */
    static CapturedLog of(String name, Level from) {
        return new CapturedLog(name, from);
    }

    /** All that is logged by anybody from a level on, stack traces included. */
    static CapturedLog everything(Level from) {
        return new CapturedLog(org.slf4j.Logger.ROOT_LOGGER_NAME, from);
    }

    /** The lines so far, with their level first. */
    List<String> lines() {
        return List.copyOf(lines);
    }

    private static String text(ILoggingEvent event) {
        IThrowableProxy thrown = event.getThrowableProxy();
        return event.getLevel() + " " + event.getFormattedMessage()
                + (thrown == null ? "" : "\n" + ThrowableProxyUtil.asString(thrown));
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setLevel(before);
        appender.stop();
    }
}
