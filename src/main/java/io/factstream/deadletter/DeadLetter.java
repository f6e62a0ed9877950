package io.factstream.deadletter;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One event that cannot be delivered, with why, when, how often it was tried, and where it came from.
 *
 * <p>It holds values of a row: whoever prints, logs or serves one decides about them. {@link #toString} leaves the event
 * and its partition key out.
 *
 * @param stream the stream's id
 * @param eventType the type the event carries
 * @param traceId the event's id, the same whenever the same row is read
 * @param partitionKey the key it would be sent with; null when it has none
 * @param partition the id of the partition it was meant for; null when none was chosen
 * @param position text of the watermark column in its row
 * @param event the bytes as they would have been sent; empty when the row could not be turned into an event. Copied in
 *     and out
 * @param properties the application properties it would be sent with
 * @param hub the event hub it was meant for
 * @param failure why the last attempt failed
 * @param firstFailed the first failed attempt; kept to the microsecond
 * @param lastFailed the last failed attempt, not before the first; kept to the microsecond
 * @param attempts how often it was tried, by its stream and by replays; at least 1
 * @param replays how many of the attempts were replays; less than {@code attempts}
 * @param sessionId the session of the last attempt by its stream
 * @param published when it was published to the dead-letter hub; null when it was not. Kept to the microsecond
 */
@SuppressWarnings("ArrayRecordComponent") // Copied in and out, and compared by content.
public record DeadLetter(
        String stream,
        String eventType,
        String traceId,
        @Nullable String partitionKey,
        @Nullable String partition,
        String position,
        byte[] event,
        Map<String, String> properties,
        String hub,
        DeliveryFailure failure,
        Instant firstFailed,
        Instant lastFailed,
        int attempts,
        int replays,
        String sessionId,
        @Nullable Instant published) {

    public DeadLetter {
        if (stream.isBlank() || traceId.isBlank()) {
            throw new IllegalArgumentException("a dead letter needs its stream and its trace id");
        }
        if (attempts < 1) {
            throw new IllegalArgumentException("a dead letter was tried at least once, not " + attempts + " times");
        }
        if (replays < 0 || replays >= attempts) {
            throw new IllegalArgumentException(
                    replays + " of " + attempts + " attempts cannot be replays: the first one never is");
        }
        firstFailed = firstFailed.truncatedTo(ChronoUnit.MICROS);
        lastFailed = lastFailed.truncatedTo(ChronoUnit.MICROS);
        if (lastFailed.isBefore(firstFailed)) {
            throw new IllegalArgumentException("last failed " + lastFailed + " is before first failed " + firstFailed);
        }
        published = published == null ? null : published.truncatedTo(ChronoUnit.MICROS);
        event = event.clone();
        properties = Map.copyOf(properties);
    }

    /**
     * The letter's own id: 32 hex digits made of its stream and trace id, so that one event has one letter however
     * often it fails.
     */
    public String id() {
        return idOf(stream, traceId);
    }

    /** The {@link #id} of the letter of that event. */
    public static String idOf(String stream, String traceId) {
        byte[] streamBytes = stream.getBytes(StandardCharsets.UTF_8);
        MessageDigest digest = sha256();
        // The length keeps stream "a" with trace "bc" apart from stream "ab" with trace "c".
        digest.update(
                ByteBuffer.allocate(Integer.BYTES).putInt(streamBytes.length).flip());
        digest.update(streamBytes);
        digest.update(traceId.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The length of {@link #event} in bytes. */
    public int eventBytes() {
        return event.length;
    }

    @Override
    public byte[] event() {
        return event.clone();
    }

    /**
     * The one letter that two letters of the same event make; what the later one says holds.
     *
     * <p>Attempts are added when the two stand for different times, and not when they overlap: a letter that is stored
     * twice, or stored again after one more attempt, is counted once. So are replays; and a letter that was published
     * stays so.
     *
     * @throws IllegalArgumentException when they are letters of different events
     */
    public DeadLetter mergedWith(DeadLetter other) {
        if (!stream.equals(other.stream) || !traceId.equals(other.traceId)) {
            throw new IllegalArgumentException("these are letters of two events: " + this + " and " + other);
        }
        boolean otherIsOlder = other.lastFailed.isBefore(lastFailed);
        DeadLetter older = otherIsOlder ? other : this;
        DeadLetter newer = otherIsOlder ? this : other;
        boolean apart = newer.firstFailed.isAfter(older.lastFailed);
        return new DeadLetter(
                stream,
                newer.eventType,
                traceId,
                newer.partitionKey,
                newer.partition,
                newer.position,
                newer.event,
                newer.properties,
                newer.hub,
                newer.failure,
                older.firstFailed.isBefore(newer.firstFailed) ? older.firstFailed : newer.firstFailed,
                newer.lastFailed,
                apart ? older.attempts + newer.attempts : Math.max(older.attempts, newer.attempts),
                apart ? older.replays + newer.replays : Math.max(older.replays, newer.replays),
                newer.sessionId,
                earlier(published, other.published));
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isBefore(other) ? one : other;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DeadLetter that
                && stream.equals(that.stream)
                && eventType.equals(that.eventType)
                && traceId.equals(that.traceId)
                && Objects.equals(partitionKey, that.partitionKey)
                && Objects.equals(partition, that.partition)
                && position.equals(that.position)
                && Arrays.equals(event, that.event)
                && properties.equals(that.properties)
                && hub.equals(that.hub)
                && failure.equals(that.failure)
                && firstFailed.equals(that.firstFailed)
                && lastFailed.equals(that.lastFailed)
                && attempts == that.attempts
                && replays == that.replays
                && sessionId.equals(that.sessionId)
                && Objects.equals(published, that.published);
    }

    @Override
    public int hashCode() {
        return Objects.hash(stream, traceId, lastFailed, attempts);
    }

    @Override
    public String toString() {
        return "DeadLetter[id=" + id() + ", stream=" + stream + ", traceId=" + traceId + ", category="
                + failure.category() + ", severity=" + failure.severity() + ", attempts=" + attempts + ", replays="
                + replays + ", bytes="
                + event.length + "]";
    }
}
