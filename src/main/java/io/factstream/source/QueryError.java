package io.factstream.source;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.Map;
import java.util.OptionalInt;

/** An error of DuckDB without the values of rows that its words repeat: it may be logged, whoever does it. */
final class QueryError extends SQLException {

    private static final long serialVersionUID = 1L;

    /** What to do about errors with these words. */
    private static final Map<String, String> MENDS = Map.of(
            "Division by zero",
            "Correct the rows, or have NULL instead by a // nullif(b, 0) or TRY(a // b); run the query in DuckDB to see the"
                    + " value",
            "a lambda is written with an arrow",
            "Write lambda x: x + 1 in place of x -> x + 1",
            "a WITH changes rows",
            "Take the INSERT, UPDATE or DELETE out; the loader is the one who writes");

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
        for (Map.Entry<String, String> mend : MENDS.entrySet()) {
            if (told.text().contains(mend.getKey())) {
                return mend.getValue();
            }
        }
        return told.isOfAnExtension()
                ? "Do without it, or compute it in the loader: FactStream loads no extensions"
                : told.whose().mend();
    }
}
