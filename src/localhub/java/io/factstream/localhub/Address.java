package io.factstream.localhub;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the address of a link, or the audience of a token, points at.
 *
 * @param hub the hub's name; empty for the namespace as a whole
 * @param partition the partition's id as written, or null for the hub as a whole
 * @param consumerGroup the consumer group, or null for what is not consumed
 */
record Address(
        String hub, @Nullable String partition, @Nullable String consumerGroup) {

    /** Reads a path ({@code retail/Partitions/0}) or a URI with such a path, of any scheme and host. */
    static Address parse(String text) {
        int authority = text.indexOf("://");
        String path = text;
        if (authority >= 0) {
            int slash = text.indexOf('/', authority + 3);
            path = slash < 0 ? "" : text.substring(slash);
        }
        List<String> segments = List.of(path.replaceAll("^/+|/+$", "").split("/+", -1));
        return new Address(segments.get(0), after("partitions", segments), after("consumergroups", segments));
    }

    private static @Nullable String after(String label, List<String> segments) {
        for (int i = 1; i + 1 < segments.size(); i++) {
            if (segments.get(i).toLowerCase(Locale.ROOT).equals(label)) {
                return segments.get(i + 1);
            }
        }
        return null;
    }

    /** The partition as an index, or -1 when its id is not a plain number. */
    int partitionIndex() {
        return partition != null && partition.matches("\\d{1,4}") ? Integer.parseInt(partition) : -1;
    }
}
