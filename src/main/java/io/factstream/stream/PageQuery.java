package io.factstream.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.factstream.config.ConfigurationException;
import io.factstream.config.NearestName;
import io.factstream.config.NonFinite;
import io.factstream.config.Problems;
import io.factstream.source.Column;
import io.factstream.source.DuckDbType;
import io.factstream.stream.JsonSql.Member;
import io.factstream.watermark.Watermark;
import io.factstream.watermark.Watermark.Slices;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The SQL around a stream's query: what lies beyond the watermark, where the next page ends, and the page itself with
 * its rows as bytes ready to be sent.
 *
 * <p>A page is a window of whole watermark values, {@code (from, to]}, found on the watermark column alone and then read
 * with one range predicate. No tie can straddle two pages, and no unique key is needed. Only where one value alone holds
 * more rows than a page may, is that value cut by a hash of its rows into slices, a power of two of them, and each page
 * is one slice. (The hash is MD5 of the row's text: it must be the same in every session and release.)
 */
final class PageQuery {

    private static final String ENVELOPE_PREFIX = "_";
    /** Which part of the rows that a page may have a guess aims at, so that it is rarely too large. */
    private static final double GUESSED_SHARE = 0.9;

    private static final int MOST_GUESSES = 3;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final DuckDbType BLOB = new DuckDbType.Scalar("BLOB");
    private static final int MOST_SLICES = 1 << 24;
    /** DuckDB's {@code min(x, n)} takes an n below a million, and one more row than a page may have is asked for. */
    private static final int MOST_ROWS = 999_998;
    /** No column can have this name: those with an underscore first are refused. */
    static final String ROW = "_row";

    private final StreamDefinition stream;
    private final List<Column> columns;
    private final WatermarkType type;
    private final NonFinite nonFinite;
    private final String watermark;

    private PageQuery(StreamDefinition stream, List<Column> columns, WatermarkType type, NonFinite nonFinite) {
        this.stream = stream;
        this.columns = columns;
        this.type = type;
        this.nonFinite = nonFinite;
        this.watermark = ROW + "." + Sql.name(stream.watermarkColumn());
    }

    /**
     * Asks DuckDB for the columns of the stream's query, and refuses what cannot become events.
     *
     * @throws SQLException when DuckDB refuses the query
     * @throws ConfigurationException when the watermark or an envelope column is missing, misspelt or of a wrong type
     */
    static PageQuery prepare(StreamDefinition stream, Connection connection, NonFinite nonFinite) throws SQLException {
        QuerySyntax.check(stream, connection);
        return describe(stream, connection, nonFinite);
    }

    /** The same query when the source may have changed since: its columns are asked for anew. */
    PageQuery again(Connection connection) throws SQLException {
        return describe(stream, connection, nonFinite);
    }

    private static PageQuery describe(StreamDefinition stream, Connection connection, NonFinite nonFinite)
            throws SQLException {
        List<Column> columns = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("DESCRIBE " + stream.query())) {
            while (rows.next()) {
                columns.add(new Column(rows.getString(1), DuckDbType.parse(rows.getString(2))));
            }
        }
        Problems problems = new Problems();
        addUnknownEnvelopeColumns(stream, columns, problems);
        addSameNames(stream, columns, problems);
        addWrongTypes(stream, columns, problems);
        Column watermark = columns.stream()
                .filter(column -> column.name().equals(stream.watermarkColumn()))
                .findFirst()
                .orElse(null);
        WatermarkType type =
                watermark == null ? null : WatermarkType.of(watermark).orElse(null);
        if (watermark == null) {
            problems.add(
                    stream.queryFile().toString(),
                    "the query has no column " + stream.watermarkColumn() + "; it has "
                            + columns.stream().map(Column::name).collect(Collectors.joining(", ")),
                    "Select the time or number that the stream advances by AS " + stream.watermarkColumn());
        } else if (type == null) {
            problems.add(
                    stream.place(watermark.name()),
                    "the watermark " + watermark.name() + " is a " + watermark.type(),
                    "Use one of " + WatermarkType.names());
        }
        problems.refuseIfAny();
        return new PageQuery(stream, List.copyOf(columns), Objects.requireNonNull(type), nonFinite);
    }

    private static void addUnknownEnvelopeColumns(StreamDefinition stream, List<Column> columns, Problems problems) {
        for (Column column : columns) {
            String name = column.name();
            if (name.startsWith(ENVELOPE_PREFIX)
                    && !name.equals(stream.watermarkColumn())
                    && EnvelopeColumn.named(name).isEmpty()) {
                problems.add(
                        stream.place(name),
                        "the column " + name + " begins with an underscore but is none of "
                                + String.join(", ", EnvelopeColumn.all()),
                        NearestName.of(name, EnvelopeColumn.all())
                                .map(nearest -> "Did you mean " + nearest + "?")
                                .orElse("Rename it; names with an underscore first are kept for the envelope"));
            }
        }
    }

    /** Names differ by more than case, as they do for DuckDB; else one column would be sent in place of the other. */
    private static void addSameNames(StreamDefinition stream, List<Column> columns, Problems problems) {
        Set<String> names = new HashSet<>();
        for (Column column : columns) {
            if (!names.add(column.name().toLowerCase(Locale.ROOT))) {
                problems.add(
                        stream.place(column.name()),
                        "two columns are named " + column.name(),
                        "Give one of them another name with AS");
            }
        }
    }

    /** An event time must be a time; ids and keys are texts, which consumers compare: what has parts is none. */
    private static void addWrongTypes(StreamDefinition stream, List<Column> columns, Problems problems) {
        for (Column column : columns) {
            EnvelopeColumn envelope = EnvelopeColumn.named(column.name()).orElse(null);
            if (envelope == EnvelopeColumn.EVENT_TIME
                    && WatermarkType.of(column).filter(WatermarkType::isTime).isEmpty()) {
                problems.add(
                        stream.place(column.name()),
                        "the column " + column.name() + " is a " + column.type(),
                        "Make it a TIMESTAMP, or leave it out");
            }
            if (envelope != null
                    && EnvelopeColumn.TEXTS.contains(envelope)
                    && !envelope.columnName().equals(stream.watermarkColumn())
                    && !isText(column.type())) {
                problems.add(
                        stream.place(column.name()),
                        "the column " + column.name() + " is a " + column.type() + ", which is no text",
                        "Make it a text, a number or a time, such as by CAST(… AS VARCHAR)");
            }
        }
    }

    private static boolean isText(DuckDbType type) {
        return (type instanceof DuckDbType.Scalar && !type.equals(BLOB)) || type instanceof DuckDbType.Decimal;
    }

    /** All columns of the query. */
    List<Column> selected() {
        return columns;
    }

    /** The type of the watermark column. */
    WatermarkType type() {
        return type;
    }

    /**
     * The next page.
     *
     * @param after the watermark; null before the first page
     * @param now what counts as settled is measured from it
     * @param maxRows how many rows a page may have, at least 1
     * @return empty when nothing settled lies beyond the watermark
     */
    Optional<Window> next(Connection connection, @Nullable Watermark after, Instant now, int maxRows)
            throws SQLException {
        String settled = type.settled(watermark, now, stream.settle()).orElse("true");
        return page(connection, after, settled, Math.min(maxRows, MOST_ROWS));
    }

    /**
     * How closely the rows of a stream lie, by its last page.
     *
     * @param from the watermark before that page
     * @param to the watermark after it
     * @param rows how many rows it had, at least 1
     */
    record Pace(String from, String to, long rows) {

        /** That of a page that was read; null when it says nothing of what follows. */
        static @Nullable Pace of(@Nullable Watermark from, Watermark to, long rows) {
            return from != null && from.isWhole() && to.isWhole() && rows > 0
                    ? new Pace(from.value(), to.value(), rows)
                    : null;
        }
    }

    /**
     * As above, and where it can be guessed from the page before, by that. Its end is then put where about as many rows
     * should lie as are wanted, and the rows are counted: that looks only at the rows of the page, not at all that lie
     * beyond the watermark. Any window of whole values will do, so a guess need not be good.
     *
     * @param pace of the page before; null when there is none to guess from
     */
    Optional<Window> next(
            Connection connection, @Nullable Watermark after, Instant now, int maxRows, @Nullable Pace pace)
            throws SQLException {
        Optional<Window> guessed =
                after == null || pace == null ? Optional.empty() : nextAtPace(connection, after, now, maxRows, pace);
        return guessed.isPresent() ? guessed : next(connection, after, now, maxRows);
    }

    /** Empty when there is no guess, or no row in it. */
    private Optional<Window> nextAtPace(Connection connection, Watermark after, Instant now, int maxRows, Pace pace)
            throws SQLException {
        if (!after.isWhole() || !after.value().equals(pace.to())) {
            return Optional.empty();
        }
        String beyond = watermark + " > " + type.literal(after.value());
        String settled = type.settled(watermark, now, stream.settle()).orElse("true");
        double times = maxRows * GUESSED_SHARE / pace.rows();
        for (int guess = 0; guess < MOST_GUESSES; guess++) {
            Optional<String> end = type.beyond(pace.from(), pace.to(), times);
            if (end.isEmpty()) {
                return Optional.empty();
            }
            String sql = "SELECT count(*), CAST(max(" + watermark + ") AS VARCHAR) FROM " + query() + " WHERE " + beyond
                    + " AND " + watermark + " <= " + end.get() + " AND " + settled;
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(sql)) {
                rows.next();
                long count = rows.getLong(1);
                if (count <= maxRows) {
                    return Optional.ofNullable(rows.getString(2)).map(to -> range(after, to, true));
                }
                times *= maxRows * GUESSED_SHARE / count;
            }
        }
        return Optional.empty();
    }

    /**
     * The next page of the rows beyond one watermark and up to another, settled or not: for reading rows again.
     *
     * @param after where the page before ended; null before the first page
     * @param end the position that the last page ends with; null for all rows there are
     * @param maxRows how many rows a page may have, at least 1
     * @return empty when nothing is left
     */
    Optional<Window> nextUpTo(Connection connection, @Nullable Watermark after, @Nullable Watermark end, int maxRows)
            throws SQLException {
        int most = Math.min(maxRows, MOST_ROWS);
        if (end == null) {
            return page(connection, after, "true", most);
        }
        Slices last = end.slices();
        if (last == null) {
            return page(connection, after, watermark + " <= " + type.literal(end.value()), most);
        }
        if (after == null || !after.value().equals(end.value())) {
            Optional<Window> below = page(connection, after, watermark + " < " + type.literal(end.value()), most);
            return below.isPresent() ? below : Optional.of(slice(after, end.value(), 0, last.of(), most, connection));
        }
        Slices done = after.slices();
        return done == null || (long) done.done() * last.of() >= (long) last.done() * done.of()
                ? Optional.empty()
                : Optional.of(slice(after, end.value(), done.done(), done.of(), most, connection));
    }

    private Optional<Window> page(Connection connection, @Nullable Watermark after, String bound, int maxRows)
            throws SQLException {
        if (after != null && after.slices() != null) {
            Slices done = after.slices();
            return Optional.of(slice(after, after.value(), done.done(), done.of(), maxRows, connection));
        }
        String beyond = after == null ? watermark + " IS NOT NULL" : watermark + " > " + type.literal(after.value());
        // An aggregate, not ORDER BY and LIMIT: the optimizer then drops joins that the watermark does not need.
        String sql =
                "SELECT len(w), CAST(w[-1] AS VARCHAR), CAST(list_max(list_filter(w, lambda x: x < w[-1])) AS VARCHAR)"
                        + " FROM (SELECT min(" + watermark + ", " + (maxRows + 1) + ") AS w FROM " + query()
                        + " WHERE "
                        + beyond + " AND " + bound + ")";
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            long count = rows.getLong(1);
            if (count == 0) {
                return Optional.empty();
            }
            String last = rows.getString(2);
            String beforeLast = rows.getString(3);
            if (count <= maxRows) {
                return Optional.of(range(after, last, false));
            }
            // The last value may go on beyond the limit, so the page ends with the one before it.
            return Optional.of(
                    beforeLast != null
                            ? range(after, beforeLast, true)
                            : slice(after, last, 0, 1, maxRows, connection));
        }
    }

    /**
     * How many rows DuckDB goes through to find those of a window: nearly all there are, where they lie in no order that
     * spares it the rest. 0 where it does not say, as for other sources than its own tables.
     */
    long rowsScanned(Connection connection, Window window) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet plan = statement.executeQuery("EXPLAIN (ANALYZE, FORMAT json) SELECT count(*) FROM " + query()
                        + " WHERE " + window.condition())) {
            plan.next();
            return JSON.readTree(plan.getString(2))
                    .path("query")
                    .path("total_rows_scanned")
                    .asLong();
        } catch (JsonProcessingException e) {
            throw new SQLException("DuckDB explains a query in another form than JSON", e);
        }
    }

    /** How many rows meet a condition now. */
    private long count(Connection connection, String condition) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + query() + " WHERE " + condition)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** The rows of a window, in order of their watermark, each as the bytes of one {@link Event}. */
    String pageSql(Window window) {
        String separator = "chr(" + (int) Event.SEPARATOR + ")";
        List<String> arguments = new ArrayList<>(List.of("CAST(" + watermark + " AS VARCHAR)", separator, eventTime()));
        for (EnvelopeColumn column : EnvelopeColumn.TEXTS) {
            arguments.add(separator);
            if (has(column)) {
                arguments.add(text(column));
            }
        }
        arguments.add(separator);
        arguments.addAll(new JsonSql(nonFinite).members(payload()));
        return "SELECT encode(concat(" + String.join(", ", arguments) + ")) AS event FROM " + query() + " WHERE "
                + window.condition() + " ORDER BY " + watermark;
    }

    /**
     * The columns of the query with their types, as text: what {@link SelectedColumns} reads again. The values that an
     * ENUM may have are not part of it.
     */
    String columns() {
        return SelectedColumns.text(columns);
    }

    /** What lies beyond a watermark and how much at or below it, by one pass over the watermark column. */
    Look look(Connection connection, @Nullable Watermark after, Instant now) throws SQLException {
        String settled = type.settled(watermark, now, stream.settle()).orElse("true");
        String beyond = after == null
                ? watermark + " IS NOT NULL"
                : watermark + (after.isWhole() ? " > " : " >= ") + type.literal(after.value());
        String seconds = type.isTime()
                ? "epoch(CAST(max(" + watermark + ") FILTER (WHERE " + settled + " AND isfinite(" + watermark
                        + ")) AS TIMESTAMP)) - "
                        + (after == null
                                ? "epoch(CAST(min(" + watermark + ") FILTER (WHERE isfinite(" + watermark
                                        + ")) AS TIMESTAMP))"
                                : "epoch(CAST(" + type.literal(after.value()) + " AS TIMESTAMP))")
                : "NULL";
        String passed = after == null
                ? "0, NULL"
                : "count(*) FILTER (WHERE NOT " + beyond + "), CASE WHEN max(" + watermark + ") < "
                        + type.literal(after.value()) + " THEN CAST(max(" + watermark + ") AS VARCHAR) END";
        String sql = "SELECT count(*) FILTER (WHERE " + beyond + " AND " + settled + "), count(*) FILTER (WHERE "
                + watermark + " IS NULL), count(*) FILTER (WHERE " + beyond + " AND NOT " + settled + "), " + seconds
                + ", " + passed + " FROM " + query();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            double lag = rows.getDouble(4);
            OptionalLong lagSeconds = rows.wasNull() ? OptionalLong.empty() : OptionalLong.of(Math.max(0, (long) lag));
            Backlog backlog = new Backlog(rows.getLong(1), lagSeconds, rows.getLong(3), rows.getLong(2));
            return new Look(backlog, rows.getLong(5), rows.getString(6));
        }
    }

    /**
     * What one look at a source found.
     *
     * @param backlog what lies beyond the watermark
     * @param passed rows at or below the watermark; of a value that is passed in part, none
     * @param newestBehind the newest watermark that the source holds, where that lies behind the stream's; else null
     */
    record Look(Backlog backlog, long passed, @Nullable String newestBehind) {}

    /**
     * How many rows each bucket holds at or below a watermark; of a value that is passed in part, none of its rows.
     *
     * @param range what else must hold of a row, as SQL, to be counted apart
     * @return those that hold any, in the order of the watermark
     */
    List<BucketRows> buckets(Connection connection, Watermark upTo, String range) throws SQLException {
        String key = type.bucketKey(watermark);
        String name = type.bucketName("k", "lowest");
        String sql = "SELECT " + name + " AS bucket, CAST(sum(n) AS BIGINT), CAST(sum(i) AS BIGINT),"
                + " CAST(min(lowest) AS VARCHAR), CAST(max(highest) AS VARCHAR) FROM (SELECT " + key
                + " AS k, count(*) AS n, count(*) FILTER (WHERE " + range + ") AS i, min(" + watermark
                + ") AS lowest, max(" + watermark + ") AS highest FROM " + query() + " WHERE " + atOrBelow(upTo)
                + " GROUP BY k) GROUP BY bucket ORDER BY min(lowest)";
        List<BucketRows> buckets = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                buckets.add(new BucketRows(
                        rows.getString(1), rows.getLong(2), rows.getLong(3), rows.getString(4), rows.getString(5)));
            }
        }
        return buckets;
    }

    /**
     * The rows of one bucket.
     *
     * @param bucket its name
     * @param rows how many they are
     * @param inRange how many of them are in the range that was asked for
     * @param lowest the least watermark of them, as text
     * @param highest the greatest watermark of them, as text
     */
    record BucketRows(String bucket, long rows, long inRange, String lowest, String highest) {}

    /** How the rows of the query lie along its watermark, by three passes over the watermark column. */
    Shape shape(Connection connection, Instant now) throws SQLException {
        String settled = type.settled(watermark, now, stream.settle()).orElse("true");
        String known = watermark + " IS NOT NULL";
        String from = " FROM " + query();
        String sql = "SELECT (SELECT count(*)" + from + "), (SELECT count(*)" + from + " WHERE " + known
                + " AND NOT " + settled
                + "), (SELECT count(*) FILTER (WHERE w < before) FROM (SELECT w, lag(w) OVER () AS"
                + " before FROM (SELECT " + watermark + " AS w" + from + " WHERE " + known + "))), t.* FROM (SELECT"
                + " count(*), coalesce(sum(n), 0), coalesce(max(n), 0) FROM (SELECT count(*) AS n" + from + " WHERE "
                + known + " GROUP BY " + watermark + ")) AS t";
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return new Shape(
                    row.getLong(1),
                    row.getLong(1) - row.getLong(5),
                    row.getLong(2),
                    row.getLong(3),
                    row.getLong(4),
                    row.getLong(6));
        }
    }

    /**
     * How rows lie along the watermark.
     *
     * @param rows all rows of the query
     * @param withoutWatermark rows that can never be read
     * @param unsettled rows that are too young to be read now
     * @param stepsBack how many rows have a watermark below that of the row before, as they lie in the source
     * @param values how many different watermarks there are
     * @param largestTie how many rows share one watermark at most
     */
    record Shape(long rows, long withoutWatermark, long unsettled, long stepsBack, long values, long largestTie) {}

    /** How many rows lie in those slices of a value that are done. */
    long rowsWithin(Connection connection, Watermark position) throws SQLException {
        Slices slices = position.slices();
        if (slices == null) {
            return 0;
        }
        return count(
                connection,
                watermark + " = " + type.literal(position.value()) + " AND " + slice(slices.of()) + " < "
                        + slices.done());
    }

    /** The condition that a row lies at or below a watermark; of a value that is passed in part no row does. */
    String atOrBelow(Watermark position) {
        return watermark + (position.isWhole() ? " <= " : " < ") + type.literal(position.value());
    }

    /** The condition that a row's watermark is a value or a later one. */
    String atOrAbove(String value) {
        return watermark + " >= " + type.literal(value);
    }

    /** The condition that a row lies between two watermark values, both included. */
    String between(String lowest, String highest) {
        return watermark + " BETWEEN " + type.literal(lowest) + " AND " + type.literal(highest);
    }

    private Window range(@Nullable Watermark after, String to, boolean more) {
        String condition = watermark + " <= " + type.literal(to);
        if (after != null) {
            condition = watermark + " > " + type.literal(after.value()) + " AND " + condition;
        } else {
            // Spares the filter a scan of rows that have no watermark.
            condition = watermark + " IS NOT NULL AND " + condition;
        }
        return new Window(after, Watermark.of(type.sqlName(), to), more, condition);
    }

    /** The next slice of one value, of which {@code done} of {@code of} slices are done. */
    private Window slice(@Nullable Watermark after, String value, int done, int of, int maxRows, Connection connection)
            throws SQLException {
        String equal = watermark + " = " + type.literal(value);
        long rows = count(connection, equal);
        // A finer cut than before is a multiple of it, so that what was done is still a prefix.
        int slices = of;
        while (rows / slices >= maxRows && slices < MOST_SLICES) {
            slices *= 2;
        }
        int next = done * (slices / of);
        Watermark to = Watermark.of(type.sqlName(), value, next + 1, slices);
        if (slices == 1) {
            return new Window(after, to, true, equal);
        }
        return new Window(after, to, true, equal + " AND " + slice(slices) + " = " + next);
    }

    /** Which slice a row lies in. */
    private static String slice(int slices) {
        int bits = Integer.numberOfTrailingZeros(slices);
        return "(md5_number_lower(CAST(" + ROW + " AS VARCHAR)) >> " + (Long.SIZE - bits) + ")";
    }

    private String query() {
        // Closed on a line of its own, because the query may end in a comment; opened on the query's first line, so
        // that
        // DuckDB's messages count the lines of the query file.
        return "(" + stream.query() + "\n) AS " + ROW;
    }

    private List<Member> payload() {
        return columns.stream()
                .filter(column -> !column.name().startsWith(ENVELOPE_PREFIX))
                .map(column -> new Member(column.name(), ROW + "." + Sql.name(column.name()), column.type()))
                .toList();
    }

    private String eventTime() {
        Column column = columns.stream()
                .filter(c -> c.name().equals(EnvelopeColumn.EVENT_TIME.columnName()))
                .findFirst()
                .orElse(null);
        if (column != null) {
            return iso(column);
        }
        return type.isTime() ? iso(new Column(stream.watermarkColumn(), new DuckDbType.Scalar(type.sqlName()))) : "''";
    }

    private String iso(Column column) {
        String value = ROW + "." + Sql.name(column.name());
        boolean date = column.type().equals(new DuckDbType.Scalar("DATE"));
        return date
                ? new JsonSql(nonFinite).of("CAST(" + value + " AS TIMESTAMP)", new DuckDbType.Scalar("TIMESTAMP"))
                : new JsonSql(nonFinite).of(value, column.type());
    }

    private boolean has(EnvelopeColumn envelope) {
        return columns.stream().anyMatch(column -> column.name().equals(envelope.columnName()));
    }

    /** As a JSON text; NULL for an empty one. As it is made of a column of the payload, it is made once for both. */
    private static String text(EnvelopeColumn column) {
        return "nullif(CAST(to_json(CAST(" + ROW + "." + Sql.name(column.columnName())
                + " AS VARCHAR)) AS VARCHAR), '\"\"')";
    }
}
