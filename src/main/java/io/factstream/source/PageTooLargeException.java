package io.factstream.source;

/** The rows of one page do not fit into the memory that DuckDB may use. A smaller page will. */
public final class PageTooLargeException extends SourceException {

    private static final long serialVersionUID = 1L;

    PageTooLargeException(String message, Throwable cause) {
        super(message, cause);
    }
}
