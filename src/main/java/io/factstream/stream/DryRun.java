package io.factstream.stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.factstream.config.ConfigurationException;
import io.factstream.config.ConfigurationException.Problem;
import io.factstream.eventhubs.BatchLimit;
import io.factstream.eventhubs.HubLayout;
import io.factstream.source.Column;
import io.factstream.source.DuckDbSource;
import io.factstream.source.DuckDbType;
import io.factstream.source.SourceBusyException;
import io.factstream.source.SourceException;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.Watermark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A stream's query tried on its source: nothing is sent and nothing is saved. It reads as the stream does, by the same
 * queries, and may run beside it. For one thread.
 */
public final class DryRun {

    private static final JsonFactory JSON = new JsonFactory();
    private static final JsonFactory WITHOUT_REPEATS =
            new JsonFactory().configure(JsonParser.Feature.STRICT_DUPLICATE_DETECTION, true);

    private final StreamDefinition stream;
    private final StreamServices.Pages pages;
    private final DuckDbSource source;
    private final BatchLimit limit;
    private final Duration patience;
    private final Envelope envelope;
    private final RowLimit rowLimit;

    /**
     * @param pages how the runtime makes pages and events
     * @param limit what one send may hold
     * @param patience how long to wait for a source that a loader holds
     */
    public DryRun(
            StreamDefinition stream,
            StreamServices.Pages pages,
            DuckDbSource source,
            BatchLimit limit,
            Duration patience) {
        this.stream = stream;
        this.pages = pages;
        this.source = source;
        this.limit = limit;
        this.patience = patience;
        rowLimit = RowLimit.of(pages.maxEventBytes()).measured();
        envelope = new Envelope(stream, pages.eventSource(), pages.schemaVersion(), pages.sessionId());
    }

    /**
     * Finds out what the query gives now. It scans the query a few times.
     *
     * @param now what counts as settled is measured from it
     * @param sample how many rows to make events of, at least 1
     * @throws SourceException when the source is away, stays busy, or refuses the query or a row
     * @throws ConfigurationException when the query cannot become events
     */
    public Examination examine(Instant now, int sample) throws InterruptedException {
        return onSource(connection -> {
            PageQuery query = PageQuery.prepare(stream, connection, pages.nonFinite());
            PageQuery.Shape shape = query.shape(connection, now);
            String waiting = query.look(connection, null, now).waiting();
            Optional<Window> first = query.nextUpTo(connection, null, null, sample);
            List<Event> events = first.isEmpty() ? List.of() : events(connection, query, first.get(), sample);
            // Of a tie that is cut off other rows may come.
            boolean isCut = first.isEmpty() || (!first.get().hasRows() && events.size() >= sample);
            List<Event> again = isCut ? events : events(connection, query, first.get(), sample);
            long bytes = events.stream().mapToLong(Event::bytes).sum();
            long mean = events.isEmpty() ? 1 : Math.max(1, bytes / events.size());
            int pageRows = (int) Math.max(
                    1, Math.min(Math.min(PageReader.USUAL_ROWS, pages.maxPageRows()), pages.maxPageBytes() / mean));
            return new Examination(
                    stream.id(),
                    query.selected(),
                    stream.watermarkColumn(),
                    query.type().sqlName(),
                    shape.rows(),
                    shape.withoutWatermark(),
                    shape.unsettled(),
                    waiting,
                    shape.values(),
                    shape.largestTie(),
                    shape.stepsBack(),
                    query.wholeUnit(connection)
                            .filter(unit -> stream.settle().compareTo(unit.getDuration()) < 0)
                            .orElse(null),
                    pageRows,
                    pageRows * mean,
                    sample(events),
                    new ReadTwice(envelope, events, again).differences());
        });
    }

    /**
     * Prepares the query, and runs it for one row.
     *
     * @throws SourceException when the source is away, stays busy, or refuses the query or the row
     * @throws ConfigurationException when the query cannot become events
     */
    public void check() throws InterruptedException {
        onSource(connection -> {
            PageQuery query = PageQuery.prepare(stream, connection, pages.nonFinite());
            return events(connection, query, null, 1);
        });
    }

