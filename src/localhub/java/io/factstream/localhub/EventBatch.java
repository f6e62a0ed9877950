package io.factstream.localhub;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.codec.DecodeException;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/** The events of one send, still encoded: one message, or many in the data sections of an envelope. */
final class EventBatch {

    /** The message format that Microsoft defined for batches: every data section is one encoded message. */
    static final int BATCH_FORMAT = 0x80013700;

    static final Symbol PARTITION_KEY = Symbol.valueOf("x-opt-partition-key");

    private final byte[] bytes;
    private final int[] bounds;
    private final @Nullable String partitionKey;

    /** @param bounds where each event starts and ends within the bytes, in pairs */
    private EventBatch(byte[] bytes, int[] bounds, @Nullable String partitionKey) {
        this.bytes = bytes;
        this.bounds = bounds;
        this.partitionKey = partitionKey;
    }

    /**
     * Finds the events without decoding them.
     *
     * @param bytes a buffer that starts with the message; it is kept, not copied
     * @param length how many bytes of it the message has
     */
    static EventBatch of(byte[] bytes, int length, int messageFormat) throws MalformedMessageException {
        boolean enveloped = messageFormat == BATCH_FORMAT;
        int[] bounds = new int[32];
        int found = 0;
        String partitionKey = null;
        SectionCursor sections = new SectionCursor(bytes, 0, length);
        while (sections.next()) {
            if (sections.code() == SectionCursor.MESSAGE_ANNOTATIONS) {
                Object key =
                        annotations(bytes, sections.start(), sections.end()).get(PARTITION_KEY);
                partitionKey = key == null ? null : key.toString();
            } else if (enveloped && sections.code() == SectionCursor.DATA) {
                if (found == bounds.length) {
                    bounds = Arrays.copyOf(bounds, found * 2);
                }
                SectionCursor.check(bytes, sections.dataStart(), sections.end());
                bounds[found++] = sections.dataStart();
                bounds[found++] = sections.end();
            }
        }
        if (enveloped) {
            return new EventBatch(bytes, Arrays.copyOf(bounds, found), partitionKey);
        }
        return new EventBatch(bytes, new int[] {0, length}, partitionKey);
    }

    /** The message annotations encoded between two places. */
    static Map<Symbol, Object> annotations(byte[] bytes, int start, int end) throws MalformedMessageException {
        MessageAnnotations annotations = decode(bytes, start, end).getMessageAnnotations();
        return annotations == null || annotations.getValue() == null ? Map.of() : annotations.getValue();
    }

    /** What came over the wire; not to be changed. */
    byte[] bytes() {
        return bytes;
    }

    /** The key of all its events, or null. */
    @Nullable
    String partitionKey() {
        return partitionKey;
    }

    int count() {
        return bounds.length / 2;
    }

    int start(int event) {
        return bounds[2 * event];
    }

    int end(int event) {
        return bounds[2 * event + 1];
    }

    /** One event, decoded. */
    SentEvent decoded(int event) throws MalformedMessageException {
        Message message = decode(bytes, start(event), end(event));
        ApplicationProperties properties = message.getApplicationProperties();
        return new SentEvent(
                body(event),
                properties == null || properties.getValue() == null
                        ? Map.of()
                        : Collections.unmodifiableMap(new LinkedHashMap<>(properties.getValue())),
                message.getMessageId(),
                message.getCorrelationId(),
                message.getContentType());
    }

    /** That tally and every event of this batch. */
    Tally addTo(Tally tally, BodyChecksum checksum) throws MalformedMessageException {
        Tally sum = tally;
        for (int event = 0; event < count(); event++) {
            SectionCursor sections = new SectionCursor(bytes, start(event), end(event));
            int from = 0;
            int to = 0;
            int parts = 0;
            while (sections.next()) {
                if (isBody(sections.code())) {
                    from = bodyStart(sections);
                    to = sections.end();
                    parts++;
                }
            }
            byte[] body = parts > 1 ? body(event) : bytes;
            int start = parts > 1 ? 0 : from;
            int length = parts > 1 ? body.length : to - from;
            sum = sum.plus(checksum.of(body, start, length), length);
        }
        return sum;
    }

    private byte[] body(int event) throws MalformedMessageException {
        List<byte[]> parts = new ArrayList<>(1);
        SectionCursor sections = new SectionCursor(bytes, start(event), end(event));
        while (sections.next()) {
            if (isBody(sections.code())) {
                parts.add(Arrays.copyOfRange(bytes, bodyStart(sections), sections.end()));
            }
        }
        if (parts.size() == 1) {
            return parts.get(0);
        }
        byte[] joined = new byte[parts.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, joined, at, part.length);
            at += part.length;
        }
        return joined;
    }

    private static boolean isBody(int section) {
        return section == SectionCursor.DATA || section == SectionCursor.SEQUENCE || section == SectionCursor.VALUE;
    }

    private static int bodyStart(SectionCursor section) throws MalformedMessageException {
        return section.code() == SectionCursor.DATA ? section.dataStart() : section.start();
    }

    private static Message decode(byte[] bytes, int start, int end) throws MalformedMessageException {
        Message message = Message.Factory.create();
        try {
            message.decode(bytes, start, end - start);
        } catch (DecodeException | IllegalArgumentException | ClassCastException | NullPointerException notAmqp) {
            // Proton-j throws any of these for bytes that do not fit the type they announce.
            throw new MalformedMessageException("A message cannot be decoded: " + notAmqp.getMessage(), notAmqp);
        }
        return message;
    }
}
