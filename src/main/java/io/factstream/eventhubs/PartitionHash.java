package io.factstream.eventhubs;

import java.nio.charset.StandardCharsets;

/**
 * Which partition a key belongs to, by the hash that Event Hubs clients use when they choose partitions themselves:
 * Bob Jenkins' lookup3 ({@code hashlittle2}) over the UTF-8 bytes with both seeds 0, folded to 16 bits.
 *
 * <p>FactStream sends by partition, not by key, because a send can name only one of the two and many keys would make
 * many tiny sends. All that ordering needs is that a key always goes to the same partition.
 */
public final class PartitionHash {

    private PartitionHash() {}

    /** The index, from 0 to {@code partitions - 1}, of the partition of a key. */
    public static int partition(String key, int partitions) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return Math.abs(fold(bytes) % partitions);
    }

    private static short fold(byte[] key) {
        int length = key.length;
        int a = 0xdeadbeef + length;
        int b = a;
        int c = a;
        int at = 0;
        for (; length > 12; length -= 12, at += 12) {
            a += word(key, at);
            b += word(key, at + 4);
            c += word(key, at + 8);
            a = (a - c) ^ Integer.rotateLeft(c, 4);
            c += b;
            b = (b - a) ^ Integer.rotateLeft(a, 6);
            a += c;
            c = (c - b) ^ Integer.rotateLeft(b, 8);
            b += a;
            a = (a - c) ^ Integer.rotateLeft(c, 16);
            c += b;
            b = (b - a) ^ Integer.rotateLeft(a, 19);
            a += c;
            c = (c - b) ^ Integer.rotateLeft(b, 4);
            b += a;
        }
        if (length == 0) {
            return (short) (c ^ b);
        }
        a += word(key, at);
        b += word(key, at + 4);
        c += word(key, at + 8);
        c = (c ^ b) - Integer.rotateLeft(b, 14);
        a = (a ^ c) - Integer.rotateLeft(c, 11);
        b = (b ^ a) - Integer.rotateLeft(a, 25);
        c = (c ^ b) - Integer.rotateLeft(b, 16);
        a = (a ^ c) - Integer.rotateLeft(c, 4);
        b = (b ^ a) - Integer.rotateLeft(a, 14);
        c = (c ^ b) - Integer.rotateLeft(b, 24);
        return (short) (c ^ b);
    }

    /** The four bytes from {@code at}, little-endian; what lies beyond the end counts as zero. */
    private static int word(byte[] key, int at) {
        int word = 0;
        for (int i = 0; i < 4 && at + i < key.length; i++) {
            word |= (key[at + i] & 0xff) << (8 * i);
        }
        return word;
    }
}
