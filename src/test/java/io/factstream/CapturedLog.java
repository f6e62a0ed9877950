package io.factstream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.Layout;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.joran.spi.JoranException;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.slf4j.LoggerFactory;

/** What is logged under a name, from a level on, while this is open. */
public final class CapturedLog implements AutoCloseable {

    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final Logger logger;
    private final Level before;
    private final AppenderBase<ILoggingEvent> appender;

    private CapturedLog(String name, Level from, Function<ILoggingEvent, String> text) {
        logger = (Logger) LoggerFactory.getLogger(name);
        before = logger.getLevel();
        appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                if (event.getLevel().isGreaterOrEqual(from)) {
                    lines.add(text.apply(event));
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
    public static CapturedLog warnings() {
        return new CapturedLog("io.factstream", Level.WARN, CapturedLog::text);
    }

    /** What is logged under a name from a level on. */
    static CapturedLog of(String name, Level from) {
        return new CapturedLog(name, from, CapturedLog::text);
    }

    /** All that is logged by anybody from a level on, stack traces included. */
    static CapturedLog everything(Level from) {
        return new CapturedLog(org.slf4j.Logger.ROOT_LOGGER_NAME, from, CapturedLog::text);
    }

    /** What is logged under a name from a level on, as the product's own logback.xml would have it written. */
    static CapturedLog asWritten(String name, Level from) {
        LoggerContext product = new LoggerContext();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(product);
        try {
            configurator.doConfigure(
                    Objects.requireNonNull(CapturedLog.class.getResource("/logback.xml"), "logback.xml"));
        } catch (JoranException e) {
            throw new IllegalStateException(e);
        }
        ConsoleAppender<ILoggingEvent> appender = (ConsoleAppender<ILoggingEvent>)
                product.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender("STDERR");
        Layout<ILoggingEvent> layout = ((LayoutWrappingEncoder<ILoggingEvent>) appender.getEncoder()).getLayout();
        return new CapturedLog(name, from, layout::doLayout);
    }

    /** The lines so far, with their level first. */
    public List<String> lines() {
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
