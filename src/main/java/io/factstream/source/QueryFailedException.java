package io.factstream.source;

/** DuckDB refused or failed a query: wrong SQL, a missing table or column, a value that cannot be cast, a timeout. */
public final class QueryFailedException extends SourceException {

    private static final long serialVersionUID = 1L;

    QueryFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
