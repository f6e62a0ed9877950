package io.factstream.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.factstream.config.ConfigurationException;
import io.factstream.config.ConfigurationException.Problem;
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
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The SQL around a stream's query: what lies beyond the watermark, where the next page ends, and the page itself with
 * its rows as bytes ready to be sent.
 *
 * <p>A page is a window of whole watermark values, {@code (from, to]}, found on the watermark column alone and then read
 * with one range predicate. No tie can straddle two pages, and no unique key is needed. Only where one value alone holds
 * more rows than a page may, is that value cut by a hash of its rows into slices, a power of two of them, and each page
 * is a run of slices. (The hash is MD5 of the row's text: it must be the same in every session and release.)
 *
 * <p>For one thread.
 */
final class PageQuery {

    private static final String ENVELOPE_PREFIX = "_";
    /** Which part of the rows that a page may have a guess aims at, so that it is rarely too large. */
    private static final double GUESSED_SHARE = 0.9;

    private static final int MOST_GUESSES = 3;
    /** What loaders cut times off to, the longest first. */
    private static final List<ChronoUnit> CUT_OFF =
            List.of(ChronoUnit.DAYS, ChronoUnit.HOURS, ChronoUnit.MINUTES, ChronoUnit.SECONDS, ChronoUnit.MILLIS);

    private static final String ROWS = Sql.call("count", "*");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final DuckDbType BLOB = new DuckDbType.Scalar("BLOB");
    /** DuckDB's {@code min(x, n)} takes an n below a million, and one more row than a page may have is asked for. */
    private static final int MOST_ROWS = 999_998;

    private final StreamDefinition stream;
    private final @Nullable String known;
    /** What the query gives, in the order that events have them in. */
    private final List<Column> columns;
    /** Those by which rows are sorted into slices. */
    private final List<Column> sliced;

    private final AliasedQuery query;
    private final WatermarkType type;
    private final NonFinite nonFinite;
    private final String watermark;
    private final List<Problem> advice;

    /** Of the value that was cut last, for the pages that follow. */
    private @Nullable SliceCounts counts;

    private PageQuery(
            StreamDefinition stream,
            List<Column> selected,
            @Nullable String known,
            WatermarkType type,
            NonFinite nonFinite,
            List<Problem> advice) {
        this.advice = advice;
        this.stream = stream;
        this.known = known;
        this.sliced = known == null ? selected : SelectedColumns.known(known, selected);
        this.columns = Stream.concat(sliced.stream(), selected.stream().filter(column -> !sliced.contains(column)))
                .toList();
        this.type = type;
        this.nonFinite = nonFinite;
        this.query = new AliasedQuery(stream.query(), selected, columns);
        this.watermark = query.value(stream.watermarkColumn());
    }

    /**
     * Asks DuckDB for the columns of the stream's query, and refuses what cannot become events.
     *
     * @throws SQLException when DuckDB refuses the query
     * @throws ConfigurationException when the watermark or an envelope column is missing, misspelt or of a wrong type
     */
    static PageQuery prepare(StreamDefinition stream, Connection connection, NonFinite nonFinite) throws SQLException {
        QuerySyntax.check(stream, connection);
        PageQuery query = describe(stream, connection, nonFinite, List.of());
        SteadyAnswer answer = SteadyAnswer.of(stream, query.columns, connection);
        answer.refuseIfNot();
        return new PageQuery(stream, query.columns, null, query.type, nonFinite, answer.advice());
    }

    /** The same query when the source may have changed since: its columns are asked for anew. */
    PageQuery again(Connection connection) throws SQLException {
        PageQuery again = describe(stream, connection, nonFinite, advice).withKnown(known);
        again.counts = again.sliced.equals(sliced) ? counts : null;
        return again;
    }

    /**
     * The same query with its columns in the order in which events had them before, and new ones last: ids and slices are
     * made of a row's columns in their order, which a table that is made anew may have changed.
     *
     * @param before the columns that the query gave when its stream was last advanced, as {@link #columns} writes them;
     *     null when that is not known
     */
    PageQuery withKnown(@Nullable String before) {
        if (Objects.equals(known, before)) {
            return this;
        }
        PageQuery ordered = new PageQuery(stream, query.selected(), before, type, nonFinite, advice);
        ordered.counts = ordered.sliced.equals(sliced) ? counts : null;
        return ordered;
    }

    /** Whether events have their columns in another order than the query gives them. */
    boolean isReordered() {
        return !columns.equals(query.selected());
    }

    /** Where the answer of the query may change by itself. */
    List<Problem> advice() {
        return advice;
    }

    private static PageQuery describe(
            StreamDefinition stream, Connection connection, NonFinite nonFinite, List<Problem> advice)
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
        return new PageQuery(stream, List.copyOf(columns), null, Objects.requireNonNull(type), nonFinite, advice);
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
            String sql = "SELECT " + ROWS + ", CAST(" + Sql.call("max", watermark) + " AS VARCHAR) FROM " + query.sql()
                    + " WHERE " + beyond + " AND " + watermark + " <= " + end.get() + " AND " + settled;
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
            return below.isPresent()
                    ? below
                    : Optional.of(slices(after, end.value(), 0, last.of(), last, most, connection));
        }
        Slices done = after.slices();
        return done == null || (long) done.done() * last.of() >= (long) last.done() * done.of()
                ? Optional.empty()
                : Optional.of(slices(after, end.value(), done.done(), done.of(), last, most, connection));
    }

    private Optional<Window> page(Connection connection, @Nullable Watermark after, String bound, int maxRows)
            throws SQLException {
        if (after != null && after.slices() != null) {
            Slices done = after.slices();
            return Optional.of(slices(after, after.value(), done.done(), done.of(), null, maxRows, connection));
        }
        String beyond = after == null ? watermark + " IS NOT NULL" : watermark + " > " + type.literal(after.value());
        // An aggregate, not ORDER BY and LIMIT: the optimizer then drops joins that the watermark does not need.
        String last = last("w");
        String beforeLast = last(Sql.call("list_filter", "w", "lambda x: x < " + last));
        String sql = "SELECT " + Sql.call("len", "w") + ", CAST(" + last + " AS VARCHAR), CAST(" + beforeLast
                + " AS VARCHAR) FROM (SELECT " + Sql.call("min", watermark, String.valueOf(maxRows + 1))
                + " AS w FROM " + query.sql() + " WHERE " + beyond + " AND " + bound + ")";
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            long count = rows.getLong(1);
            if (count == 0) {
                return Optional.empty();
            }
            String end = rows.getString(2);
            String before = rows.getString(3);
            if (count <= maxRows) {
                return Optional.of(range(after, end, false));
            }
            // The last value may go on beyond the limit, so the page ends with the one before it.
            return Optional.of(
                    before != null ? range(after, before, true) : slices(after, end, 0, 1, null, maxRows, connection));
        }
    }

    /** The last element of a list in ascending order: its greatest. */
    private static String last(String list) {
        return Sql.call("list_extract", list, "CAST('-1' AS BIGINT)");
    }

    /**
     * How many rows DuckDB goes through to find those of a window: nearly all there are, where they lie in no order that
     * spares it the rest. 0 where it does not say, as for other sources than its own tables.
     */
    long rowsScanned(Connection connection, Window window) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet plan = statement.executeQuery("EXPLAIN (ANALYZE, FORMAT json) SELECT " + ROWS + " FROM "
                        + query.sql() + " WHERE " + window.condition())) {
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
                ResultSet rows =
                        statement.executeQuery("SELECT " + ROWS + " FROM " + query.sql() + " WHERE " + condition)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** What all of this selects from, with the columns named by their places, as conditions name them. */
    String from() {
        return query.sql();
    }

    /**
     * The rows of a window, in order of their watermark, each as the bytes of one {@link Event}. Of a row that is larger
     * than may be, it gives what it is known by and its size.
     */
    String pageSql(Window window, RowLimit limit) {
        String read = AliasedQuery.ROW + ".event";
        String exceeded = limit.exceeded(query);
        // Its size is known only of the whole; rows are measured in part where that spares DuckDB much memory.
        String made = exceeded == null ? row() : "CASE WHEN " + exceeded + " THEN NULL ELSE " + row() + " END";
        return "SELECT CASE WHEN " + Sql.call("octet_length", read) + " <= " + limit.bytes() + " THEN " + read
                + " ELSE "
                + largeRow(limit) + " END AS event FROM (SELECT *, " + made + " AS event FROM " + query.sql()
                + " WHERE "
                + window.condition() + ") AS " + AliasedQuery.ROW + " ORDER BY " + watermark;
    }

    private String row() {
        String separator = Sql.call("chr", String.valueOf((int) Event.SEPARATOR));
        List<String> arguments = new ArrayList<>(List.of("CAST(" + watermark + " AS VARCHAR)", separator, eventTime()));
        for (EnvelopeColumn column : EnvelopeColumn.TEXTS) {
            arguments.add(separator);
            if (has(column)) {
                arguments.add(text(column));
            }
        }
        arguments.add(separator);
        arguments.addAll(new JsonSql(nonFinite).members(payload()));
        return Sql.call("encode", Sql.call("concat", arguments.toArray(String[]::new)));
    }

    /** As {@link #row}: with the texts that are short, and in place of the payload the row's size and a digest. */
    private String largeRow(RowLimit limit) {
        String separator = Sql.call("chr", String.valueOf((int) Event.SEPARATOR));
        List<String> arguments = new ArrayList<>(List.of("CAST(" + watermark + " AS VARCHAR)", separator, eventTime()));
        for (EnvelopeColumn column : EnvelopeColumn.TEXTS) {
            arguments.add(separator);
            if (has(column)) {
                arguments.add(RowLimit.ifShort(query.value(column.columnName()), text(column)));
            }
        }
        arguments.add(separator);
        arguments.add(Sql.call("chr", String.valueOf((int) RowLimit.TOO_LARGE)));
        arguments.add(limit.size(query));
        arguments.add("' '");
        arguments.add(limit.digest(query));
        return Sql.call("encode", Sql.call("concat", arguments.toArray(String[]::new)));
    }

    /**
     * The columns of the query with their types, as text: what {@link SelectedColumns} reads again. The values that an
     * ENUM may have are not part of it.
     */
    String columns() {
        return SelectedColumns.text(columns);
    }

    /**
     * The columns that are known once all up to a position is delivered: within a value those by which it is cut, so that
     * a column that is new meanwhile does not sort its rows into other slices.
     */
    String columns(Watermark delivered) {
        return SelectedColumns.text(delivered.isWhole() ? columns : sliced);
    }

    /** What lies beyond a watermark and how much at or below it, by one pass over the watermark column. */
    Look look(Connection connection, @Nullable Watermark after, Instant now) throws SQLException {
        String settled = type.settled(watermark, now, stream.settle()).orElse("true");
        String beyond = after == null
                ? watermark + " IS NOT NULL"
                : watermark + (after.isWhole() ? " > " : " >= ") + type.literal(after.value());
        String finite = type.isFinite(watermark);
        String seconds = "NULL";
        if (type.isTime()) {
            String newest = Sql.call("max", watermark) + " FILTER (WHERE " + settled + " AND " + finite + ")";
            String oldest = after == null
                    ? Sql.call("min", watermark) + " FILTER (WHERE " + finite + ")"
                    : type.literal(after.value());
            seconds = Sql.call("-", type.seconds(newest), type.seconds(oldest));
        }
        String passed = after == null
                ? "0, NULL"
                : ROWS + " FILTER (WHERE NOT " + beyond + "), CASE WHEN " + Sql.call("max", watermark) + " < "
                        + type.literal(after.value()) + " THEN " + text(Sql.call("max", watermark)) + " END";
        String unsettled = beyond + " AND NOT " + settled;
        String due = " FILTER (WHERE " + unsettled + (type.isTime() ? " AND " + finite : "") + ")";
        String sql = "SELECT " + ROWS + " FILTER (WHERE " + beyond + " AND " + settled + "), " + ROWS
                + " FILTER (WHERE " + watermark + " IS NULL), " + ROWS + " FILTER (WHERE " + unsettled + "), " + seconds
                + ", " + passed + ", " + text(Sql.call("min", watermark) + due) + ", "
                + text(Sql.call("max", watermark) + due) + ", "
                + text(Sql.call("max", watermark) + " FILTER (WHERE " + settled + ")") + " FROM " + query.sql();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            double lag = rows.getDouble(4);
            OptionalLong lagSeconds = rows.wasNull() ? OptionalLong.empty() : OptionalLong.of(Math.max(0, (long) lag));
            Instant firstDue = type.due(rows.getString(7), stream.settle());
            Instant lastDue = type.due(rows.getString(8), stream.settle());
            Backlog backlog = new Backlog(
                    rows.getLong(1),
                    lagSeconds,
                    rows.getLong(3),
                    lastDue == null ? null : firstDue,
                    firstDue == null ? null : lastDue,
                    rows.getLong(2));
            return new Look(
                    backlog,
                    rows.getLong(5),
                    rows.getString(6),
                    WatermarkType.epochSecond(rows.getString(9)),
                    Waiting.words(backlog, stream.watermarkColumn(), type.usualWait(stream.settle()), now));
        }
    }

    private static String text(String value) {
        return "CAST(" + value + " AS VARCHAR)";
    }

    /**
     * What one look at a source found.
     *
     * @param backlog what lies beyond the watermark
     * @param passed rows at or below the watermark; of a value that is passed in part, none
     * @param newestBehind the newest watermark that the source holds, where that lies behind the stream's; else null
     * @param newest the newest settled watermark in whole seconds since 1970; empty where it is no time that a calendar
     *     of four digits a year has
     * @param waiting tells of rows that wait since their time lies in the future; null when there are none
     */
    record Look(
            Backlog backlog,
            long passed,
            @Nullable String newestBehind,
            OptionalLong newest,
            @Nullable String waiting) {}

    /**
     * How many rows each bucket holds at or below a watermark; of a value that is passed in part, none of its rows.
     *
     * @param range what else must hold of a row to be counted apart
     * @return those that hold any, in the order of the watermark
     */
    List<BucketRows> buckets(Connection connection, Watermark upTo, WatermarkCondition range) throws SQLException {
        String sql = "SELECT " + type.bucketName("k", "lowest") + ", " + sum("n") + ", " + sum("i") + ", CAST("
                + Sql.call("min", "lowest") + " AS VARCHAR), CAST(" + Sql.call("max", "highest")
                + " AS VARCHAR) FROM (SELECT " + type.bucketKey(watermark) + " AS k, " + ROWS + " AS n, " + ROWS
                + " FILTER (WHERE " + range.on(watermark) + ") AS i, " + Sql.call("min", watermark) + " AS lowest, "
                + Sql.call("max", watermark) + " AS highest FROM " + query.sql() + " WHERE "
                + atOrBelow(upTo).on(watermark) + " GROUP BY 1) GROUP BY 1 ORDER BY " + Sql.call("min", "lowest");
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

    private static String sum(String numbers) {
        return "CAST(" + Sql.call("sum", numbers) + " AS BIGINT)";
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
        String from = " FROM " + query.sql();
        String unsettled = "(SELECT " + ROWS + from + " WHERE " + known + " AND NOT " + settled + ")";
        String stepsBack = "(SELECT " + ROWS + " FILTER (WHERE w < before) FROM (SELECT w, " + Sql.call("lag", "w")
                + " OVER () AS before FROM (SELECT " + watermark + " AS w" + from + " WHERE " + known + ")))";
        String values = "(SELECT " + ROWS + ", coalesce(" + Sql.call("sum", "n") + ", 0), coalesce("
                + Sql.call("max", "n") + ", 0) FROM (SELECT " + ROWS + " AS n" + from + " WHERE " + known
                + " GROUP BY " + watermark + ")) AS t";
        String sql = "SELECT (SELECT " + ROWS + from + "), " + unsettled + ", " + stepsBack + ", t.* FROM " + values;
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

    /**
     * The largest of these units of which all watermarks are whole ones, although their type is finer: a loader cuts
     * them off. By one pass over the watermark column.
     *
     * @return empty when there is none, or not more than one watermark to tell by
     */
    Optional<ChronoUnit> wholeUnit(Connection connection) throws SQLException {
        List<ChronoUnit> units = CUT_OFF.stream().filter(type::isFinerThan).toList();
        if (units.isEmpty()) {
            return Optional.empty();
        }
        String sql = "SELECT coalesce(" + Sql.call("min", watermark) + " < " + Sql.call("max", watermark) + ", false)"
                + units.stream()
                        .map(unit -> ", coalesce(" + Sql.call("bool_and", type.isWhole(unit, watermark)) + ", false)")
                        .collect(Collectors.joining())
                + " FROM " + query.sql() + " WHERE " + type.isFinite(watermark);
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            for (int i = 0; rows.getBoolean(1) && i < units.size(); i++) {
                if (rows.getBoolean(i + 2)) {
                    return Optional.of(units.get(i));
                }
            }
            return Optional.empty();
        }
    }

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
    WatermarkCondition atOrBelow(Watermark position) {
        return at -> at + (position.isWhole() ? " <= " : " < ") + type.literal(position.value());
    }

    /** The condition that a row's watermark is a value or a later one. */
    WatermarkCondition atOrAbove(String value) {
        return at -> at + " >= " + type.literal(value);
    }

    /** The condition that a row lies between two watermark values, both included. */
    WatermarkCondition between(String lowest, String highest) {
        return at -> at + " BETWEEN " + type.literal(lowest) + " AND " + type.literal(highest);
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

    /**
     * The next slices of one value, of which {@code done} of {@code of} slices are done.
     *
     * @param end how many may be done after them; null for all
     */
    private Window slices(
            @Nullable Watermark after,
            String value,
            int done,
            int of,
            @Nullable Slices end,
            int maxRows,
            Connection connection)
            throws SQLException {
        String equal = watermark + " = " + type.literal(value);
        SliceCounts counted = counts != null && counts.tellsOf(value, done, of) ? counts : null;
        if (counted == null) {
            int slices = of > 1 ? of : SliceCounts.cut(count(connection, equal), of, maxRows);
            if (slices == 1) {
                return new Window(after, Watermark.of(type.sqlName(), value), true, equal);
            }
            counted = count(connection, equal, value, slices, done * (slices / of));
        }
        int begin = counted.slice(done, of);
        int to = counted.end(begin, most(counted, end), maxRows);
        if (counted.rowsWithin(begin, to) > maxRows) {
            int finer = SliceCounts.cut(count(connection, equal), counted.of(), maxRows);
            if (finer > counted.of()) {
                counted = count(connection, equal, value, finer, done * (finer / of));
                begin = counted.slice(done, of);
                to = counted.end(begin, most(counted, end), maxRows);
            }
        }
        counts = counted;
        String slice = slice(counted.of());
        return new Window(
                after,
                Watermark.of(type.sqlName(), value, to, counted.of()),
                true,
                equal + " AND " + slice + " BETWEEN " + begin + " AND " + (to - 1));
    }

    private static int most(SliceCounts counted, @Nullable Slices end) {
        return end == null ? counted.of() : counted.slice(end.done(), end.of());
    }

    private SliceCounts count(Connection connection, String equal, String value, int of, int first)
            throws SQLException {
        return SliceCounts.count(connection, query.sql(), equal, slice(of), value, of, first);
    }

    /** The rows of the source may be others than those that were counted. */
    void recount() {
        counts = null;
    }

    /** Which slice a row lies in. */
    private String slice(int slices) {
        int bits = Integer.numberOfTrailingZeros(slices);
        String digits = "CAST(CAST(" + Sql.call("md5_number", query.text(sliced)) + " AS BIT) AS VARCHAR)";
        String first = Sql.call("substr", digits, "1", String.valueOf(Long.SIZE));
        return Sql.call(">>", "CAST(CAST(" + first + " AS BIT) AS UBIGINT)", String.valueOf(Long.SIZE - bits));
    }

    private List<Member> payload() {
        return columns.stream()
                .filter(column -> !column.name().startsWith(ENVELOPE_PREFIX))
                .map(column -> new Member(column.name(), query.value(column.name()), column.type()))
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
        String value = query.value(column.name());
        boolean date = column.type().equals(new DuckDbType.Scalar("DATE"));
        return date ? JsonSql.startOfDay(value) : new JsonSql(nonFinite).of(value, column.type());
    }

    private boolean has(EnvelopeColumn envelope) {
        return columns.stream().anyMatch(column -> column.name().equals(envelope.columnName()));
    }

    /** As a JSON text; NULL for an empty one. As it is made of a column of the payload, it is made once for both. */
    private String text(EnvelopeColumn column) {
        String json = "CAST("
                + Sql.call("to_json", "CAST(" + query.value(column.columnName()) + " AS VARCHAR)")
                + " AS VARCHAR)";
        return "CASE WHEN " + json + " = '\"\"' THEN NULL ELSE " + json + " END";
    }
}
