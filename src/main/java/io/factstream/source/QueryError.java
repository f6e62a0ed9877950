package io.factstream.source;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.OptionalInt;

/** An error of DuckDB without the values of rows that its words repeat: it may be logged, whoever does it. */
final class QueryError extends SQLException {

    private static final long serialVersionUID = 1L;

    private final int line;
    private final String mend;

    private QueryError(DuckDbMessage told, SQLException thrown) {
        super(told.text(), thrown.getSQLState(), thrown.getErrorCode());
        this.line = told.line().orElse(0);
        this.mend = mend(told);
        // Not the cause: its message holds the values.
        setStackTrace(thrown.getStackTrace());
    }

    /** The same error, fit to be logged; a timeout stays one. */
    static SQLException of(SQLException thrown) {
        if (thrown instanceof QueryError) {
            return thrown;
        }
        DuckDbMessage told = DuckDbMessage.of(thrown.getMessage() == null ? "" : thrown.getMessage());
        if (thrown instanceof SQLTimeoutException) {
            SQLTimeoutException timeout = new SQLTimeoutException(told.text());
            timeout.setStackTrace(thrown.getStackTrace());
            return timeout;
        }
        return new QueryError(told, thrown);
    }

    /** See {@link DuckDbMessage#line()}. */
    OptionalInt line() {
        return line == 0 ? OptionalInt.empty() : OptionalInt.of(line);
    }

    /** What to do about it, as an instruction. */
    String mend() {
        return mend;
    }

    private static String mend(DuckDbMessage told) {
        if (told.isOfARow()) {
            return "Correct the rows or the query; run the query in DuckDB to see the value";
        }
        return told.isOfAnExtension()
                ? "Do without it, or compute it in the loader: FactStream loads no extensions"
                : "Correct the query, or change the source";
    }
}
