package io.factstream.logging;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The word {@code %place} of a log pattern: the session, and the stream that a line is about, in brackets and with a blank
 * behind; nothing where neither is known.
 *
 * <p>The session is that of the process. The stream is what the thread works on, by the context entry {@link #STREAM}, or
 * else what the line itself names: threads that send serve all streams.
 */
public final class LogPlace extends ClassicConverter {

    /** The context entry with the id of a stream. */
    public static final String STREAM = "stream";

    static final String SESSION = "session";

    private static final Pattern NAMED = Pattern.compile("(?:^|\\s)stream=([a-z0-9-]+)");

    /** What is known, by name. */
    static Map<String, String> of(ILoggingEvent event) {
        Map<String, String> place = new LinkedHashMap<>();
        String session = event.getLoggerContextVO().getPropertyMap().get(SESSION);
        if (session != null) {
            place.put(SESSION, session);
        }
        Matcher named = NAMED.matcher(event.getFormattedMessage());
        String stream =
                named.find() ? named.group(1) : event.getMDCPropertyMap().get(STREAM);
        if (stream != null) {
            place.put(STREAM, stream);
        }
        return place;
    }

    @Override
    public String convert(ILoggingEvent event) {
        Map<String, String> place = of(event);
        return place.isEmpty() ? "" : "[" + String.join(" ", place.values()) + "] ";
    }
}
