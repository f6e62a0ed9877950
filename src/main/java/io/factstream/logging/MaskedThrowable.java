package io.factstream.logging;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.IThrowableProxy;
import io.factstream.config.Masked;

/** The word {@code %maskedEx} of a log pattern: the stack trace with messages without secrets. */
public final class MaskedThrowable extends ThrowableProxyConverter {

    @Override
    protected String throwableProxyToString(IThrowableProxy thrown) {
        return Masked.text(super.throwableProxyToString(thrown));
    }
}
