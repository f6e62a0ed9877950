package io.factstream.verify;

import io.factstream.config.ConfigurationException;
import io.factstream.deadletter.DeadLetter;
import io.factstream.deadletter.DeadLetterFilter;
import io.factstream.deadletter.DeadLetterPage;
import io.factstream.deadletter.DeadLetterStore;
import io.factstream.eventhubs.HubEvents;
import io.factstream.eventhubs.HubEvents.Extent;
import io.factstream.stream.StreamDefinition;
import io.factstream.stream.StreamRows;
import io.factstream.stream.StreamRows.Row;
import io.factstream.stream.WatermarkValue;
import io.factstream.verify.Scratch.Filling;
import io.factstream.watermark.QueryChangedException;
import io.factstream.watermark.SavedWatermark;
import io.factstream.watermark.Watermark;
import io.factstream.watermark.WatermarkStore;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compares the rows that a stream counts as done with what its hub holds.
 *
 * <p>The order in which it looks keeps a runtime that goes on meanwhile from making rows look lost or made up. First the
 * watermark: every row at or below it is then in the hub or a dead letter. Then the dead letters, before the end of the
 * hub is noted: one that is delivered in between is found in the hub. Then the ends of the partitions, the source up to
 * the watermark, and the hub up to these ends. What the hub has and the source has not below the watermark is last
 * looked for beyond it, where it was sent and not yet saved.
 *
 * <p>Ids are put into a DuckDB file, so that memory does not grow with the rows. For one thread.
 */
public final class Verifier {

    private static final int LETTERS_AT_A_TIME = 500;

    private static final int LONGEST_REASON = 300;

    /**
     * Where ids are kept while they are compared.
     *
     * @param place a folder with room for about 150 bytes a row and an event
     * @param memoryLimitBytes what DuckDB may use for the comparison
     * @param threads DuckDB's threads
     */
    public record Room(Path place, long memoryLimitBytes, int threads) {}

    private final StreamDefinition stream;
    private final StreamRows rows;
    private final WatermarkStore watermarks;
    private final DeadLetterStore deadLetters;
    private final HubEvents hub;
    private final Room room;

    /**
     * @param rows of the stream
     * @param hub that the stream sends to
     */
    public Verifier(
            StreamDefinition stream,
            StreamRows rows,
            WatermarkStore watermarks,
            DeadLetterStore deadLetters,
            HubEvents hub,
            Room room) {
        this.stream = stream;
        this.rows = rows;
        this.watermarks = watermarks;
        this.deadLetters = deadLetters;
        this.hub = hub;
        this.room = room;
    }

    /**
     * Compares.
     *
     * @return what was found; to be closed, which deletes the file of ids
     * @throws ConfigurationException when the stream has no watermark or one of another query, or a bound is no value of
     *     its type
     * @throws io.factstream.source.SourceException when the source cannot be read
     * @throws io.factstream.eventhubs.HubUnreadableException when the hub cannot be read to its end
     * @throws ScratchException when the ids cannot be compared
     */
    public Comparison compare(Scope scope) throws InterruptedException {
        Scratch scratch = Scratch.in(room.place(), room.memoryLimitBytes(), room.threads());
        try {
            return compare(scope, scratch);
        } catch (RuntimeException | InterruptedException e) {
            scratch.close();
            throw e;
        }
    }

    private Comparison compare(Scope scope, Scratch scratch) throws InterruptedException {
        Watermark watermark = watermark();
        Bounds bounds = Bounds.of(scope, watermark);
        scratch.execute(
                "CREATE TABLE source_row (id VARCHAR, watermark VARCHAR, partition_key VARCHAR, place BIGINT)",
                "CREATE TABLE row_ahead (id VARCHAR)",
                "CREATE TABLE letter (id VARCHAR, reason VARCHAR)",
                "CREATE TABLE arrival (id VARCHAR, hub_partition VARCHAR, number BIGINT, enqueued BIGINT)");
        readDeadLetters(scratch);
        List<Extent> extents = hub.extents();
        readSource(watermark, scratch);
        readHub(extents, scope, scratch);
        match(scope, bounds, scratch);
        long ahead = findAhead(watermark, scratch);
        return new Comparison(stream.id(), watermark, scope, extents, counts(bounds, ahead, scratch), scratch);
    }

