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
 * @param position text of the watermark column in its row
 * @param event the bytes as they would have been sent; empty when the row could not be turned into an event. Copied in
 *     and out
 * @param properties the application properties it would be sent with
 * @param hub the event hub it was meant for
 * @param failure why the last attempt failed
 * @param firstFailed the first failed attempt; kept to the microsecond
 * @param lastFailed the last failed attempt, not before the first; kept to the microsecond
 * @param attempts how often it was tried; at least 1
 * @param sessionId the session of the last attempt by its stream
 */
@SuppressWarnings("ArrayRecordComponent") // Copied in and out, and compared by content.
public record DeadLetter(
        String stream,
        String eventType,
        String traceId,
        @Nullable String partitionKey,
        String position,
        byte[] event,
        Map<String, String> properties,
        String hub,
        DeliveryFailure failure,
        Instant firstFailed,
        Instant lastFailed,
        int attempts,
        String sessionId) {

    public DeadLetter {
        if (stream.isBlank() || traceId.isBlank()) {
            throw new IllegalArgumentException("a dead letter needs its stream and its trace id");
        }
        if (attempts < 1) {
            throw new IllegalArgumentException("a dead letter was tried at least once, not " + attempts + " times");
        }
        firstFailed = firstFailed.truncatedTo(ChronoUnit.MICROS);
        lastFailed = lastFailed.truncatedTo(ChronoUnit.MICROS);
        if (lastFailed.isBefore(firstFailed)) {
            throw new IllegalArgumentException("last failed " + lastFailed + " is before first failed " + firstFailed);
        }
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

    @Override
    public byte[] event() {
        return event.clone();
    }

    /**
     * The one letter that two letters of the same event make; what the later one says holds.
     *
     * <p>Attempts are added when the two stand for different times, and not when they overlap: a letter that is stored
     * twice, or stored again after one more attempt, is counted once.
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
                newer.position,
                newer.event,
                newer.properties,
                newer.hub,
                newer.failure,
                older.firstFailed.isBefore(newer.firstFailed) ? older.firstFailed : newer.firstFailed,
                newer.lastFailed,
                apart ? older.attempts + newer.attempts : Math.max(older.attempts, newer.attempts),
                newer.sessionId);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DeadLetter that
                && stream.equals(that.stream)
                && eventType.equals(that.eventType)
                && traceId.equals(that.traceId)
                && Objects.equals(partitionKey, that.partitionKey)
                && position.equals(that.position)
                && Arrays.equals(event, that.event)
                && properties.equals(that.properties)
                && hub.equals(that.hub)
                && failure.equals(that.failure)
                && firstFailed.equals(that.firstFailed)
                && lastFailed.equals(that.lastFailed)
                && attempts == that.attempts
                && sessionId.equals(that.sessionId);
    }

    @Override
    public int hashCode() {
        return Objects.hash(stream, traceId, lastFailed, attempts);
    }

    @Override
    public String toString() {
        return "DeadLetter[id=" + id() + ", stream=" + stream + ", traceId=" + traceId + ", category="
                + failure.category() + ", severity=" + failure.severity() + ", attempts=" + attempts + ", bytes="
                + event.length + "]";
    }
}
