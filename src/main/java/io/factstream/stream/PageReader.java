package io.factstream.stream;

import io.factstream.config.ConfigurationException;
import io.factstream.eventhubs.HubLayout;
import io.factstream.source.FileStamp;
import io.factstream.stream.PageMemory.Room;
import io.factstream.stream.PageQuery.Look;
import io.factstream.time.Moment;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.Watermark;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the next page of a stream and takes its rows into memory, and looks now and then how much lies beyond.
 *
 * <p>For one thread at a time. {@link #lateRows} and {@link #warning} may be asked from anywhere.
 */
final class PageReader {

    private static final Logger LOG = LoggerFactory.getLogger(PageReader.class);

    /** How often at most the backlog is counted while pages follow one another: it scans the watermark column. */
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(5);

    /** So much longer than a look takes is the time to the next one, so that looking costs a few percent at most. */
    private static final int LOOK_SHARE = 60;

    /**
     * How often at least the query is asked for its columns although the source is unchanged: that takes as long as reading
     * a thousand rows, and a query may read other files too, whose columns may be others by now.
     */
    private static final Duration DESCRIBE_INTERVAL = Duration.ofSeconds(1);

    /** No file system in use keeps the time of a modification less exactly. */
    private static final Duration COARSEST_FILE_TIME = Duration.ofSeconds(2);

    /** As many rows as are worth while where the source is in order: larger pages only take more memory. */
    static final int USUAL_ROWS = 22_000;

    /** What a row of the first page is taken to need. */
    private static final long UNKNOWN_ROW_BYTES = 2_000;

    private final StreamDefinition definition;
    private final StreamServices services;
    private final Envelope envelope;
    private final PageSize pageSize;
    private final SourceWatch watch;
    private final Lag lag;
    private final @Nullable String columns;

    /** So often in a row a page that has lost all its rows is planned anew: files beside the source may have changed. */
    private static final int MOST_VANISHED = 3;

    private @Nullable Described described;
    private RowLimit rowLimit;
    private int vanished;
    private PageQuery.@Nullable Pace pace;

    private long pages;
    /** What a row takes in memory, by the last page. */
    private long rowBytes = UNKNOWN_ROW_BYTES;

    private @Nullable Moment nextLook;
    private long withoutWatermark;

    /**
     * The query with its columns.
     *
     * @param opening of the source in which it was last used
     * @param stamp of the source when it was asked for its columns
     * @param at when that was, for comparing it with times of files
     * @param asked when that was
     */
    private record Described(PageQuery query, long opening, FileStamp stamp, Instant at, Moment asked) {

        private Described with(PageQuery ordered) {
            return new Described(ordered, opening, stamp, at, asked);
        }

        /** Whether its columns are the same in another opening. */
        boolean holds(FileStamp found, Moment now) {
            return found.equals(stamp)
                    && stamp.isFromBefore(at.minus(COARSEST_FILE_TIME))
                    && now.isBefore(asked.plus(DESCRIBE_INTERVAL));
        }
    }

    /**
     * @param lag is told what its looks find
     * @param columns that the query is known to have given, before the stream has a position; null when it is not known
     */
    PageReader(StreamDefinition definition, StreamServices services, Lag lag, @Nullable String columns) {
        this.definition = definition;
        this.services = services;
        this.lag = lag;
        this.columns = columns;
        StreamServices.Pages settings = services.pages();
        envelope = new Envelope(definition, settings.eventSource(), settings.schemaVersion(), settings.sessionId());
        pageSize = new PageSize(USUAL_ROWS, settings.maxPageRows(), settings.maxPageBytes());
        rowLimit = RowLimit.of(settings.maxEventBytes());
        watch = new SourceWatch(definition, services.watermarks());
    }

    /** As of the last look. */
    LateRows lateRows() {
        return watch.lateRows();
    }

    /** What a person should look at although the stream runs; null when there is nothing. */
    @Nullable
    String warning() {
        return watch.warning();
    }

    /** About how many bytes of memory the next page will take. */
    long expectedBytes() {
        return Math.min(rowBytes * pageSize.rows(), pageSize.bytes() + pageSize.rows() * (long) Event.OVERHEAD);
    }

    /** Whether the next page is to be planned from the saved watermark, because it is time to look what lies beyond. */
    boolean isToLook() {
        return nextLook == null || nextLook.isBefore(services.ticker().now());
    }

    /** DuckDB had no memory for a page. Returns false when it cannot be made smaller. */
    boolean shrink() {
        boolean measured = rowLimit.isMeasured();
        rowLimit = rowLimit.measured();
        return pageSize.shrink() || !measured;
    }

    /** How many rows the next page may have. */
    int rows() {
        return pageSize.rows();
    }

    /**
     * What was found beyond a position, to be read on the same connection.
     *
     * @param window where the next page begins and ends; empty when nothing settled lies beyond
     */
    record Found(
            PageQuery query,
            @Nullable Watermark position,
            Instant settled,
            Optional<Window> window,
            RowLimit rowLimit) {

        /** What gives the rows of the page; null when there is none. */
        @Nullable
        String sql() {
            return window.map(page -> query.pageSql(page, rowLimit)).orElse(null);
        }
    }

    /**
     * Finds the page after the saved watermark.
     *
     * @throws ConfigurationException when the query is not one of this stream any more
     */
    Found find(Connection connection, @Nullable SavedWatermark saved) throws SQLException {
        Watermark position = saved == null ? null : saved.position();
        PageQuery query = prepare(connection, position, saved == null ? columns : saved.columns());
        watch.begin(connection, query, saved);
        return find(connection, query, position);
    }

    /**
     * Finds the page after one that is being sent. What was delivered is then not known, so nothing is compared but the
     * columns, and what was found is not to be {@linkplain #look looked} beyond.
     */
    Found findAfter(Connection connection, Page page) throws SQLException {
        PageQuery query = prepare(connection, page.to(), page.passed().columns());
        watch.goOn(query, page.passed());
        return find(connection, query, page.to());
    }

    private Found find(Connection connection, PageQuery query, @Nullable Watermark position) throws SQLException {
        Instant settled = services.settled().instant();
        Optional<Window> window = query.next(connection, position, settled, pageSize.rows(), pace);
        return new Found(query, position, settled, window, rowLimit);
    }

    /**
     * Looks what lies beyond and below the watermark, if that is due or the stream has come to its present end.
     *
     * @param stamp of the source, from before it was opened
     */
    void look(Connection connection, Found found, FileStamp stamp) throws SQLException {
        Moment now = services.ticker().now();
        if (found.window().isPresent() && !isToLook()) {
            return;
        }
        long began = System.nanoTime();
        Look look = watch.look(connection, found.query(), found.position(), found.settled(), stamp, now);
        Backlog backlog = look.backlog();
        tellThoseWithoutWatermark(backlog.withoutWatermark());
        if (found.window().isPresent()
                && found.query().rowsScanned(connection, found.window().get()) >= backlog.rows() / 2) {
            pageSize.scansAll(backlog.rows());
        } else {
            pageSize.scansOwn();
        }
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        lag.found(look, found.position(), stamp, took);
        Duration pause = took.multipliedBy(LOOK_SHARE);
        nextLook = now.plus(pause.compareTo(LOOK_INTERVAL) > 0 ? pause : LOOK_INTERVAL);
    }

    private PageQuery prepare(Connection connection, @Nullable Watermark position, @Nullable String known)
            throws SQLException {
        long opening = services.source().opening();
        Described last = described;
        if (last == null || last.opening() != opening) {
            last = describe(connection, last, opening);
        }
        last = last.with(last.query().withKnown(known));
        described = last;
        refuseChangedType(position, last.query().type());
        return last.query();
    }

    private Described describe(Connection connection, @Nullable Described before, long opening) throws SQLException {
        // Of the open file, which nobody can be writing.
        FileStamp stamp = services.source().stamp();
        Instant at = services.clock().instant();
        Moment now = services.ticker().now();
        if (before != null && before.holds(stamp, now)) {
            return new Described(before.query(), opening, stamp, before.at(), before.asked());
        }
        PageQuery query = before == null ? prepare(connection) : before.query().again(connection);
        if (before != null && !before.stamp().equals(stamp)) {
            query.recount();
        }
        return new Described(query, opening, stamp, at, now);
    }

    private PageQuery prepare(Connection connection) throws SQLException {
        PageQuery query =
                PageQuery.prepare(definition, connection, services.pages().nonFinite());
        query.advice().forEach(problem -> LOG.warn("stream={} {}", definition.id(), problem));
        return query;
    }

    private void refuseChangedType(@Nullable Watermark position, WatermarkType type) {
        if (position != null && !position.type().equals(type.sqlName())) {
            throw new ConfigurationException(
                    definition.queryFile().toString(),
                    "the watermark column " + definition.watermarkColumn() + " was a " + position.type()
                            + " and is now a " + type.sqlName(),
                    "Cast it back to " + position.type() + ", or set the watermark of stream " + definition.id()
                            + " anew");
        }
    }

    private void tellThoseWithoutWatermark(long found) {
        if (found > withoutWatermark) {
            LOG.warn(
                    "stream={} rows={} have no {} and can never be read; give them one, or exclude them in {}",
                    definition.id(),
                    found,
                    definition.watermarkColumn(),
                    definition.queryFile());
        }
        withoutWatermark = found;
    }

    /**
     * Takes the rows of a page into memory.
     *
     * @param window where it begins and ends
     * @param rows what the {@code jdbc} endpoint gives with {@code outputType=StreamList}
     * @param room the memory that was set aside for it
     * @param close called when the last row is in memory, however that ends
     * @return the page; empty when it has to be planned again with fewer rows
     */
    Optional<Page> read(Window window, Iterator<Map<String, Object>> rows, Room room, Runnable close) {
        Rows read = new Rows(new ContentIds(definition.eventType()), room);
        try {
            while (rows.hasNext()) {
                read.add(Objects.requireNonNull((byte[]) rows.next().get("event"), "the page query gives no NULL"));
                if (read.bytes > pageSize.bytes() && (read.hasWholeValue() || pageSize.rows() > 1)) {
                    break;
                }
            }
        } finally {
            close.run();
        }
        boolean tooLarge = read.bytes > pageSize.bytes();
        if (tooLarge && !read.hasWholeValue() && pageSize.exceeded(read.events.size())) {
            recount();
            room.release();
            return Optional.empty();
        }
        if (read.events.isEmpty() && window.hasRows()) {
            refuseVanished(window);
            room.release();
            return Optional.empty();
        }
        vanished = 0;
        room.resize(read.memory());
        if (!read.events.isEmpty()) {
            rowBytes = read.memory() / read.events.size();
        }
        Watermark to = window.to();
        boolean more = window.more();
        List<Event> events = read.events;
        if (tooLarge && read.hasWholeValue()) {
            to = Watermark.of(to.type(), read.lastWholeValue(), 1, 1);
            events = read.wholeValues();
            more = true;
        }
        if (more && to.isWhole()) {
            pageSize.filled(read.events.size(), read.bytes);
        } else if (more) {
            pageSize.filledWithinValue(read.events.size(), read.bytes);
        }
        pace = more ? PageQuery.Pace.of(window.from(), to, events.size()) : null;
        HubLayout hub = services.hubs().layout(definition.hub());
        WatermarkType type = WatermarkType.named(to.type()).orElseThrow();
        return Optional.of(
                new Page(window.from(), to, watch.passed(type, events, to), more, room, hub, batches(hub, events)));
    }

    /** A page was larger than planned: what its slices were counted by may not hold any more. */
    private void recount() {
        if (described != null) {
            described.query().recount();
        }
    }

    private List<PartitionBatches> batches(HubLayout hub, List<Event> events) {
        return new Batches(hub, envelope, services.pages().nonFinite()).of(definition, events, pages++);
    }

    /** A page that waits to be sent, sorted into the partitions that its hub has now. */
    Page sorted(Page page) {
        HubLayout hub = services.hubs().layout(definition.hub());
        return page.isFor(hub) ? page : page.sorted(hub, events -> batches(hub, events));
    }

    /** Rows were there a moment ago, and the source was open all the while: the watermark must not pass them. */
    private void refuseVanished(Window window) {
        vanished++;
        if (vanished >= MOST_VANISHED) {
            throw window.vanished(definition);
        }
    }

    /** The rows of a page as they come, with the last place where a watermark value ends. */
    private static final class Rows {
        private final ContentIds ids;
        private final Room room;
        private final List<Event> events = new ArrayList<>();
        private long bytes;
        private int wholeEvents;

        private Rows(ContentIds ids, Room room) {
            this.ids = ids;
            this.room = room;
        }

        private void add(byte[] row) {
            Event event = Event.of(row, ids, room.pieceFor(row.length));
            if (!events.isEmpty() && !event.hasWatermarkOf(events.get(events.size() - 1))) {
                wholeEvents = events.size();
            }
            events.add(event);
            bytes += event.bytes();
        }

        /** What they take in memory. */
        private long memory() {
            return bytes + events.size() * (long) Event.OVERHEAD;
        }

        private boolean hasWholeValue() {
            return wholeEvents > 0;
        }

        private String lastWholeValue() {
            return events.get(wholeEvents - 1).watermark();
        }

        private List<Event> wholeValues() {
            return events.subList(0, wholeEvents);
        }
    }
}
