package io.factstream.source;

/** Another process, as a rule the loader, holds the file. It is waited for; nothing is wrong. */
public final class SourceBusyException extends SourceException {

    private static final long serialVersionUID = 1L;

    SourceBusyException(String message, Throwable cause) {
        super(message, cause);
    }
}
