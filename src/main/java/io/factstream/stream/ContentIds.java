package io.factstream.stream;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Ids for rows that bring none: a 128-bit hash (XXH3) of all that the query selects of the row, and a number among
 * rows that are identical. Identical rows share their watermark, and a page holds all rows of a watermark, so the same
 * table gives the same ids each time it is read, in whatever order identical rows arrive.
 *
 * <p>For one page, read by one thread in watermark order.
 */
final class ContentIds {

    private final Hasher128 hasher = Hashing.xxh3_128();
    private final long seed;
    private final Map<HashValue128, Integer> seen = new HashMap<>();
    private byte[] watermark = new byte[0];

    /** @param eventType part of the hash, so that two streams on one table give their events different ids */
    ContentIds(String eventType) {
        seed = Hashing.xxh3_64().hashCharsToLong(eventType);
    }

    /**
     * The id of the next row.
     *
     * @param row all that the query selects of the row
     * @param watermarkLength how many of its first bytes are the watermark
     */
    String next(byte[] row, int watermarkLength) {
        if (!Arrays.equals(watermark, 0, watermark.length, row, 0, watermarkLength)) {
            watermark = Arrays.copyOf(row, watermarkLength);
            seen.clear();
        }
        HashValue128 hash = hasher.hashStream().putLong(seed).putBytes(row).get();
        int occurrence = seen.merge(hash, 1, Integer::sum);
        String id = hex(hash.getMostSignificantBits()) + hex(hash.getLeastSignificantBits());
        return occurrence == 1 ? id : id + "-" + occurrence;
    }

    private static String hex(long bits) {
        String digits = Long.toHexString(bits);
        return "0".repeat(16 - digits.length()) + digits;
    }
}
