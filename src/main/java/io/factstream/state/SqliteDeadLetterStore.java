package io.factstream.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.factstream.deadletter.DeadLetter;
import io.factstream.deadletter.DeadLetterFilter;
import io.factstream.deadletter.DeadLetterFilter.Span;
import io.factstream.deadletter.DeadLetterLimit;
import io.factstream.deadletter.DeadLetterPage;
import io.factstream.deadletter.DeadLetterStore;
import io.factstream.deadletter.DeadLetterStoreFullException;
import io.factstream.deadletter.DeadLetterSummary;
import io.factstream.deadletter.DeliveryFailure;
import io.factstream.deadletter.ErrorCategory;
import io.factstream.deadletter.Severity;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Dead letters in the state file. Their order is that of a rising number, given when a letter is first stored. */
final class SqliteDeadLetterStore implements DeadLetterStore {

    /** How many letters one transaction of a purge removes: a few milliseconds. */
    private static final int PURGE_STEP = 1_000;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, String>> PROPERTIES = new TypeReference<>() {};

    private static final String INSERT = """
            INSERT INTO dead_letter (stream, category, severity, first_failed, last_failed, attempts, replays,
                published, session_id, hub, event_type, trace_id, partition_key, partition, position, error, properties,
                event, id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";

    private static final String UPDATE = """
            UPDATE dead_letter SET stream = ?, category = ?, severity = ?, first_failed = ?, last_failed = ?,
                attempts = ?, replays = ?, published = ?, session_id = ?, hub = ?, event_type = ?, trace_id = ?,
                partition_key = ?, partition = ?, position = ?, error = ?, properties = ?, event = ?
            WHERE id = ?""";

    private final SqliteDatabase database;
    private final DeadLetterLimit limit;

    SqliteDeadLetterStore(SqliteDatabase database, DeadLetterLimit limit) {
        this.database = database;
        this.limit = limit;
    }

    @Override
    public void store(List<DeadLetter> letters) {
        if (letters.isEmpty()) {
            return;
        }
        Map<String, DeadLetter> given = new LinkedHashMap<>();
        for (DeadLetter letter : letters) {
            given.merge(letter.id(), letter, DeadLetter::mergedWith);
        }
        database.change(connection -> {
            List<DeadLetter> added = new ArrayList<>();
            List<DeadLetter> merged = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement("SELECT * FROM dead_letter WHERE id = ?")) {
                for (Map.Entry<String, DeadLetter> entry : given.entrySet()) {
                    select.setString(1, entry.getKey());
                    List<DeadLetter> held = Sql.readAll(select, SqliteDeadLetterStore::letter);
                    if (held.isEmpty()) {
                        added.add(entry.getValue());
                    } else {
                        merged.add(held.get(0).mergedWith(entry.getValue()));
                    }
                }
            }
            if (!added.isEmpty()) {
                long held = count(connection);
                if (held + added.size() > limit.entries()) {
                    throw new DeadLetterStoreFullException(limit, held, added.size());
                }
            }
            writeAll(connection, INSERT, added);
            writeAll(connection, UPDATE, merged);
        });
    }

    @Override
    public Optional<DeadLetter> find(String id) {
        return database.read(connection -> held(connection, id));
    }

    @Override
    public DeadLetterPage page(DeadLetterFilter filter, @Nullable String after, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("a page holds at least 1 letter, not " + limit);
        }
        long afterSeq = after == null ? 0 : seq(after);
        List<Object> parameters = new ArrayList<>();
        String where = where(filter, parameters);
        parameters.add(afterSeq);
        parameters.add(limit + 1L);
        // One more than asked for tells whether there are more; its event is left in the file.
        String sql = "SELECT * FROM dead_letter WHERE seq IN (SELECT seq FROM dead_letter WHERE " + where
                + " AND seq > ? ORDER BY seq LIMIT ?) ORDER BY seq";
        return database.read(connection -> {
            List<DeadLetter> letters = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                Sql.bind(statement, parameters.toArray());
                try (ResultSet row = statement.executeQuery()) {
                    long last = 0;
                    long bytes = 0;
                    while (row.next()) {
                        if (letters.size() == limit || bytes >= PAGE_BYTES) {
                            return new DeadLetterPage(letters, Long.toString(last));
                        }
                        DeadLetter letter = letter(row);
                        letters.add(letter);
                        bytes += letter.eventBytes();
                        last = row.getLong("seq");
                    }
                }
            }
            return new DeadLetterPage(letters, null);
        });
    }

    @Override
    public DeadLetterSummary summary() {
        record Kind(
                String stream, ErrorCategory category, Severity severity, long size, Instant oldest, Instant newest) {}
        List<Kind> kinds = database.read(connection -> Sql.query(
                connection,
                "SELECT stream, category, severity, count(*), min(first_failed), max(first_failed) FROM dead_letter"
                        + " GROUP BY stream, category, severity",
                row -> new Kind(
                        row.getString(1),
                        ErrorCategory.valueOf(row.getString(2)),
                        Severity.valueOf(row.getString(3)),
                        row.getLong(4),
                        Timestamps.parse(row.getString(5)),
                        Timestamps.parse(row.getString(6)))));
        long size = 0;
        Map<ErrorCategory, Long> byCategory = new EnumMap<>(ErrorCategory.class);
        Map<Severity, Long> bySeverity = new EnumMap<>(Severity.class);
        Map<String, Long> byStream = new TreeMap<>();
        Instant oldest = null;
        Instant newest = null;
        for (Kind kind : kinds) {
            size += kind.size();
            byCategory.merge(kind.category(), kind.size(), Long::sum);
            bySeverity.merge(kind.severity(), kind.size(), Long::sum);
            byStream.merge(kind.stream(), kind.size(), Long::sum);
            oldest = oldest == null || kind.oldest().isBefore(oldest) ? kind.oldest() : oldest;
            newest = newest == null || kind.newest().isAfter(newest) ? kind.newest() : newest;
        }
        return new DeadLetterSummary(size, byCategory, bySeverity, byStream, oldest, newest);
    }

    @Override
    public long count() {
        return database.read(SqliteDeadLetterStore::count);
    }

    @Override
    public long count(DeadLetterFilter filter) {
        List<Object> parameters = new ArrayList<>();
        String where = where(filter, parameters);
        return database.read(connection -> Sql.one(
                connection,
                "SELECT count(*) FROM dead_letter WHERE " + where,
                row -> row.getLong(1),
                parameters.toArray()));
    }

    @Override
    public Set<String> hubs() {
        return new LinkedHashSet<>(database.read(connection ->
                Sql.query(connection, "SELECT DISTINCT hub FROM dead_letter ORDER BY hub", row -> row.getString(1))));
    }

    @Override
    public boolean attempted(String id, Instant at, DeliveryFailure failure) {
        // A clock that was put back does not make a letter fail before it last did.
        return database.write(connection -> Sql.update(
                        connection,
                        "UPDATE dead_letter SET category = ?, severity = ?, error = ?, attempts = attempts + 1,"
                                + " replays = replays + 1, last_failed = max(last_failed, ?) WHERE id = ?",
                        failure.category().name(),
                        failure.severity().name(),
                        failure.error(),
                        Timestamps.text(at),
                        id)
                > 0);
    }

    @Override
    public int delivered(Collection<DeadLetter> letters) {
        return database.write(connection -> {
            int removed = 0;
            for (DeadLetter letter : letters) {
                removed += Sql.update(
                        connection,
                        "DELETE FROM dead_letter WHERE id = ? AND attempts = ? AND last_failed = ?",
                        letter.id(),
                        letter.attempts(),
                        Timestamps.text(letter.lastFailed()));
            }
            return removed;
        });
    }

    @Override
    public List<DeadLetter> unpublished(int limit) {
        return database.read(connection -> {
            List<DeadLetter> letters = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement(
                    "SELECT * FROM dead_letter WHERE published IS NULL ORDER BY seq LIMIT ?")) {
                statement.setInt(1, limit);
                try (ResultSet row = statement.executeQuery()) {
                    long bytes = 0;
                    while (bytes < PAGE_BYTES && row.next()) {
                        DeadLetter letter = letter(row);
                        letters.add(letter);
                        bytes += letter.eventBytes();
                    }
                }
            }
            return letters;
        });
    }

    @Override
    public void published(Collection<DeadLetter> letters, Instant at) {
        database.change(connection -> {
            for (DeadLetter letter : letters) {
                Sql.update(
                        connection,
                        "UPDATE dead_letter SET published = ? WHERE id = ? AND published IS NULL",
                        Timestamps.text(at),
                        letter.id());
            }
        });
    }

    @Override
    public int purge(DeadLetterFilter filter) {
        if (filter.isEvery()) {
            throw new IllegalArgumentException("a purge needs at least one criterion");
        }
        List<Object> parameters = new ArrayList<>();
        String where = where(filter, parameters);
        // Letters that are stored while the purge runs are not meant.
        long last = database.read(connection ->
                Sql.one(connection, "SELECT coalesce(max(seq), 0) FROM dead_letter", row -> row.getLong(1)));
        parameters.add(last);
        parameters.add(PURGE_STEP);
        int purged = 0;
        int step;
        do {
            step = database.write(connection -> Sql.update(
                    connection,
                    "DELETE FROM dead_letter WHERE seq IN (SELECT seq FROM dead_letter WHERE " + where
                            + " AND seq <= ? LIMIT ?)",
                    parameters.toArray()));
            purged += step;
        } while (step == PURGE_STEP);
        return purged;
    }

    private static long count(Connection connection) throws SQLException {
        return Sql.one(connection, "SELECT count(*) FROM dead_letter", row -> row.getLong(1));
    }

    private static Optional<DeadLetter> held(Connection connection, String id) throws SQLException {
        return Sql.query(connection, "SELECT * FROM dead_letter WHERE id = ?", SqliteDeadLetterStore::letter, id)
                .stream()
                .findFirst();
    }

    private static long seq(String after) {
        try {
            return Long.parseLong(after);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + after + "' is not the end of a page of dead letters", e);
        }
    }

    private static String where(DeadLetterFilter filter, List<Object> parameters) {
        StringBuilder where = new StringBuilder("TRUE");
        add(where, parameters, "stream = ?", filter.stream());
        add(where, parameters, "event_type = ?", filter.eventType());
        add(where, parameters, "trace_id = ?", filter.traceId());
        add(where, parameters, "hub = ?", filter.hub());
        add(where, parameters, "category = ?", name(filter.category()));
        add(where, parameters, "severity = ?", name(filter.severity()));
        add(where, parameters, "first_failed >= ?", text(filter.from()));
        add(where, parameters, "first_failed < ?", text(filter.to()));
        Span rested = filter.rested();
        if (rested != null) {
            where.append(" AND (last_failed <= ? OR last_failed > ?)");
            parameters.add(Timestamps.text(rested.after()));
            parameters.add(Timestamps.text(rested.until()));
        }
        add(where, parameters, "replays < ?", filter.replaysBelow());
        return where.toString();
    }

    private static void add(
            StringBuilder where, List<Object> parameters, String condition, @Nullable Object parameter) {
        if (parameter != null) {
            where.append(" AND ").append(condition);
            parameters.add(parameter);
        }
    }

    private static @Nullable String name(@Nullable Enum<?> constant) {
        return constant == null ? null : constant.name();
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : Timestamps.text(time);
    }

    /** For {@link #INSERT} and {@link #UPDATE}, which take the same parameters. */
    private static void writeAll(Connection connection, String sql, Collection<DeadLetter> letters)
            throws SQLException {
        if (letters.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (DeadLetter letter : letters) {
                Sql.bind(
                        statement,
                        letter.stream(),
                        letter.failure().category().name(),
                        letter.failure().severity().name(),
                        Timestamps.text(letter.firstFailed()),
                        Timestamps.text(letter.lastFailed()),
                        letter.attempts(),
                        letter.replays(),
                        text(letter.published()),
                        letter.sessionId(),
                        letter.hub(),
                        letter.eventType(),
                        letter.traceId(),
                        letter.partitionKey(),
                        letter.partition(),
                        letter.position(),
                        letter.failure().error(),
                        json(letter.properties()),
                        letter.event(),
                        letter.id());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private static DeadLetter letter(ResultSet row) throws SQLException {
        String published = row.getString("published");
        return new DeadLetter(
                row.getString("stream"),
                row.getString("event_type"),
                row.getString("trace_id"),
                row.getString("partition_key"),
                row.getString("partition"),
                row.getString("position"),
                row.getBytes("event"),
                properties(row.getString("properties")),
                row.getString("hub"),
                new DeliveryFailure(
                        ErrorCategory.valueOf(row.getString("category")),
                        Severity.valueOf(row.getString("severity")),
                        row.getString("error")),
                Timestamps.parse(row.getString("first_failed")),
                Timestamps.parse(row.getString("last_failed")),
                row.getInt("attempts"),
                row.getInt("replays"),
                row.getString("session_id"),
                published == null ? null : Timestamps.parse(published));
    }

    private static String json(Map<String, String> properties) {
        try {
            return JSON.writeValueAsString(new TreeMap<>(properties));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("text can always be written as JSON", e);
        }
    }

    private static Map<String, String> properties(String json) throws SQLException {
        try {
            return JSON.readValue(json, PROPERTIES);
        } catch (JsonProcessingException e) {
            throw new SQLException("the properties of a dead letter are not a JSON object of texts", e);
        }
    }
}
