package io.factstream.stream;

import io.factstream.config.ConfigurationException;
import io.factstream.config.NonFinite;
import io.factstream.source.DuckDbSource;
import io.factstream.source.FileStamp;
import io.factstream.source.PageTooLargeException;
import io.factstream.source.SourceBusyException;
import io.factstream.source.SourceException;
import io.factstream.watermark.Watermark;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a stream, read again as what their events are known by. Ids are made as the stream makes them, so that the
 * same row gives the same id here and there.
 *
 * <p>It reads page by page. The source is open while DuckDB makes one page and closed before the rows are handed on, so
 * that a loader gets its turn in between. For one thread.
 */
public final class StreamRows {

    private static final int MOST_ROWS = 50_000;
    /** DuckDB holds a page whole, outside of the heap. */
    private static final long MOST_BYTES = 64L << 20;

    /**
     * One row.
     *
     * @param watermark DuckDB's text of its watermark
     * @param id the trace id of its event; not unique where the query gives one that is not
     * @param partitionKey null where it has none
     */
    public record Row(String watermark, String id, @Nullable String partitionKey) {}

    /** Takes rows in the order of their watermarks. */
    @FunctionalInterface
    public interface Taker {
        /**
         * Takes some rows.
         *
         * @return whether to go on
         */
        boolean take(List<Row> rows);
    }

    private final StreamDefinition stream;
    private final DuckDbSource source;
    private final NonFinite nonFinite;
    private final Duration busyRetry;
    private final Duration patience;
    private @Nullable String columns;
    private RowLimit rowLimit;
    private final PageSize pageSize = new PageSize(MOST_ROWS, MOST_ROWS, MOST_BYTES);
    private @Nullable PageQuery prepared;
    /** Of the source in which the rows of slices were counted. */
    private @Nullable FileStamp counted;

    /**
     * @param nonFinite as the stream has it: the ids of rows depend on it
     * @param maxEventBytes the most bytes that one send may have; the ids of larger rows depend on it
     * @param busyRetry about how long to wait before a source that another process holds is tried again
     * @param patience how long to go on trying
     */
    public StreamRows(
            StreamDefinition stream,
            DuckDbSource source,
            NonFinite nonFinite,
            long maxEventBytes,
            Duration busyRetry,
            Duration patience) {
        this.stream = stream;
        this.source = source;
        this.nonFinite = nonFinite;
        rowLimit = RowLimit.of(maxEventBytes);
        this.busyRetry = busyRetry;
        this.patience = patience;
    }

    /**
     * Has the ids made as they were for the page before a watermark, whatever the order of the columns is by now.
     *
     * @param before the columns that were saved with the watermark; null when they are not known
     */
    public void withColumns(@Nullable String before) {
        columns = before;
    }

    /**
     * Reads all rows up to a watermark, those at it included.
     *
     * @throws SourceException when the source is away, refuses the query, or stays busy
     * @throws ConfigurationException when the query cannot become events, or its watermark is of another type than
     *     {@code end}
     */
    public void upTo(Watermark end, Taker taker) throws InterruptedException {
        read(null, end, taker);
    }

    /**
     * Reads the rows that lie beyond a watermark now, settled or not.
     *
     * @throws SourceException when the source is away, refuses the query, or stays busy
     * @throws ConfigurationException when the query cannot become events, or its watermark is of another type than
     *     {@code start}
     */
    public void after(Watermark start, Taker taker) throws InterruptedException {
        read(start, null, taker);
    }

    private void read(@Nullable Watermark start, @Nullable Watermark end, Taker taker) throws InterruptedException {
        Watermark at = start;
        Optional<Page> page = page(at, end);
        while (page.isPresent()) {
            if (!taker.take(page.get().rows())) {
                return;
            }
            at = page.get().to();
            page = page(at, end);
        }
    }

    private record Page(Watermark to, List<Row> rows) {}

    private Optional<Page> page(@Nullable Watermark after, @Nullable Watermark end) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try (Connection connection = source.open()) {
                return page(connection, after, end);
            } catch (SourceBusyException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
                pause();
            } catch (SQLException e) {
                SourceException failure = source.failure(e);
                boolean measured = rowLimit.isMeasured();
                if (!(failure instanceof PageTooLargeException && (pageSize.shrink() || !measured))) {
                    throw failure;
                }
                rowLimit = rowLimit.measured();
            }
        }
    }

    /** Half to one and a half times as long, so as not to come at the same moment as a runtime each time. */
    private void pause() throws InterruptedException {
        Thread.sleep((long)
                (busyRetry.toMillis() * (0.5 + ThreadLocalRandom.current().nextDouble())));
    }

    private Optional<Page> page(Connection connection, @Nullable Watermark after, @Nullable Watermark end)
            throws SQLException {
        PageQuery query = (prepared == null
                        ? PageQuery.prepare(stream, connection, nonFinite)
                        : prepared.again(connection))
                .withKnown(columns);
        prepared = query;
        FileStamp stamp = source.stamp();
        if (!stamp.equals(counted)) {
            query.recount();
        }
        counted = stamp;
        refuseOtherType(query, after);
        refuseOtherType(query, end);
        Window window = query.nextUpTo(connection, after, end, pageSize.rows()).orElse(null);
        if (window == null) {
            return Optional.empty();
        }
        List<Row> rows = new ArrayList<>();
        ContentIds ids = new ContentIds(stream.eventType());
        long bytes = 0;
        String watermark = "";
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(source.queryTimeoutSeconds());
            try (ResultSet result = statement.executeQuery(query.pageSql(window, rowLimit))) {
                while (result.next()) {
                    Event event = Event.of(result.getBytes(1), ids);
                    // One text for all rows of a value: ties are long.
                    watermark = watermark.equals(event.watermark()) ? watermark : event.watermark();
                    rows.add(new Row(watermark, event.traceId(), event.partitionKey()));
                    bytes += event.bytes();
                }
            }
        }
        if (rows.isEmpty() && window.hasRows()) {
            throw window.vanished(stream);
        }
        pageSize.filled(rows.size(), bytes);
        return Optional.of(new Page(window.to(), rows));
    }

    private void refuseOtherType(PageQuery query, @Nullable Watermark position) {
        if (position != null && !position.type().equals(query.type().sqlName())) {
            throw new ConfigurationException(
                    stream.queryFile().toString(),
                    "the watermark column " + stream.watermarkColumn() + " was a " + position.type() + " and is now a "
                            + query.type().sqlName(),
                    "Cast it back to " + position.type());
        }
    }
}
