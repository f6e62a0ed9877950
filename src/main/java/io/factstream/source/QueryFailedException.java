package io.factstream.source;

import java.util.OptionalInt;

/** DuckDB refused or failed a query: wrong SQL, a missing table or column, a value that cannot be cast, a timeout. */
public final class QueryFailedException extends SourceException {

    private static final long serialVersionUID = 1L;

    private final String what;
    private final String mend;
    private final int line;

    /** @param joint stands between what is wrong and the mend in the message */
    QueryFailedException(String what, String joint, String mend, OptionalInt line, Throwable cause) {
        super(what + joint + mend, cause);
        this.what = what;
        this.mend = mend;
        this.line = line.orElse(0);
    }

    /** What went wrong. */
    public String what() {
        return what;
    }

    /** What to do about it, as an instruction; empty when nobody knows. */
    public String mend() {
        return mend;
    }

    /** The line of the statement that it is about, from 1; empty when it is about none. */
    public OptionalInt line() {
        return line == 0 ? OptionalInt.empty() : OptionalInt.of(line);
    }
}
