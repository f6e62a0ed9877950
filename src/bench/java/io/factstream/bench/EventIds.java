package io.factstream.bench;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** Finds the id in an event's JSON, and sums ids up so that the sum shows whether each arrived once. */
final class EventIds {

    private static final byte[] MEMBER = "\"trace_id\":\"".getBytes(StandardCharsets.US_ASCII);

    private EventIds() {}

    /** The checksum of one id. */
    static long checksum(byte[] bytes, int start, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, start, length);
        // Spread over 64 bits, so that two wrong ids do not cancel each other out.
        return (crc.getValue() + 1) * 0x9E3779B97F4A7C15L;
    }

    /** The checksum of the id in an event's JSON; 0 when there is none. */
    static long checksumOfEvent(byte[] bytes, int start, int length) {
        int end = start + length;
        for (int at = start; at <= end - MEMBER.length; at++) {
            if (bytes[at] == '"' && bytes[at + 1] == 't' && isMember(bytes, at)) {
                int from = at + MEMBER.length;
                int to = from;
                while (to < end && bytes[to] != '"') {
                    to++;
                }
                return checksum(bytes, from, to - from);
            }
        }
        return 0;
    }

    private static boolean isMember(byte[] bytes, int at) {
        for (int i = 0; i < MEMBER.length; i++) {
            if (bytes[at + i] != MEMBER[i]) {
                return false;
            }
        }
        return true;
    }
}