    /**
     * Whether another query has the same rows at or below a watermark, as far as counting them bucket by bucket tells: a
     * stream can then go on from there with the other query, and no row is lost or sent twice.
     *
     * @param other of the same stream
     * @param position whole
     * @throws SourceException when the source is away, stays busy, or refuses one of the queries
     * @throws ConfigurationException when one of the queries cannot become events
     */
    public boolean passedSameRowsAs(StreamDefinition other, Watermark position) throws InterruptedException {
        return onSource(connection -> {
            PageQuery theirs = PageQuery.prepare(other, connection, pages.nonFinite());
            PageQuery ours = PageQuery.prepare(stream, connection, pages.nonFinite());
            return ours.type() == theirs.type()
                    && ours.type().sqlName().equals(position.type())
                    && ours.buckets(connection, position, WatermarkCondition.ALWAYS)
                            .equals(theirs.buckets(connection, position, WatermarkCondition.ALWAYS));
        });
    }

    private Examination.Sample sample(List<Event> events) {
        int notJson = 0;
        int repeatingNames = 0;
        for (Event event : events) {
            if (event.isSendable() && !event.isTooLarge()) {
                byte[] json = envelope.json(event);
                if (!reads(json, JSON)) {
                    notJson++;
                } else if (!reads(json, WITHOUT_REPEATS)) {
                    repeatingNames++;
                }
            }
        }
        return new Examination.Sample(
                events.size(),
                events.stream().mapToLong(this::wireBytes).max().orElse(0),
                (int) events.stream()
                        .filter(event -> event.isTooLarge() || event.wireBytes(envelope) > limit.capacity())
                        .count(),
                (int) events.stream().filter(event -> !event.isSendable()).count(),
                notJson,
                repeatingNames);
    }

    /** What the event takes of a batch; of a row that was too large to be read, what is known of its size. */
    private long wireBytes(Event event) {
        return event.isTooLarge() ? event.largeBytes() : event.wireBytes(envelope);
    }