    private Watermark watermark() {
        SavedWatermark saved = watermarks
                .find(stream.id())
                .orElseThrow(() -> new ConfigurationException(
                        "stream '" + stream.id() + "'",
                        "has no watermark, so no row of it counts as delivered yet",
                        "Verify it after its first page; factstream watermark list shows the streams that have one"));
        try {
            saved.requireIsOf(stream.fingerprint());
        } catch (QueryChangedException e) {
            throw new ConfigurationException(
                    stream.queryFile().toString(),
                    "is not the query that made the watermark of stream " + stream.id()
                            + ", and another query gives other ids",
                    "Verify with the query that was used, or after factstream watermark accept " + stream.id()
                            + " with --from at the first row that the new query sent",
                    e);
        }
        rows.withColumns(saved.columns());
        return saved.position();
    }

    /** SQL conditions on rows of the source: within the bounds that were given. */
    private record Bounds(String condition) {

        static Bounds of(Scope scope, Watermark watermark) {
            StringBuilder condition = new StringBuilder("true");
            add(condition, "--from", " >= ", scope.from(), watermark);
            add(condition, "--to", " <= ", scope.to(), watermark);
            return new Bounds(condition.toString());
        }

        private static void add(
                StringBuilder condition,
                String option,
                String comparison,
                @Nullable String value,
                Watermark watermark) {
            if (value == null) {
                return;
            }
            String literal = "CAST('" + WatermarkValue.canonical(watermark.type(), value, option) + "' AS "
                    + watermark.type() + ")";
            condition
                    .append(" AND CAST(watermark AS ")
                    .append(watermark.type())
                    .append(")")
                    .append(comparison)
                    .append(literal);
        }
    }

