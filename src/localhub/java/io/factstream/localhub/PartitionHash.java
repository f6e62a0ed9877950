package io.factstream.localhub;

import java.nio.charset.StandardCharsets;

/**
 * Which partition a partition key belongs to: Bob Jenkins' public-domain lookup3 ({@code hashlittle2}, both seeds 0) over
 * the key's UTF-8 bytes, folded to 16 bits.
 *
 * <p>Bytes are taken as unsigned, as lookup3 defines them. The Java SDK's own copy, which only its buffered producer
 * uses, takes bytes above 127 as negative and so places about half of all non-ASCII keys elsewhere.
 */
public final class PartitionHash {

    private static final int START = 0xdeadbeef;
    private static final int BLOCK = 12;

    private PartitionHash() {}

    /**
     * The partition of a key, from 0 to {@code partitions - 1}.
     *
     * @param partitions how many partitions the hub has, at least 1
     */
    public static int partitionOf(String key, int partitions) {
        if (partitions < 1) {
            throw new IllegalArgumentException("A hub has at least 1 partition, not " + partitions);
        }
        long hash = lookup3(key.getBytes(StandardCharsets.UTF_8));
        int primary = (int) (hash >>> 32);
        int secondary = (int) hash;
        return Math.abs((short) (primary ^ secondary) % partitions);
    }

    /** Both results of {@code hashlittle2}: the primary one in the upper half, the secondary one in the lower. */
    static long lookup3(byte[] bytes) {
        int a = START + bytes.length;
        int b = a;
        int c = a;
        int at = 0;
        int left = bytes.length;
        while (left > BLOCK) {
            a += word(bytes, at);
            b += word(bytes, at + 4);
            c += word(bytes, at + 8);

            a -= c;
            a ^= Integer.rotateLeft(c, 4);
            c += b;
            b -= a;
            b ^= Integer.rotateLeft(a, 6);
            a += c;
            c -= b;
            c ^= Integer.rotateLeft(b, 8);
            b += a;
            a -= c;
            a ^= Integer.rotateLeft(c, 16);
            c += b;
            b -= a;
            b ^= Integer.rotateLeft(a, 19);
            a += c;
            c -= b;
            c ^= Integer.rotateLeft(b, 4);
            b += a;

            at += BLOCK;
            left -= BLOCK;
        }
        if (left > 0) {
            a += word(bytes, at);
            b += word(bytes, at + 4);
            c += word(bytes, at + 8);

            c ^= b;
            c -= Integer.rotateLeft(b, 14);
            a ^= c;
            a -= Integer.rotateLeft(c, 11);
            b ^= a;
            b -= Integer.rotateLeft(a, 25);
            c ^= b;
            c -= Integer.rotateLeft(b, 16);
            a ^= c;
            a -= Integer.rotateLeft(c, 4);
            b ^= a;
            b -= Integer.rotateLeft(a, 14);
            c ^= b;
            c -= Integer.rotateLeft(b, 24);
        }
        return ((long) c << 32) | (b & 0xffffffffL);
    }

    /** Four bytes, the lowest first; bytes past the end count as 0. */
    private static int word(byte[] bytes, int at) {
        int word = 0;
        for (int i = Math.min(at + 3, bytes.length - 1); i >= at; i--) {
            word = (word << 8) | (bytes[i] & 0xff);
        }
        return word;
    }
}
