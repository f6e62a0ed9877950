package io.factstream.stream;

import io.factstream.config.ConfigurationException;
import io.factstream.source.FileStamp;
import io.factstream.source.SourceException;
import io.factstream.stream.PageQuery.Look;
import io.factstream.watermark.Delivered;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.Watermark;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far one stream is behind its source: what the last look found, less what was delivered since.
 *
 * <p>A stream that polls looks by itself ({@link #found}). One that is throttled, failing, paused or long at one page does
 * not, so a clock of the runtime asks {@link #lookIfDue} again and again. That counts only when the source may have changed,
 * and so seldom that counting takes about one percent of the time. Thread-safe; looks are for one thread at a time.
 */
final class Lag {

    private static final Logger LOG = LoggerFactory.getLogger(Lag.class);

    /** How old a look may be before the next one. */
    private static final Duration USUAL = Duration.ofSeconds(10);

    /** So much longer than a look takes is the time to the next one. */
    private static final int SHARE = 120;

    /** How often rows are counted although the file seems unchanged: a query may read other files too. */
    private static final Duration RECOUNT = Duration.ofSeconds(30);

    /** How long after its time a look may still come; what was found before is no longer shown then. */
    private static final Duration OVERDUE = Duration.ofMinutes(1);

    private final StreamServices services;
    private final LongSupplier nanos;
    private final AtomicReference<Mark> mark = new AtomicReference<>(new Mark(null, 0, 0));

    private volatile @Nullable Looked looked;
    private volatile StreamDefinition stream;

    /** For the thread that looks by the clock. */
    private @Nullable PageQuery query;

    /**
     * Where the stream stands.
     *
     * @param position null before its first page
     * @param delivered rows that were delivered in this session
     * @param moves how often somebody else moved the watermark
     */
    private record Mark(@Nullable Watermark position, long delivered, long moves) {}

    /**
     * A look.
     *
     * @param from where the stream stood
     * @param newest of the settled rows, seconds since 1970
     * @param waiting tells of rows that wait for their time; null when there are none
     * @param counted when the rows were counted, by the nanosecond clock
     * @param confirmed until when nothing had changed since, by the nanosecond clock
     * @param pause to the next one
     * @param at when it was confirmed, for people
     */
    private record Looked(
            Mark from,
            Backlog backlog,
            OptionalLong newest,
            @Nullable String waiting,
            FileStamp stamp,
            long counted,
            long confirmed,
            Duration pause,
            Instant at) {

        Looked confirmed(long now, Instant at) {
            return new Looked(from, backlog, newest, waiting, stamp, counted, now, pause, at);
        }
    }

    /** @param nanos a clock that nobody sets, such as {@link System#nanoTime} */
    Lag(StreamDefinition stream, StreamServices services, LongSupplier nanos) {
        this.stream = stream;
        this.services = services;
        this.nanos = nanos;
    }

    /** The query is another one: what was found says nothing any more. */
    synchronized void change(StreamDefinition changed) {
        stream = changed;
        query = null;
        looked = null;
    }

    /** Where the stream stands by its saved watermark; null before its first page. */
    void stands(@Nullable Watermark position) {
        mark.updateAndGet(known -> Objects.equals(known.position(), position)
                ? known
                : new Mark(position, known.delivered(), known.moves() + 1));
    }

    /** A page was delivered, and its watermark saved. */
    void delivered(Page page) {
        mark.updateAndGet(known -> new Mark(page.to(), known.delivered() + page.rows(), known.moves()));
    }

    /**
     * A look was made.
     *
     * @param position from where
     * @param stamp of the source, from before it was opened
     * @param took how long it took
     */
    void found(Look look, @Nullable Watermark position, FileStamp stamp, Duration took) {
        found(look, mark(), position, stamp, took);
    }

    private void found(Look look, Mark from, @Nullable Watermark position, FileStamp stamp, Duration took) {
        if (!Objects.equals(from.position(), position)) {
            return;
        }
        long within = position == null || position.isWhole()
                ? 0
                : services.watermarks()
                        .delivered(stream.id())
                        .filter(delivered -> delivered.position().equals(position))
                        .map(Delivered::rowsWithin)
                        .orElse(0L);
        long now = nanos.getAsLong();
        Duration pause = took.multipliedBy(SHARE);
        tellThoseThatWait(look);
        looked = new Looked(
                from,
                look.backlog().after(within, look.backlog().seconds()),
                look.newest(),
                look.waiting(),
                stamp,
                now,
                now,
                pause.compareTo(USUAL) > 0 ? pause : USUAL,
                services.clock().instant());
    }

    private void tellThoseThatWait(Look look) {
        Looked before = looked;
        boolean waited = before != null && before.waiting() != null;
        if (look.waiting() != null && !waited) {
            LOG.warn("stream={} {}", stream.id(), look.waiting());
        } else if (look.waiting() == null && waited) {
            LOG.info("stream={} no rows wait for their time any more", stream.id());
        }
    }

    /** Looks where the last look is so old that it may be untrue by now. Whatever stands in the way, the next time will do. */
    synchronized void lookIfDue() {
        Looked last = current();
        if (last != null && since(last.confirmed()).compareTo(last.pause()) < 0) {
            return;
        }
        try {
            look(last);
        } catch (SourceException | SQLException | ConfigurationException e) {
            LOG.debug("stream={} could not be looked at: {}", stream.id(), e.getMessage(), e);
        }
    }

    private void look(@Nullable Looked last) throws SQLException {
        Mark before = mark();
        Watermark position = services.watermarks()
                .find(stream.id())
                .map(SavedWatermark::position)
                .orElse(null);
        if (!Objects.equals(before.position(), position)) {
            if (!mark.compareAndSet(before, new Mark(position, before.delivered(), before.moves() + 1))) {
                // A page was delivered just now.
                return;
            }
            before = mark();
            last = null;
        }
        FileStamp stamp = services.source().stamp();
        if (last != null && isUnchanged(last, stamp)) {
            looked = last.confirmed(nanos.getAsLong(), services.clock().instant());
            return;
        }
        try (Connection connection = services.source().open()) {
            long began = nanos.getAsLong();
            PageQuery known = query;
            PageQuery prepared = known == null
                    ? PageQuery.prepare(stream, connection, services.pages().nonFinite())
                    : known.again(connection);
            query = prepared;
            if (position == null || position.type().equals(prepared.type().sqlName())) {
                Look found =
                        prepared.look(connection, position, services.settled().instant());
                found(found, before, position, stamp, since(began));
            }
        } catch (SQLException e) {
            throw services.source().failure(e);
        }
    }

    private boolean isUnchanged(Looked last, FileStamp stamp) {
        Instant due = last.backlog().firstDue();
        return stamp.equals(last.stamp())
                && since(last.counted()).compareTo(RECOUNT) < 0
                && (due == null || services.settled().instant().isBefore(due));
    }

    private Duration since(long then) {
        return Duration.ofNanos(nanos.getAsLong() - then);
    }

    private Mark mark() {
        return Objects.requireNonNull(mark.get(), "there always is one");
    }

    /** The last look, where the watermark was not moved by somebody else since. */
    private @Nullable Looked current() {
        Looked last = looked;
        return last != null && last.from().moves() == mark().moves() ? last : null;
    }

    /** The last look, where it is not so old that it says nothing. */
    private @Nullable Looked known() {
        Looked last = current();
        return last != null && since(last.confirmed()).compareTo(last.pause().plus(OVERDUE)) < 0 ? last : null;
    }

    /** What lies beyond the watermark; empty where it is not known. */
    Optional<Backlog> backlog() {
        Looked last = known();
        if (last == null) {
            return Optional.empty();
        }
        Mark now = mark();
        long delivered = now.delivered() - last.from().delivered();
        return Optional.of(
                delivered == 0 ? last.backlog() : last.backlog().after(delivered, secondsTo(now, last, delivered)));
    }

    private static OptionalLong secondsTo(Mark now, Looked last, long delivered) {
        OptionalLong before = last.backlog().seconds();
        Watermark position = now.position();
        if (before.isEmpty() || position == null) {
            return before;
        }
        if (delivered >= last.backlog().rows()) {
            return OptionalLong.of(0);
        }
        OptionalLong reached = WatermarkType.epochSecond(position.value());
        return reached.isPresent() && last.newest().isPresent()
                ? OptionalLong.of(Math.max(0, last.newest().getAsLong() - reached.getAsLong()))
                : before;
    }

    /** Tells of rows that wait for their time; null when there are none, or it is not known. */
    @Nullable
    String waiting() {
        Looked last = known();
        return last == null ? null : last.waiting();
    }

    /** When what {@link #backlog} says was true; null where it is not known. */
    @Nullable
    Instant lookedAt() {
        Looked last = known();
        return last == null ? null : last.at();
    }
}
