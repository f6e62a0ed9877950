package io.factstream.source;

import java.util.OptionalInt;

/** DuckDB refused or failed a query: wrong SQL, a missing table or column, a value that cannot be cast, a timeout. */
public final class QueryFailedException extends SourceException {

    private static final long serialVersionUID = 1L;

    private final int line;

    QueryFailedException(String message, OptionalInt line, Throwable cause) {
        super(message, cause);
        this.line = line.orElse(0);
    }

    /** The line of the statement that it is about, from 1; empty when it is about none. */
    public OptionalInt line() {
        return line == 0 ? OptionalInt.empty() : OptionalInt.of(line);
    }
}