    private static boolean reads(byte[] text, JsonFactory json) {
        try (JsonParser parser = json.createParser(text)) {
            while (parser.nextToken() != null) {
                // To its end.
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * What of the query works, and is a trap all the same.
     *
     * @throws SourceException when the source is away, stays busy, or refuses the query
     * @throws ConfigurationException when the query cannot become events
     */
    public List<Problem> advice() throws InterruptedException {
        return onSource(connection -> {
            PageQuery query = PageQuery.prepare(stream, connection, pages.nonFinite());
            List<Problem> advice = new ArrayList<>();
            QuerySyntax.fixedBound(stream, connection)
                    .ifPresent(place -> advice.add(new Problem(
                            place,
                            "the query begins at a watermark of its own: rows below it are never sent, nor seen as late",
                            "Take the condition out, unless that is meant")));
            advice.addAll(query.advice());
            advice.addAll(FileSchemas.differences(stream, connection));
            for (Column column : query.selected()) {
                boolean floating = column.type() instanceof DuckDbType.Scalar scalar
                        && scalar.name().matches("FLOAT|DOUBLE");
                if (floating && column.name().matches("_partition_key|_trace_id")) {
                    advice.add(new Problem(
                            stream.place(column.name()),
                            "the column " + column.name() + " is a " + column.type() + ", whose text is 17.0 for 17",
                            "CAST it to BIGINT or DECIMAL"));
                }
            }
            return advice;
        });
    }

    /**
     * The next events.
     *
     * @param saved where the stream stands; null before its first page
     * @param now what counts as settled is measured from it
     * @param most how many, at least 1
     * @param hub where they would go; null when that is not known, and they then have no partition
     * @return in the order of their watermarks; none when nothing settled lies beyond the watermark
     * @throws SourceException when the source is away, stays busy, or refuses the query or a row
     * @throws ConfigurationException when the query cannot become events, or its watermark is of another type than
     *     {@code saved}
     */
    public List<EventPreview> next(@Nullable SavedWatermark saved, Instant now, int most, @Nullable HubLayout hub)
            throws InterruptedException {
        return onSource(connection -> {
            Watermark after = saved == null ? null : saved.position();
            PageQuery query = PageQuery.prepare(stream, connection, pages.nonFinite())
                    .withKnown(saved != null && saved.isOf(stream.fingerprint()) ? saved.columns() : null);
            if (after != null && !after.type().equals(query.type().sqlName())) {
                throw new ConfigurationException(
                        stream.place(stream.watermarkColumn()),
                        "the watermark column " + stream.watermarkColumn() + " was a " + after.type() + " and is now a "
                                + query.type().sqlName(),
                        "Cast it back to " + after.type());
            }
            Optional<Window> window = query.next(connection, after, now, Math.max(most, PageSize.FIRST));
            return window.isEmpty() ? List.of() : previews(events(connection, query, window.get(), most), hub);
        });
    }

    /**
     * Tells of rows that wait since their time lies in the future.
     *
     * @param after where the stream stands; null before its first page
     * @return a sentence without its end; empty when there are none
     * @throws SourceException when the source is away, stays busy, or refuses the query
     * @throws ConfigurationException when the query cannot become events
     */
    public Optional<String> waiting(@Nullable Watermark after, Instant now) throws InterruptedException {
        return onSource(connection -> Optional.ofNullable(PageQuery.prepare(stream, connection, pages.nonFinite())
                .look(connection, after, now)
                .waiting()));
    }

    private List<EventPreview> previews(List<Event> events, @Nullable HubLayout hub) {
        HubLayout layout = hub == null ? new HubLayout(List.of("?"), limit) : hub;
        IdentityHashMap<Event, EventPreview> previews = new IdentityHashMap<>();
        for (PartitionBatches partition : new Batches(layout, envelope, pages.nonFinite()).of(stream, events, 0)) {
            for (EventBatch batch : partition.batches()) {
                for (Event event : batch.events()) {
                    previews.put(
                            event,
                            new EventPreview(
                                    event.traceId(),
                                    event.watermark(),
                                    event.partitionKey(),
                                    hub == null ? null : partition.partition(),
                                    (int) Math.min(Integer.MAX_VALUE, wireBytes(event)),
                                    envelope.properties(event.traceId()),
                                    new String(batch.body(event), StandardCharsets.UTF_8),
                                    batch.fault().orElse(null)));
                }
            }
        }
        return events.stream().map(previews::get).toList();
    }

    /**
     * The first rows of a window as events.
     *
     * @param window null for the first rows there are, settled or not
     */
    private List<Event> events(Connection connection, PageQuery query, @Nullable Window window, int most)
            throws SQLException {
        Window read =
                window == null ? query.nextUpTo(connection, null, null, most).orElse(null) : window;
        List<Event> events = new ArrayList<>();
        if (read == null) {
            return events;
        }
        ContentIds ids = new ContentIds(stream.eventType());
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query.pageSql(read, rowLimit) + " LIMIT " + most)) {
            while (rows.next()) {
                events.add(Event.of(rows.getBytes(1), ids));
            }
        }
        if (events.isEmpty() && read.hasRows()) {
            throw read.vanished(stream);
        }
        return events;
    }

    /** Something to do with the source open; it may be done again when the source was busy or memory was short. */
    @FunctionalInterface
    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    private <T> T onSource(Work<T> work) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try (Connection connection = source.open()) {
                return work.on(connection);
            } catch (SourceBusyException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
                Thread.sleep((long) (pages.busyRetry().toMillis()
                        * (0.5 + ThreadLocalRandom.current().nextDouble())));
            } catch (SQLException e) {
                throw source.failure(e);
            }
        }
    }
}
