package io.factstream.stream;

/**
 * How many rows the next page of a stream may have: few at first, so that the first event leaves soon and rows of an
 * unknown size do no harm, then more, up to what the limits on rows and bytes allow.
 *
 * <p>For one thread.
 */
final class PageSize {

    /** Rows of a first page. */
    static final int FIRST = 1000;

    private static final int GROWTH = 4;

    private final int maxRows;
    private final long maxBytes;
    private int rows;

    PageSize(int maxRows, long maxBytes) {
        this.maxRows = maxRows;
        this.maxBytes = maxBytes;
        this.rows = Math.min(FIRST, maxRows);
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
        long fitting = bytes == 0 ? maxRows : Math.max(1, maxBytes * read / bytes);
        rows = (int) Math.max(1, Math.min(Math.min(maxRows, fitting), (long) rows * GROWTH));
    }

    /** A page was too large. Returns false when it cannot be made smaller. */
    boolean shrink() {
        if (rows == 1) {
            return false;
        }
        rows = Math.max(1, rows / GROWTH);
        return true;
    }
}
