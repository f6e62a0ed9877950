package io.factstream.source;

/** The file is missing, is no DuckDB database, is corrupt, or cannot be read. */
public final class SourceUnavailableException extends SourceException {

    private static final long serialVersionUID = 1L;

    SourceUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
