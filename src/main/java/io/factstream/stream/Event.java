package io.factstream.stream;

import io.factstream.eventhubs.WireSize;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One row on its way to the hub.
 *
 * <p>It knows where the bytes are that DuckDB made, in which the parts stand one after the other, parted by {@link #SEPARATOR}:
 * the watermark's text, then as JSON texts (or nothing where NULL) the event time, trace id, partition key,
 * correlation id and parent event id, and last the members of the payload's JSON object, each after a comma. The event's
 * JSON is put together from them once, by {@link Envelope}.
 */
final class Event {

    /** No JSON text and no number or time holds this character, so it can part them. */
    static final char SEPARATOR = 31;

    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** One in each byte. */
    private static final long SEPARATORS = 0x0101010101010101L * SEPARATOR;
    /** All bits of each byte but the highest. */
    private static final long LOW_BITS = 0x7f7f7f7f7f7f7f7fL;

    /** About how many bytes of memory an event takes beside those of its row. */
    static final int OVERHEAD = 64;

    /** The parts of a row, in the order in which they stand. */
    enum Part {
        WATERMARK(0),
        EVENT_TIME(1),
        TRACE_ID(2),
        PARTITION_KEY(3),
        CORRELATION_ID(4),
        PARENT_EVENT_ID(5),
        MEMBERS(6);

        private final int index;

        Part(int index) {
            this.index = index;
        }
    }

    private static final int PARTS = Part.values().length;
    private static final int BRACES = 2;

    private final Piece piece;
    private final int start;
    private final int end;
    /** Null where the row brings one. */
    private final @Nullable String derivedId;

    private Event(Piece piece, int start, int length, @Nullable String derivedId) {
        this.piece = piece;
        this.start = start;
        this.end = start + length;
        this.derivedId = derivedId;
    }

    /**
     * An event by itself.
     *
     * @param row the bytes of one row of the page query
     * @param ids names the rows for which the query gives no trace id
     */
    static Event of(byte[] row, ContentIds ids) {
        return of(row, ids, new Piece(new byte[row.length]));
    }

    /** An event whose bytes stand in {@code piece}, which must have room for them. */
    static Event of(byte[] row, ContentIds ids, Piece piece) {
        int start = piece.add(row);
        int eventTime = separatorFrom(row, 0) + 1;
        int traceId = separatorFrom(row, eventTime) + 1;
        String derivedId = row[traceId] == SEPARATOR ? derivedId(row, eventTime - 1, ids) : null;
        return new Event(piece, start, row.length, derivedId);
    }

    /** Ids are made of the payload as an object: they stay the same from release to release. */
    private static String derivedId(byte[] row, int watermarkLength, ContentIds ids) {
        Parts parts = new Parts(row, 0, row.length);
        int head = parts.starts[Part.MEMBERS.index];
        byte[] content = Arrays.copyOf(row, head + parts.payloadLength());
        parts.copyPayload(content, head);
        return ids.next(content, watermarkLength);
    }

    /**
     * Where the parts of a row stand. It is made anew for each use and not kept: a page has tens of thousands of rows, and
     * what lives as long as the page costs the garbage collector far more than the search.
     */
    static final class Parts {
        private final byte[] bytes;
        private final int[] starts = new int[PARTS + 1];

        private Parts(byte[] bytes, int start, int end) {
            this.bytes = bytes;
            starts[0] = start;
            for (int part = 1; part < PARTS; part++) {
                starts[part] = separatorFrom(bytes, starts[part - 1]) + 1;
            }
            // As if a separator followed the last part, so that all parts are measured alike.
            starts[PARTS] = end + 1;
        }

        /** How many bytes a part has; 0 where the row has none. A trace id has none when it was derived. */
        int length(Part part) {
            return starts[part.index + 1] - 1 - starts[part.index];
        }

        /** Copies a part to {@code target} from {@code at} on. */
        void copy(Part part, byte[] target, int at) {
            System.arraycopy(bytes, starts[part.index], target, at, length(part));
        }

        /** How many bytes the payload has as a JSON object. */
        int payloadLength() {
            return BRACES + Math.max(0, length(Part.MEMBERS) - 1);
        }

        /** Copies the payload as a JSON object to {@code target} from {@code at} on. */
        void copyPayload(byte[] target, int at) {
            int end = at + payloadLength();
            target[at] = '{';
            target[end - 1] = '}';
            int members = end - at - BRACES;
            if (members > 0) {
                System.arraycopy(bytes, starts[Part.MEMBERS.index] + 1, target, at + 1, members);
            }
        }

        /** Null where the row has none. */
        @Nullable
        String partitionKey() {
            return text(Part.PARTITION_KEY);
        }

        /** Whether the row was too large to be read, so that it has no payload here. */
        boolean isTooLarge() {
            int members = starts[Part.MEMBERS.index];
            return members < starts[PARTS] - 1 && bytes[members] == RowLimit.TOO_LARGE;
        }

        private @Nullable String text(Part part) {
            int length = length(part);
            return length == 0 ? null : JsonText.decode(bytes, starts[part.index] + 1, length - 2);
        }
    }

    Parts parts() {
        return new Parts(piece.bytes(), start, end);
    }

    /** DuckDB's text of the row's watermark. */
    String watermark() {
        return new String(piece.bytes(), start, watermarkLength(), StandardCharsets.UTF_8);
    }

    /** How many bytes of the row are its watermark's text. */
    private int watermarkLength() {
        return separatorFrom(piece.bytes(), start) - start;
    }

    /** Where the next separator stands. Each row is searched several times, so eight bytes are looked at in one step. */
    private static int separatorFrom(byte[] bytes, int from) {
        int at = from;
        for (; at <= bytes.length - Long.BYTES; at += Long.BYTES) {
            // A byte that is a separator becomes 0, and then, alone of all, one with its highest bit set.
            long others = (long) WORDS.get(bytes, at) ^ SEPARATORS;
            long found = ~(((others & LOW_BITS) + LOW_BITS) | others | LOW_BITS);
            if (found != 0) {
                return at + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
        }
        while (bytes[at] != SEPARATOR) {
            at++;
        }
        return at;
    }

    /** Whether both rows have the same watermark. */
    boolean hasWatermarkOf(Event other) {
        return Arrays.equals(
                piece.bytes(),
                start,
                start + watermarkLength(),
                other.piece.bytes(),
                other.start,
                other.start + other.watermarkLength());
    }

    /** Never empty, and the same each time the same row is sent. */
    String traceId() {
        return traceId(parts());
    }

    /** As above, where its parts are known already. */
    String traceId(Parts parts) {
        return derivedId != null ? derivedId : Objects.requireNonNull(parts.text(Part.TRACE_ID));
    }

    /** The trace id where it was derived, because the row brings none; else null. */
    @Nullable
    String derivedId() {
        return derivedId;
    }

    /** Null where the row has none. */
    @Nullable
    String partitionKey() {
        return parts().partitionKey();
    }

    /** The bytes that this event takes of a batch. */
    int wireBytes(Envelope envelope) {
        return wireBytes(envelope, parts());
    }

    /** As above, where its parts are known already. */
    int wireBytes(Envelope envelope, Parts parts) {
        return WireSize.event(envelope.propertiesContent(traceIdBytes(parts)), envelope.length(this, parts));
    }

    private int traceIdBytes(Parts parts) {
        if (derivedId != null) {
            return derivedId.length();
        }
        int afterId = parts.starts[Part.TRACE_ID.index + 1] - 1;
        for (int at = parts.starts[Part.TRACE_ID.index]; at < afterId; at++) {
            if (parts.bytes[at] == '\\') {
                return traceId().getBytes(StandardCharsets.UTF_8).length;
            }
        }
        // As it stands in the JSON, without the quotes.
        return parts.length(Part.TRACE_ID) - 2;
    }

    /** Whether the payload holds a value that JSON cannot say and that must not be sent otherwise. */
    boolean isSendable() {
        Parts parts = parts();
        for (int at = parts.starts[Part.MEMBERS.index]; at < end; at++) {
            if (parts.bytes[at] == JsonSql.UNSENDABLE) {
                return false;
            }
        }
        return true;
    }

    /** Whether the row was too large to be read, so that it has no payload here and can never be sent. */
    boolean isTooLarge() {
        return parts().isTooLarge();
    }

    /** About how many bytes a row has that {@linkplain #isTooLarge is too large}; 0 for any other. */
    long largeBytes() {
        Parts parts = parts();
        if (!parts.isTooLarge()) {
            return 0;
        }
        int from = parts.starts[Part.MEMBERS.index] + 1;
        String size = new String(parts.bytes, from, end - from, StandardCharsets.UTF_8);
        return Long.parseLong(size.substring(0, size.indexOf(' ')));
    }

    /** The bytes of memory that the row's parts take. */
    int bytes() {
        return end - start;
    }
}
