package io.factstream.source;

/**
 * The source did not give what was asked of it.
 *
 * <p>Which subtype it is decides what the stream does: wait ({@link SourceBusyException}), ask for less
 * ({@link PageTooLargeException}), or report the fault and try again later (the others). None of them is ever a
 * reason to pass a row over.
 */
public abstract sealed class SourceException extends RuntimeException
        permits SourceBusyException, SourceUnavailableException, QueryFailedException, PageTooLargeException {

    private static final long serialVersionUID = 1L;

    SourceException(String message, Throwable cause) {
        super(message, cause);
    }
}
