package io.factstream.localhub;

/**
 * Walks over the sections of one encoded AMQP message without decoding them: a batch of thousands of events is indexed
 * by reading a few bytes of each.
 */
final class SectionCursor {

    static final int HEADER = 0x70;
    static final int DELIVERY_ANNOTATIONS = 0x71;
    static final int MESSAGE_ANNOTATIONS = 0x72;
    static final int DATA = 0x75;
    static final int SEQUENCE = 0x76;
    static final int VALUE = 0x77;
    static final int FOOTER = 0x78;

    private static final int DESCRIBED = 0x00;
    private static final int SMALL_ULONG = 0x53;
    private static final int ULONG = 0x80;

    private final byte[] bytes;
    private final int limit;
    private int code;
    private int start;
    private int value;
    private int end;

    SectionCursor(byte[] bytes, int start, int limit) {
        this.bytes = bytes;
        this.limit = limit;
        this.end = start;
    }

    /** Refuses bytes that are not a sequence of whole sections. */
    static void check(byte[] bytes, int start, int limit) throws MalformedMessageException {
        SectionCursor sections = new SectionCursor(bytes, start, limit);
        while (sections.next()) {
            // Stepping over a section is what checks it.
        }
    }

    /** Steps to the next section; false at the end of the message. */
    boolean next() throws MalformedMessageException {
        if (end == limit) {
            return false;
        }
        start = end;
        if (unsigned(start) != DESCRIBED) {
            throw new MalformedMessageException("No section starts at byte " + start);
        }
        code = switch (unsigned(start + 1)) {
            case SMALL_ULONG -> unsigned(start + 2);
            // Message sections have codes below 256, so the last byte tells them apart.
            case ULONG -> unsigned(start + 9);
            default -> throw new MalformedMessageException("The section at byte " + start + " has no numeric code");
        };
        if (code < HEADER || code > FOOTER) {
            throw new MalformedMessageException("The section at byte " + start + " is of no known kind");
        }
        value = endOf(start + 1);
        end = endOf(value);
        return true;
    }

    /** Which section this is, as one of the constants above. */
    int code() {
        return code;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    /** Where the content of a data section starts; it reaches to {@link #end()}. */
    int dataStart() throws MalformedMessageException {
        return switch (unsigned(value)) {
            case 0xa0 -> value + 2;
            case 0xb0 -> value + 5;
            default -> throw new MalformedMessageException("The data section at byte " + start + " is not binary");
        };
    }

    /** The byte after the value whose type stands at the given place. */
    private int endOf(int at) throws MalformedMessageException {
        int type = unsigned(at);
        if (type == DESCRIBED) {
            return endOf(endOf(at + 1));
        }
        long after = at
                + 1L
                + switch (type >> 4) {
                    case 0x4 -> 0;
                    case 0x5 -> 1;
                    case 0x6 -> 2;
                    case 0x7 -> 4;
                    case 0x8 -> 8;
                    case 0x9 -> 16;
                    case 0xa, 0xc, 0xe -> 1 + unsigned(at + 1);
                    case 0xb, 0xd, 0xf -> 4 + length(at + 1);
                    default -> throw new MalformedMessageException("No value starts at byte " + at);
                };
        if (after > limit) {
            throw new MalformedMessageException("The value at byte " + at + " reaches past the end");
        }
        return (int) after;
    }

    private long length(int at) throws MalformedMessageException {
        return ((long) unsigned(at) << 24) | (unsigned(at + 1) << 16) | (unsigned(at + 2) << 8) | unsigned(at + 3);
    }

    private int unsigned(int at) throws MalformedMessageException {
        if (at >= limit) {
            throw new MalformedMessageException("The message ends within a section");
        }
        return bytes[at] & 0xff;
    }
}
