package io.factstream.stream;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * How many rows of one watermark value lie in each of its slices, counted in one scan for the pages of many: a page is a
 * run of slices that together hold no more rows than it may.
 *
 * @param value the watermark value
 * @param of into how many slices it is cut
 * @param first the slice that the counts begin with
 * @param rows of that slice and of those that follow it
 */
@SuppressWarnings("ArrayRecordComponent") // Not shared, and never compared.
record SliceCounts(String value, int of, int first, long[] rows) {

    /** More are not kept in memory at once. */
    private static final int MOST = 1 << 16;

    /** So many slices a page are aimed at where a cut is made anew, so that runs of them fill pages well. */
    private static final int PER_PAGE = 8;

    /** As many as there may be. */
    private static final int MOST_SLICES = 1 << 24;

    /**
     * Into how many slices to cut a value, so that one holds fewer rows on average than a page may.
     *
     * @param rows of the value
     * @param of into how many it is cut; a finer cut is a multiple, so that what was done is still a prefix
     * @return {@code of} where that will do
     */
    static int cut(long rows, int of, int maxRows) {
        int slices = of;
        while (rows / slices >= maxRows && slices < MOST_SLICES) {
            slices *= 2;
        }
        return slices == of ? of : Math.min(MOST_SLICES, slices * PER_PAGE);
    }

    /**
     * Counts them.
     *
     * @param from for after FROM
     * @param condition of the rows of the value
     * @param slice SQL of the number of the slice that a row lies in
     */
    static SliceCounts count(
            Connection connection, String from, String condition, String slice, String value, int of, int first)
            throws SQLException {
        long[] rows = new long[Math.min(MOST, of - first)];
        String sql = "SELECT CAST(" + slice + " AS INTEGER), " + Sql.call("count", "*") + " FROM " + from + " WHERE "
                + condition + " AND " + slice + " BETWEEN " + first + " AND " + (first + rows.length - 1)
                + " GROUP BY 1";
        try (Statement statement = connection.createStatement();
                ResultSet counted = statement.executeQuery(sql)) {
            while (counted.next()) {
                rows[counted.getInt(1) - first] = counted.getLong(2);
            }
        }
        return new SliceCounts(value, of, first, rows);
    }

    /** Whether it tells of the slices of a value that is cut so or more coarsely, from {@code done} of {@code of} on. */
    boolean tellsOf(String other, int done, int of) {
        return value.equals(other) && this.of % of == 0 && tellsOf(slice(done, of));
    }

    private boolean tellsOf(int slice) {
        return slice >= first && slice < first + rows.length;
    }

    /** The slice that comes after {@code done} of {@code of}. */
    int slice(int done, int of) {
        return done * (this.of / of);
    }

    /**
     * Where a run of slices ends: the first slice that is not part of it. It has one with rows at least, where there is
     * one, and no more rows than may be, unless that one alone has.
     *
     * @param begin its first slice
     * @param most the slice that it must not go beyond
     */
    int end(int begin, int most, int maxRows) {
        long sum = 0;
        int end = begin;
        while (end < most && tellsOf(end) && (sum == 0 || sum + rows[end - first] <= maxRows)) {
            sum += rows[end - first];
            end++;
        }
        return end;
    }

    /** How many rows the slices from one up to another, not included, hold. */
    long rowsWithin(int begin, int end) {
        long sum = 0;
        for (int slice = begin; slice < end; slice++) {
            sum += rows[slice - first];
        }
        return sum;
    }
}
