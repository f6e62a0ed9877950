package io.factstream.stream;

/**
 * How many rows the next page of a stream may have: few at first, so that the first event leaves soon and rows of an
 * unknown size do no harm, then more, up to what the limits on rows and bytes allow.
 *
 * <p>Where each page goes through the whole table, because its rows lie in no order of their watermark, pages become so
 * large that the table is gone through {@value #MOST_SCANS} times at most: so the time of all pages grows with the table,
 * and not with its square. The limits hold there too.
 *
 * <p>For one thread.
 */
final class PageSize {

    /** Rows of a first page. */
    static final int FIRST = 1000;

    private static final int GROWTH = 4;
    private static final int MOST_SCANS = 64;
    /** Of the rows that fit into a page, as many are aimed at where one that is too large must be read anew. */
    private static final double FITTING_SHARE = 0.75;

    private final int maxRows;
    private final long maxBytes;
    private final int usualRows;
    private int limit;
    private int rows;

    /**
     * @param usualRows as many as are worth while where a page costs no more than its rows
     * @param maxRows rows a page may have at most, at least 1
     * @param maxBytes bytes a page may have
     */
    PageSize(int usualRows, int maxRows, long maxBytes) {
        this.maxRows = maxRows;
        this.maxBytes = maxBytes;
        this.usualRows = Math.min(usualRows, maxRows);
        this.limit = this.usualRows;
        this.rows = Math.min(FIRST, limit);
    }

    /** Rows the next page may have, at least 1. */
    int rows() {
        return rows;
    }

    /** Bytes a page may have. */
    long bytes() {
        return maxBytes;
    }

    /** A page of that many rows and bytes was read, and more lay beyond it. */
    void filled(int read, long bytes) {
        grow(bytes == 0 ? maxRows : maxBytes * read / bytes);
    }

    /** As above, a page that ended within a value: if the next one is too large, none of its rows can be kept. */
    void filledWithinValue(int read, long bytes) {
        grow(bytes == 0 ? maxRows : (long) (FITTING_SHARE * maxBytes * read / bytes));
    }

    private void grow(long fitting) {
        rows = (int) Math.max(1, Math.min(Math.min(limit, fitting), (long) rows * GROWTH));
    }

    /** To read a page means to go through the whole table, and so many rows are still to be read. */
    void scansAll(long left) {
        limit = (int) Math.max(limit, Math.min(maxRows, left / MOST_SCANS));
    }

    /** To read a page costs no more than its rows. */
    void scansOwn() {
        limit = usualRows;
    }

    /** A page had too many bytes after so many rows. Returns false when it cannot be made smaller. */
    boolean exceeded(int read) {
        if (rows == 1) {
            return false;
        }
        rows = (int) Math.max(1, Math.min((long) rows / 2, (long) (FITTING_SHARE * read)));
        return true;
    }

    /** DuckDB had no memory for a page. Returns false when it cannot be made smaller. */
    boolean shrink() {
        if (rows == 1) {
            return false;
        }
        rows = Math.max(1, rows / GROWTH);
        return true;
    }
}
