package io.factstream.logging;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.factstream.config.Masked;

/**
 * The word {@code %masked} of a log pattern: the message without secrets, whoever logs it. Libraries repeat what a
 * service answered, and that may repeat what it was asked.
 */
public final class MaskedMessage extends ClassicConverter {

    @Override
    public String convert(ILoggingEvent event) {
        return Masked.text(event.getFormattedMessage());
    }
}