    private void readDeadLetters(Scratch scratch) {
        try (Filling letters = scratch.fill("letter")) {
            DeadLetterFilter filter = DeadLetterFilter.EVERY.ofStream(stream.id());
            String after = null;
            do {
                DeadLetterPage page = deadLetters.page(filter, after, LETTERS_AT_A_TIME);
                for (DeadLetter letter : page.letters()) {
                    String reason =
                            letter.failure().category() + " " + letter.failure().error();
                    letters.add(
                            letter.traceId(),
                            reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) : reason);
                }
                after = page.next();
            } while (after != null);
        }
    }

    private void readSource(Watermark watermark, Scratch scratch) throws InterruptedException {
        try (Filling filling = scratch.fill("source_row")) {
            Places places = new Places();
            rows.upTo(watermark, page -> {
                for (Row row : page) {
                    filling.add(row.id(), row.watermark(), row.partitionKey(), places.of(row.watermark()));
                }
                return true;
            });
        }
    }

    /** Numbers watermarks as they rise, so that their order is known without their type. */
    private static final class Places {
        private long place;
        private String last = "";

        private Long of(String watermark) {
            if (place == 0 || !watermark.equals(last)) {
                place++;
                last = watermark;
            }
            return place;
        }
    }

    private void readHub(List<Extent> extents, Scope scope, Scratch scratch) throws InterruptedException {
        try (Filling filling = scratch.fill("arrival")) {
            hub.read(
                    extents,
                    scope.position(),
                    stream.id(),
                    event -> filling.add(
                            event.traceId(),
                            event.partition(),
                            event.sequenceNumber(),
                            event.enqueued().toEpochMilli()));
        }
    }

    private static void match(Scope scope, Bounds bounds, Scratch scratch) {
        scratch.execute(
                "CREATE TABLE shared AS SELECT id, count(*) AS rows FROM source_row GROUP BY id HAVING count(*) > 1",
                "CREATE TABLE repeated AS SELECT id, count(*) AS events FROM arrival GROUP BY id HAVING count(*) > 1",
                "CREATE TABLE unarrived AS SELECT * FROM source_row ANTI JOIN arrival USING (id) WHERE "
                        + bounds.condition(),
                // Of rows that share an id, as many have arrived as there are events with it.
                "INSERT INTO unarrived SELECT id, watermark, partition_key, place FROM (SELECT source_row.*,"
                        + " row_number() OVER (PARTITION BY id ORDER BY place) AS nth FROM source_row"
                        + " SEMI JOIN shared USING (id)) JOIN (SELECT id, count(*) AS events FROM arrival"
                        + " SEMI JOIN shared USING (id) GROUP BY id) USING (id) WHERE nth > events AND "
                        + bounds.condition(),
                "CREATE VIEW missing AS SELECT * FROM unarrived ANTI JOIN letter USING (id)",
                "CREATE VIEW dead_lettered AS SELECT unarrived.*, reason FROM unarrived"
                        + " JOIN (SELECT DISTINCT ON (id) * FROM letter) USING (id)",
                "CREATE TABLE again AS SELECT id, hub_partition, number, enqueued, nth, first_partition, first_number"
                        + " FROM (SELECT arrival.*, row_number() OVER w AS nth,"
                        + " first_value(hub_partition) OVER w AS first_partition,"
                        + " first_value(number) OVER w AS first_number FROM arrival SEMI JOIN repeated USING (id)"
                        + " WINDOW w AS (PARTITION BY id ORDER BY enqueued, hub_partition, number)) WHERE nth > 1",
                // A row of the source for each event that came again; of those that share an id, the first.
                "CREATE TABLE row_again AS SELECT id, arg_min(watermark, place) AS watermark FROM source_row"
                        + " SEMI JOIN repeated USING (id) WHERE " + bounds.condition() + " GROUP BY id",
                "CREATE VIEW duplicate AS SELECT again.*, row_again.watermark FROM again LEFT JOIN shared USING (id) "
                        + (scope.isNarrowed() ? "" : "LEFT ")
                        + "JOIN row_again USING (id) WHERE nth > coalesce(shared.rows, 1)",
                "CREATE TABLE unknown AS SELECT * FROM arrival ANTI JOIN source_row USING (id)");
    }

    /** Looks for events of unknown rows beyond the watermark, as far as needed. */
    private long findAhead(Watermark watermark, Scratch scratch) throws InterruptedException {
        String left = "SELECT count(*) FROM unknown ANTI JOIN row_ahead USING (id)";
        if (scratch.number(left) > 0) {
            Search search = new Search();
            rows.after(watermark, page -> {
                try (Filling filling = scratch.fill("row_ahead")) {
                    page.forEach(row -> filling.add(row.id()));
                }
                return !search.isTimeToLook() || scratch.number(left) > 0;
            });
        }
        scratch.execute("CREATE VIEW extra AS SELECT * FROM unknown ANTI JOIN row_ahead USING (id)");
        return scratch.number("SELECT count(*) FROM unknown SEMI JOIN row_ahead USING (id)");
    }

    /** When to see whether a search is over: seldom more often than it can pay, should there be much to read. */
    private static final class Search {
        private int pages;

        private boolean isTimeToLook() {
            pages++;
            return Integer.bitCount(pages) == 1;
        }
    }

    private static Counts counts(Bounds bounds, long ahead, Scratch scratch) {
        long rows = scratch.number("SELECT count(*) FROM source_row WHERE " + bounds.condition());
        long missing = scratch.number("SELECT count(*) FROM missing");
        long deadLettered = scratch.number("SELECT count(*) FROM dead_lettered");
        return new Counts(
                rows,
                rows - missing - deadLettered,
                deadLettered,
                missing,
                scratch.number("SELECT count(DISTINCT id) FROM extra"),
                scratch.number("SELECT count(*) FROM duplicate"),
                scratch.number("SELECT count(DISTINCT id) FROM duplicate"),
                ahead,
                scratch.number("SELECT count(*) FROM (SELECT place, max(place) OVER (PARTITION BY hub_partition"
                        + " ORDER BY number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM"
                        + " (SELECT id, hub_partition, number FROM arrival ANTI JOIN again USING (hub_partition, number))"
                        + " JOIN (SELECT * FROM source_row ANTI JOIN shared USING (id)"
                        + " WHERE partition_key IS NOT NULL) USING (id)) WHERE place < before"),
                scratch.number("SELECT count(*) FROM shared"),
                scratch.number("SELECT count(*) FROM arrival"));
    }
}
