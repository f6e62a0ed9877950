package io.factstream.bench;

/**
 * What a hub took.
 *
 * @param events how many
 * @param bodyBytes of their JSON
 * @param checksum of their ids
 * @param batches in how many sends
 * @param firstNanos when the first batch came, by {@link System#nanoTime}, which on Linux all processes share
 * @param lastNanos when the last batch came
 */
record Taken(long events, long bodyBytes, long checksum, long batches, long firstNanos, long lastNanos) {

    static Taken parse(String line) {
        String[] words = line.trim().split(" ", -1);
        return new Taken(
                Long.parseLong(words[0]),
                Long.parseLong(words[1]),
                Long.parseLong(words[2]),
                Long.parseLong(words[3]),
                Long.parseLong(words[4]),
                Long.parseLong(words[5]));
    }
}
