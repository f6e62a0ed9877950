package io.factstream.localhub;

import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * How many events a partition accepted, and what they were, without keeping them.
 *
 * @param events how many
 * @param bodyBytes the sum of the sizes of their bodies
 * @param checksum the sum (modulo 2^64) of {@link #of(byte[])} over the bodies: the same in whatever order they came,
 *     and additive, so that the partitions of a hub can be summed and compared with what was sent
 * @param orderedChecksum as above but different for another order: {@code 31 * before + of(body)} event by event
 */
public record Tally(long events, long bodyBytes, long checksum, long orderedChecksum) {

    /** Of no event. */
    public static final Tally NONE = new Tally(0, 0, 0, 0);

    /** The checksum of one body: CRC-32C in the upper half, CRC-32 in the lower. */
    public static long of(byte[] body) {
        return of(body, 0, body.length);
    }

    static long of(byte[] bytes, int start, int length) {
        CRC32C castagnoli = new CRC32C();
        castagnoli.update(bytes, start, length);
        CRC32 ethernet = new CRC32();
        ethernet.update(bytes, start, length);
        return (castagnoli.getValue() << 32) | ethernet.getValue();
    }

    /** This tally and one more event. */
    public Tally plus(byte[] body) {
        return plus(of(body), body.length);
    }

    Tally plus(long checksumOfBody, int bodySize) {
        return new Tally(
                events + 1, bodyBytes + bodySize, checksum + checksumOfBody, 31 * orderedChecksum + checksumOfBody);
    }
}
